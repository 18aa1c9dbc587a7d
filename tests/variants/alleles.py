"""A small genome with repeats, files of variants on it, and haplotypes made of strings."""

import random
from pathlib import Path

import pandas as pd
import pysam

from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.inputs.folds import Folds
from chromolens.variants.reading import STATED

WINDOW = 40
SETTINGS = {
    "window": WINDOW, "places": 3, "spread": 0.1, "names": {"1": "a"}, "max_n": 0.5,
    "turn_swapped": False,
}  # fmt: skip
FOLDS = Folds(
    {
        "fold0": {"test": ["a"], "validation": ["b"], "training": ["c"]},
        "fold1": {"test": ["b"], "validation": ["a"], "training": ["c"]},
    }
)


def sequences() -> dict[str, str]:
    """Chromosomes a and b, which are held out, with repeats; c, which never is; N in b."""
    draw = random.Random(7)
    text = {name: "".join(draw.choices("ACGT", k=600)) for name in "abc"}
    for name in "ab":
        middle = "CA" * 9 + "TTTTTTTTT" + "GATGATGATGAT"
        text[name] = text[name][:200] + middle + text[name][200 + len(middle) :]
    text["b"] = text["b"][:400] + "N" * 60 + text["b"][460:]
    return text


def write_genome(folder: Path) -> Genome:
    """The genome, prepared in ``folder`` and opened."""
    lines = "".join(f">{name}\n{text}\n" for name, text in sequences().items())
    (folder / "genome.fa").write_text(lines)
    prepare_fasta(folder / "genome.fa", folder / "genome.fa.gz")
    return Genome(folder / "genome.fa.gz")


def stated(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    """``STATED`` of (chrom, position, ref, alt), a record each."""
    numbered = [(number, 1, f"v{number}", *row) for number, row in enumerate(rows)]
    return pd.DataFrame(numbered, columns=STATED)


def write_vcf(path: Path, *records: str, contigs: bool = True) -> Path:
    """A VCF of ``records``: CHROM POS ID REF ALT, divided by blanks."""
    head = ["##fileformat=VCFv4.2", '##INFO=<ID=AF,Number=A,Type=Float,Description="x">']
    head += [f"##contig=<ID={name},length=600>" for name in "abc"] if contigs else []
    head.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    lines = ["\t".join([*record.split(), "30.0", "PASS", "AF=0.10"]) for record in records]
    path.write_text("\n".join([*head, *lines, ""]))
    return path


def write_bcf(source: Path, path: Path) -> Path:
    """The VCF ``source`` as BCF."""
    with pysam.VariantFile(str(source)) as file:
        with pysam.VariantFile(str(path), "wb", header=file.header) as out:
            for record in file:
                out.write(record)
    return path


def mutated(text: str, position: int, ref: str, alt: str) -> str:
    """The chromosome ``text`` with ``ref`` at ``position`` (1-based) replaced by ``alt``."""
    assert text[position - 1 :].startswith(ref)
    return text[: position - 1] + alt + text[position - 1 + len(ref) :]
