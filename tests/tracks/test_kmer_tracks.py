"""k-mers on their genome: what plain Python adds up base by base, in both files."""

import gzip
from collections import defaultdict

import h5py
import numpy as np
import pandas as pd
import pyBigWig
import pytest

from chromolens.errors import BadInput
from chromolens.scores import seal
from chromolens.tables.tokens import TOKEN_BEDGRAPH
from chromolens.tracks.bases import write_bases
from chromolens.tracks.kmers import bases_of_records, sizes_of_all

SIZES = {"chrB": 60, "chrA": 200, "chrC": 30}
PLACES = {
    "r0": "chrA:10-19",
    "r1": "chrA:14-23",
    "r2": "chrB:51-60",
    "r3": "",
    "r4": "chrA:150-159",
}


def study(tmp_path, kmer, step):
    """A table of texts of nine bases, and a file of their contributions in another order."""
    rng = np.random.default_rng(0)
    tokens = len(range(0, 9 - kmer + 1, step))
    cut = {"r4": tokens - 1}  # a text of which the model reads less
    texts = {name: ["A" * kmer] * cut.get(name, tokens) for name in PLACES}
    values = {name: rng.normal(size=tokens + 2).astype(np.float32) for name in PLACES}
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["id"] = list(PLACES)[::-1]
        file["contributions"] = np.stack([values[name] for name in list(PLACES)[::-1]])
    seal(path)
    windows = pd.DataFrame({"id": list(PLACES), "place": list(PLACES.values())})
    return windows.assign(text=[" ".join(texts[name]) for name in PLACES]), path, texts, values


@pytest.mark.parametrize(("kmer", "step"), [(3, 1), (4, 2), (2, 3)])
def test_bases_are_what_plain_python_adds_up(tmp_path, kmer, step):
    windows, path, texts, values = study(tmp_path, kmer, step)
    on_base = defaultdict(list)
    for name, place in PLACES.items():
        if not place:
            continue
        chrom, start = place.split("-")[0].split(":")
        own = defaultdict(float)
        for number in range(len(texts[name])):
            for base in range(kmer):
                own[int(start) + number * step + base] += values[name][number] / kmer
        for base, value in own.items():
            on_base[chrom, base].append(value)
    expected = {key: sum(each) / len(each) for key, each in on_base.items()}
    assert max(map(len, on_base.values())) == 2 or step > kmer
    bigwig, bedgraph = tmp_path / "x.bw", tmp_path / "x.bedgraph.gz"
    write_bases(
        bases_of_records(windows, path, step, SIZES),
        SIZES, bigwig=bigwig, bedgraph=bedgraph, table=TOKEN_BEDGRAPH,
    )  # fmt: skip
    with pyBigWig.open(str(bigwig)) as track:
        assert list(track.chroms().items()) == list(SIZES.items())
        for chrom, size in SIZES.items():
            wanted = [expected.get((chrom, base), np.nan) for base in range(size)]
            np.testing.assert_allclose(track.values(chrom, 0, size), wanted, atol=1e-6)
    lines = [
        line.split("\t") for line in gzip.decompress(bedgraph.read_bytes()).decode().split("\n")
    ]
    found = {(line[0], int(line[1])): float(line[3]) for line in lines if len(line) == 4}
    assert found == pytest.approx(expected, abs=1e-6) and len(found) == len(lines) - 1
    assert all(int(line[2]) == int(line[1]) + 1 for line in lines[:-1])


def test_texts_without_a_place_give_an_empty_track(tmp_path, caplog):
    windows, path, _, _ = study(tmp_path, 3, 1)
    caplog.set_level("INFO", "chromolens")
    found = bases_of_records(windows.assign(place=""), path, 1, SIZES)
    assert not len(found) and "5 texts have no place" in caplog.text
    write_bases(found, SIZES, bigwig=tmp_path / "x.bw", bedgraph=tmp_path / "x.gz",
                table=TOKEN_BEDGRAPH)  # fmt: skip
    with pyBigWig.open(str(tmp_path / "x.bw")) as track:
        assert track.intervals("chrA") is None


def test_genomes_of_different_peaks_must_be_one_assembly(tmp_path):
    paths = [str(tmp_path / name) for name in ("a.fa", "b.fa", "c.fa")]
    for path, text in zip(
        paths, (">x\nACGT\n>y\nA\n", ">z\nAC\n>x\nACGT\n", ">x\nACG\n"), strict=True
    ):
        with open(path, "w") as file:
            file.write(text)
    assert sizes_of_all([paths[0], paths[1], paths[0]]) == {"x": 4, "y": 1, "z": 2}
    with pytest.raises(BadInput, match="(?s)x has 3 bp, and 4 in the FASTA of other peaks.*c.fa"):
        sizes_of_all(paths)
