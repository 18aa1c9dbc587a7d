"""Toy genomes, bigWigs and prepared yeast windows for the tests of the inputs."""

import gzip
from pathlib import Path

import numpy as np
import pyBigWig
import pysam
import pytest

from chromolens.genome.fasta import prepare_fasta


@pytest.fixture
def write_fasta(tmp_path):
    """Write {name: letters} as an indexed FASTA and return its path."""

    def write(sequences: dict[str, str], name: str = "toy.fa") -> str:
        path = tmp_path / name
        path.write_text("".join(f">{chrom}\n{text}\n" for chrom, text in sequences.items()))
        pysam.faidx(str(path))
        return str(path)

    return write


@pytest.fixture
def write_bigwig(tmp_path):
    """Write {chrom: values (NaN = no value)} as a bigWig and return its path."""

    def write(values: dict[str, np.ndarray], name: str = "toy.bw") -> str:
        path = str(tmp_path / name)
        file = pyBigWig.open(path, "w")
        file.addHeader([(chrom, len(array)) for chrom, array in values.items()])
        for chrom, array in values.items():
            at = np.flatnonzero(~np.isnan(array))
            if len(at):
                file.addEntries(
                    [chrom] * len(at),
                    at.tolist(),
                    ends=(at + 1).tolist(),
                    values=array[at].tolist(),
                )
        file.close()
        return path

    return write


@pytest.fixture
def write_bed(tmp_path):
    """Write (chrom, position) pairs as BED lines of one base and return the path."""

    def write(events: list[tuple[str, int]], name: str = "peaks.bed") -> str:
        path = tmp_path / name
        path.write_text("".join(f"{chrom}\t{at}\t{at + 1}\n" for chrom, at in events))
        return str(path)

    return write


@pytest.fixture
def write_lines(tmp_path):
    """Write lines to a file of the given name (gzipped if it says .gz) and return its path."""

    def write(name, lines):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        content = "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return str(path)

    return write


@pytest.fixture
def random_genome():
    """Letters of chromosomes chrA, chrB, ... of the given lengths, without N."""

    def make(lengths: list[int], seed: int = 0) -> dict[str, str]:
        rng = np.random.default_rng(seed)
        letters = np.frombuffer(b"ACGT", dtype=np.uint8)
        return {
            f"chr{'ABCDEFGH'[i]}": letters[rng.integers(0, 4, length)].tobytes().decode()
            for i, length in enumerate(lengths)
        }

    return make


@pytest.fixture(scope="session")
def yeast(mirror, tmp_path_factory) -> str:
    """The prepared FASTA of yeast."""
    source = mirror / "hgdownload.soe.ucsc.edu/goldenPath/sacCer3/bigZips/sacCer3.fa.gz"
    target = tmp_path_factory.mktemp("yeast") / "sacCer3.fa.gz"
    prepare_fasta(source, target)
    return str(target)


@pytest.fixture(scope="session")
def rossi(mirror) -> Path:
    """Folder of the ChIP-exo release with peaks and features."""
    return next((mirror / "raw.githubusercontent.com/CEGRcode/2021-Rossi_Nature").iterdir())
