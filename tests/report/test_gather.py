"""From an opened study to what its page shows: just what the sections say that they need."""

import json
from pathlib import Path

import pytest

from chromolens import plugins
from chromolens.planning import results
from chromolens.report import gather, sections
from chromolens.report.page import _SECTIONS
from chromolens.study import Study, open_study
from tests.indexes import write_index
from tests.test_plan import genome

JOB = {"model": "m", "task": "t", "method": "ism", "fold": "fold0", "replicate": 1}
JOB |= {"shard": "a-0-9", "track": "ism", "null": "permuted_0", "other": "n"}
JOB |= {"set": "nulls", "part": 0}
ALWAYS = ("models", "trainings", "motifs")


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    monkeypatch.setattr(gather, "load_database", lambda _: [])


def made_up(folder: Path, *tables: str, **config: object) -> Study:
    """A study with one job in each of ``tables``; its files are empty but for the record."""
    write_index(folder, **{table: [JOB] for table in tables})
    study = open_study(folder)
    for path in study.index["path"]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    made = {"config": genome(models={"m": {}}, **config), "inputs": {}, "packages": {}}
    made["config_files"] = ["s.yaml"]
    made |= dict.fromkeys(("chromolens", "commit", "python"), "")
    (folder / "provenance.json").write_text(json.dumps(made))
    return study


def shown(study: Study, **settings: object) -> gather.Study:
    return gather.gather(study, [], settings={"kind": "genome"} | settings, database={})


def test_the_page_asks_for_what_its_sections_need_and_no_more(tmp_path, monkeypatch):
    asked, files = set(), Study.files
    monkeypatch.setattr(
        Study, "files", lambda self, kind, **keys: asked.add(kind) or files(self, kind, **keys)
    )
    criterion = {"value": "metric", "metric": "auroc", "min": 0.5}
    shown(made_up(tmp_path, *(set(results.FILES) - {"study"}), acceptance=[criterion]))
    assert asked == set(results.needs(sections))


def test_fields_hold_files_by_what_they_are_of(tmp_path):
    page = shown(made_up(tmp_path, *(set(results.FILES) - {"study"})))
    assert page.acceptance is None  # nothing was set down beforehand
    assert page.windows == tmp_path / "inputs/windows.tsv.gz"
    assert page.histories == {("m", "fold0", 1): tmp_path / "models/m/fold0.1.history.tsv"}
    assert page.predictions == {("m", "", 0): tmp_path / "models/m/predictions.tsv.gz"}
    assert list(page.tracks) == list(page.prediction_tracks) == [("m", "t", "ism")]
    assert page.sis["m", "t"]["counts"] == tmp_path / "sis/m/t/counts.tsv"
    assert [path.name for path in page.patterns["m", "t", "ism"]] == ["merged.tsv", "merged.h5"]
    assert page.metrics == [tmp_path / "models/m/metrics.tsv"]
    assert list(page.tables) == list(gather.TABLES)


def test_what_a_study_has_not_is_empty(tmp_path):
    page = shown(made_up(tmp_path, *ALWAYS), kind="sequences")
    assert (page.fasta, page.truth, page.genes) == (None, None, None)
    assert page.tracks == page.prediction_tracks == page.sis == page.sweeps == {}
    assert page.masks == page.hits == page.compared == []
    assert page.tables == page.lexicon == {}


def test_every_section_says_what_it_needs_and_rules_make_it():
    stated = {name: plugins.constant(sections, name, "NEEDS", ()) for name in _SECTIONS}
    assert all(stated.values())
    assert set(results.needs(sections)) <= set(results.KINDS)


@pytest.mark.parametrize("commit, first", [
    ("abc", "git checkout abc"), ("abc+", "git checkout abc  # and changes that aren't committed"),
    ("", "snakemake --configfile 'my study.yaml' more.yaml --cores all"),
])  # fmt: skip
def test_the_commands_that_make_a_study_again_are_its_own(commit: str, first: str) -> None:
    made = {"commit": commit, "config_files": ["my study.yaml", "more.yaml"]}
    found = gather._commands(made)
    assert found[0] == first and found[-1].endswith("'my study.yaml' more.yaml --cores all")
