"""A base per marker in both files, and what has no place there."""

import gzip

import numpy as np
import pyBigWig
import pytest

from chromolens.errors import BadInput
from chromolens.markers.files import write_tracks
from tests.markers.made import markers_of


def test_both_files_hold_every_base_once(tmp_path):
    markers = markers_of(chr10=4, chr2=3)
    markers["position"] = [1, 7, 7, 7, 5, 6, 3_000_000]
    values = np.array([0.5, 1, -3, 3, np.nan, 0, 2**-20])
    bigwig, bedgraph = tmp_path / "m.bw", tmp_path / "m.bedgraph.gz"
    sizes = {"chr2": 3_000_001, "chr10": 9, "chrM": 20}
    assert write_tracks(markers, values, bigwig, bedgraph, sizes) == 2
    lines = gzip.decompress(bedgraph.read_bytes()).decode().splitlines()
    assert [line.split("\t") for line in lines] == [
        ["chr10", "0", "1", "0.5"],
        ["chr10", "6", "7", "-3.0"],  # of equal sizes the first
        ["chr2", "5", "6", "0.0"],
        ["chr2", "2999999", "3000000", repr(2**-20)],
    ]
    with pyBigWig.open(str(bigwig)) as track:
        assert list(track.chroms().items()) == list(sizes.items())
        assert track.intervals("chr10") == ((0, 1, 0.5), (6, 7, -3.0))
        assert track.intervals("chr2") == ((5, 6, 0.0), (2999999, 3000000, 2**-20))
        assert track.intervals("chrM") is None


def test_nothing_known_is_an_empty_track(tmp_path):
    write_tracks(markers_of(I=3), np.full(3, np.nan), tmp_path / "m.bw", tmp_path / "m.bedgraph")
    with pyBigWig.open(str(tmp_path / "m.bw")) as track:
        assert track.chroms() == {"I": 3000} and track.intervals("I") is None
    assert not (tmp_path / "m.bedgraph").read_text()


def test_without_sizes_chromosomes_end_at_their_last_marker(tmp_path):
    write_tracks(markers_of(I=3, X=1), np.ones(4), tmp_path / "m.bw", tmp_path / "m.bedgraph")
    with pyBigWig.open(str(tmp_path / "m.bw")) as track:
        assert track.chroms() == {"I": 3000, "X": 1000}


@pytest.mark.parametrize(
    ("position", "sizes", "said"),
    [
        (0.5, None, "marker 'm2' lies at 0.5"),
        (0, None, "counted from 1"),
        (9, {"I": 5000, "X": 8}, "a marker at X:9\n  expected: X of 8 bp"),
        (9, {"I": 5000}, "it is not in it"),
    ],
)
def test_places_outside_the_genome_are_refused(tmp_path, position, sizes, said):
    markers = markers_of(I=2, X=1).astype({"position": float})
    markers.loc[2, "position"] = position
    with pytest.raises(BadInput, match=said):
        write_tracks(markers, np.ones(3), tmp_path / "m.bw", tmp_path / "m.bedgraph", sizes)
    assert not list(tmp_path.iterdir())
