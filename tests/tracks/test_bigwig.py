"""Tracks read back as they were written."""

import numpy as np
import pyBigWig
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import runs_of
from chromolens.tracks.bigwig import read_back, write_bigwig

SIZES = {"chr2": 1000, "chr10": 777, "empty": 50}


def values_with_gaps() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    values = {chrom: rng.normal(size=size).astype("float32") for chrom, size in SIZES.items()}
    for start, end in [(0, 3), (100, 101), (255, 258), (990, 1000)]:
        values["chr2"][start:end] = np.nan
    values["chr10"][300], values["empty"][:] = -0.0, np.nan
    return values


def write(path, values, block=256):
    write_bigwig(path, SIZES, lambda chrom, start, end: values[chrom][start:end], block=block)
    return path


def test_every_bit_and_every_gap_comes_back(tmp_path):
    values, path = values_with_gaps(), write(tmp_path / "t.bw", values_with_gaps())
    track = pyBigWig.open(str(path))
    assert list(track.chroms().items()) == list(SIZES.items())
    for chrom, expected in values.items():
        found = np.array(track.values(chrom, 0, SIZES[chrom]), dtype="float32")
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(read_back(path, chrom, 0, SIZES[chrom]), expected)
    assert track.stats("chr2", exact=True)[0] == pytest.approx(
        np.nanmean(values["chr2"].astype(float)), rel=1e-5
    )


def test_gaps_are_absent_not_zero(tmp_path):
    track = pyBigWig.open(str(write(tmp_path / "t.bw", values_with_gaps())))
    assert track.intervals("chr2", 100, 101) is None
    assert track.intervals("empty", 0, 50) is None
    assert track.header()["nBasesCovered"] == 1000 - 17 + 777


def test_equal_values_give_equal_bytes(tmp_path):
    one, other = (write(tmp_path / f"{i}.bw", values_with_gaps()) for i in range(2))
    assert one.read_bytes() == other.read_bytes()


def test_a_track_without_any_value_can_be_read(tmp_path):
    nothing = {chrom: np.full(size, np.nan, "float32") for chrom, size in SIZES.items()}
    path = write(tmp_path / "t.bw", nothing)
    assert np.isnan(read_back(path, "chr10", 0, 777)).all()


def test_infinity_is_refused_with_its_place(tmp_path):
    values = values_with_gaps()
    values["chr10"][600] = -np.inf
    with pytest.raises(BadInput, match="chr10:600"):
        write(tmp_path / "t.bw", values)
    assert not list(tmp_path.iterdir()), "nothing half-written may stay"


@pytest.mark.parametrize("known", ["", "0", "1", "1101", "0110", "010110"])
def test_runs_are_those_of_a_plain_loop(known):
    chosen = np.array([letter == "1" for letter in known], bool)
    covered = [place for start, end in runs_of(chosen) for place in range(start, end)]
    assert covered == [place for place, letter in enumerate(known) if letter == "1"]


def test_reading_what_is_not_there_is_refused(tmp_path):
    path = write(tmp_path / "t.bw", values_with_gaps())
    with pytest.raises(BadInput, match="chr2"):
        read_back(path, "chrZ", 0, 1)
    with pytest.raises(BadInput, match="not in the track"):
        read_back(path, "chr2", 0, 1001)
    (tmp_path / "bad.bw").write_bytes(b"x" * 100)
    with pytest.raises(BadInput, match="can't be read"):
        read_back(tmp_path / "bad.bw", "chr2", 0, 1)
