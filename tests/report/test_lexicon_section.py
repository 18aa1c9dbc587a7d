"""The lexicon on the page: the line that says what only one reading sees, and the drawing."""

import dataclasses

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


@pytest.mark.slow
def test_one_line_says_what_only_one_reading_sees(study, page):
    assert lexicon.context(study)["line"] == LINE and LINE in page


def test_each_task_has_its_line(study):
    assert lexicon.context(study)["tasks"] == {
        "cnn:Reb1": "Seen by only one reading: M03_TTGAC (SIS); by filters alone: 1.",
        "cnn:Abf1": "Seen by only one reading: M02_ABF1 (MoDISco); by filters alone: 1.",
    }


def dots(study) -> list[list[tuple[str, dict]]]:
    """(column, cell) of each dot, row by row."""
    table = lexicon.context(study)["figure"]
    heads = [column["before"] + column["reading"] for column in table["columns"]]
    pairs = [zip(heads, row["cells"], strict=True) for row in table["rows"]]
    return [[(head, cell) for head, cell in row if cell and cell["size"]] for row in pairs]


def test_dots_show_the_support_of_each_reading(study):
    rows = dots(study)
    # by seqlets of Abf1, seqlets and subsets of Reb1 (each clustered twice), and filters
    assert {head: cell["support"] for head, cell in rows[0]} == {
        "Abf1 · cnn · MoDISco": "31",
        "Reb1 · cnn · MoDISco": "183",
        "Reb1 · cnn · SIS": "180",
        "cnn · filters": "2",
    }
    assert [cell["support"] for _, cell in rows[1]] == ["170"]
    assert [(cell["support"], cell["null"]) for _, cell in rows[2]] == [
        ("40", False),
        ("12", True),
    ]
    assert len(rows) == 3 and "2 more motifs" in lexicon.context(study)["left"]


def test_a_null_that_does_not_see_a_motif_is_told(study):
    table = lexicon.context(study)["figure"]
    heads = [column["before"] + column["reading"] for column in table["columns"]]
    place = heads.index("Reb1 · null: reb1_permuted · MoDISco")
    assert [row["cells"][place]["support"] for row in table["rows"]] == ["0", "0", "12"]


def test_the_area_of_a_dot_is_its_support(study):
    (column, small), (other, large) = dots(study)[0][0], dots(study)[1][0]
    assert column == other
    sizes = [float(cell["size"]) for cell in (small, large)]
    assert (sizes[0] / sizes[1]) ** 2 == pytest.approx(31 / 170, rel=0.02)


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
