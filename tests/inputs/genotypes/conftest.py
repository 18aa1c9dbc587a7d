"""Genotypes in every kind of file, made from one matrix."""

import itertools

import numpy as np
import pysam
import pytest
from bed_reader import to_bed

from chromolens.inputs.genotypes import write_store
from chromolens.inputs.genotypes.store import Store

HEAD = [
    "##fileformat=VCFv4.2",
    "##contig=<ID=chr2>",
    "##contig=<ID=chr10>",
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="call">',
    '##FORMAT=<ID=DS,Number=A,Type=Float,Description="dosage">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
]


@pytest.fixture
def matrix() -> np.ndarray:
    """Dosages int8 (12 samples, 7 markers); -1 is missing."""
    rng = np.random.default_rng(3)
    dosage = rng.integers(0, 3, (12, 7)).astype(np.int8)
    dosage[2, 3] = dosage[7, 0] = -1
    return dosage


@pytest.fixture
def places() -> list[tuple[str, str, int]]:
    """(id, chromosome, position) of the 7 markers, in order; chr2 comes before chr10."""
    chroms = ["chr2"] * 4 + ["chr10"] * 3
    return [(f"m{i}", chrom, 100 * i + 5) for i, chrom in enumerate(chroms)]


@pytest.fixture
def write_table(write_lines, places):
    """Write a table of genotypes (texts) and its markers; return both as settings."""

    def write(cells, names=None, name="genotypes.tsv", divider="\t", samples=None):
        names = names or [place[0] for place in places]
        samples = samples or [f"s{i}" for i in range(len(cells))]
        lines = [divider.join(["sample", *names])]
        lines += [divider.join([s, *row]) for s, row in zip(samples, cells, strict=True)]
        markers = ["marker\tchrom\tpos", *("\t".join(map(str, place)) for place in places)]
        return {
            "genotypes": write_lines(name, lines),
            "markers": write_lines("markers.tsv", markers),
        }

    return write


@pytest.fixture
def write_vcf(write_lines):
    """Write (chrom, pos, id, ref, alt, cells) as a VCF, packed as its name says."""

    def write(sites, name="genotypes.vcf", form="GT", samples=None):
        samples = samples or [f"s{i}" for i in range(len(sites[0][5]))]
        fixed = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split()
        lines = [*HEAD, "\t".join([*fixed, *samples])]
        for *place, cells in sites:
            lines.append("\t".join([*map(str, place), ".", ".", ".", form, *cells]))
        if name.endswith((".vcf", ".vcf.gz")):
            return {"genotypes": write_lines(name, lines)}
        plain = write_lines("plain.vcf", lines)
        path = plain.replace("plain.vcf", name)
        if name.endswith(".bgz"):
            pysam.tabix_compress(plain, path)
        else:
            with (
                pysam.VariantFile(plain) as read,
                pysam.VariantFile(path, "wb", header=read.header) as file,
            ):
                for record in read:
                    file.write(record)
        return {"genotypes": path}

    return write


@pytest.fixture
def write_plink(tmp_path, places):
    """Write dosages of the .bim's first allele as .bed, .bim and .fam."""

    def write(dosage, name="genotypes.bed", **properties):
        values = np.where(dosage < 0, -127, dosage).astype(np.int8)
        number = range(len(values))
        ids, chroms, positions = zip(*places, strict=True)
        known = {
            "fid": [f"f{i // 2}" for i in number],
            "iid": [f"s{i}" for i in number],
            "sid": ids,
            "chromosome": chroms,
            "bp_position": positions,
            "allele_1": ["G"] * len(ids),
            "allele_2": ["A"] * len(ids),
        }
        to_bed(tmp_path / name, values, properties={**known, **properties})
        return {"genotypes": str(tmp_path / name)}

    return write


@pytest.fixture
def store(tmp_path):
    """Write a store from settings, keeping all markers that differ, and open it."""
    number = itertools.count()

    def make(**settings) -> Store:
        path = tmp_path / f"store{next(number)}" / "genotypes.h5"
        lenient = {"max_missing_marker": 1, "max_missing_sample": 1, "min_frequency": 0}
        write_store(path, **{**lenient, **settings})
        return Store(path)

    return make


@pytest.fixture
def dropped():
    """What a store left out: reason -> (count, example)."""

    def read(opened: Store) -> dict[str, tuple[int, str]]:
        rows = opened.dropped.itertuples(index=False)
        return {reason: (count, example) for reason, _, count, example in rows}

    return read
