"""The windows table: written and read back, and its checks."""

import gzip

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import fold_table
from chromolens.inputs.windows import (
    Tally,
    check_apart,
    check_roles,
    check_task,
    read_windows,
    task_names,
    write_windows,
)


@pytest.fixture
def windows():
    chroms = np.repeat(["NA", "1", "X"], 4)
    starts = np.arange(12) * 10
    table = pd.DataFrame({"group": chroms, "chrom": chroms, "start": starts, "end": starts + 5})
    table.insert(0, "id", table["chrom"] + ":" + table["start"].astype(str))
    table = table.assign(role="positive", source="t", gc=[np.nan, *np.linspace(0.1, 0.9, 11)])
    return table.assign(shared=0, t=[1.0, 0.0, np.nan, 1.0] * 3, n=np.arange(12) / 7)


def folds():
    return fold_table([["NA"], ["1"], ["X"]])


def test_what_is_written_is_read(windows, tmp_path):
    path = tmp_path / "windows.tsv.gz"
    write_windows(windows, path)
    found = read_windows(path)
    # A chromosome may be called NA or 1, and stays a name.
    pd.testing.assert_frame_equal(found, windows, check_exact=False, rtol=1e-8, check_dtype=False)
    assert task_names(found) == ["t", "n"]
    first = gzip.decompress(path.read_bytes()).decode().splitlines()[3].split("\t")
    assert first[:5] == ["NA:20", "NA", "NA", "20", "25"] and first[-2] == ""
    write_windows(windows, tmp_path / "again.tsv.gz")
    assert path.read_bytes() == (tmp_path / "again.tsv.gz").read_bytes()


def test_damaged_tables(windows, tmp_path):
    path = tmp_path / "windows.tsv.gz"
    write_windows(windows, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadInput, match="can't be read"):
        read_windows(path)
    windows.drop(columns=["start", "role"]).to_csv(path, sep="\t", index=False)
    with pytest.raises(BadInput, match="no column 'start'"):
        read_windows(path)
    with pytest.raises(BadInput, match="can't be read"):
        read_windows(tmp_path / "absent.tsv.gz")


@pytest.mark.parametrize(
    "name", ["gc", "start", "sequence", "fold", "replicate", "negative", "tile", "a,b", "", "a b"]
)
def test_names_that_no_task_can_have(name):
    with pytest.raises(BadInput, match="can't be named"):
        check_task(name)


def test_every_role_serves_every_task(windows):
    check_roles(windows, folds(), ["t"], Tally())


@pytest.mark.parametrize(("label", "word"), [(1, "positives"), (0, "negatives")])
def test_a_role_without_a_class(windows, label, word):
    windows.loc[(windows["group"] == "1") & (windows["t"] == label), "t"] = np.nan
    with pytest.raises(BadInput, match=f"task t has no {word}") as error:
        check_roles(windows, folds(), ["t"], Tally())
    assert "fold0, validation: 1" in str(error.value)


def test_a_role_without_windows(windows):
    with pytest.raises(BadInput, match="no windows") as error:
        check_roles(windows[windows["group"] != "X"], folds(), [], Tally())
    assert "fold0, training: X" in str(error.value)


def test_windows_that_two_roles_would_see(windows):
    check_apart(windows, folds())
    double = windows.assign(id=windows["id"].replace("1:40", "X:80"))
    with pytest.raises(BadInput, match="window X:80 stands in the table more than once"):
        check_apart(double, folds())
    astray = windows.assign(group=windows["group"].where(windows["id"] != "1:40", "X"))
    with pytest.raises(BadInput, match="window 1:40 is in the group of another"):
        check_apart(astray, folds())
    both = pd.concat(
        [folds(), pd.DataFrame([("fold0", "training", "NA")], columns=folds().columns)]
    )
    with pytest.raises(BadInput, match="NA has two roles in fold0"):
        check_apart(windows, both)


def test_windows_lie_in_their_blocks(windows):
    """Windows of chromosome 1 start at 0, 40, ...: they may be cut into blocks there alone."""
    blocks = windows.assign(group=windows["chrom"])
    own = windows["chrom"] == "1"
    reach = int(windows.loc[own, "end"].max())
    blocks.loc[own, "group"] = f"1-0-{reach}"
    check_apart(blocks, folds())
    blocks.loc[own, "group"] = f"1-0-{reach - 1}"
    last = windows.loc[own].sort_values("end")["id"].iloc[-1]
    with pytest.raises(BadInput, match=f"window {last} is in the group of another stretch"):
        check_apart(blocks, folds())
    blocks.loc[own, "group"] = f"X-0-{reach}"
    with pytest.raises(BadInput, match="in the group of another stretch"):
        check_apart(blocks, folds())


def test_tally_counts_and_gives_the_first_example():
    tally = Tally()
    tally.add("too many N", "t", ["a", "b"])
    tally.add("too many N", "u", [])
    tally.add("too many N", "t", ["c"])
    assert tally.table().values.tolist() == [["too many N", "t", 3, "a"]]
    assert tally.describe("t") == "t: 3 too many N (first: a)"
