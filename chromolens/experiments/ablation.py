"""Hits of a study ablated in explained windows: what they contribute, and what they cost."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.experiments.ablate import Site, ablated
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.statistics import line
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import onehot_to_codes
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.scores import open_scores
from chromolens.tables.experiments import ABLATED, CALIBRATION

_PLACE = ["id", "fold", "row", "start", "end"]


def ablate_hits(
    models: Mapping[str, Sequence[Model]],
    explained: str,
    hits: pd.DataFrame,
    asked: Experiments,
    *,
    task: str,
    target: str,
    both: bool,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``ABLATED`` and ``CALIBRATION``, less model, task and method.

    Parameters
    ----------
    models
        Fold -> its replicates; each window is asked of those that never saw it.
    explained
        The method's windows file (``scores.WINDOWS``).
    hits
        ``HITS`` of the task. A hit inside a better one of another motif is not ablated.
    both
        Whether contributions, and so the effects, are means of both strands.
    """
    own = hits[hits["over"] == "."]
    with open_scores(explained) as file:
        group = {name: file[task][name][:] for name in ("id", "fold", "onehot", "contributions")}
    sites = _most(_in_windows(own, group), asked.hits, seed)
    codes = onehot_to_codes(group["onehot"].astype(np.float32))
    options = {"task": task, "target": target, "both": both}
    sites["effect"] = [
        ablated(
            models[site.fold], codes[site.row], site.id, Site(site.row, site.start, site.end),
            asked.draws, seed, options,
        )
        for site in progress(sites.itertuples(), total=len(sites), what="hits ablated")
    ]  # fmt: skip
    sites["contribution"] = [
        float(group["contributions"][site.row, site.start : site.end].sum(dtype=float))
        for site in sites.itertuples()
    ]
    table = sites[ABLATED.after("model", "task", "method")]
    return table, calibration(table, own["motif"].value_counts().to_dict(), seed)


def _in_windows(hits: pd.DataFrame, group: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Each hit inside an explained window, of several that with the nearest centre; its place.

    Memory is that of the hits: each window takes its own from those of its chromosome.
    """
    by_chrom = {chrom: own.sort_values("start") for chrom, own in hits.groupby("chrom")}
    parts = [hits.iloc[:0].assign(id="", row=0, away=0, hit=0)]
    for row, (name, fold) in enumerate(zip(group["id"], group["fold"], strict=True)):
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


def calibration(table: pd.DataFrame, found: Mapping[str, int], seed: int) -> pd.DataFrame:
    """``CALIBRATION`` of ``ABLATED``, all motifs first; ``found``: motif -> hits of the study."""
    parts = [("", "", sum(found.values()), table)]
    for motif, number in found.items():
        own = table[table["motif"] == motif]
        parts.append((motif, own["name"].iloc[0] if len(own) else "", number, own))
    rows = [
        {"motif": motif, "name": name, "found": number, **_calibrated(own, seed)}
        for motif, name, number, own in parts
    ]
    return pd.DataFrame(rows, columns=CALIBRATION.after("model", "task", "method"))


def _calibrated(own: pd.DataFrame, seed: int) -> dict[str, float]:
    effects, contributions = own["effect"].to_numpy(float), own["contribution"].to_numpy(float)
    measured = line(contributions, effects, own["id"].to_numpy(str), seed)
    measured["effect"] = measured.pop("mean")
    facts = {"hits": len(own), "contribution": contributions.mean() if len(own) else np.nan}
    for name, (value, *bounds) in measured.items():
        facts |= {name: value, f"{name}_low": bounds[0], f"{name}_high": bounds[1]}
    return facts
