"""Hits of a study ablated in explained windows: what they contribute, and what they cost."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.experiments.ablate import Site, ablated
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.sites import found_of, sites_of
from chromolens.experiments.statistics import line
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.scores import open_scores
from chromolens.tables.experiments import ABLATED, CALIBRATION


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
    sites, codes = sites_of(explained, hits, task, asked.hits, seed)
    with open_scores(explained) as file:
        contributions = file[task]["contributions"][:]
    options = {"task": task, "target": target, "both": both}
    sites["effect"] = [
        ablated(
            models[site.fold], codes[site.row], site.id, Site(site.row, site.start, site.end),
            asked.draws, seed, options,
        )
        for site in progress(sites.itertuples(), total=len(sites), what="hits ablated")
    ]  # fmt: skip
    sites["contribution"] = [
        float(contributions[site.row, site.start : site.end].sum(dtype=float))
        for site in sites.itertuples()
    ]
    table = sites[ABLATED.after("model", "task", "method")]
    return table, calibration(table, found_of(hits), seed)


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
