"""How well all trainings of a model predict groups they have not seen: metrics, and pooled.

Masked labels (NaN) are left out of every metric. The tables come from ``predict.predict_groups``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import log_softmax, logsumexp

from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models.judging import metrics
from chromolens.models.judging.metrics import ALL_CLASSES, LABEL
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import load_model
from chromolens.runlog import logger
from chromolens.tables.models import POOLED


class HeldOut(NamedTuple):
    """Tables: ``metrics`` per fold, ``pooled`` over the folds, ``predictions`` of every window."""

    metrics: pd.DataFrame
    pooled: pd.DataFrame
    predictions: pd.DataFrame


def evaluate_folds(
    inputs: Inputs,
    paths: Iterable[str],
    folds: Folds,
    *,
    tasks: list[str],
    objective: str,
    name: str,
    seed: int,
) -> HeldOut:
    """Metrics of the trainings ``paths`` of model ``name`` on their folds' test groups.

    A training's fold and replicate stand in its sidecar.
    """
    metrics, predictions = [], []
    for path in paths:
        model = load_model(path)
        origin = {"fold": model.facts["fold"], "replicate": int(model.facts["replicate"])}
        held_out = predict_groups(
            model,
            inputs.for_training(folds.groups(origin["fold"], "training")),
            tasks=tasks,
            groups=folds.groups(origin["fold"], "test"),
            objective=objective,
            training_groups=folds.groups(origin["fold"], "training"),
        )
        question = {"tasks": tasks, "objective": objective, "model": name}
        metrics.append(evaluate(held_out, **question, **origin))
        predictions.append(held_out.assign(**origin))
    pooled = pool(predictions, **question, windows=inputs.windows, seed=seed)
    return HeldOut(pd.concat(metrics), pooled, pd.concat(predictions))


@dataclass(frozen=True)
class Question:
    """One metric of one task, with the windows it is asked of."""

    task: str
    name: str
    metric: metrics.Metric
    values: np.ndarray
    labels: np.ndarray

    def row(self) -> dict:
        """Its row of a metrics table."""
        value = metrics.once(self.metric, self.values, self.labels)
        if np.isnan(value):
            logger.warning(
                "%s of %s is undefined: %d windows, %d positives",
                *(self.name, self.task, len(self.labels), self._positives()),
            )
        return {"task": self.task, "metric": self.name, "value": value, **self._counts()}

    def _counts(self) -> dict[str, int]:
        return {"n": len(self.labels), "positives": self._positives()}

    def _positives(self) -> int:
        return int((self.labels > 0).sum())


def evaluate(
    predictions: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str = "binary",
    model: str = "",
    fold: str = "",
    replicate: int = 0,
) -> pd.DataFrame:
    """Metrics of one training on its test groups.

    Returns
    -------
    Columns model, fold, replicate, task, metric, value, n (windows with a label), positives
    (labels above 0). An undefined value is NaN, and said so in the log.
    """
    names = {"model": model, "fold": fold, "replicate": replicate}
    asked = questions(predictions, tasks, objective)
    return pd.DataFrame([{**names, **question.row()} for question in asked])


def pool(
    predictions: list[pd.DataFrame],
    *,
    tasks: list[str],
    objective: str = "binary",
    model: str = "",
    windows: pd.DataFrame | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Metrics over the test windows of all folds together, with bootstrap intervals.

    Parameters
    ----------
    predictions
        One table per training; replicates (rows of one id) are averaged first.
    windows
        The windows table; where it has a column ``shared``, metrics of the windows that share
        no long word with another group are added, named ``{metric}_unshared``.
    resamples, seed
        Of the bootstrap over windows.

    Returns
    -------
    Columns model, task, metric, value, low, high (95 %), n, positives.
    """
    pooled = average_replicates(pd.concat(predictions, ignore_index=True))
    every = list(questions(pooled, tasks, objective))
    if windows is not None and "shared" in windows:
        shared = windows.set_index("id")["shared"].reindex(pooled["id"]).to_numpy()
        every += questions(pooled[shared == 0], tasks, objective, "_unshared")
    rows = []
    for asked in every:
        low, high = metrics.interval(
            asked.metric, asked.values, asked.labels, resamples=resamples, seed=seed
        )
        rows.append({"model": model, **asked.row(), "low": low, "high": high})
    return pd.DataFrame(rows, columns=POOLED.names)


def reliability(predictions: pd.DataFrame, tasks: list[str]) -> pd.DataFrame:
    """Reliability tables (``metrics.reliability``) of classifiers, with a column task."""
    parts = []
    for task in tasks:
        values, labels = _known(predictions[task], predictions[task + LABEL])
        parts.append(metrics.reliability(values, labels).assign(task=task))
    return pd.concat(parts, ignore_index=True)


def questions(
    predictions: pd.DataFrame, tasks: list[str], objective: str, suffix: str = ""
) -> Iterator[Question]:
    """Every metric of ``predictions`` (``predict.predict_groups``), task by task.

    The first of a task is the objective's main one. ``suffix`` stands behind the names.
    """
    if objective == "classes":
        predictions = _as_classes(predictions, tasks)
        for name in ALL_CLASSES:
            values = predictions[name].dropna().to_numpy()
            # every window has a class: all of them count as positive
            yield Question("", name + suffix, metrics.mean, values, np.ones(len(values)))
    for task in tasks:
        for name, (metric, value) in metrics.BY_OBJECTIVE[objective].items():
            known = _known(predictions[task + value], predictions[task + LABEL])
            yield Question(task, name + suffix, metric, *known)


def _as_classes(predictions: pd.DataFrame, tasks: list[str]) -> pd.DataFrame:
    """Log-odds of each class in place of its logit; whether the likeliest is right, and the loss.

    The loss is -log of the probability of the window's own class, in nats. Both are NaN where the
    class is not known.
    """
    logits = predictions[tasks].to_numpy("float64")
    labels = predictions[[task + LABEL for task in tasks]].to_numpy("float64")
    log_share = log_softmax(logits, axis=1)
    own = np.where((labels == 1).any(axis=1), (labels == 1).argmax(axis=1), -1)
    known = (own >= 0) & ~np.isnan(labels).any(axis=1)
    right = np.where(known, logits.argmax(axis=1) == own, np.nan)
    loss = np.where(known, -log_share[np.arange(len(own)), own], np.nan)
    others = [logsumexp(np.delete(logits, i, axis=1), axis=1) for i in range(len(tasks))]
    odds = dict(zip(tasks, logits.T - np.array(others), strict=True))
    return predictions.assign(**odds, accuracy=right, log_loss=loss)


def _known(values: pd.Series, labels: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    known = (values.notna() & labels.notna()).to_numpy()
    return values.to_numpy("float64")[known], labels.to_numpy("float64")[known]


def average_replicates(predictions: pd.DataFrame) -> pd.DataFrame:
    """The mean of every number over the rows of one id."""
    numbers = predictions.select_dtypes("number").columns
    mean = predictions.groupby("id", sort=False)[list(numbers)].mean()
    return mean.reset_index()
