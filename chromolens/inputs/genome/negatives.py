"""Negatives: windows far from every event, as rich in G and C as the positives.

They are drawn in each chromosome (or block of one) in proportion to its positives, so that no fold
can tell classes by composition or place alone.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.genome.composition import Composition
from chromolens.inputs.genome.placing import groups_of, overlapping

GC_BIN = 0.02  # width of the bins in which negatives match positives
_ROUNDS = 20  # draws before what is still missing is given up


def draw(
    positives: pd.DataFrame,
    events: pd.DataFrame,
    regions: pd.DataFrame,
    genome: Composition,
    stretches: Mapping[str, Interval],
    *,
    window: int,
    ratio: float,
    distance: int,
    match_gc: bool,
    max_n: float,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Draw negatives for the windows ``positives`` (columns chrom, start).

    Parameters
    ----------
    events
        All events, of any task, used or not (columns chrom, position).
    regions
        Excluded regions (columns chrom, start, end).
    stretches
        The chromosomes, or blocks of them, by name, that windows lie in; every positive does.
    window
        Width (bp).
    ratio
        Negatives per positive, in each stretch.
    distance
        Least distance (bp) of a negative's nearest base from any event.
    match_gc
        Whether the negatives of each stretch have the positives' share of G and C, in bins
        of ``GC_BIN``.
    max_n
        Largest share of bases that are not A, C, G or T.

    Returns
    -------
    Windows chrom, start, role (negative), source (negative), all different; and for each
    stretch how many could not be found.
    """
    if ratio < 0 or distance < 1:
        raise BadInput(
            f"{ratio:g} negatives per positive at {distance} bp from events",
            expected="a ratio of 0 or more, a distance of 1 bp or more",
        )
    forbidden = pd.concat([regions[["chrom", "start", "end"]], _around(events, distance)])
    tables, shortfall = [], {}
    for name, rows in positives.groupby(groups_of(positives, stretches, window), sort=False):
        stretch = stretches[name]
        gc = genome.on(stretch.chrom, rows["start"].to_numpy(dtype=np.int64), window)[0]
        wanted = _share_out(_bins(gc, match_gc), ratio)
        rng = np.random.default_rng(seed_of(f"negatives:{name}", seed))
        here = forbidden[forbidden["chrom"] == stretch.chrom]
        starts, missing = _search(stretch, here, genome, wanted, window, match_gc, max_n, rng)
        tables.append(pd.DataFrame({"chrom": stretch.chrom, "start": starts}))
        shortfall[name] = missing
    found = pd.concat(tables, ignore_index=True) if tables else positives[["chrom", "start"]]
    return found.assign(source="negative", role="negative"), shortfall


def _around(events: pd.DataFrame, distance: int) -> pd.DataFrame:
    """Return the stretches that a window may not touch to be ``distance`` bp from each event."""
    position = events["position"].astype(np.int64)
    return pd.DataFrame(
        {"chrom": events["chrom"], "start": position - distance + 1, "end": position + distance}
    )


def _bins(gc: np.ndarray, match_gc: bool) -> np.ndarray:
    """Return the bin of each window; all in one where GC is not to match."""
    if not match_gc:
        return np.zeros(len(gc), dtype=np.int64)
    return np.floor(np.nan_to_num(gc, nan=-1.0) / GC_BIN + 1e-9).astype(np.int64)


def _share_out(bins: np.ndarray, ratio: float) -> dict[int, int]:
    """Return how many negatives each bin needs: together round(ratio * n), largest rests first."""
    values, counts = np.unique(bins, return_counts=True)
    exact = counts * ratio
    needed = np.floor(exact + 1e-9).astype(np.int64)
    rest = round(float(exact.sum())) - int(needed.sum())
    needed[np.argsort(needed - exact, kind="stable")[:rest]] += 1
    return dict(zip(values.tolist(), needed.tolist(), strict=True))


def _search(
    stretch: Interval,
    forbidden: pd.DataFrame,
    genome: Composition,
    wanted: Mapping[int, int],
    window: int,
    match_gc: bool,
    max_n: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, int]:
    """Draw starts until every bin is full or the rounds are over; return them and what misses."""
    missing = dict(wanted)
    chosen = np.empty(0, dtype=np.int64)
    for _ in range(_ROUNDS):
        if not any(missing.values()):
            break
        count = 2000 + 20 * sum(missing.values())
        starts = rng.integers(stretch.start, stretch.end - window + 1, count)
        starts = starts[np.sort(np.unique(starts, return_index=True)[1])]
        starts = starts[~np.isin(starts, chosen)]
        starts, gc = _allowed(stretch.chrom, starts, forbidden, genome, window, max_n)
        bins = _bins(gc, match_gc)
        for one in missing:
            taken = starts[bins == one][: missing[one]]
            missing[one] -= len(taken)
            chosen = np.concatenate([chosen, taken])
    return np.sort(chosen), sum(missing.values())


def _allowed(
    chrom: str,
    starts: np.ndarray,
    forbidden: pd.DataFrame,
    genome: Composition,
    window: int,
    max_n: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the starts of windows that may be negatives, and the share of G and C of each."""
    starts = starts[~overlapping(np.full(len(starts), chrom), starts, window, forbidden)]
    gc, unknown = genome.on(chrom, starts, window)
    return starts[unknown <= max_n], gc[unknown <= max_n]
