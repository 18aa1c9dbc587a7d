"""A cross of two parents, simulated: the files that a user would bring.

Chromosomes are handed on in pieces, so neighbouring markers are alike and far ones aren't: the
linkage of a real cross, from nothing but a seed.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.genome.shuffles import seed_of
from chromolens.runlog import atomic

NOISE = "noise"
"""The trait of the table of traits: no marker has a part in it."""


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
        Paths to write to: genotypes, markers, traits (text tables, gzipped).
    samples
        Number: s1, s2, ...
    chromosomes, markers
        Number of chromosomes (chr1, chr2, ...), and of markers on each (chr1_1, chr1_2, ...).
    ploidy
        Copies of a chromosome in a sample, each handed on by itself.
    crossovers
        Mean number in a chromosome that is handed on (Poisson), at places that are equally likely.
    spacing
        From one marker to the next (bp).
    """
    places = [(f"chr{c}", m) for c in range(1, chromosomes + 1) for m in range(1, markers + 1)]
    table = pd.DataFrame(places, columns=["chrom", "number"])
    table.insert(0, "marker", table["chrom"] + "_" + table["number"].astype(str))
    table["position"] = table.pop("number") * spacing
    ids = pd.Index([f"s{i}" for i in range(1, samples + 1)], name="sample")
    dosage = [
        sum(_handed_on(samples, markers, crossovers, rng) for _ in range(ploidy))
        for chrom in dict.fromkeys(table["chrom"])
        for rng in [np.random.default_rng(seed_of(f"cross {chrom}", seed))]
    ]
    noise = np.random.default_rng(seed_of(NOISE, seed)).standard_normal(samples)
    _write(pd.DataFrame(np.hstack(dosage), ids, table["marker"]), files["genotypes"])
    _write(table.set_index("marker"), files["markers"])
    _write(pd.DataFrame({NOISE: noise}, ids), files["traits"])


def _handed_on(
    count: int, markers: int, crossovers: float, rng: np.random.Generator
) -> np.ndarray:
    """Which parent each marker comes from, int (count, markers) of 0 and 1, in ``count`` copies.

    Behind a crossover the other parent goes on; the first marker is of either parent.
    """
    numbers = rng.poisson(crossovers, count)
    changes = np.zeros((count, markers), dtype=np.int64)
    changes[:, 0] = rng.integers(0, 2, count)
    gaps = rng.integers(1, markers, numbers.sum()) if markers > 1 else np.zeros(0, int)
    np.add.at(changes, (np.repeat(np.arange(count), numbers)[: len(gaps)], gaps), 1)
    return changes.cumsum(axis=1) % 2


def _write(table: pd.DataFrame, path: str | Path) -> None:
    with atomic(path) as temporary:
        packing = {"method": "gzip", "mtime": 0}
        table.to_csv(temporary, sep="\t", compression=packing, lineterminator="\n")
