"""Observed tracks against what was written into the files."""

from pathlib import Path

import numpy as np
import pyBigWig

from chromolens.tracks.bigwig import read_back
from chromolens.tracks.observed import observe

SIZES = {"chrI": 1000, "chrII": 500}


def write_signal(path: Path, chrom: str, starts: list[int], values: list[float]) -> str:
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("1", 1000), ("2", 500)])
        file.addEntries([chrom] * len(starts), starts, ends=[s + 1 for s in starts], values=values)
    return str(path)


def test_signals_are_summed_and_absent_bases_are_zero(tmp_path: Path) -> None:
    plus = write_signal(tmp_path / "plus.bw", "1", [3, 999], [2.0, 5.0])
    minus = write_signal(tmp_path / "minus.bw", "1", [3, 10], [1.0, 4.0])
    observe([plus, minus], tmp_path / "sum.bw", SIZES, {"1": "chrI", "2": "chrII"})
    expected = np.zeros(1000, np.float32)
    expected[[3, 10, 999]] = [3, 4, 5]
    np.testing.assert_array_equal(read_back(tmp_path / "sum.bw", "chrI", 0, 1000), expected)
    assert not read_back(tmp_path / "sum.bw", "chrII", 0, 500).any()


def test_events_are_counted_at_their_summits(tmp_path: Path) -> None:
    bed = tmp_path / "events.bed"
    bed.write_text("chrI\t10\t11\nchrI\t10\t11\nchrII\t400\t410\n")
    observe([str(bed)], tmp_path / "events.bw", SIZES)
    expected = np.zeros(1000, np.float32)
    expected[10] = 2
    np.testing.assert_array_equal(read_back(tmp_path / "events.bw", "chrI", 0, 1000), expected)
    assert np.flatnonzero(read_back(tmp_path / "events.bw", "chrII", 0, 500)).tolist() == [405]
