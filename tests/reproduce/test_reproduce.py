"""What isn't as it was is said; a study runs again with its own config; what differs fails."""

import json

import pytest

from chromolens import provenance
from chromolens.__main__ import main
from chromolens.commands import reproduce
from chromolens.reproduce.conditions import conditions


@pytest.fixture
def study(tmp_path):
    """The folder of a finished study whose inputs are a file of the user's and a made one."""
    (tmp_path / "peaks.bed").write_text("chr1\t10\t20\n")
    folder = tmp_path / "results/own"
    folder.mkdir(parents=True)
    (folder / "genome.fa").write_text(">chr1\nACGT\n")
    made = provenance.record({"study": "own", "seed": 3}, [], [tmp_path / "peaks.bed"], [])
    made["inputs"] = {
        "peaks.bed": provenance.file_digest(tmp_path / "peaks.bed"),
        "results/own/genome.fa": "of another run",
    }
    (folder / "provenance.json").write_text(json.dumps(made))
    return folder


def test_what_is_as_it_was_is_not_listed(study):
    made = json.loads((study / "provenance.json").read_text())
    assert conditions(made, study).empty


def test_what_changed_is_listed(study):
    made = json.loads((study / "provenance.json").read_text())
    numpy = made["packages"]["numpy"]
    made |= {"commit": "0" * 40, "packages": made["packages"] | {"numpy": "1.0", "gone": "2"}}
    old = made["inputs"]["peaks.bed"]
    (study.parents[1] / "peaks.bed").unlink()
    found = conditions(made, study).values.tolist()
    assert found == [
        ["commit", "0" * 40, provenance.commit()],
        ["package gone", "2", "absent"],
        ["package numpy", "1.0", numpy],
        ["file peaks.bed", old, "absent"],
    ]


def test_the_study_runs_again_with_its_own_config(study, tmp_path, monkeypatch, capsys):
    started = []

    def call(command, environment):
        started.append(command)
        return 0

    monkeypatch.setattr(reproduce.run, "call", call)
    monkeypatch.setattr(reproduce, "compared", lambda *folders: (" and ".join(folders), 1))
    into = tmp_path / "again"
    assert main(["reproduce", str(study), "--into", str(into), "--cores", "2", "-n"]) == 1
    (command,) = started
    assert json.loads((into / "config.json").read_text()) == {"study": "own", "seed": 3}
    assert command[command.index("--configfile") + 1] == str(into / "config.json")
    assert command[-3:] == ["--directory", str(into), "-n"]
    said = capsys.readouterr().out
    assert said.endswith(f"{study} and {into}/results/own\n") and "as they were" in said


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "no provenance can be read"), ('{"config": {}}', "no inputs, packages"), ("3", "read")],
)
def test_what_is_no_provenance_is_refused(study, content, message, capsys):
    (study / "provenance.json").write_text(content)
    assert main(["reproduce", str(study), "--into", "x"]) == 2
    assert message in capsys.readouterr().err


def test_the_folder_of_the_first_run_is_refused(study, capsys):
    assert main(["reproduce", str(study), "--into", str(study.parents[1])]) == 2
    assert "the new run would be the old one" in capsys.readouterr().err
