"""Is the fully masked input a fair baseline for subsets? Held against shuffled windows.

The masked input is no DNA, so a network may answer anything to it. Dinucleotide shuffles of the
windows are DNA without their motifs: a baseline whose target lies among theirs says "nothing is
there". The check judges that answer only; whether inputs with a few bases left are like DNA to
the network is not seen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import percentileofscore

from chromolens.attribution.references import unknown
from chromolens.genome.onehot import codes_to_onehot
from chromolens.genome.shuffles import degenerate, dinucleotide, seed_of
from chromolens.inputs.batches import Inputs
from chromolens.inputs.chosen import background_rows
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.front import mask_of
from chromolens.sis.search.collection import masked
from chromolens.sis.thresholds import Threshold, by_fold, of_windows
from chromolens.tables.checks import MASK

MOST = 200
"""Windows of a fold, and negatives, that are looked at."""
SHUFFLES = 10
"""Of each window."""


@dataclass(frozen=True)
class Scale:
    """What a fold's masked inputs are held against, all in target units.

    ``values`` (n,) of the windows, ``shuffles`` (m,) of their shuffles, ``negatives`` (k,).
    """

    values: np.ndarray
    shuffles: np.ndarray
    negatives: np.ndarray


def check_tasks(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    chosen: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    threshold: Threshold,
    **settings: object,
) -> pd.DataFrame:
    """``check_masks`` of every task of one model.

    ``chosen`` are the windows of ``motifs.choose``, ``limits`` the ``thresholds.fold_thresholds``
    of the study's ``threshold``, ``settings`` the other arguments of ``check_masks``.
    """
    tasks = list(dict.fromkeys(limits["task"]))
    rows = rows_of(chosen, inputs.windows, "sis", tasks, len(chosen))
    tables = [
        check_masks(
            models_by_fold,
            inputs,
            rows[task],
            task=task,
            thresholds=by_fold(limits, task, threshold),
            **settings,
        )
        for task in tasks
    ]
    return pd.concat(tables, ignore_index=True)


def check_masks(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    rows: np.ndarray,
    *,
    folds: Folds,
    task: str,
    thresholds: Mapping[str, Threshold],
    target: str,
    mask: float | list[float] | str,
    seed: int,
) -> pd.DataFrame:
    """The target of fully masked windows against that of shuffled ones, out of fold.

    Parameters
    ----------
    models_by_fold, inputs, folds, task, thresholds, target
        As in ``find.find_subsets``.
    rows
        The windows read by SIS (n,), in drawn order: the first ``MOST`` of each fold are used.
    mask
        The study's (``chosen`` 1); beside it 0.25, 0 and the background's frequencies.

    Returns
    -------
    ``MASK`` less model, a row per fold and mask. ``value``: median target of the masked windows
    (they differ in their N only); ``q01``, ``q50``, ``q99``: percentiles of the shuffles' targets;
    ``percentile`` of the value among these, ``z`` in their standard deviations; ``verdict``:
    ``inside`` from 1 to 99 %, else ``outside``, empty without windows; ``passes``: share of
    windows whose masked input reaches its threshold.
    """
    found = []
    for fold, ours in folds.by_fold(inputs.windows, rows).items():
        if fold not in models_by_fold:
            continue
        model, ours = models_by_fold[fold], ours[:MOST]
        ask = _target(model, task, target)
        scale = _scale(ask, inputs, ours, folds.rows(inputs.windows, fold, "test"), seed)
        for name, vector in _masks(mask, model).items():
            onehot = inputs.arrays(ours)
            empty = ask(masked(onehot, ~unknown(onehot), vector))
            judged = judge(empty, scale, thresholds.get(fold, np.nan))
            facts = {"task": task, "fold": fold, "mask": name, "chosen": int(name == _name(mask))}
            found.append(facts | judged)
    return pd.DataFrame(found, columns=MASK.after("model"))


def judge(empty: np.ndarray, scale: Scale, threshold: Threshold) -> dict[str, object]:
    """What ``check_masks`` tells of one mask, from the masked windows' targets (n,)."""
    value, shuffles = _quantile(empty, 50), scale.shuffles
    low, middle, high = (_quantile(shuffles, percent) for percent in (1, 50, 99))
    limits = of_windows(threshold, scale.values, empty)
    known, spread = len(empty) and len(shuffles), shuffles.std() if len(shuffles) else 0.0
    rank = percentileofscore(shuffles, value, "mean") if known else np.nan
    return {
        "value": value,
        "windows": len(empty),
        "shuffles": len(shuffles),
        "q01": low,
        "q50": middle,
        "q99": high,
        "percentile": float(rank),
        "z": float((value - shuffles.mean()) / spread) if spread > 0 else np.nan,
        "verdict": ("inside" if 1 <= rank <= 99 else "outside") if known else "",
        "threshold": float(np.median(limits)) if len(limits) else np.nan,
        "passes": float((empty >= limits).mean()) if len(empty) else np.nan,
        "negatives": len(scale.negatives),
        "negatives_q50": _quantile(scale.negatives, 50),
    }


def _target(model: Model, task: str, target: str) -> Callable[[np.ndarray], np.ndarray]:
    def ask(onehot: np.ndarray) -> np.ndarray:
        return target_values(model, onehot, tasks=[task], target=target)[:, 0].astype(np.float64)

    return ask


def _scale(
    ask: Callable, inputs: Inputs, rows: np.ndarray, held_out: np.ndarray, seed: int
) -> Scale:
    """What ``rows`` are held against; the negatives are drawn from the rows ``held_out``."""
    negatives = held_out[inputs.windows["role"].iloc[held_out] == "negative"]
    drawn = background_rows(inputs.windows.iloc[negatives], MOST, seed)
    names = inputs.windows["id"].to_numpy()[rows]
    return Scale(
        ask(inputs.arrays(rows)),
        shuffled_values(ask, inputs.codes(rows), names, seed),
        ask(inputs.arrays(negatives[drawn])),
    )


def shuffled_values(
    ask: Callable[[np.ndarray], np.ndarray], codes: np.ndarray, names: Iterable[str], seed: int
) -> np.ndarray:
    """Targets of ``SHUFFLES`` dinucleotide shuffles of each of the codes (n, length).

    A shuffle depends on its window's name and ``seed``. One that gives its window back (a run of
    one base) is left out.
    """
    values = [np.zeros(0)]
    for turn in range(SHUFFLES):
        shuffled = codes.copy()
        for row, (name, own) in enumerate(zip(names, codes, strict=True)):
            shuffled[row] = dinucleotide(own, seed_of(f"{name} mask check {turn}", seed))
        other = [not degenerate(*pair) for pair in zip(codes, shuffled, strict=True)]
        values.append(ask(codes_to_onehot(shuffled[np.array(other, dtype=bool)])))
    return np.concatenate(values)


def _masks(mask: float | list[float] | str, model: Model) -> dict[str, np.ndarray]:
    """Name -> values of the four channels: the study's first, then those that differ from it."""
    asked = [mask, 0.25, 0.0] + (["mean"] if model.background is not None else [])
    found: dict[str, np.ndarray] = {}
    for each in asked:
        vector = mask_of(each, model)
        if not any(np.array_equal(vector, other) for other in found.values()):
            found[_name(each)] = vector
    return found


def _name(mask: float | list[float] | str) -> str:
    if isinstance(mask, str):
        return mask
    return " ".join(f"{value:g}" for value in np.atleast_1d(mask))


def _quantile(values: np.ndarray, percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else np.nan
