"""Traits of known cause, on the study's own genotypes: what a network should find is known.

Real genotypes keep their linkage and families; only the trait is made up. It follows from the
study's seed and its own name, whatever other traits there are.
"""

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.genotypes.store import Store, count


def spike(
    store: Store,
    rows: np.ndarray,
    name: str,
    *,
    causal: int,
    heritability: float,
    apart: float = 0,
    seed: int = 0,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Make the trait ``name`` of the samples ``rows`` of a store.

    Parameters
    ----------
    causal
        Number of causal markers, spread evenly over the chromosomes. Their effects are equal in
        size, per standard deviation of the dosage, and random in sign; a missing dosage counts as
        the marker's mean.
    heritability
        Share of the trait's variance that they explain together, above 0, at most 1.
    apart
        Least distance (bp) between two of one chromosome.

    Returns
    -------
    trait : float64 (rows,)
        Mean 0, variance 1. What isn't genetic is normal, and uncorrelated with what is.
    truth
        ``tables.inputs.SPIKED``: a row per causal marker, in the order of the markers.
    """
    if not 0 < heritability <= 1:
        raise BadInput(
            f"heritability {heritability:g} of {name}", expected="a share above 0, at most 1"
        )
    rng = np.random.default_rng(seed_of(f"spiked {name}", seed))
    counts = count(store.array, rows)
    usable = store.markers.assign(column=np.arange(store.shape[1]))[counts.lowest < counts.highest]
    chosen = _spread(usable, name, causal, apart, rng)
    dosage = store.dosage(rows, chosen["column"].to_numpy()).astype(np.float64)
    dosage = np.where(np.isnan(dosage), np.nanmean(dosage, axis=0), dosage)
    signs = rng.choice([-1.0, 1.0], causal)
    sums = _standard(dosage) @ signs
    if sums.std() < 1e-6:
        raise BadInput(
            f"the effects of the causal markers of {name} cancel out: they are the same marker",
            remedy="ask for fewer, or set them apart (bp)",
        )
    genetic = _standard(sums)
    noise = _standard(rng.standard_normal(len(rows)))
    noise = _standard(noise - (noise @ genetic) / len(rows) * genetic)
    trait = np.sqrt(heritability) * genetic + np.sqrt(1 - heritability) * noise
    effects = signs * np.sqrt(heritability) / sums.std()
    places = chosen[["marker", "chrom", "position"]]
    truth = places.assign(trait=name, effect=effects, share=effects**2)
    return trait, truth[["trait", *places, "effect", "share"]].reset_index(drop=True)


def _spread(
    usable: pd.DataFrame, name: str, causal: int, apart: float, rng: np.random.Generator
) -> pd.DataFrame:
    """``causal`` rows of the markers that vary: one drawn in each of as many stretches.

    Stretches are dealt out over the chromosomes, one or more to each where there are enough; those
    of a chromosome have equally many markers.
    """
    _check_enough(causal, len(usable), name, "")
    chroms = list(dict.fromkeys(usable["chrom"]))
    of = (2 * np.arange(causal) + 1) * len(chroms) // (2 * causal)
    drawn = []
    for chrom, number in zip(*np.unique(of, return_counts=True), strict=True):
        own = usable[usable["chrom"] == chroms[chrom]]
        _check_enough(number, len(own), name, f" on {chroms[chrom]}")
        behind = -np.inf
        for part in np.array_split(np.arange(len(own)), number):
            free = part[own["position"].to_numpy()[part] >= behind + apart]
            if not len(free):
                raise BadInput(
                    f"{number} causal markers of {name} on {chroms[chrom]}, {apart:g} bp apart, "
                    "don't fit",
                    where=f"the config, inputs.spiked.{name}",
                    remedy="ask for fewer, or less apart",
                )
            drawn.append(own.iloc[[rng.choice(free)]])
            behind = drawn[-1]["position"].iloc[0]
    return pd.concat(drawn)


def _check_enough(causal: int, usable: int, name: str, place: str) -> None:
    if causal > usable:
        raise BadInput(
            f"{causal} causal markers of {name}{place}, of {usable} that vary among the samples",
            expected=f"at most {usable}",
            where=f"the config, inputs.spiked.{name}.causal",
        )


def _standard(values: np.ndarray) -> np.ndarray:
    """``values`` (samples, ...) with mean 0 and variance 1."""
    return (values - values.mean(axis=0)) / values.std(axis=0)
