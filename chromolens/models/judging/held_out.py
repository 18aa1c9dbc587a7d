"""Every training of one model, asked about the chromosomes that it never saw."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models.judging.evaluate import evaluate, pool
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import load_model


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
            inputs,
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
