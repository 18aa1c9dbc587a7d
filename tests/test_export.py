"""A study's windows for Fi-NeMo, by the command."""

import numpy as np
import pandas as pd
import pytest

from chromolens.__main__ import main
from chromolens.genome.fasta import prepare_fasta
from chromolens.inputs.windows import write_windows
from chromolens.planning import results
from chromolens.tracks.bigwig import write_bigwig
from tests.indexes import write_index


@pytest.fixture
def study(tmp_path):
    """Four windows, two of them on events of task one."""
    folder = tmp_path / "small"
    for name in ("inputs", "tracks", "motifs/main/one/ism"):
        (folder / name).mkdir(parents=True)
    text = "".join(np.random.default_rng(0).choice(list("ACGT"), 500))
    (tmp_path / "g.fa").write_text(f">a\n{text}\n")
    prepare_fasta(tmp_path / "g.fa", folder / "inputs/genome.fa.gz")
    starts = np.arange(0, 400, 100)
    windows = pd.DataFrame({"id": [f"a:{s}-{s + 50}" for s in starts], "group": "a", "chrom": "a"})
    windows = windows.assign(start=starts, end=starts + 50, role="positive", gc=0.5, shared=0)
    windows["source"] = ["one", "two", "one,two", "negative"]
    windows["one"] = [1, 0, 1, 0]
    columns = "id group chrom start end role source gc shared one".split()
    write_windows(windows[columns], folder / "inputs/main.windows.tsv.gz")
    track = folder / "tracks/small.main.one.ism.scaled.bw"
    write_bigwig(track, {"a": 500}, lambda _, start, end: np.arange(start, end))
    (folder / "motifs/main/one/ism/modisco.h5").touch()
    reading = {"model": "main", "task": "one", "method": "ism"}
    scaled = [reading | {"track": "ism.scaled"}]
    write_index(
        folder, "small", genome=results.ONE, models=[reading], scaled=scaled, motifs=[reading]
    )
    return folder


def test_the_events_windows_are_written(study, tmp_path, capsys):
    assert main(["finemo", str(study), "main", "one", "ism", str(tmp_path / "out")]) == 0
    assert "finemo call-hits -M pp -r" in capsys.readouterr().out
    made = np.load(tmp_path / "out/regions.npz")
    assert made["start"].tolist() == [0, 200]
    np.testing.assert_array_equal(made["contributions"][1], np.arange(200, 250))


def test_a_task_that_was_not_explained_is_an_error(study, tmp_path, capsys):
    assert main(["finemo", str(study), "main", "two", "ism", str(tmp_path / "out")]) == 2
    assert "there is no task 'two'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
