"""Damaged files: every reader of users' files gives a table or BadInput that names the file.

Seeds are read as they are first; then bytes of them are changed, cut, doubled and turned round, at
random. ``HOSTILE_INPUTS`` is the number of damaged files (``make test-hostile``).
"""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from damage import INPUTS, refusals

from chromolens.genome.fasta import Genome, chromosome_sizes, prepare_fasta
from chromolens.inputs.folds import read_fold_file
from chromolens.inputs.peaks import read_genes, read_peaks, read_regions
from chromolens.inputs.records import read_source
from chromolens.motifs.meme import read_meme
from chromolens.planning.samples import read_samples

SIZES = {"chrI": 1000, "chrII": 500}
PEAKS = "".join(f"chrI\t{i}\t{i + 50}\tp\t{i}\t.\t2.5\t-1\t-1\t20\n" for i in range(0, 90, 9))
GENES = "##gff-version 3\nchrI\tx\tgene\t1\t90\t.\t+\t.\tID=a;Name=A%20B\n"
FASTA = ">chrI one\nACGTNacgtn\nACGT\n>chrII\nGGCCRYK\n"
TABLE = "id\tsequence\tlabel\tsplit\nx\tACGT\t1\ta\ny\tGGNT\t0.5\tb\nz\tACTT\tNA\tb\n"
MEME = "MEME version 4\nALPHABET= ACGT\nMOTIF a A B\nletter-probability matrix: w= 2\n"
MEME += "0.25 0.25 0.5 0\n1 0 0 0\n"
FOLDS = json.dumps({"train": ["chrI"], "valid": ["chrII"], "test": ["1"]})
SHEET = "task\treplicate\tpeaks\tplus\na\t1\ta.bed\t\nb\t2\tb#.bed\tb.bw\n"


def _indexed(path: Path) -> None:
    """The sizes that an index gives, believed only if the content agrees."""
    fasta = path.with_suffix("")
    fasta.write_text(">chrI\nACGT\n>chrII\nGG\n")
    os.utime(path, ns=(2**62, 2**62))
    prepare_fasta(fasta, path.parent / "out.fa.gz", planned=chromosome_sizes(fasta))


def _own_index(path: Path) -> None:
    """An index of ours in the place of the right one."""
    ours = path.with_name("ours.fa.gz")
    damaged = path.read_bytes()
    (path.parent / "ours.fa").write_text(FASTA)
    prepare_fasta(path.parent / "ours.fa", ours)
    Path(f"{ours}.fai").write_bytes(damaged)
    with Genome(ours) as genome:
        assert genome.sequence("chrI", 0, 14) == "ACGTNACGTNACGT"


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "g.fa": (FASTA, lambda path: prepare_fasta(path, path.parent / "out.fa.gz")),
    "g.fa.fai": ("chrI\t4\t6\t4\t5\nchrII\t2\t18\t2\t3\n", _indexed),
    "ours.fai": ("chrI\t14\t6\t14\t15\nchrII\t7\t28\t7\t8\n", _own_index),
    "p.narrowPeak": (PEAKS, lambda path: read_peaks(path, SIZES)),
    "x.bed": ("chrI\t1\t9\nchrM\t1\t9\n", lambda path: read_regions(path, SIZES)),
    "g.gff": (GENES, lambda path: read_genes(path, SIZES)),
    "m.meme": (MEME, read_meme),
    "t.tsv": (TABLE, lambda path: read_source({"table": str(path)})),
    "r.fa": (FASTA, lambda path: read_source({"fasta": str(path), "label": 1})),
    "s.tsv": (SHEET, read_samples),
    "f.json": (FOLDS, read_fold_file),
}
PACKED = ["g.fa", "p.narrowPeak", "g.gff", "t.tsv", "m.meme"]
SEEDS = [(name, False) for name in READERS] + [(name, True) for name in PACKED]


@pytest.mark.parametrize(("name", "packed"), SEEDS)
def test_damaged_files_end_in_a_table_or_in_bad_input(tmp_path, name, packed):
    text, read = READERS[name]
    content = gzip.compress(text.encode(), mtime=0) if packed else text.encode()
    assert refusals(tmp_path / name, content, read, -(-INPUTS // 3 // len(SEEDS)))
