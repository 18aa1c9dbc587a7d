"""Hits of a study in the windows that a method explained: the sites that experiments change."""

import numpy as np
import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import onehot_to_codes
from chromolens.genome.shuffles import seed_of
from chromolens.scores import open_scores


def sites_of(
    explained: str, hits: pd.DataFrame, task: str, most: int, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Hits in explained windows, at most ``most`` of each motif; the windows, uint8 (n, length).

    The table has the columns of ``hits``, with ``id``, ``fold`` and ``row`` of the window, and
    ``start`` and ``end`` counted from the window's first base. A hit inside a better one of
    another motif is not among them. ``explained`` is a method's windows file
    (``scores.WINDOWS``).
    """
    with open_scores(explained) as file:
        ids, folds, onehot = (file[task][name][:] for name in ("id", "fold", "onehot"))
    sites = _most(_in_windows(_alone(hits), ids, folds), most, seed)
    return sites, onehot_to_codes(onehot.astype(np.float32))


def found_of(hits: pd.DataFrame) -> dict[str, int]:
    """Motif -> its hits that are not inside a better one of another motif."""
    return _alone(hits)["motif"].value_counts().to_dict()


def _alone(hits: pd.DataFrame) -> pd.DataFrame:
    return hits[hits["over"] == "."]


def _in_windows(hits: pd.DataFrame, ids: np.ndarray, folds: np.ndarray) -> pd.DataFrame:
    """Each hit inside an explained window, of several that with the nearest centre; its place.

    Memory is that of the hits: each window takes its own from those of its chromosome.
    """
    by_chrom = {chrom: own.sort_values("start") for chrom, own in hits.groupby("chrom")}
    parts = [hits.iloc[:0].assign(id="", row=0, away=0, hit=0)]
    for row, (name, fold) in enumerate(zip(ids, folds, strict=True)):
        window = Interval.parse(name.decode())
        own = by_chrom.get(window.chrom, hits.iloc[:0])
        own = own[own["start"].between(window.start, window.end) & (own["end"] <= window.end)]
        away = (own["start"] + own["end"] - window.start - window.end).abs()
        place = {"id": name.decode(), "fold": fold.decode(), "row": row, "away": away}
        place |= {"start": own["start"] - window.start, "end": own["end"] - window.start}
        parts.append(own.assign(hit=own.index, **place))
    found = pd.concat(parts).sort_values("away", kind="stable").drop_duplicates("hit")
    return found.sort_values(["row", "start", "motif"])


def _most(sites: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """At most ``most`` sites of each motif, drawn by their places and the seed."""
    keys = [seed_of(f"{site.id} {site.start} {site.motif}", seed) for site in sites.itertuples()]
    rank = pd.Series(keys, index=sites.index).groupby(sites["motif"]).rank()
    return sites[rank <= most].reset_index(drop=True)
