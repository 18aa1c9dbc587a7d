"""Runs are equal, equal to rounding, or different, at the place where a file was changed."""

import gzip
import shutil
from pathlib import Path

import h5py
import keras
import numpy as np
import pandas as pd
import pyBigWig
import pytest

from chromolens import tables
from chromolens.__main__ import main
from chromolens.errors import BadInput
from chromolens.reproduce.compare import DIFFERS, EQUAL, MISSING, ROUNDING, compare
from chromolens.study import open_study
from chromolens.tables.study import INDEX

FILES = {
    "metrics": "metrics.tsv",
    "tiles": "own.tiles.tsv.gz",
    "track": "one.bw",
    "shard": "one.h5",
    "network": "one.keras",
    "provenance": "provenance.json",
}


def write_track(path: Path, values: np.ndarray) -> None:
    with pyBigWig.open(str(path), "w") as track:
        track.addHeader([("chr1", 100), ("chr2", len(values))])
        track.addEntries("chr2", 0, values=values.tolist(), span=1, step=1)


def index(folder: Path, files: dict[str, str]) -> None:
    rows = pd.DataFrame({"kind": files.keys(), "path": files.values()}, dtype=str)
    frame = rows.reindex(columns=INDEX.names, fill_value="")
    tables.write(INDEX, frame, folder / "index.tsv")


def network(bias: float) -> keras.Model:
    layers = [keras.layers.Input((3,), name="input"), keras.layers.Dense(2, name="dense")]
    model = keras.Sequential(layers, name="own")
    model.set_weights([np.arange(6, dtype=np.float32).reshape(3, 2), np.full(2, bias)])
    return model


@pytest.fixture
def runs(tmp_path):
    """Two runs: the second's files were written anew, with other times and another name."""
    for name, seconds in (("own", 3.1), ("other", 4.7)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "metrics.tsv").write_text(
            f"task\tauroc\tseconds\nReb1\t0.91\t{seconds}\nAbf1\t0.82\t{seconds}\n"
        )
        with gzip.open(folder / f"{name}.tiles.tsv.gz", "wt", compresslevel=len(name)) as file:
            file.write("chrom\tstart\tvalue\nchr1\t100\t0.5\n")
        write_track(folder / "one.bw", np.arange(50, dtype=np.float32))
        with h5py.File(folder / "one.h5", "w") as file:
            file["chr1/contributions"] = np.array([0.1, np.nan, -0.4], np.float32)
            file["chr1/ids"] = np.array([b"a", b"b"])
            file.attrs["device"] = name
        network(0.5).save(folder / "one.keras")
        (folder / "provenance.json").write_text(f'"{name}"')
        index(folder, {kind: path.replace("own", name) for kind, path in FILES.items()})
    return tmp_path / "own", tmp_path / "other"


def verdict(runs, kind: str) -> tuple[str, str]:
    found = compare(*map(open_study, runs)).set_index("kind")
    assert (found.drop(index=kind)["verdict"] == EQUAL).all()
    return found.at[kind, "verdict"], found.at[kind, "where"]


def test_runs_that_differ_in_times_and_names_are_equal(runs, capsys):
    found = compare(*map(open_study, runs))
    assert list(found["kind"]) == list(FILES)[:-1] and set(found["verdict"]) == {EQUAL}
    assert main(["compare", *map(str, runs)]) == 0
    assert capsys.readouterr().out == "5 of 5 results: equal\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Abf1\t0.82004\t4.7\n", (ROUNDING, "line 3: 0.82, 0.82004")),  # of 0.91: 4.4e-5
        ("Abf1\t0.83\t4.7\n", (DIFFERS, "line 3: 0.82, 0.83")),
        ("Abf2\t0.82\t4.7\n", (DIFFERS, "line 3: Abf1, Abf2")),
        ("", (DIFFERS, "3 lines, 2 lines")),
    ],
)
def test_a_table(runs, line, expected):
    table = runs[1] / "metrics.tsv"
    table.write_text(table.read_text().replace("Abf1\t0.82\t4.7\n", line))
    assert verdict(runs, "metrics") == expected


@pytest.mark.parametrize(("added", "expected"), [(2e-4, ROUNDING), (1e-2, DIFFERS)])
def test_a_track(runs, added, expected):
    values = np.arange(50, dtype=np.float32)
    values[30] += added  # of 49: 4e-6, 2e-4
    write_track(runs[1] / "one.bw", values)
    assert verdict(runs, "track") == (expected, "chr2:30")


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [(0, 0.1 + 1e-6, ROUNDING), (0, 0.11, DIFFERS), (1, 0.0, DIFFERS), (2, np.nan, DIFFERS)],
)
def test_scores(runs, place, value, expected):
    with h5py.File(runs[1] / "one.h5", "a") as file:
        file["chr1/contributions"][place] = value
    assert verdict(runs, "shard") == (expected, f"chr1/contributions {place}")


def test_names_in_scores(runs):
    with h5py.File(runs[1] / "one.h5", "a") as file:
        file["chr1/ids"][1] = b"c"
    assert verdict(runs, "shard") == (DIFFERS, "chr1/ids 1")


def test_a_network(runs):
    network(0.6).save(runs[1] / "one.keras")
    found, where = verdict(runs, "network")
    assert found == DIFFERS and "vars/1 0" in where


def test_what_is_missing_fails(runs, capsys):
    (runs[1] / "one.bw").unlink()
    assert verdict(runs, "track") == (MISSING, "not in the second")
    assert main(["compare", *map(str, runs)]) == 1
    assert "1 of 5 results: missing" in capsys.readouterr().out


def test_studies_without_anything_in_common_are_refused(runs):
    shutil.rmtree(runs[1])
    runs[1].mkdir()
    index(runs[1], {"windows": "other.tsv"})
    with pytest.raises(BadInput, match="none of the results"):
        compare(*map(open_study, runs))


def test_runs_of_other_names_have_the_same_results(tmp_path):
    for name in ("m", "n"):
        (tmp_path / name / "tracks").mkdir(parents=True)
        (tmp_path / name / f"tracks/{name}.metrics.tsv").write_text("task\nReb1\n")
        index(tmp_path / name, {"metrics": f"tracks/{name}.metrics.tsv"})
    found = compare(*(open_study(tmp_path / name) for name in "mn"))
    assert found["verdict"].tolist() == [EQUAL]
