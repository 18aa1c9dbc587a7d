"""Hits read back by other libraries: tabix, bigBed; and regions as Fi-NeMo reads them."""

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig
import pysam
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.sizes import LAST_OF_TBI, LONGEST
from chromolens.motifs.hits.files import autosql, write_bed, write_bigbed
from chromolens.motifs.hits.finemo import export_regions
from chromolens.tables.motifs import HITS
from chromolens.tracks.bigwig import write_bigwig

SIZES = {"chr2": 5000, "chr10": 4000, "chrM": 300}


def some_hits() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    starts = {chrom: np.sort(rng.integers(0, size - 20, 40)) for chrom, size in SIZES.items()}
    table = pd.DataFrame([(c, s, s + 12) for c, own in starts.items() for s in own])
    table.columns = ["chrom", "start", "end"]
    table = table[table["chrom"] != "chrM"].assign(name="GATA1", score=500, strand="-", motif="m1")
    numbers = ["match", "p", "contribution", "contribution_p", "agreement", "combined", "q"]
    for column in (*numbers, "probability"):
        table[column] = rng.normal(size=len(table))
    table.loc[table.index[::3], "probability"] = np.nan  # where no events are known
    return table.assign(window="chr2:1-201", fold="fold0", over=".")[HITS.names]


def test_a_bed_is_read_back_whole_and_by_region(tmp_path: Path) -> None:
    hits, path = some_hits(), tmp_path / "hits.bed.gz"
    write_bed(hits, path)
    pd.testing.assert_frame_equal(tables.read(HITS, path), hits.reset_index(drop=True), rtol=1e-5)
    with pysam.TabixFile(str(path)) as file:
        found = [line.split("\t") for line in file.fetch("chr10", 1000, 2000)]
    own = hits[(hits["chrom"] == "chr10") & (hits["end"] > 1000) & (hits["start"] < 2000)]
    assert [int(row[1]) for row in found] == own["start"].tolist()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hits.bed.gz", "hits.bed.gz.tbi"]


@pytest.mark.parametrize("far", [LAST_OF_TBI - 12, LAST_OF_TBI, LONGEST - 12])
def test_hits_on_the_longest_chromosomes_are_found_by_region(tmp_path: Path, far: int) -> None:
    hits, path = some_hits().iloc[:2].assign(start=[10, far]), tmp_path / "hits.bed.gz"
    hits = hits.assign(end=hits["start"] + 12)
    write_bed(hits, path)
    write_bigbed(hits, {"chr2": LONGEST}, tmp_path / "hits.bb")
    with pysam.TabixFile(str(path)) as file:
        assert [line.split("\t")[1] for line in file.fetch("chr2", far, far + 9)] == [str(far)]
    with pyBigWig.open(str(tmp_path / "hits.bb")) as file:
        assert [entry[:2] for entry in file.entries("chr2", far, far + 9)] == [(far, far + 12)]


def test_a_bigbed_is_read_back_by_another_library(tmp_path: Path) -> None:
    hits, path = some_hits(), tmp_path / "hits.bb"
    write_bigbed(hits, SIZES, path)
    file = pyBigWig.open(str(path))
    assert file.isBigBed() and file.SQL().decode() == autosql()
    for chrom in ("chr2", "chr10"):
        own = hits[hits["chrom"] == chrom]
        entries = file.entries(chrom, 0, SIZES[chrom])
        assert [entry[:2] for entry in entries] == list(zip(own["start"], own["end"], strict=True))
        assert [float(e[2].split("\t")[10]) for e in entries] == pytest.approx(own["q"], rel=1e-5)
        assert {len(entry[2].split("\t")) for entry in entries} == {len(HITS.names) - 3}
    file.close()
    assert said_columns(path) == (len(HITS.names), 6)


def said_columns(path: Path) -> tuple[int, int]:
    """Columns of a bigBed, and how many of them are BED's (the format's paper, table 5)."""
    return struct.unpack_from("<HH", path.read_bytes(), 32)


def test_what_a_bigbed_can_not_hold_is_an_error(tmp_path: Path) -> None:
    with pytest.raises((BadInput, RuntimeError)):
        write_bigbed(some_hits(), {"chr2": 5000}, tmp_path / "hits.bb")
    assert not list(tmp_path.iterdir())


def test_no_hits_are_valid_files(tmp_path: Path) -> None:
    import pybigtools

    nothing = tables.empty(HITS)
    write_bed(nothing, tmp_path / "hits.bed.gz")
    write_bigbed(nothing, SIZES, tmp_path / "hits.bb")
    assert tables.read(HITS, tmp_path / "hits.bed.gz").empty
    assert said_columns(tmp_path / "hits.bb") == (len(HITS.names), 6)
    with pysam.TabixFile(str(tmp_path / "hits.bed.gz")) as file:
        assert not list(file.contigs)
    first, second = (
        pyBigWig.open(str(tmp_path / "hits.bb")),
        pybigtools.open(str(tmp_path / "hits.bb")),
    )
    assert first.isBigBed() and second.is_bigbed
    assert not first.chroms() and not second.chroms()
    assert first.SQL().decode() == autosql()


@pytest.mark.parametrize("width", [20, 21])
def test_regions_are_as_finemo_reads_them(tmp_path: Path, width: int) -> None:
    rng = np.random.default_rng(2)
    text = "".join(rng.choice(list("ACGTN"), 400))
    (tmp_path / "g.fa").write_text(f">b\n{text}\n>a\n{text[::-1]}\n")
    prepare_fasta(tmp_path / "g.fa", tmp_path / "g.fa.gz")
    track = rng.normal(size=400).astype(np.float32)
    track[60:70] = np.nan
    write_bigwig(tmp_path / "t.bw", {"b": 400, "a": 400}, lambda _, start, end: track[start:end])
    windows = pd.DataFrame({"chrom": ["b", "a", "b"], "start": [50, 7, 300]})
    windows = windows.assign(end=windows["start"] + width, id=["x", "y", "z"])
    with Genome(tmp_path / "g.fa.gz") as genome:
        assert export_regions(genome, tmp_path / "t.bw", windows, tmp_path / "out") == 3
    made = np.load(tmp_path / "out/regions.npz")
    # what finemo 0.41's load_regions_npz and call_hits ask for
    assert made["sequences"].shape == (3, 4, 20) and made["sequences"].dtype == np.int8
    assert made["contributions"].shape == (3, 20) and made["contributions"].dtype == np.float32
    assert made["chr"].tolist() == ["b", "a", "b"] and made["chr_id"].tolist() == [0, 1, 0]
    assert made["start"].tolist() == [50, 7, 300] and made["peak_id"].tolist() == [0, 1, 2]
    assert made["peak_name"].tolist() == ["x", "y", "z"]
    letters = [
        "".join("ACGT"[c.argmax()] if c.any() else "N" for c in s.T) for s in made["sequences"]
    ]
    assert letters == [text[50:70], text[::-1][7:27], text[300:320]]
    np.testing.assert_array_equal(made["contributions"][0], np.r_[track[50:60], np.zeros(10)])
    peaks = pd.read_table(tmp_path / "out/regions.narrowPeak", header=None)
    assert peaks.shape == (3, 10)
    assert (peaks[1] + peaks[9] - 10).tolist() == made["start"].tolist()


def test_no_window_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no bp"):
        export_regions(None, "", pd.DataFrame({"start": [], "end": []}), tmp_path)
