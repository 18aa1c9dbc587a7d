"""Are the causal markers of a spiked trait found again, and where in the input aren't they?

A reader (a network, the scan, ridge) names as many blocks of linkage as there are causal markers:
those with the best markers. A block stands for a marker that lies in it, or that one of its
markers is correlated with. Decoys are markers like the causal ones that nothing depends on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from chromolens.checks.positions import percent
from chromolens.inputs.genotypes.dosage import Dosage, columns, known, scaled, spread
from chromolens.inputs.genotypes.windows import Samples
from chromolens.markers.blocks import ld_blocks
from chromolens.markers.chromosomes import LAST, last_inputs
from chromolens.markers.job import Read
from chromolens.markers.runs import starts_of
from chromolens.tables.markers import RECALL, RECOVERED

SAME, APART = 0.5, 0.1
"""Squared correlations: the least of markers that stand for one another; all of unlinked ones are
below ``APART``."""
_QUARTERS = 4


@dataclass(frozen=True)
class Recovered:
    """``RECOVERED`` and ``RECALL`` of a study's spiked traits."""

    markers: pd.DataFrame
    recall: pd.DataFrame


def recover(
    read: Read, runs: Sequence[Mapping[str, str]], inputs: Samples, truth: pd.DataFrame
) -> Recovered:
    """Look for the causal markers of each trait in ``truth`` (``SPIKED``), by every reader.

    ``runs``: model, task, method of the networks. Linkage is that of all samples.
    """
    store, rows = inputs.store, inputs.rows_in_store
    numbers = ld_blocks(store.markers, store.array, rows)
    found, recall = [], []
    for trait, own in truth.groupby("trait", sort=False):
        table, near = _sought(store.markers, store.array, rows, numbers, own["marker"])
        for source, values in _sources(read, runs, str(trait)):
            ranks = block_ranks(numbers, values)
            judged = ranked(table, near, ranks, len(own)).assign(trait=trait, source=source)
            precise = precision(near[: len(own)], ranks, len(own))
            found.append(judged)
            by_place = recall_by_place(judged, inputs.length, precise)
            recall.append(by_place.assign(trait=trait, source=source))
    return Recovered(pd.concat(found)[RECOVERED.names], pd.concat(recall)[RECALL.names])


def linkage(dosage: Dosage, rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Squared correlations float64 (chosen, markers); NaN with a marker that doesn't vary.

    Missing dosages count as the marker's mean.
    """
    own = known(dosage[:, chosen][rows])
    own = scaled(own, *spread(own))
    found = np.full((len(chosen), dosage.shape[1]), np.nan)
    for part, block in columns(dosage, rows):
        mean, deviation = spread(block)
        r = own.T @ scaled(block, mean, deviation) / len(rows)
        found[:, part] = np.where(deviation > 0, r**2, np.nan)
    return found


def decoys(markers: pd.DataFrame, linked: np.ndarray, causal: np.ndarray) -> np.ndarray:
    """Place of a decoy for each of ``causal`` (places), in their order; fewer where there is none.

    A decoy lies on the same chromosome and is linked to no causal marker; of those left it is the
    one of the most alike ``frequency`` (of the rarer allele), of equals the first. ``linked``: the
    largest squared correlation of each marker with a causal one; NaN: it doesn't vary.
    """
    chroms = markers["chrom"].to_numpy(str)
    rarer = np.minimum(markers["frequency"], 1 - markers["frequency"]).to_numpy()
    free, found = linked < APART, []
    for place in causal:
        left = np.flatnonzero(free & (chroms == chroms[place]))
        if len(left):
            unlike = np.abs(rarer[left] - rarer[place]).round(9)  # of 0.2 and 1 - 0.8 the first
            found.append(left[np.argmin(unlike)])
            free[found[-1]] = False
    return np.array(found, dtype=int)


def block_ranks(numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Rank of each block by its best marker, 1 the highest; inf where no marker is above 0.

    ``numbers`` (markers,) of ``ld_blocks``; ``values`` (markers,), NaN is none. Of equals the
    first ranks first.
    """
    best = np.maximum.reduceat(np.nan_to_num(values), starts_of(numbers))
    ranks = np.empty(len(best))
    ranks[np.argsort(-best, kind="stable")] = np.arange(1, len(best) + 1)
    return np.where(best > 0, ranks, np.inf)


def ranked(table: pd.DataFrame, near: np.ndarray, ranks: np.ndarray, named: int) -> pd.DataFrame:
    """``table`` with the columns rank, recovered and chance of each sought marker.

    Parameters
    ----------
    near : bool (sought, blocks)
        Which blocks stand for a marker.
    ranks : (blocks,)
        Of ``block_ranks``; the first ``named`` blocks are named.

    Chance is that of as many blocks drawn at random to hold one that stands for the marker.
    """
    rank = np.where(near, ranks, np.inf).min(axis=1)
    blocks = near.shape[1]
    return table.assign(
        rank=np.where(np.isfinite(rank), rank, np.nan),
        recovered=rank <= named,
        chance=hypergeom.sf(0, blocks, near.sum(axis=1), min(named, blocks)),
    )


def precision(near: np.ndarray, ranks: np.ndarray, named: int) -> float:
    """Share of the named blocks that stand for a causal marker; NaN where none is named.

    ``near``, ``ranks``, ``named``: as for ``ranked``, of the causal markers.
    """
    top = ranks <= named
    return float(near.any(axis=0)[top].mean()) if top.any() else float("nan")


def recall_by_place(judged: pd.DataFrame, inputs: int, precise: float) -> pd.DataFrame:
    """A row for all ``inputs``, each quarter of them and the last ones: ``RECALL``, of one reader.

    ``judged``: role, input, recovered, chance (``RECOVERED``); ``precise``: ``precision``.
    """
    quarter = judged["input"] * _QUARTERS // inputs
    where = {"all": quarter >= 0}
    where |= {f"quarter {number + 1}": quarter == number for number in range(_QUARTERS)}
    where[f"last {percent(LAST)}"] = judged["input"] >= inputs - last_inputs(inputs)
    rows = []
    for name, inside in where.items():
        causal, decoy = (judged[inside & (judged["role"] == role)] for role in _ROLES)
        rows.append(
            {
                "where": name,
                "causal": len(causal),
                "recovered": int(causal["recovered"].sum()),
                "recall": causal["recovered"].mean(),
                "chance": causal["chance"].mean(),
                "decoys": len(decoy),
                "called": int(decoy["recovered"].sum()),
                "false_rate": decoy["recovered"].mean(),
                "precision": precise if name == "all" else np.nan,
            }
        )
    return pd.DataFrame(rows)


_ROLES = ("causal", "decoy")


def _sought(
    markers: pd.DataFrame, dosage: Dosage, rows: np.ndarray, numbers: np.ndarray, names: pd.Series
) -> tuple[pd.DataFrame, np.ndarray]:
    """The causal markers ``names``, then their decoys; and bool (sought, blocks), who stands for
    them."""
    causal = pd.Index(markers["marker"]).get_indexer(names)
    r2 = linkage(dosage, rows, causal)
    others = decoys(markers, r2.max(axis=0), causal)
    places = np.append(causal, others)
    r2 = np.concatenate([r2, linkage(dosage, rows, others)])
    table = markers[["marker", "chrom", "position"]].iloc[places].reset_index(drop=True)
    table["role"] = np.repeat(_ROLES, [len(causal), len(others)])
    table["input"] = places
    return table, np.maximum.reduceat(np.nan_to_num(r2), starts_of(numbers), axis=1) >= SAME


def _sources(
    read: Read, runs: Sequence[Mapping[str, str]], trait: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Each reader of a trait, and its number for every marker: the larger the better."""
    for run in runs:
        if run["task"] == trait:
            yield f"{run['model']} {run['method']}", read("masses", **run)["mass"].to_numpy()
    yield "scan", read("scan", task=trait)["lod"].to_numpy()
    yield "ridge", read("ridge", task=trait)["effect"].abs().to_numpy()
