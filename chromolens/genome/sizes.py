"""Lengths of the chromosomes, from the table of ``prepare_genome``; how long they may be."""

from collections.abc import Mapping
from pathlib import Path

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.tables.inputs import CHROMOSOMES

LONGEST = 2**31 - 1
"""bp of a chromosome. bigWig has room for 2^32 - 1, but behind this base pyBigWig gives negative
places, and of a longer chromosome pybigtools gives no values at all."""
LAST_OF_TBI = 2**29
"""bp that an index of tabix reaches (.tbi); places behind it need the other kind, CSI."""


def sizes_of(path: str | Path) -> dict[str, int]:
    """Chromosome -> length (bp), in the order of the genome."""
    return tables.read(CHROMOSOMES, path).set_index("chrom")["length"].to_dict()


def check_lengths(sizes: Mapping[str, int]) -> None:
    """BadInput where a chromosome of these lengths (bp) is longer than ``LONGEST``."""
    for chrom, length in sizes.items():
        if length > LONGEST:
            raise BadInput(
                f"chromosome {chrom} has {length:,} bp",
                expected=f"at most {LONGEST:,}: readers of tracks count no further",
                remedy="cut it into pieces in the FASTA, between genes",
            )
