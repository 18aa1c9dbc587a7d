"""How the attribution methods of a study compare on the same windows.

One tidy table, a row per number. ``measure`` is one of

===================  =======================================================================
``agreement``        Spearman correlation with ``other`` over the bases of a window, mean
``completeness``     median of |target(x) - target(ref) - sum|; absent where none is promised
``deletion``         mean target once the ``share`` of bases with the highest contributions is
                     averaged away (set to the background frequencies); lower is better
``cpu_seconds``      of the job that explained all its windows, start included
===================  =======================================================================

The method ``random`` deletes in a random order: a method that does no better knows nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from chromolens.attribution.references import frequencies, unknown
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model
from chromolens.models.target_names import target_for
from chromolens.models.targets import target_values
from chromolens.scores import open_scores
from chromolens.tables.checks import METHODS
from chromolens.ties import TIE, descending

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
RANDOM = "random"


def compare(
    explained: Mapping[str, str],
    benchmarks: Mapping[str, str],
    models: Mapping[str, Sequence[Model]],
    *,
    target: str,
    seed: int,
    most: int = 100,
) -> pd.DataFrame:
    """The table of one model.

    Parameters
    ----------
    explained, benchmarks
        Method -> its windows file (``scores.WINDOWS``), and Snakemake's benchmark of its job.
    models
        Fold -> its replicates, whose targets are averaged.
    target
        What the methods explained.
    most
        At most so many windows a task: the first that all methods have.
    """
    rows = []
    for task in _tasks(explained):
        windows = explained_by_all(explained, task, most)
        if len(windows["id"]):
            rows += [
                {"task": task, **row} for row in _of_task(windows, models, task, target, seed)
            ]
    for method, path in benchmarks.items():
        seconds = float(pd.read_table(path)["cpu_time"].iloc[0])
        rows.append({"method": method, "measure": "cpu_seconds", "value": seconds})
    return pd.DataFrame(rows, columns=METHODS.after("model")).astype({"windows": "Int64"})


def _tasks(explained: Mapping[str, str]) -> list[str]:
    with open_scores(next(iter(explained.values())), []) as file:
        return [name for name, group in file.items() if "contributions" in group]


def explained_by_all(
    explained: Mapping[str, str], task: str, most: int | None = None
) -> dict[str, np.ndarray | dict]:
    """The first windows of ``task`` that all files explain: id, fold, onehot; and of each file
    contributions and errors. ``explained``: name -> windows file."""
    groups = {}
    for method, path in explained.items():
        with open_scores(path) as file:
            groups[method] = {name: data[:] for name, data in file[task].items()}
    first = next(iter(groups.values()))
    shared = set.intersection(*(set(group["id"]) for group in groups.values()))
    ids = [name for name in first["id"] if name in shared][:most]
    rows = {method: pd.Index(group["id"]).get_indexer(ids) for method, group in groups.items()}
    kept = rows[next(iter(groups))]
    return {
        "id": [name.decode() for name in ids],
        "fold": [first["fold"][row].decode() for row in kept],
        "onehot": first["onehot"][kept].astype(np.float32),
        "contributions": {m: group["contributions"][rows[m]] for m, group in groups.items()},
        "errors": {m: group["completeness_error"][rows[m]] for m, group in groups.items()},
    }


def _of_task(
    windows: dict, models: Mapping[str, Sequence[Model]], task: str, target: str, seed: int
) -> Iterator[dict]:
    contributions, count = windows["contributions"], len(windows["id"])
    for one, other in combinations(contributions, 2):
        value = rank_agreement(contributions[one], contributions[other])
        row = {"measure": "agreement", "value": value, "windows": count}
        yield {"method": one, "other": other, **row}
        yield {"method": other, "other": one, **row}
    for method, errors in windows["errors"].items():
        if np.isfinite(errors).any():
            value = float(np.nanmedian(np.abs(errors)))
            yield {"method": method, "measure": "completeness", "value": value, "windows": count}
    length = windows["onehot"].shape[1]
    chance = np.stack(
        [np.random.default_rng(seed_of(name, seed)).random(length) for name in windows["id"]]
    )
    for method, scores in {**contributions, RANDOM: chance}.items():
        curve = _deletion(windows, scores, models, task, target)
        for share, value in zip(SHARES, curve, strict=True):
            row = {"measure": "deletion", "share": share, "value": value, "windows": count}
            yield {"method": method, **row}


def rank_agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Mean over windows of the Spearman correlation of two (n, length); constant rows left out."""
    varied = [np.ptp(a) > 0 and np.ptp(b) > 0 for a, b in zip(one, other, strict=True)]
    pairs = zip(one[varied], other[varied], strict=True)
    return float(np.mean([spearmanr(a, b).statistic for a, b in pairs])) if any(varied) else np.nan


def delete(onehot: np.ndarray, scores: np.ndarray, share: float, by: np.ndarray) -> np.ndarray:
    """``onehot`` (n, length, channels) with its ``share`` of highest bases replaced by ``by``.

    ``scores`` (n, length); the first of equals goes first; an N of DNA stays an N.
    """
    count = round(share * scores.shape[1])
    first = descending(scores, TIE * np.abs(scores).max(axis=1))[:, :count]
    gone = np.zeros(scores.shape, bool)
    np.put_along_axis(gone, first, True, axis=1)
    return np.where((gone & ~unknown(onehot))[..., None], by, onehot).astype(np.float32)


def _deletion(
    windows: dict,
    scores: np.ndarray,
    models: Mapping[str, Sequence[Model]],
    task: str,
    target: str,
) -> np.ndarray:
    """Mean target (shares,) as more and more is deleted."""
    folds = np.array(windows["fold"])
    total = np.zeros(len(SHARES))
    for fold in np.unique(folds):
        own = folds == fold
        for model in models[fold]:
            by = frequencies(model, "background")
            cut = [delete(windows["onehot"][own], scores[own], share, by) for share in SHARES]
            asked = target_for(target, model.output_of(model.task_index(task))[1])
            values = target_values(model, np.concatenate(cut), tasks=[task], target=asked)
            sums = values.reshape(len(SHARES), -1).sum(axis=1, dtype=float)
            total += sums / len(models[fold])
    return total / len(folds)
