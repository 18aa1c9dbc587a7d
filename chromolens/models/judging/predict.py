"""What a network predicts for groups that it has not seen, beside what is observed there.

Predictions are in target units: logits, log(1 + count) in a regression, log(1 + total count) of a
profile. Where no logit of a network can be seen, it is the log-odds of its probability.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.models.judging import metrics
from chromolens.models.judging.metrics import BASELINE, DISTANCE, LABEL
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.models.training import data


def predict_groups(
    model: Model,
    inputs: Inputs,
    *,
    tasks: list[str],
    groups: list[str],
    objective: str = "binary",
    strands: str = "forward",
    training_groups: list[str] | None = None,
    batch_size: int = 128,
) -> pd.DataFrame:
    """Predictions of the windows of ``tasks`` on ``groups``.

    Parameters
    ----------
    strands
        ``forward``, or ``both``: the mean of the two strands' predictions.
    training_groups
        Needed for profiles: the baseline is the mean profile of their windows.

    Returns
    -------
    One row per window: id, group, role, source, then per task ``{task}`` (prediction) and
    ``{task}.label`` in the same units; for profiles also ``{task}.jsd`` and
    ``{task}.jsd_baseline`` (``metrics.jensen_shannon``).

    Raises
    ------
    BadInput
        No windows, an unknown ``strands``, or profiles without ``training_groups``.
    """
    if strands not in ("forward", "both"):
        raise BadInput(f"unknown strands {strands!r}", expected="forward or both")
    rows = data.select(inputs, tasks, groups, "test")
    table = inputs.windows.iloc[rows][["id", "group", "role", "source"]].reset_index(drop=True)
    turns = (False, True) if strands == "both" else (False,)
    if objective == "profile":
        baseline = mean_profiles(model, inputs, tasks, training_groups)
        columns = _predict_profiles(model, inputs, rows, turns, baseline, batch_size)
    else:
        asked = partial(_scalars, model, tasks, objective, batch_size)
        columns = _predict_scalars(asked, inputs, rows, tasks, turns)
        labels = data.transform(inputs.labels(rows, tasks), objective)
        columns |= {task + LABEL: labels[:, i] for i, task in enumerate(tasks)}
    return table.assign(**_by_task(columns, tasks))


def predict_windows(
    model: Model,
    onehot: np.ndarray,
    *,
    tasks: list[str],
    objective: str = "binary",
    batch_size: int = 128,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Predictions of any windows, both strands averaged before anything squashes them.

    Parameters
    ----------
    onehot : float32 (n, length, 4)

    Returns
    -------
    float64 (n, tasks), see the module; of ``classes`` each logit less the mean of them all. And
    for profiles task -> shares float64 (n, positions, strands) of the mean of the strands' logits.
    """
    onehot = np.ascontiguousarray(onehot)
    strands = [onehot, np.ascontiguousarray(onehot[:, ::-1, ::-1])]
    if objective == "profile":
        return _predict_shapes(model, strands, tasks, batch_size)
    asked = model.tasks if objective == "classes" else tasks
    stack = np.stack([_scalars(model, asked, objective, batch_size, x) for x in strands])
    values = stack.mean(axis=0, dtype=np.float64)
    if objective == "classes":
        values -= values.mean(axis=1, keepdims=True)
    return values[:, [asked.index(task) for task in tasks]], {}


def _predict_shapes(
    model: Model, strands: list[np.ndarray], tasks: list[str], batch_size: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Log totals (n, tasks) and shares of each task; the second of ``strands`` is turned."""
    totals, logits = [], []
    for x in strands:
        outputs = model.network.predict(x, batch_size=batch_size, verbose=0)
        named = dict(zip(model.network.output_names, outputs, strict=True))
        totals.append(named["counts"])
        logits.append({task: named[f"profile_{task}"] for task in tasks})
    forward, turned = logits
    mean = {task: (forward[task] + turned[task][:, ::-1, ::-1]).astype(np.float64) / 2
            for task in tasks}  # fmt: skip
    shares = {task: _softmax(values) for task, values in mean.items()}
    return np.mean(totals, axis=0, dtype=np.float64), shares


def mean_profiles(
    model: Model, inputs: Inputs, tasks: list[str], groups: list[str] | None
) -> dict[str, np.ndarray]:
    """Task -> mean share (profile_length, strands) of its counts at each position on ``groups``.

    Each window and strand weighs by its counts. Raises BadInput without ``groups``.
    """
    if not groups:
        raise BadInput(
            "the baseline of profiles needs the training groups", expected="training_groups=[...]"
        )
    rows = data.select(inputs, tasks, groups, "training")
    sums = {}
    for task in tasks:
        length = model.network.get_layer(f"profile_{task}").output.shape[1]
        parts = [inputs.profiles(chunk, task, length).sum(axis=0) for chunk in data.split(rows)]
        # One count each, so that a strand without any is even, not undefined.
        sums[task] = np.sum(parts, axis=0) + 1.0
    return {task: counts / counts.sum(axis=0) for task, counts in sums.items()}


def _predict_scalars(
    asked: Callable, inputs: Inputs, rows: np.ndarray, tasks: list[str], turns: tuple[bool, ...]
) -> dict[str, np.ndarray]:
    """Task -> prediction (n,), mean over strands; ``asked`` onehot -> predictions (n, tasks)."""
    values = [
        np.mean([asked(onehot) for onehot in strands], 0)
        for _, strands in _read(inputs, rows, turns)
    ]
    return dict(zip(tasks, np.concatenate(values).T, strict=True))


def _scalars(
    model: Model, tasks: list[str], objective: str, batch_size: int, onehot: np.ndarray
) -> np.ndarray:
    """Predictions float32 (n, tasks) of ``onehot``."""
    places = [model.output_of(model.task_index(task))[0] for task in tasks]
    unseen = np.array([place in model.unclear for place in places])
    values = np.zeros((len(onehot), len(tasks)), np.float32)
    for target, these in (("logit", ~unseen), ("output", unseen)):
        names = [task for task, its in zip(tasks, these, strict=True) if its]
        if names:
            options = {"tasks": names, "target": target, "batch_size": batch_size}
            values[:, these] = target_values(model, onehot, **options)
    if objective == "binary":
        values[:, unseen] = _log_odds(values[:, unseen])
    return values


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Of float32 numbers; those of 0 and 1 by what float32 can tell from them."""
    if probabilities.size and not (probabilities.min() >= 0 and probabilities.max() <= 1):
        raise BadInput(
            f"the model's outputs lie between {probabilities.min():.3g} and "
            f"{probabilities.max():.3g}, and no logit can be seen in it",
            expected="probabilities or logits, for the objective binary",
        )
    least = np.finfo(np.float32).epsneg
    odds = np.clip(np.float64(probabilities), least, 1 - least)
    return np.log(odds / (1 - odds))


def _predict_profiles(
    model: Model,
    inputs: Inputs,
    rows: np.ndarray,
    turns: tuple[bool, ...],
    baseline: dict[str, np.ndarray],
    batch_size: int,
) -> dict[str, np.ndarray]:
    """Columns of all tasks: predicted and observed log totals, distances of the shapes."""
    parts = []
    for chunk, strands in _read(inputs, rows, turns):
        shares, totals = _ask(model, strands, turns, list(baseline), batch_size)
        part = {}
        for i, (task, usual) in enumerate(baseline.items()):
            observed = inputs.profiles(chunk, task, len(usual))
            usual = np.broadcast_to(usual, observed.shape)
            part[task] = totals[:, i]
            part[task + LABEL] = np.log1p(observed.sum(axis=(1, 2)))
            part[task + DISTANCE] = metrics.jensen_shannon(shares[task], observed)
            part[task + BASELINE] = metrics.jensen_shannon(usual, observed)
        parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _ask(
    model: Model,
    strands: list[np.ndarray],
    turns: tuple[bool, ...],
    tasks: list[str],
    batch_size: int,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Shares (n, length, strands) of each task and log totals (n, tasks), mean over strands."""
    shares, totals = {task: 0.0 for task in tasks}, 0.0
    for x, turn in zip(strands, turns, strict=True):
        outputs = model.network.predict(x, batch_size=batch_size, verbose=0)
        named = dict(zip(model.network.output_names, outputs, strict=True))
        totals = totals + named["counts"] / len(turns)
        for task in tasks:
            share = _softmax(named[f"profile_{task}"])
            shares[task] = shares[task] + (share[:, ::-1, ::-1] if turn else share) / len(turns)
    return shares, totals


def _read(
    inputs: Inputs, rows: np.ndarray, turns: tuple[bool, ...]
) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Chunks of rows with their windows, one array per strand."""
    for chunk in data.chunks(rows, "predicting"):
        batch = inputs.arrays(chunk)
        yield chunk, [batch[:, ::-1, ::-1] if turn else batch for turn in turns]


def _softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _by_task(columns: dict[str, np.ndarray], tasks: list[str]) -> dict[str, np.ndarray]:
    """The same columns, those of a task side by side."""
    suffixes = ("", LABEL, DISTANCE, BASELINE)
    names = [task + suffix for task in tasks for suffix in suffixes]
    return {name: columns[name] for name in names if name in columns}
