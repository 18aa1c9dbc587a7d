"""The page of all studies: expected beside found, and studies that did not run."""

import math
import re

import pandas as pd
import pytest

from benchmarks import studies
from chromolens import tables
from chromolens.config_file import read_config_file
from chromolens.report import overview
from chromolens.report.overview import Judged
from chromolens.tables.checks import ACCEPTANCE


@pytest.mark.parametrize(
    ("bound", "wanted"),
    [
        (">= 0.1106 and <= 0.1206", ("0.1156", "± 0.005")),
        (">= 346 and <= 346", ("346", "exactly")),
        (">= -2 and <= 1e-05", ("-0.999995", "± 1")),
        (">= 0.9", ("0.9", "at least")),
        ("<= 0.05", ("0.05", "at most")),
        ("> 0", ("0", "more than")),
        ("", ("", "")),
    ],
)
def test_a_bound_is_what_was_expected_and_a_tolerance(bound, wanted):
    assert overview.expected(bound) == wanted


def acceptance(folder, *rows):
    folder.mkdir(parents=True)
    columns = ["name", "value", "bound", "kind", "result"]
    frame = pd.DataFrame(rows, columns=columns).assign(explanation="")
    tables.write(ACCEPTANCE, frame[ACCEPTANCE.names], folder / "acceptance.tsv")
    return folder / "acceptance.tsv"


def test_found_stands_beside_expected_and_what_lacks_is_said(tmp_path):
    good = acceptance(
        tmp_path / "good",
        ("share", 0.12, ">= 0.1 and <= 0.3", "floor", "PASS"),
        ("hoped", 0.1, ">= 0.2", "goal", "FAIL"),
    )
    bad = acceptance(tmp_path / "bad", ("<count>", math.nan, "<= 2", "floor", "FAIL"))
    found = [Judged("good", "the paper rounds", 61.4, "", good), Judged("bad", "", 9, "", bad)]
    found.append(Judged("none", "", math.nan, "needs x below /d", tmp_path / "none"))
    table = overview.table(found)
    assert table.loc[0, ["expected", "found", "tolerance"]].tolist() == ["0.2", 0.12, "± 0.1"]
    assert table["wall"].tolist() == ["1:01", "1:01", "0:09", ""]
    assert table["discrepancies"].tolist() == ["the paper rounds"] * 2 + ["", ""]
    assert [overview.verdict(rows) for _, rows in table.groupby("study", sort=False)] == [
        "PASS",
        "FAIL",
        "SKIPPED",
    ]
    overview.write(found, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text()
    assert "1 of 3 pass, 1 did not run" in page and "needs x below /d" in page
    assert "&lt;count&gt;" in page and "the paper rounds" in page and "Wall time 1:01" in page


def test_the_list_names_targets_and_what_they_leave(mirror):
    listed, makefile = studies.listed(), (studies.ROOT / "Makefile").read_text()
    demo = re.search(r"^DEMO *= (\S+)$", makefile, re.MULTILINE)[1]
    for row in listed.itertuples():
        recipe = re.search(rf"^{row.target}: env .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
        config = re.search(r"\$\(RUN\) (\S+)$", recipe.replace("$(DEMO)", demo), re.MULTILINE)
        assert config or row.study == "mnist", row.target
        if config:
            assert read_config_file(studies.ROOT / config[1])["study"] == row.study
        assert not studies.lacking(row.needs, mirror.parent)
    assert listed["study"].is_unique


def test_a_study_without_its_data_is_skipped_with_what_it_needs(tmp_path):
    (tmp_path / "mirror").mkdir()
    assert studies.lacking("mirror", tmp_path) == ""
    assert studies.lacking("mirror motifs", tmp_path) == f"needs motifs below {tmp_path}"
    row = {"study": "s", "needs": "motifs", "long": "", "discrepancies": ""}
    assert studies.judged(row, tmp_path, tmp_path).absent == f"needs motifs below {tmp_path}"
    assert studies.judged(row | {"needs": ""}, tmp_path, tmp_path).absent == "it wasn't run"
    long = studies.judged(row | {"needs": "", "long": "yes"}, tmp_path, tmp_path).absent
    assert long == "it takes long: make studies STUDIES=s runs it"


def test_wall_time_is_that_of_all_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "ROOT", tmp_path)
    (tmp_path / "Makefile").write_text("good:\n\t@echo made $(DATA) $(MIRROR)\nbad:\n\t@exit 3\n")
    assert studies.run("good", "s", tmp_path, "1", tmp_path) == 0
    assert studies.run("bad", "s", tmp_path, "1", tmp_path) != 0
    row = {"study": "s", "needs": "", "long": "", "discrepancies": ""}
    runs = pd.read_table(tmp_path / "studies/runs.tsv")
    assert runs["status"].tolist()[0] == 0 and len(runs) == 2
    found = studies.judged(row, tmp_path, tmp_path)
    assert found.seconds == pytest.approx(runs["seconds"].sum())
    assert found.absent.startswith("it didn't come to its end")
    log = (tmp_path / "studies/s.log").read_text()
    assert f"made {tmp_path} {tmp_path}/mirror" in log
