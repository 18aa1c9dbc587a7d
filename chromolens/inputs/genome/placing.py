"""Where windows lie: centred on events, tiled over chromosomes, and which of them can be used.

A windows frame here has the columns ``chrom``, ``start`` (0-based) and what else its maker adds.
"""

from collections.abc import Container, Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.genome.circular import wrapped
from chromolens.genome.intervals import Interval, holders
from chromolens.inputs.genome.composition import Composition
from chromolens.inputs.genome.events import places
from chromolens.inputs.windows import Tally


def screen_events(
    events: pd.DataFrame,
    genome: Composition,
    regions: pd.DataFrame,
    stretches: Mapping[str, Interval],
    *,
    window: int,
    max_n: float,
    tally: Tally,
) -> pd.DataFrame:
    """Return ``events`` with those unused whose window can't be; each is counted.

    A window is ``window`` bp wide and starts ``window // 2`` before its event; see ``refusals``.
    """
    used = events["used"].to_numpy(dtype=bool, copy=True)
    rows = np.flatnonzero(used)
    chosen = events.iloc[rows]
    frame = pd.DataFrame({"chrom": chosen["chrom"], "start": chosen["position"] - window // 2})
    frame["start"] = wrapped(chosen["chrom"], frame["start"], genome.circular)
    found = refusals(frame, genome, regions, stretches, window, max_n)
    for reason, refused in found.items():
        for task, dropped in chosen[refused].groupby("task", sort=False):
            tally.add(reason, task, places(dropped))
        used[rows[refused]] = False
    return events.assign(used=used)


def centre(
    events: pd.DataFrame, window: int, circular: Mapping[str, int]
) -> tuple[pd.DataFrame, list[str]]:
    """Return one window per place centred on used events, and the places that several share.

    Columns chrom, start, role (positive), source (its tasks, comma-separated). ``circular`` as in
    ``genome.circular``.
    """
    used = events[events["used"].astype(bool)]
    starts = wrapped(used["chrom"], used["position"] - window // 2, circular)
    frame = pd.DataFrame({"chrom": used["chrom"], "start": starts, "source": used["task"]})
    copies = frame[frame.duplicated(["chrom", "start"])]
    merged = frame.drop_duplicates().groupby(["chrom", "start"], sort=False)["source"]
    merged = merged.agg(",".join).reset_index()
    return merged.assign(role="positive"), ids(copies, window)


def tiles(
    sizes: Mapping[str, int],
    chromosomes: Sequence[str],
    window: int,
    stride: int,
    circular: Container[str] = (),
) -> pd.DataFrame:
    """Return windows every ``stride`` bp from the first base of each chromosome on.

    Columns chrom, start, role (tile), source (tile). On ``circular`` ones they go on across the
    origin.
    """
    ends = {name: sizes[name] - (0 if name in circular else window - 1) for name in chromosomes}
    starts = {name: np.arange(0, end, stride) for name, end in ends.items()}
    chroms = np.repeat(list(starts), [len(part) for part in starts.values()])
    start = np.concatenate(list(starts.values()))
    return pd.DataFrame({"chrom": chroms, "start": start, "source": "tile", "role": "tile"})


def refusals(
    frame: pd.DataFrame,
    genome: Composition,
    regions: pd.DataFrame,
    stretches: Mapping[str, Interval],
    window: int,
    max_n: float,
) -> dict[str, np.ndarray]:
    """Return for each reason which windows it forbids, bool (n,); the first reason counts.

    Over the end of a linear chromosome; not wholly in one of ``stretches``, the groups of the
    folds; overlapping one of ``regions`` (columns chrom, start, end); more than the share
    ``max_n`` of bases that are not A, C, G or T.
    """
    chroms = frame["chrom"].to_numpy(dtype=str)
    starts = frame["start"].to_numpy(dtype=np.int64)
    sizes = genome.sizes
    last = np.array([sizes[chrom] for chrom in chroms], dtype=np.int64) - window
    over = ((starts < 0) | (starts > last)) & ~np.isin(chroms, list(genome.circular))
    apart = ~over & (groups_of(frame, stretches, window) == "")
    excluded = ~over & ~apart & overlapping(chroms, starts, window, regions)
    unknown = np.zeros(len(frame), dtype=bool)
    rest = np.flatnonzero(~over & ~apart & ~excluded)
    unknown[rest] = genome.of(chroms[rest], starts[rest], window)[1] > max_n
    return {
        "over the chromosome's end": over,
        "in a gap between blocks of two folds": apart,
        "in an excluded region": excluded,
        "too many N": unknown,
    }


def groups_of(frame: pd.DataFrame, stretches: Mapping[str, Interval], window: int) -> np.ndarray:
    """Return the name of the stretch that holds each window wholly, "" without one: (n,)."""
    starts = frame["start"].to_numpy(dtype=np.int64)
    chroms = frame["chrom"].to_numpy(dtype=str)
    names = np.array([*stretches, ""], dtype=object)
    return names[holders(list(stretches.values()), chroms, starts, starts + window)]


def overlapping(
    chroms: np.ndarray, starts: np.ndarray, window: int, regions: pd.DataFrame
) -> np.ndarray:
    """Return whether each window shares a base with one of ``regions``, bool (n,)."""
    found = np.zeros(len(starts), dtype=bool)
    for chrom, rows in regions.groupby("chrom", sort=False):
        here = np.flatnonzero(chroms == chrom)
        rows = rows.sort_values("start")
        # Regions may overlap: of those that start before a window ends, the furthest end decides.
        ends = np.concatenate([[-1], np.maximum.accumulate(rows["end"].to_numpy())])
        before = np.searchsorted(rows["start"].to_numpy(), starts[here] + window, side="left")
        found[here] = ends[before] > starts[here]
    return found


def ids(frame: pd.DataFrame, window: int) -> list[str]:
    """Return ``chrom:start-end`` of each window."""
    pairs = zip(frame["chrom"], frame["start"], strict=True)
    return [f"{chrom}:{start}-{start + window}" for chrom, start in pairs]
