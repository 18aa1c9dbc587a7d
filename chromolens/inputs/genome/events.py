"""Events of tasks, and the labels that they give to windows.

An event is one base of the genome (a peak's summit). An events table has one row per event:
``task``, ``chrom``, ``position`` (0-based) and ``used`` (False where the event may not label a
window positive: it then masks the windows around it).
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.circular import with_laps
from chromolens.genome.nearest import nearest_places
from chromolens.inputs.genome.signals import as_list
from chromolens.inputs.peaks import Names, read_peaks
from chromolens.inputs.windows import BEYOND, Tally


def read_events(
    peaks: Mapping[str, str | Sequence[str]],
    sizes: Mapping[str, int],
    chromosome_names: Names,
    top: float,
    tally: Tally,
) -> pd.DataFrame:
    """Return the events of all tasks, in the order of the files.

    Parameters
    ----------
    peaks
        For each task its BED or narrowPeak file, or several (replicates, which are pooled).
    sizes
        Length (bp) of the FASTA's chromosomes.
    top
        Share of each file's events that are used, 0 < top <= 1: from its first line on, or by
        its own scores where it is sorted by place (see ``_ranks``).
    tally
        Counts the unused ones, and the peaks that were cut at the end of a chromosome.
    """
    if not 0 < top <= 1:
        raise BadInput(f"a share of {top:g} of the events", expected="0 < top <= 1")
    tables = [
        _file_events(task, path, sizes, chromosome_names, top, tally)
        for task, paths in peaks.items()
        for path in as_list(paths)
    ]
    empty = pd.DataFrame({"task": [], "chrom": [], "position": [], "used": []})
    return pd.concat(tables, ignore_index=True) if tables else empty


def _file_events(
    task: str, path: str, sizes: Mapping[str, int], names: Names, top: float, tally: Tally
) -> pd.DataFrame:
    peaks = read_peaks(path, sizes, names, what=f"peaks of {task}")
    ranks, order = _ranks(peaks, path) if top < 1 else (np.arange(len(peaks)), "")
    used = ranks < math.ceil(top * len(peaks))
    events = pd.DataFrame(
        {"task": task, "chrom": peaks["chrom"], "position": peaks["summit"], "used": used}
    )
    _count(tally, "cut at the chromosome's end", events[peaks["cut"]])
    _count(tally, f"{BEYOND}{order}", events[~used])
    return events


def _ranks(peaks: pd.DataFrame, path: str) -> tuple[np.ndarray, str]:
    """Rank from 0 of each peak, int (n,), and what it goes by where that isn't the line.

    A file that is sorted by place says nothing by its order: its signal (narrowPeak) or score
    ranks it, equal ones by place; without either it is BadInput.
    """
    lines = np.arange(len(peaks))
    blocks = (peaks["chrom"] != peaks["chrom"].shift()).cumsum()
    steps = peaks.groupby(blocks)["start"].diff().dropna()
    if steps.empty or (steps < 0).any() or blocks.iloc[-1] > peaks["chrom"].nunique():
        return lines, ""
    for column, words in (("signal", "signal (column 7)"), ("score", "score (column 5)")):
        values = peaks[column]
        if values.notna().all() and values.nunique() > 1:
            order = np.argsort(-values.to_numpy(), kind="stable")
            return np.argsort(order), f", by the {words} of a file that is sorted by place"
    raise BadInput(
        "top: the peaks are sorted by place and have no scores, so nothing says which are best",
        expected="best peaks first, or scores that differ (column 5; column 7 of narrowPeak)",
        where=path,
        remedy="sort the file, best peaks first, or leave inputs.top out",
    )


def keep_chromosomes(
    events: pd.DataFrame, chromosomes: Sequence[str], tally: Tally
) -> pd.DataFrame:
    """Return the events on ``chromosomes`` and count the others."""
    inside = events["chrom"].isin(list(chromosomes))
    _count(tally, "on a chromosome that is not in the folds", events[~inside])
    return events[inside].reset_index(drop=True)


def drop_near(
    events: pd.DataFrame,
    apart: Mapping[str, Mapping[str, object]],
    tally: Tally,
    circular: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Return ``events`` with those of a task unused that lie near events of other tasks.

    ``apart`` says for a task ``{"from": tasks, "distance": bp}``: its events within that distance
    of any event (used or not) of these tasks are unused. ``circular`` as in ``genome.circular``.
    """
    used = events["used"].to_numpy(dtype=bool, copy=True)
    known = events["task"].unique()
    for task, rule in apart.items():
        for name in [task, *rule["from"]]:
            if name not in known:
                raise BadInput(
                    f"apart names {name!r}, which has no events here", expected=", ".join(known)
                )
        rows = np.flatnonzero(events["task"] == task)
        others = events[events["task"].isin(list(rule["from"]))]
        others = with_laps(others, ["position"], circular or {})
        places = events.iloc[rows]
        near = distances(others, places["chrom"], places["position"]) <= rule["distance"]
        _count(tally, "near an event of another task", places[near & used[rows]])
        used[rows[near]] = False
    return events.assign(used=used)


def distances(events: pd.DataFrame, chroms: Sequence[str], positions: Sequence[int]) -> np.ndarray:
    """Return the distance (bp, float64) of each position to the nearest event; inf without one."""
    positions = np.asarray(positions, dtype=np.int64)
    known = events["position"].to_numpy(dtype=np.int64)
    near = nearest_places(events["chrom"], known, chroms, positions)
    distance = np.full(len(positions), np.inf)
    distance[near >= 0] = np.abs(known[near[near >= 0]] - positions[near >= 0])
    return distance


def label(
    events: pd.DataFrame, windows: pd.DataFrame, window: int, positive_within: int
) -> np.ndarray:
    """Return the labels float64 (n,) that one task's ``events`` give to ``windows``.

    1 where a used event lies within ``positive_within`` bp of the window's centre (start +
    window // 2); NaN (masked) where otherwise any event lies within window // 2 +
    ``positive_within`` of it, so that no shift by ``positive_within`` brings an event into a
    window labelled 0; else 0. On circular chromosomes ``events`` come with their laps
    (``genome.circular.with_laps``).
    """
    centres = windows["start"].to_numpy(dtype=np.int64) + window // 2
    used = events[events["used"].astype(bool)]
    labels = np.zeros(len(windows))
    labels[distances(events, windows["chrom"], centres) <= window // 2 + positive_within] = np.nan
    labels[distances(used, windows["chrom"], centres) <= positive_within] = 1
    return labels


def places(events: pd.DataFrame) -> list[str]:
    """Return ``chrom:position`` of each event (0-based), for messages."""
    return [f"{row.chrom}:{row.position}" for row in events.itertuples()]


def _count(tally: Tally, reason: str, events: pd.DataFrame) -> None:
    for task, rows in events.groupby("task", sort=False):
        tally.add(reason, task, places(rows))
