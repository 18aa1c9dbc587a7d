"""A cross of two parents, simulated: the files that a user would bring.

Chromosomes are handed on in pieces, so neighbouring markers are alike and far ones aren't: the
linkage of a real cross, from nothing but a seed.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.shuffles import seed_of
from chromolens.tables.inputs import CROSS, CROSS_MARKERS, CROSS_TRAITS


def simulate(
    files: Mapping[str, str | Path],
    *,
    samples: int,
    chromosomes: int,
    markers: int,
    ploidy: int = 1,
    crossovers: float = 2,
    spacing: int = 10_000,
    seed: int = 0,
) -> None:
    """Write genotypes of a cross, its markers and a trait of pure noise.

    Parameters
    ----------
    files
        Paths to write to: genotypes, markers, traits (``tables.inputs.CROSS``,
        ``CROSS_MARKERS``, ``CROSS_TRAITS``).
    samples
        Number: s1, s2, ...
    chromosomes, markers
        Number of chromosomes (chr1, chr2, ...), and of markers on each, two or more (chr1_1,
        chr1_2, ...).
    ploidy
        Copies of a chromosome in a sample, each handed on by itself.
    crossovers
        Mean number in a chromosome that is handed on (Poisson), at places that are equally likely.
    spacing
        From one marker to the next (bp).
    """
    chroms = [f"chr{number}" for number in range(1, chromosomes + 1)]
    places = [
        (f"{chrom}_{number}", chrom, number * spacing)
        for chrom in chroms
        for number in range(1, markers + 1)
    ]
    placed = pd.DataFrame(places, columns=CROSS_MARKERS.names)
    ids = [f"s{number}" for number in range(1, samples + 1)]
    dosage = []
    for chrom in chroms:
        rng = np.random.default_rng(seed_of(f"cross {chrom}", seed))
        dosage.append(sum(_handed_on(samples, markers, crossovers, rng) for _ in range(ploidy)))
    table = pd.DataFrame(np.hstack(dosage), columns=placed["marker"])
    table.insert(0, "sample", ids)
    noise = np.random.default_rng(seed_of("noise", seed)).standard_normal(samples)
    tables.write(CROSS, table, files["genotypes"])
    tables.write(CROSS_MARKERS, placed, files["markers"])
    tables.write(CROSS_TRAITS, pd.DataFrame({"sample": ids, "noise": noise}), files["traits"])


def _handed_on(
    count: int, markers: int, crossovers: float, rng: np.random.Generator
) -> np.ndarray:
    """Which parent each marker comes from, int (count, markers) of 0 and 1, in ``count`` copies.

    Behind a crossover the other parent goes on; the first marker is of either parent.
    """
    numbers = rng.poisson(crossovers, count)
    changes = np.zeros((count, markers), dtype=np.int64)
    changes[:, 0] = rng.integers(0, 2, count)
    gaps = rng.integers(1, markers, numbers.sum())
    np.add.at(changes, (np.repeat(np.arange(count), numbers), gaps), 1)
    return changes.cumsum(axis=1) % 2
