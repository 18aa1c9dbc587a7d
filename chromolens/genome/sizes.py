"""Lengths of the chromosomes, from the table that ``prepare_genome`` writes."""

from pathlib import Path

from chromolens import tables
from chromolens.tables.inputs import CHROMOSOMES


def sizes_of(path: str | Path) -> dict[str, int]:
    """Chromosome -> length (bp), in the order of the genome."""
    return tables.read(CHROMOSOMES, path).set_index("chrom")["length"].to_dict()
