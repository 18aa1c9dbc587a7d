"""Where the motifs of a lexicon occur genome-wide, by sequence and by contribution.

A site is a match of the motif's PPM (``sites.py``), of overlapping ones the best match. It is a
hit when these things hold:

- the match is rare: its exact p-value in random sequence is at most ``max_p``;
- its bases contribute: of the sites of shuffled motifs on the same track at most a share of
  ``max_contribution_p`` has as large a sum;
- both together are rare: the combined score, log-odds of the sequence (nats) plus the contribution
  (target units, which are nats for a logit), is such that shuffled motifs would give at most a
  share of ``max_q`` of the hits (target-decoy counting: Elias & Gygi 2007, Nat. Methods 4:207);
- where the events of the task are known: the site lies at one with a probability of
  ``min_probability`` or more, as events of other folds teach (``weights.py``).

The shuffled motifs have the motif's own columns in another order: as many chance matches, of the
same composition, on the same track. Those that lie on a match of the motif itself, or of another
that is looked for, are left out: what contributes there is that motif, and not by chance. (A hit
that lies on another motif's better one is told: ``better_overlapping``.)
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.genome.nearest import nearest_places
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.peaks import Names
from chromolens.motifs.hits.sites import (
    SITE,
    Query,
    composition,
    directed,
    query_of,
    readings_of,
    sites_of,
)
from chromolens.motifs.hits.sought import Sought, shuffles
from chromolens.motifs.hits.weights import (
    Weights,
    at_events,
    in_words,
    probabilities,
    read_events,
    weights_by_fold,
)
from chromolens.motifs.modisco.sites import UNITS
from chromolens.runlog import progress
from chromolens.tables.motifs import HITS, SOUGHT


class Rules(NamedTuple):
    """What a hit must show, and how many shuffles of each motif it is held against.

    ``min_support``: fewest sites of a motif that is looked for.
    """

    max_p: float
    max_contribution_p: float
    max_q: float
    min_probability: float
    shuffles: int
    min_support: int = 0


def find_hits(
    genome: Genome,
    track: str,
    motifs: Sequence[Sought],
    *,
    folds: Mapping[Interval, str],
    windows: pd.DataFrame,
    rules: Rules,
    predicted: str = "",
    events: str | Sequence[str] = (),
    chromosome_names: Names | None = None,
    within: int = 0,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hits of ``motifs`` by the contributions of the bigWig ``track``.

    Parameters
    ----------
    folds
        Stretch -> the fold whose models explained it (``Folds.homes``); no other is searched.
    windows
        ``id``, ``chrom``, ``start``, ``end``: of those that hold a hit, the one with the
        nearest centre is named.
    predicted
        The bigWig of the task's predictions.
    events, chromosome_names, within
        Peaks of the task, their names in the genome, and how near (bp) a site lies at one; without
        them no site has a probability.

    Returns
    -------
    hits : DataFrame
        ``HITS``, by place in the order of the genome's chromosomes. score: 1000 x
        |contribution| / the largest; match: bits; agreement: cosine of the contributions and the
        motif's information at each base; combined: nats; window: "." where none holds the site.
    summary : DataFrame
        ``SOUGHT``, a row per motif: ``sites`` that match, of these ``absent`` (some base has
        no contribution), ``hits``, and why there can be none (``reason``).
    """
    background = composition(genome, folds)
    known = read_events(events, genome.sizes, chromosome_names) if events else None
    queries = [_queries(motif, background, rules, seed) for motif in motifs]
    own = {one: _own_sites(genome, (track, predicted), one, queries) for one in folds}
    taken = {one: _taken(motifs, found) for one, found in own.items()}
    tables, rows = [], []
    for place, motif in progress(list(enumerate(motifs)), total=len(motifs), what="hits"):
        sites = {one: found[place] for one, found in own.items()}
        weights = _weights(motif, sites, folds, known, within)
        apart = [
            apart_from(decoys, len(motif.ppm), *taken[one])
            for one in folds
            for decoys in sites_of(genome, track, one, queries[place][1:])
        ]
        null = np.concatenate([np.zeros(0, SITE), *apart])
        likely = {
            one: probabilities(
                np.repeat(folds[one], len(part)), readings_of(part, motif.direction), weights
            )
            for one, part in sites.items()
        }
        table, row = _judge(motif, queries[place], sites, folds, likely, null, rules)
        tables.append(table)
        rows.append(row | {"weights": in_words(weights)})
    summary = pd.DataFrame(rows, columns=SOUGHT.after("model", "task", "method"))
    return _finish(tables, genome, windows), summary


def _queries(motif: Sought, background: np.ndarray, rules: Rules, seed: int) -> list[Query]:
    """The motif and its shuffles. Seeded by name: other motifs of the lexicon change nothing."""
    rng = np.random.default_rng(seed_of(f"hits {motif.motif}", seed))
    able = len(motif.ppm) and motif.support >= rules.min_support
    ppms = [motif.ppm, *shuffles(motif.ppm, rules.shuffles, rng)] if able else []
    return [query_of(ppm, background, rules.max_p, motif.direction) for ppm in ppms]


def _own_sites(
    genome: Genome, tracks: tuple[str, str], searched: Interval, queries: list[list[Query]]
) -> list[np.ndarray]:
    """Sites of each motif itself; none of a motif without queries."""
    track, predicted = tracks
    found = iter(sites_of(genome, track, searched, [own[0] for own in queries if own], predicted))
    return [next(found) if own else np.zeros(0, SITE) for own in queries]


def _weights(
    motif: Sought,
    sites: Mapping[Interval, np.ndarray],
    folds: Mapping[Interval, str],
    events: pd.DataFrame | None,
    within: int,
) -> dict[str, Weights]:
    """How the readings of the motif's sites in each fold are weighed, by others' events."""
    if events is None:
        return {}
    chroms, homes = _where(sites, folds)
    every = np.concatenate([np.zeros(0, SITE), *sites.values()])
    known = _known(every)
    chroms, homes, every = chroms[known], homes[known], every[known]
    right = at_events(chroms, 2 * every["start"] + len(motif.ppm), events, within)
    return weights_by_fold(homes, readings_of(every, motif.direction), right)


def _where(
    sites: Mapping[Interval, np.ndarray], folds: Mapping[Interval, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Chromosome and fold of each site, one stretch after another."""
    counts = np.array([len(part) for part in sites.values()], dtype=int)
    chroms = np.array([one.chrom for one in sites], dtype=str)
    homes = np.array([folds[one] for one in sites], dtype=str)
    return np.repeat(chroms, counts), np.repeat(homes, counts)


def _known(sites: np.ndarray) -> np.ndarray:
    return ~np.isnan(sites["contribution"]) & ~np.isnan(sites["prediction"])


def _taken(motifs: Sequence[Sought], sites: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Starts of the sites of all motifs, ascending, and how far they reach up to each."""
    starts = np.concatenate([np.zeros(0, int), *(part["start"] for part in sites)])
    widths = np.repeat([len(motif.ppm) for motif in motifs], [len(part) for part in sites])
    order = np.argsort(starts, kind="stable")
    return starts[order], np.maximum.accumulate((starts + widths)[order])


def apart_from(sites: np.ndarray, width: int, starts: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Those of ``sites`` (``SITE``, of ``width`` bases) that share none with others.

    ``starts`` of the others, ascending; ``reach``: the largest end of these up to each.
    """
    before = np.searchsorted(starts, sites["start"] + width)
    return sites[np.append(0, reach)[before] <= sites["start"]]


def _judge(
    motif: Sought,
    queries: list[Query],
    own: Mapping[Interval, np.ndarray],
    folds: Mapping[Interval, str],
    likely: Mapping[Interval, np.ndarray],
    null: np.ndarray,
    rules: Rules,
) -> tuple[pd.DataFrame, dict]:
    """The motif's hits, and its row of the summary.

    ``own``: its sites by stretch; ``likely``: their probabilities; ``null``: sites of its
    shuffles, apart from all motifs.
    """
    chroms, homes = _where(own, folds)
    sites = np.concatenate([np.zeros(0, SITE), *own.values()])
    known = _known(sites)
    chance = null[~np.isnan(null["contribution"])]
    decoys = max(len(queries) - 1, 0)
    table = pd.DataFrame(sites[known]).assign(chrom=chroms[known], fold=homes[known])
    table["motif"] = motif.motif
    table["probability"] = np.concatenate([np.zeros(0), *likely.values()])[known]
    table = table.assign(name="_".join(motif.label.split()), end=table["start"] + len(motif.ppm))
    table["match"] = table["score"] / UNITS
    table["p"] = queries[0].matcher.p(table["score"].to_numpy()) if len(table) else 0.0
    size, other = (
        directed(np.asarray(part["contribution"]), motif.direction) for part in (table, chance)
    )
    table["contribution_p"] = share_above(size, other)
    table["q"] = q_values(table["combined"].to_numpy(), chance["combined"], decoys)
    passed = (table["contribution_p"] <= rules.max_contribution_p) & (table["q"] <= rules.max_q)
    passed &= ~(table["probability"] < rules.min_probability)  # where it isn't known: NaN
    row = {"motif": motif.motif, "name": motif.name, "sign": motif.sign, "width": len(motif.ppm)}
    row |= {"shuffles": decoys, "sites": len(sites), "absent": int((~known).sum())}
    return table[passed], row | {
        "hits": int(passed.sum()),
        "reason": _reason(motif, queries, rules),
    }


def _reason(motif: Sought, queries: list[Query], rules: Rules) -> str:
    if motif.support < rules.min_support:
        return f"made of {motif.support} sites, fewer than {rules.min_support}"
    if not queries:
        return "no informative position"
    if queries[0].matcher.floor is None:
        return "too short: even its best match is not rare enough"
    return "" if queries[1:] else "its shuffles spell the motif itself"


def share_above(values: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Share of ``null`` at or above each of ``values``, the value itself counted with them."""
    below = np.searchsorted(np.sort(null), values, side="left")
    return (len(null) - below + 1) / (len(null) + 1)


def q_values(combined: np.ndarray, null: np.ndarray, repeats: int) -> np.ndarray:
    """Smallest share of false sites among those of at least a site's combined score, at most 1.

    False ones are expected to be as many as ``null`` has in each of its ``repeats`` (one more
    than it has, so that no share is 0). Without repeats nothing is known: 1.
    """
    if not repeats:
        return np.ones(len(combined))
    order = np.argsort(combined)
    above = len(combined) - np.searchsorted(combined[order], combined[order], side="left")
    false = len(null) - np.searchsorted(np.sort(null), combined[order], side="left") + 1
    share = np.ones(len(combined))
    share[order] = np.minimum.accumulate(np.minimum(false / repeats / above, 1))
    return share


def _finish(tables: list[pd.DataFrame], genome: Genome, windows: pd.DataFrame) -> pd.DataFrame:
    if not sum(map(len, tables)):
        return pd.DataFrame(columns=HITS.names)
    hits = pd.concat(tables, ignore_index=True)
    size = hits["contribution"].abs()
    hits["score"] = (1000 * size / (size.max() or 1)).round().astype(int)
    hits["strand"] = np.where(hits["reverse"], "-", "+")
    hits["window"] = windows_of(hits, windows)
    rank = {chrom: place for place, chrom in enumerate(genome.sizes)}
    hits = hits.assign(rank=hits["chrom"].map(rank))
    hits = hits.sort_values(["rank", "start", "end", "motif"], ignore_index=True)
    return hits.assign(over=better_overlapping(hits))[HITS.names]


def better_overlapping(hits: pd.DataFrame) -> np.ndarray:
    """Motif of the best hit that lies over each hit, sorted by place; "." where it is the best.

    It lies over it where they share half of the narrower one's bases or more, and has the higher
    ``combined``: then the site is rather the other motif's.
    """
    chroms, motifs = hits["chrom"].to_numpy(str), hits["motif"].to_numpy(str)
    starts, ends = hits["start"].to_numpy(), hits["end"].to_numpy()
    best, found = hits["combined"].to_numpy(float, copy=True), np.full(len(hits), ".", object)
    combined = best.copy()
    for one in range(len(hits)):
        for other in range(one + 1, len(hits)):
            if chroms[other] != chroms[one] or starts[other] >= ends[one]:
                break
            shared = min(ends[one], ends[other]) - starts[other]
            if 2 * shared < min(ends[one] - starts[one], ends[other] - starts[other]):
                continue
            for lower, higher in ((one, other), (other, one)):
                if combined[higher] > best[lower]:
                    best[lower], found[lower] = combined[higher], motifs[higher]
    return found


def windows_of(hits: pd.DataFrame, windows: pd.DataFrame) -> np.ndarray:
    """Id of the window around each hit: the one with the nearest centre, "." if it ends early."""
    found = np.full(len(hits), ".", object)
    # Twice the middles: whole numbers, so that no rounding decides.
    centres, middles = (table["start"] + table["end"] for table in (windows, hits))
    near = nearest_places(windows["chrom"], centres, hits["chrom"], middles)
    rows = np.flatnonzero(near >= 0)
    around, own = windows.iloc[near[rows]], hits.iloc[rows]
    inside = around["start"].to_numpy() <= own["start"].to_numpy()
    inside &= own["end"].to_numpy() <= around["end"].to_numpy()
    found[rows[inside]] = around["id"].to_numpy()[inside]
    return found
