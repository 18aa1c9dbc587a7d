"""The page stands alone, escapes what it is given, and bears missing parts."""

import dataclasses
from html.parser import HTMLParser
from pathlib import Path

import pytest
import synthetic_study

from chromolens.report.page import render, write_report
from chromolens.report.sections import data
from chromolens.report.summary import paragraph

SECTIONS = [
    "verdict",
    "data",
    "performance",
    "loci",
    "patterns",
    "subsets",
    "lexicon",
    "hits",
    "methods",
    "positions",
    "checks",
    "making",
]
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Outline(HTMLParser):
    """Tags with their attributes in order, unclosed tags, and ids."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    @property
    def ids(self):
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


def test_has_no_reference_to_anything_outside(page):
    outline = Outline(page)
    links = [a[k] for _, a in outline.tags for k in ("href", "src", "xlink:href") if k in a]
    known = [link for link in links if link.startswith("https://jaspar.elixir.no/matrix/MA")]
    links = [link for link in links if link not in known]  # to be followed, not fetched
    assert known and links and all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(outline.ids)
    assert not {"iframe", "link", "object", "img"} & {tag for tag, _ in outline.tags}
    assert [a for tag, a in outline.tags if tag == "script"] == [{}]
    assert "url(" not in page and "@import" not in page and "http" not in page.split("</style>")[0]


def test_is_well_formed_with_unique_ids(page):
    outline = Outline(page)
    assert not outline.open
    assert len(outline.ids) == len(set(outline.ids))


def test_has_every_section_in_order_and_in_the_contents(page):
    outline = Outline(page)
    found = [a["id"] for tag, a in outline.tags if tag == "section"]
    assert found == SECTIONS
    contents = Outline("<nav" + page.split("<nav")[1].split("</nav>")[0] + "</nav>")
    linked = [a["href"] for tag, a in contents.tags if tag == "a"]
    assert linked == [f"#{name}" for name in SECTIONS]


def test_drawings_speak_and_tables_have_captions(page):
    outline = Outline(page)
    drawings = [a for tag, a in outline.tags if tag == "svg"]
    assert all(a.get("aria-label") or a.get("aria-hidden") for a in drawings)
    tags = [tag for tag, _ in outline.tags]
    following = [tags[i + 1] for i, tag in enumerate(tags) if tag == "table"]
    assert following and set(following) == {"caption"}


def test_is_light(page):
    assert len(page.encode()) < 2_000_000


def test_the_same_study_gives_the_same_page(page, study):
    assert render(study) == page


@pytest.mark.slow
def test_failures_stand_first_and_a_missed_goal_is_not_a_failure(study, tmp_path):
    text = render(study)
    verdict = text.split('<section id="verdict"')[1].split("</section>")[0]
    assert verdict.index("lowest pooled AUROC") < verdict.index("mean pooled AUROC")
    assert 'class="verdict FAIL"' in verdict and "must hold on a null" in verdict
    softened = tmp_path / "acceptance.tsv"
    softened.write_text(
        study.acceptance.read_text().replace(
            "0.71\t>= 0.75\tfloor\tFAIL", "0.76\t>= 0.75\tfloor\tPASS"
        )
    )
    passed = render(dataclasses.replace(study, acceptance=softened))
    assert 'class="verdict PASS"' in passed and "not met are goals" in passed


def test_escapes_a_hostile_title_and_task(tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    tasks = {hostile: "CGTTACCCGT", "Abf1": "TATCATTACTCACGAT"}
    study = synthetic_study.build(tmp_path, tasks, title=f"</title>{hostile}\"'")
    text = render(study)
    outline = Outline(text)
    assert "img" not in {tag for tag, _ in outline.tags}
    assert not any(key.startswith("on") for _, a in outline.tags for key in a)
    assert "&lt;img" in text


OPTIONAL = {
    "dropped": None,
    "models": {},
    "methods": {},
    "histories": {},
    "predictions": {},
    "metrics": [],
    "pooled": [],
    "learning": [],
    "tracks": {},
    "prediction_tracks": {},
    "peaks": {},
    "genes": None,
    "truth": None,
    "patterns": {},
    "sis": {},
    "lexicon": {},
    "database": [],
    "acceptance": None,
    "completeness": [],
    "tables": {},
    "config": {},
    "provenance": {},
}


@pytest.mark.slow
@pytest.mark.parametrize("part", OPTIONAL)
def test_bears_a_missing_part(study, part):
    reading = ("cnn", "Reb1", "ism")
    few = {"tracks": {reading: study.tracks[reading]}, "loci": 1}
    lean = dataclasses.replace(study, **few | {part: OPTIONAL[part]})
    outline = Outline(render(lean))
    assert [a["id"] for tag, a in outline.tags if tag == "section"] == SECTIONS


def test_bears_that_everything_optional_is_missing(study):
    text = render(dataclasses.replace(study, fasta=None, **OPTIONAL))
    for sentence in (
        "no acceptance criteria",
        "no loci to show",
        "TF-MoDISco was not run",
        "were not searched for",
        "No lexicon was made",
    ):
        assert sentence in text


def test_no_pattern_is_a_result(page):
    null = page.split("What the null found")[1].split("</section>")[0]
    assert "No pattern was found" in null


def test_summary_tells_the_facts(page):
    summary = page.split('class="summary">')[1].split("</p>")[0]
    assert "6 tasks" in summary and "8 chromosomes" in summary and "4 folds" in summary
    assert "12 patterns" in summary
    numbers = page.split('class="numbers">')[1].split("</dl>")[0]
    assert "0.87 to 0.97" in numbers and "Cin5 to Reb1" in numbers
    assert "3 of 5 criteria are met" in page.split("<nav")[0]


def test_summary_claims_nothing_of_what_a_given_network_had_seen(study):
    study = dataclasses.replace(study, given=frozenset(study.models))
    summary = paragraph(study, data.context(study))
    assert "never saw" not in summary and "learned" not in summary
    assert f"{next(iter(study.models))} saw in training, before this study, is not" in summary


def test_writes_whole_or_not_at_all(study, tmp_path):
    target = tmp_path / "report.html"
    write_report(target, dataclasses.replace(study, tracks={}))
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    broken = dataclasses.replace(study, windows=Path(tmp_path / "nowhere.tsv"))
    with pytest.raises(ValueError):
        write_report(tmp_path / "other.html", broken)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
