"""Hits broken base by base: what each position of a motif is worth to the network.

    loss(position, base) = f(window) - f(window with ``base`` at the position of the hit)

A network that reads a motif as its matrix says loses most where the matrix holds most information.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.experiments.ablate import Site
from chromolens.experiments.answers import answers
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.motifs import consensus
from chromolens.experiments.sites import found_of, sites_of
from chromolens.experiments.statistics import correlation, interval
from chromolens.genome.onehot import BASES, UNKNOWN, sequence_of
from chromolens.models.model import Model
from chromolens.motifs.ppm import column_information
from chromolens.runlog import progress
from chromolens.tables.experiments import PROFILES, SUBSTITUTED


def substitute_hits(
    models: Mapping[str, Sequence[Model]],
    explained: str,
    hits: pd.DataFrame,
    ppms: Mapping[str, np.ndarray],
    asked: Experiments,
    *,
    task: str,
    target: str,
    both: bool,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``SUBSTITUTED`` and ``PROFILES``, less model and task.

    Parameters
    ----------
    models
        Fold -> its replicates; each window is asked of those that never saw it.
    explained
        A method's windows file (``scores.WINDOWS``).
    hits
        ``HITS`` of the task. The sites are those that ``ablation.ablate_hits`` takes away, less
        those that hold an unknown base.
    ppms
        Motif -> frequencies (width, 4), as wide as its hits.
    both
        Whether losses are means of both strands.
    """
    sites, codes = sites_of(explained, hits, task, asked.hits, seed)
    options = {"task": task, "target": target, "both": both}
    losses: dict[str, list[np.ndarray]] = {motif: [] for motif in found_of(hits)}
    for site in progress(sites.itertuples(), total=len(sites), what="hits broken"):
        if (codes[site.row, site.start : site.end] < UNKNOWN).all():
            place = Site(site.row, site.start, site.end)
            own = substituted(models[site.fold], codes[site.row], place, options)
            losses[site.motif].append(own[::-1, ::-1] if site.strand == "-" else own)
    names = dict(zip(hits["motif"], hits["name"], strict=True))
    tables, rows = [], []
    for motif, found in found_of(hits).items():
        facts = {"motif": motif, "name": names[motif], "hits": len(losses[motif])}
        every = np.reshape(losses[motif], (-1, *ppms[motif].shape))
        tables.append(_by_position(facts, every, ppms[motif], seed))
        r, low, high = correlation(_mean(every, 2), column_information(ppms[motif]), seed)
        rows.append({**facts, "found": found, "r": r, "r_low": low, "r_high": high})
    columns = SUBSTITUTED.after("model", "task")
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    return table[columns], pd.DataFrame(rows, columns=PROFILES.after("model", "task"))


def substituted(
    models: Sequence[Model], codes: np.ndarray, site: Site, asked: Mapping
) -> np.ndarray:
    """Losses float64 (width, 4) at a site of a window, codes (length,); NaN for its own base."""
    places = np.arange(site.start, site.end)[:, None]
    others = (codes[places] + np.arange(1, 4)) % 4
    rows = 1 + np.arange(others.size).reshape(others.shape)
    made = np.repeat(codes[None], 1 + others.size, axis=0)
    made[rows, places] = others
    values = answers(models, made, **asked)
    losses = np.full((len(places), 4), np.nan)
    losses[places - site.start, others] = values[0] - values[rows]
    return losses


def _by_position(facts: Mapping, losses: np.ndarray, ppm: np.ndarray, seed: int) -> pd.DataFrame:
    """Rows of one motif, from losses (hits, width, 4)."""
    loss = _mean(losses, 2)
    low, high = interval(loss, seed)
    by_base = dict(zip(BASES, _mean(losses, 0).T, strict=True))
    bounds = {"loss": _mean(loss, 0), "low": low, "high": high}
    places = {"position": np.arange(len(ppm)), "letter": list(sequence_of(consensus(ppm)))}
    places["information"] = column_information(ppm)
    return pd.DataFrame({**facts, **places, **bounds, **by_base})


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean of what is known along ``axis``; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
