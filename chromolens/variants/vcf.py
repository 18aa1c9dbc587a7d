"""The user's VCF again, with what the models make of each allele as fields of INFO.

Every record stays, in its place, and all of its columns but INFO stay as they are, letter by
letter. A list that was no VCF becomes one: a record per variant, in the order of their places.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.genome.sizes import LAST_OF_TBI
from chromolens.inputs.genotypes.vcf import seekable
from chromolens.runlog import atomic
from chromolens.variants.reading import is_vcf

_INFO = 7  # column
_NUMBERS = {"effect": "EFFECT", "p": "P", "q": "Q"}
DROPPED = "CL_DROPPED"
"""Field of INFO: why an allele was not scored."""
_ABOUT = {
    "effect": "Effect on {task}, model {model}: prediction for the allele less that for REF, "
    "log-odds or log2 fold change",
    "p": "Of the effect on {task}, against matched null variants",
    "q": "Benjamini-Hochberg over all variants of {task}",
}


def write_vcf(
    path: str | Path,
    source: str | Path,
    variants: pd.DataFrame,
    dropped: pd.DataFrame,
    sizes: Mapping[str, int],
) -> None:
    """Write ``path`` (.vcf.gz, bgzipped) and its index (.tbi; CSI by that name in large genomes).

    ``source`` is the user's file, ``variants`` are ``VARIANTS`` of one model, ``dropped``
    ``LEFT_OUT``; ``sizes`` are the lengths of the chromosomes of the FASTA, in order.
    """
    import pysam

    of_vcf = is_vcf(source)
    lines = _lines(str(source)) if of_vcf else _made(variants, sizes)
    if not of_vcf:
        variants = _renumbered(variants, sizes)
        dropped = dropped[:0]
    with atomic(f"{path}.tbi") as index, atomic(path) as packed:
        with pysam.BGZFile(str(packed), "w") as file:
            for line in _annotated(lines, variants, dropped):
                file.write(f"{line}\n".encode())
        csi = max(sizes.values()) > LAST_OF_TBI
        pysam.tabix_index(str(packed), preset="vcf", index=str(index), csi=csi)


def fields_of(tasks: list[str]) -> dict[tuple[str, str], str]:
    """(column of ``VARIANTS``, task) -> name of its field: letters, digits, _ and . alone."""
    found: dict[tuple[str, str], str] = {}
    for task in tasks:
        own = re.sub(r"[^A-Za-z0-9_.]", "_", task)
        while f"CL_EFFECT_{own}" in found.values():
            own += "_"
        found |= {(column, task): f"CL_{name}_{own}" for column, name in _NUMBERS.items()}
    return found


def _annotated(
    lines: Iterator[str], variants: pd.DataFrame, dropped: pd.DataFrame
) -> Iterator[str]:
    model = variants["model"].iloc[0]
    names = fields_of(list(variants["task"].unique()))
    values = _values(variants, names)
    reasons = {(row.record, row.allele): _word(row.reason) for row in dropped.itertuples()}
    own, number = {*names.values(), DROPPED}, 0
    for line in lines:
        if line.startswith("##"):
            known = re.match(r"##INFO=<ID=([^,>]+)", line)
            if not known or known[1] not in own:
                yield line
        elif line.startswith("#"):
            yield from _declared(names, model)
            yield line
        elif line:
            alleles = len(line.split("\t", 5)[4].split(","))
            yield _with_info(line, _told(number, alleles, values, reasons), own)
            number += 1


def _values(
    variants: pd.DataFrame, names: Mapping[tuple[str, str], str]
) -> dict[tuple[int, int], dict[str, str]]:
    """(record, allele) -> field -> its text; effects are of the record's ALT against its REF."""
    found: dict[tuple[int, int], dict[str, str]] = {}
    for row in variants.itertuples():
        place = found.setdefault((row.record, row.allele), {})
        for column in _NUMBERS:
            value = getattr(row, column)
            # the table has the genome's allele for the reference, which here is the record's ALT
            value = -value if column == "effect" and row.ref_match == "alt" else value
            place[names[column, row.task]] = "." if pd.isna(value) else f"{value:.6g}"
    return found


def _told(
    number: int,
    alleles: int,
    values: Mapping[tuple[int, int], Mapping[str, str]],
    reasons: Mapping[tuple[int, int], str],
) -> list[str]:
    """The fields of one record, a value per alternative allele."""
    places = [(number, allele) for allele in range(1, alleles + 1)]
    names = dict.fromkeys(name for place in places for name in values.get(place, {}))
    rows = {name: [values.get(place, {}).get(name, ".") for place in places] for name in names}
    why = [reasons.get(place, ".") for place in places]
    rows |= {DROPPED: why} if set(why) != {"."} else {}
    return [f"{name}={','.join(row)}" for name, row in rows.items()]


def _with_info(line: str, told: list[str], own: set[str]) -> str:
    cells = line.split("\t")
    before = [part for part in cells[_INFO].split(";") if part not in ("", ".")]
    kept = [part for part in before if part.partition("=")[0] not in own]
    cells[_INFO] = ";".join([*kept, *told]) or "."
    return "\t".join(cells)


def _declared(names: Mapping[tuple[str, str], str], model: str) -> Iterator[str]:
    for (column, task), name in names.items():
        about = _ABOUT[column].format(task=task, model=model)
        yield f'##INFO=<ID={name},Number=A,Type=Float,Description="{about}">'
    about = "Why the allele was not scored"
    yield f'##INFO=<ID={DROPPED},Number=A,Type=String,Description="{about}">'


def _word(reason: str) -> str:
    """A reason as INFO may hold it: without blanks and signs that divide its fields."""
    return re.sub(r"[^\w.*'>-]+", "_", reason)


def _lines(source: str) -> Iterator[str]:
    """The lines of a VCF or BCF."""
    if ".bcf" not in Path(source).suffixes:
        yield from (line for _, line in texts.lines(source, "a VCF"))
        return
    import pysam

    with seekable(source) as name, pysam.VariantFile(name) as file:
        yield from str(file.header).splitlines()
        yield from (str(record).rstrip("\n") for record in file)


def _renumbered(variants: pd.DataFrame, sizes: Mapping[str, int]) -> pd.DataFrame:
    """One allele a record, the records numbered in the order of their places; each once."""
    order = {name: place for place, name in enumerate(_ordered(variants, sizes))}
    once = variants.drop_duplicates(["variant", "task"])
    return once.assign(record=once["variant"].map(order), allele=1, ref_match="ref")


def _ordered(variants: pd.DataFrame, sizes: Mapping[str, int]) -> list[str]:
    rank = {chrom: place for place, chrom in enumerate(sizes)}
    split = {name: name.rsplit(":", 3) for name in variants["variant"].unique()}
    return sorted(split, key=lambda name: (rank[split[name][0]], int(split[name][1]), name))


def _made(variants: pd.DataFrame, sizes: Mapping[str, int]) -> Iterator[str]:
    """The lines of a VCF of a list's variants."""
    yield "##fileformat=VCFv4.3"
    yield from (f"##contig=<ID={name},length={size}>" for name, size in sizes.items())
    yield "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    ids = variants.groupby("variant")["id"].unique()
    for name in _ordered(variants, sizes):
        chrom, position, ref, alt = name.rsplit(":", 3)
        known = ";".join(one for one in ids[name] if one != ".") or "."
        yield "\t".join([chrom, position, known, ref, alt, ".", ".", "."])
