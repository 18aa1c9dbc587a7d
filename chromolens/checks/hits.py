"""Are hits where they should be: on planted instances, or beside the events of the task?

Beside them stands what the sequence alone gives: all matches of the same motif, best first, down
to the recall of the hits. All bases are explained out of fold, so all of this is held out from
the models; the motifs are not held out, but they are the same for both.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval, holders, runs_of
from chromolens.genome.nearest import nearest_places
from chromolens.motifs.compare import similarity
from chromolens.motifs.hits.sites import BLOCK, composition, query_of, readings_of, sites_of
from chromolens.motifs.hits.sought import Sought
from chromolens.motifs.hits.weights import (
    Weights,
    average_precision,
    of_words,
    probabilities,
    read_events,
)
from chromolens.motifs.names.database import matrices
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.inputs import TRUTH
from chromolens.tables.motifs import SOUGHT
from chromolens.tracks.bigwig import read_back
from chromolens.tracks.tiling import Cover

NEAR = 10
"""Largest distance (bp) from an event to the middle of a hit that is right."""
_ALIKE = 0.5  # a composite of two planted motifs is about this like each of them


def check_hits(
    genome: Genome,
    track: str,
    hits: pd.DataFrame,
    motifs: Sequence[Sought],
    *,
    predicted: str,
    folds: Mapping[Interval, str],
    sought: str,
    max_p: float,
    task: str,
    truth: Sequence[str],
    planted: tuple[Mapping, Mapping[str, str] | None],
    events: str | Sequence[str],
    chromosome_names: Mapping[str, str] | None,
) -> pd.DataFrame:
    """``check`` against the ``truth`` of a simulation where there is one, else the ``events``.

    ``predicted``: the bigWig of predictions. ``sought``: the table of ``find_hits``, with the
    weights of its probabilities. ``planted``: the database, and the id in it of each planted
    motif.
    """
    searched = tables.read(SOUGHT, sought)
    weights = dict(zip(searched["motif"], searched["weights"].map(of_words), strict=True))
    if truth:
        targets = planted_targets(truth[0], motifs, matrices(*planted))
    else:
        targets = event_targets(events, motifs, task, genome.sizes, chromosome_names)
    return check(genome, (track, predicted), hits, motifs, targets, folds, weights, max_p)


def planted_targets(
    truth: str, motifs: Sequence[Sought], ppms: Mapping[str, np.ndarray]
) -> dict[str, tuple[str, pd.DataFrame]]:
    """For each motif the planted one that it is most like ("": none), and those instances.

    Instances: chrom, start, end, reach (NaN: half of the narrower must be shared), causal.
    """
    planted = tables.read(TRUTH, truth)
    planted = planted.assign(reach=np.nan, causal=planted["role"] == "causal")
    found = {}
    for motif in motifs:
        alike = {name: similarity(motif.ppm, ppm) for name, ppm in ppms.items()}
        best = max(alike, key=alike.get, default="")
        name = best if alike.get(best, 0) >= _ALIKE else ""
        found[motif.motif] = (name, planted[planted["motif"] == name] if name else planted)
    return found


def event_targets(
    files: str | Sequence[str],
    motifs: Sequence[Sought],
    task: str,
    sizes: Mapping[str, int],
    chromosome_names: Mapping[str, str] | None,
) -> dict[str, tuple[str, pd.DataFrame]]:
    """For each motif the events of the task: chrom, start, end (a base), reach (bp), causal."""
    events = read_events(files, sizes, chromosome_names).rename(columns={"position": "start"})
    events = events.assign(end=events["start"] + 1, reach=NEAR, causal=True)
    return {motif.motif: (task, events) for motif in motifs}


def check(
    genome: Genome,
    tracks: tuple[str, str],
    hits: pd.DataFrame,
    motifs: Sequence[Sought],
    targets: Mapping[str, tuple[str, pd.DataFrame]],
    folds: Mapping[Interval, str],
    weights: Mapping[str, Mapping[str, Weights]],
    max_p: float,
) -> pd.DataFrame:
    """A row per motif (``CHECKED_HITS``).

    Parameters
    ----------
    tracks
        BigWigs of contributions and of predictions.
    hits
        As of ``find_hits``.
    targets
        Of each motif: what its truth is called, and where it is (causal or not).
    folds
        The stretches that were explained; what doesn't lie wholly in one, or has no value in
        its middle, is no truth.
    weights
        Of each motif, by fold: those of ``find_hits``; none where it has none.
    max_p
        Of the matches that the sequence alone gives.

    Returns
    -------
    DataFrame
        recall: of ``events``, the share with a right hit; precision: of the hits, the share that
        are right. ``_pwm``: of the best matches by sequence alone, as many as it takes to reach
        the recall of the hits (or all). average_precision: of all matches, ordered by probability,
        or where it isn't known by ``combined`` (``_pwm``: by sequence), over the right ones.
        alone: hits on instances that were planted outside of events.
    """
    background, rows = composition(genome, folds), []
    chroms = dict.fromkeys(one.chrom for one in folds)
    covers = {chrom: _cover(tracks[0], chrom, genome.sizes[chrom]) for chrom in chroms}
    for motif in motifs:
        own = hits[hits["motif"] == motif.motif]
        name, places = targets[motif.motif]
        places = places[_explained(places, folds, covers)]
        causal = places[places["causal"]].reset_index(drop=True)
        row = {"motif": motif.motif, "name": motif.name, "truth": name, "events": len(causal)}
        row["hits"] = len(own)
        row["alone"] = int((nearest(own, places[~places["causal"]]) >= 0).sum())
        sites = _sites(genome, tracks, motif, folds, weights[motif.motif], background, max_p)
        rows.append(row | _compared(own, sites, causal))
    return pd.DataFrame(rows, columns=CHECKED_HITS.after("model", "task", "method"))


def _cover(track: str, chrom: str, size: int) -> Cover:
    """The bases of a chromosome that have a value."""
    runs = [np.zeros((0, 2), int)]
    for start in range(0, size, BLOCK):
        values = read_back(track, chrom, start, min(start + BLOCK, size))
        runs.append(np.array(runs_of(~np.isnan(values)), int).reshape(-1, 2) + start)
    return Cover(*np.concatenate(runs).T)


def _explained(
    places: pd.DataFrame, folds: Mapping[Interval, str], covers: Mapping[str, Cover]
) -> np.ndarray:
    """Which of ``places`` lie in a stretch of ``folds``, with a value in their middle."""
    chroms = places["chrom"].to_numpy(dtype=str)
    starts, ends = (places[name].to_numpy() for name in ("start", "end"))
    inside, valued = holders(list(folds), chroms, starts, ends) >= 0, np.zeros(len(places), bool)
    for chrom, cover in covers.items():
        here = chroms == chrom
        valued[here] = cover.holds((starts[here] + ends[here]) // 2)
    return inside & valued


def _sites(
    genome: Genome,
    tracks: tuple[str, str],
    motif: Sought,
    folds: Mapping[Interval, str],
    weights: Mapping[str, Weights],
    background: np.ndarray,
    max_p: float,
) -> pd.DataFrame:
    """All matches of known contribution: chrom, start, end, score, rank (the best the highest)."""
    if not len(motif.ppm):
        return pd.DataFrame(columns=["chrom", "start", "end", "score", "rank"])
    query = query_of(motif.ppm, background, max_p, motif.direction)
    track, predicted = tracks
    parts = []
    for searched, fold in folds.items():
        (sites,) = sites_of(genome, track, searched, [query], predicted)
        own = np.repeat(fold, len(sites))
        likely = probabilities(own, readings_of(sites, motif.direction), weights)
        parts.append(pd.DataFrame(sites).assign(chrom=searched.chrom, rank=likely))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(end=table["start"] + len(motif.ppm))
    table = table[table[["contribution", "prediction"]].notna().all(axis=1)].reset_index(drop=True)
    # one scale for all: a fold without weights leaves the others no probability either
    return table if table["rank"].notna().all() else table.assign(rank=table["combined"])


def _compared(hits: pd.DataFrame, sites: pd.DataFrame, causal: pd.DataFrame) -> dict[str, float]:
    found, near = nearest(hits, causal), nearest(sites, causal)
    recall = len(np.unique(found[found >= 0])) / len(causal) if len(causal) else np.nan
    rank, sequence = (sites[name].to_numpy(float) for name in ("rank", "score"))
    by_sequence = near[np.argsort(-sequence, kind="stable")]
    recall_pwm, precision_pwm = at_recall(by_sequence, len(causal), recall)
    return {
        "recall": recall,
        "precision": (found >= 0).mean() if len(found) else np.nan,
        "recall_pwm": recall_pwm,
        "precision_pwm": precision_pwm,
        "average_precision": average_precision(near >= 0, rank),
        "average_precision_pwm": average_precision(near >= 0, sequence),
    }


def nearest(sites: pd.DataFrame, targets: pd.DataFrame) -> np.ndarray:
    """Row of the target with the nearest middle of each site, -1 where that is not near enough.

    Near enough: a target of ``reach`` bp at most that far from the site's middle; one without
    shares at least half the bases of the narrower of the two.
    """
    start, end, reach = (targets[name].to_numpy(float) for name in ("start", "end", "reach"))
    first, last = (sites[name].to_numpy(float) for name in ("start", "end"))
    # Twice the middles: whole numbers, so that no rounding decides.
    found = nearest_places(targets["chrom"], start + end, sites["chrom"], first + last)
    rows = np.flatnonzero(found >= 0)
    near, first, last = found[rows], first[rows], last[rows]
    shared = np.minimum(end[near], last) - np.maximum(start[near], first)
    enough = 2 * shared >= np.minimum(end[near] - start[near], last - first)
    close = np.abs(start[near] + end[near] - first - last) <= 2 * reach[near]
    found[rows[~np.where(np.isnan(reach[near]), enough, close)]] = -1
    return found


def at_recall(ranked: np.ndarray, events: int, recall: float) -> tuple[float, float]:
    """Recall and precision of the shortest list of the first ``ranked`` that has ``recall``.

    ``ranked``: the target that each site found, -1 for none. The whole list, if it has less.
    """
    if not len(ranked) or not events or not recall > 0:
        return np.nan, np.nan
    first = np.zeros(len(ranked), bool)
    first[np.unique(ranked, return_index=True)[1]] = True
    recalls = np.cumsum(first & (ranked >= 0)) / events
    last = min(np.searchsorted(recalls, recall - 1e-12), len(ranked) - 1)
    return float(recalls[last]), float((ranked[: last + 1] >= 0).mean())
