"""Explain chosen windows, with hypothetical contributions: what TF-MoDISco reads.

Each window is explained by the models of the fold in which its chromosome (or part) is test.
Contributions are raw; hypothetical contributions are brought to one scale over the folds, as
MoDISco pools them. A window's place among those of its task and fold decides its row in a batch
(see ``models.batching``).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.models.batching import batches
from chromolens.runlog import progress
from chromolens.tracks import scaling
from chromolens.tracks.answers import PER_WINDOW, answer, combine, default_windows, header_of
from chromolens.tracks.method import Method

if TYPE_CHECKING:
    from chromolens.inputs.batches import Inputs
    from chromolens.models.model import Model


def explain_windows(
    models_by_fold: Mapping[str, Sequence["Model"]],
    inputs: "Inputs",
    rows_by_task: Mapping[str, np.ndarray],
    folds: Folds,
    path: str,
    *,
    method: Method,
    origin: scores.Origin,
    background: np.ndarray,
    labels: Mapping[str, str] | None = None,
    windows_at_once: int | None = None,
) -> None:
    """Write the windows file ``path`` (``scores.WINDOWS``, ``scales``).

    Parameters
    ----------
    models_by_fold
        The replicates of each fold; their answers are averaged.
    rows_by_task
        Rows of ``inputs`` to explain for each task of ``method``, in the order of the output.
    folds
        Each window is explained by the fold in which its group is test.
    background : int (m,)
        Rows on which every fold's scale is measured, the same for all.
    labels
        Task -> task of ``inputs`` whose labels it predicts; where absent, of the same name.
    """
    size = windows_at_once or default_windows(inputs.length, 1, method.batch_size)
    folds_of = {task: folds.folds_of(inputs.windows, rows) for task, rows in rows_by_task.items()}
    _check(models_by_fold, folds_of)
    with scores.written(path, _header(models_by_fold, method, origin)) as file:
        scales = _measure(models_by_fold, inputs, background, method, size)
        scaling.write_scales(file, scales)
        for task, rows in progress(rows_by_task.items(), total=len(rows_by_task), what="windows"):
            group = file.create_group(task)
            label = (labels or {}).get(task, task)
            _describe(group, inputs, label, rows, folds_of[task], scales[task])
            _explain_task(group, models_by_fold, inputs, rows, method.about(task), size)


def _check(
    models_by_fold: Mapping[str, Sequence["Model"]], folds_of: Mapping[str, np.ndarray]
) -> None:
    if scaling.GROUP in folds_of:
        raise BadInput(
            f"a task may not be called {scaling.GROUP!r}", remedy="give it another name"
        )
    missing = {fold for found in folds_of.values() for fold in found} - set(models_by_fold)
    if missing:
        raise BadInput(f"no models of {', '.join(sorted(missing))} are given")


def _header(
    models_by_fold: Mapping[str, Sequence["Model"]], method: Method, origin: scores.Origin
) -> scores.Header:
    models = [model for _, replicates in sorted(models_by_fold.items()) for model in replicates]
    return header_of(models, method, origin, {"folds": sorted(models_by_fold)})


def _measure(
    models_by_fold: Mapping[str, Sequence["Model"]],
    inputs: "Inputs",
    background: np.ndarray,
    method: Method,
    size: int,
) -> dict[str, dict[str, float]]:
    """Scale of each task and fold on the background windows."""
    scales: dict[str, dict[str, float]] = {task: {} for task in method.tasks}
    for fold, models in models_by_fold.items():
        blocks = [
            _contributions(models, inputs, background[places], places, method.in_fold(fold))
            for places in batches(np.arange(len(background)), size)
        ]
        for i, task in enumerate(method.tasks):
            scales[task][fold] = scaling.root_mean_square(block[i] for block in blocks)
    return scales


def _contributions(
    models: Sequence["Model"],
    inputs: "Inputs",
    rows: np.ndarray,
    places: np.ndarray,
    method: Method,
) -> np.ndarray:
    """Mean of the replicates, all tasks in one pass: float32 (T, n, L)."""
    batch, ids = inputs.arrays(rows), _ids(inputs, rows)
    stack = [answer(model, batch, ids, places, method)["contributions"] for model in models]
    return combine("contributions", np.stack(stack))


def _ids(inputs: "Inputs", rows: np.ndarray) -> list[str]:
    return inputs.windows["id"].iloc[rows].tolist()


def _describe(
    group: h5py.Group,
    inputs: "Inputs",
    label: str,
    rows: np.ndarray,
    folds_of: np.ndarray,
    scales: Mapping[str, float],
) -> None:
    """Lay out a task's arrays, and fill in what is known before the windows are explained."""
    lengths = {"window": len(rows), "position": inputs.length, "channel": inputs.channels}
    scores.create(group, scores.WINDOWS, lengths)
    relative = scaling.relative_scales(scales)
    group["id"][:] = inputs.windows["id"].iloc[rows].to_numpy(dtype=object)
    group["fold"][:] = folds_of
    group["label"][:] = inputs.labels(rows, [label])[:, 0]
    group["scale"][:] = np.array([relative[fold] for fold in folds_of], dtype=np.float32)


def _explain_task(
    group: h5py.Group,
    models_by_fold: Mapping[str, Sequence["Model"]],
    inputs: "Inputs",
    rows: np.ndarray,
    method: Method,
    size: int,
) -> None:
    """Fill in the arrays that need a model, fold by fold."""
    folds_of, scale = group["fold"].asstr()[:], group["scale"][:]
    for fold in sorted(set(folds_of)):
        own = np.flatnonzero(folds_of == fold)
        for places in batches(np.arange(len(own)), size):
            models, ours, here = models_by_fold[fold], method.in_fold(fold), own[places]
            found = _mean_answer(models, inputs, rows[here], places, ours)
            if "hypothetical" in found:
                found["hypothetical"] /= scale[here][:, None, None]
            _store(group, here, found)


def _mean_answer(
    models: Sequence["Model"],
    inputs: "Inputs",
    rows: np.ndarray,
    places: np.ndarray,
    method: Method,
) -> dict[str, np.ndarray]:
    """One task's arrays of ``scores.WINDOWS`` for ``rows``, averaged over the replicates."""
    batch, ids = inputs.arrays(rows), _ids(inputs, rows)
    results = [method.explain(model, batch, ids, places)[0] for model in models]
    defined = () if results[0].hypothetical is None else ("hypothetical",)
    keys = ("contributions", *PER_WINDOW, *defined)
    found = {key: combine(key, np.stack([getattr(one, key) for one in results])) for key in keys}
    return found | {"onehot": batch.astype(np.int8)}


def _store(group: h5py.Group, here: np.ndarray, found: dict[str, np.ndarray]) -> None:
    if "hypothetical" in found and "hypothetical" not in group:
        names = scores.HYPOTHETICAL.dims
        shape = dict(zip(names, group["onehot"].shape, strict=True))
        scores.create(group, [scores.HYPOTHETICAL], shape)
    for key, array in found.items():
        group[key][here] = array
