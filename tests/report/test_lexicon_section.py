"""The lexicon on the page: the line that says what only one reading sees, and the drawing."""

import dataclasses
import re

import pandas as pd
import pytest

from chromolens import tables
from chromolens.__main__ import main
from chromolens.planning import results
from chromolens.report.sections import lexicon
from chromolens.tables.motifs import LEXICON, MEMBERS
from tests.indexes import write_index

LINE = (
    "Seen by only one reading: M02_ABF1 (MoDISco), M03_TTGAC (SIS); by filters alone: 1. "
    "MoDISco and SIS both show 1 of 2 named motifs."
)


def test_one_line_says_what_only_one_reading_sees(study, page):
    assert lexicon.context(study)["line"] == LINE and LINE in page


def test_each_task_has_its_line(study):
    assert lexicon.context(study)["tasks"] == {
        "cnn:Reb1": "Seen by only one reading: M03_TTGAC (SIS); by filters alone: 1.",
        "cnn:Abf1": "Seen by only one reading: M02_ABF1 (MoDISco); by filters alone: 1.",
    }


DOT = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)" class="([^"]+)">.*?>([\d,]+)</text>'


def dots(study) -> list[list[tuple]]:
    """(column, radius, class, number) of each dot, row by row."""
    found = re.findall(DOT, str(lexicon.context(study)["figure"]))
    rows = sorted({y for _, y, *_ in found}, key=float)
    return [[(x, float(r), c, n) for x, y, r, c, n in found if y == row] for row in rows]


def test_dots_show_the_support_of_each_reading(study):
    rows = dots(study)
    # by seqlets of Abf1, seqlets and subsets of Reb1 (each clustered twice), and filters
    assert [number for *_, number in rows[0]] == ["31", "183", "180", "2"]
    assert [number for *_, number in rows[1]] == ["170"]
    assert [(number, class_) for _, _, class_, number in rows[2]] == [
        ("40", "mark"),
        ("12", "mark null"),
    ]
    assert len(rows) == 3 and "2 more motifs" in lexicon.context(study)["left"]


def test_the_area_of_a_dot_is_its_support(study):
    (column, small, *_), (other, large, *_) = dots(study)[0][0], dots(study)[1][0]
    assert column == other
    assert small**2 / large**2 == pytest.approx(31 / 170, rel=0.01)


def test_a_lexicon_without_motifs_is_said_to_be_empty(study, tmp_path):
    for name, table in (("table", LEXICON), ("members", MEMBERS)):
        tables.write(table, tables.empty(table), tmp_path / name)
    (tmp_path / "meme").write_text("MEME version 4\n")
    files = {name: tmp_path / name for name in ("table", "members", "meme")}
    shown = lexicon.context(dataclasses.replace(study, lexicon=files))
    assert shown["figure"] is None
    assert shown["line"].startswith("Seen by only one reading: none; by filters alone: 0.")


def test_show_prints_the_line(study, tmp_path, capsys):
    (tmp_path / "lexicon").mkdir()
    for name in ("lexicon.tsv", "members.tsv"):
        text = study.lexicon["table"].with_name(name).read_text()
        (tmp_path / "lexicon" / name).write_text(text)
    (tmp_path / "acceptance.tsv").write_text(study.acceptance.read_text())
    subsets = pd.DataFrame({"model": ["cnn"], "task": ["Reb1"]})
    write_index(tmp_path, lexicon=results.ONE, subsets=subsets)
    assert main(["show", str(tmp_path)]) == 1, "a floor of this study is a FAIL"
    assert LINE in capsys.readouterr().out
    (tmp_path / "acceptance.tsv").write_text(study.acceptance.read_text().replace("FAIL", "PASS"))
    assert main(["show", str(tmp_path)]) == 0
