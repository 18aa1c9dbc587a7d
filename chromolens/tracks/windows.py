"""Explain chosen windows, with hypothetical contributions: what TF-MoDISco reads.

Each window is explained by the models of the fold in which its chromosome (or part) is test.
Contributions are raw; hypothetical contributions are brought to one scale over the folds, as
MoDISco pools them. A window's place among those of its task and fold decides its row in a batch
(see ``models.batching``).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.runlog import progress
from chromolens.tracks import scaling
from chromolens.tracks.answers import (
    PER_WINDOW,
    answer,
    combine,
    default_windows,
    header_of,
    job_digest,
)
from chromolens.tracks.method import Method
from chromolens.tracks.partial import Journal, Pace, Stretch, say_resumed, work_off

if TYPE_CHECKING:
    from chromolens.inputs.batches import Inputs
    from chromolens.models.model import Model


class _Part(NamedTuple):
    """Windows that ``fold`` explains, rows of the inputs: of a ``task``, or (None) the background.

    ``here`` are their places among the windows of the task, or of the background.
    """

    task: str | None
    fold: str
    rows: np.ndarray
    here: np.ndarray


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
    folds_of = {task: folds.folds_of(inputs.windows, rows) for task, rows in rows_by_task.items()}
    _check(models_by_fold, folds_of)
    header = _header(models_by_fold, method, origin)
    parts = list(_parts(models_by_fold, rows_by_task, folds_of, background))
    total = sum(len(part.rows) for part in parts)

    def work(found: Journal) -> None:
        asked = replace(method, batch_size=found.rows)
        most = windows_at_once or default_windows(inputs.length, len(method.tasks), found.rows)
        before = sum(found.done.values())
        say_resumed("windows", before, total)
        told = {"total": total, "what": "windows", "before": before}
        left = _left(parts, found, most)
        for number, block in progress(left, weigh=lambda one: len(one[1]), **told):
            part = parts[number]
            arrays = _explain(models_by_fold[part.fold], inputs, part, block, asked)
            found.add(Stretch(number, block.start, block.stop, arrays))
        with scores.written(path, header.after(found.runs)) as file:
            scales = _scales(found, parts, method.tasks)
            scaling.write_scales(file, scales)
            for task, rows in rows_by_task.items():
                label = (labels or {}).get(task, task)
                group = file.create_group(task)
                _describe(group, inputs, label, rows, folds_of[task], scales[task])
            for stretch in found.stretches():
                _store(file, inputs, parts[stretch.part], stretch)

    ids = [_ids(inputs, part.rows) for part in parts]
    named = [f"{part.fold} {part.task}" for part in parts]
    known = json.dumps([sorted((labels or {}).items()), *zip(named, ids, strict=True)])
    work_off(path, job_digest(header, method, [known]), method.batch_size, header.run, work)


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


def _parts(
    models_by_fold: Mapping[str, Sequence["Model"]],
    rows_by_task: Mapping[str, np.ndarray],
    folds_of: Mapping[str, np.ndarray],
    background: np.ndarray,
) -> Iterator[_Part]:
    """The background of each fold, then each task, fold by fold."""
    for fold in models_by_fold:
        yield _Part(None, fold, background, np.arange(len(background)))
    for task, rows in rows_by_task.items():
        for fold in sorted(set(folds_of[task])):
            here = np.flatnonzero(folds_of[task] == fold)
            yield _Part(task, fold, rows[here], here)


def _left(parts: Sequence[_Part], found: Journal, most: int) -> Iterator[tuple[int, range]]:
    """Number of a part, and places of its rows: what ``found`` hasn't got, block by block."""
    for number, part in enumerate(parts):
        before = found.done.get(number, 0)
        for block in Pace(found.rows, most).blocks(np.arange(before, len(part.rows))):
            yield number, range(before + block.start, before + block.stop)


def _explain(
    models: Sequence["Model"], inputs: "Inputs", part: _Part, block: range, method: Method
) -> dict[str, np.ndarray]:
    """Means over the replicates; of the background only how loud they are, all tasks at once."""
    places = np.arange(block.start, block.stop)
    rows, method = part.rows[places], method.in_fold(part.fold)
    batch, ids = inputs.arrays(rows), _ids(inputs, rows)
    if part.task is None:
        stack = [answer(model, batch, ids, places, method)["contributions"] for model in models]
        return {"power": scaling.mean_square(combine("contributions", np.stack(stack)))}
    method = method.about(part.task)
    results = [method.explain(model, batch, ids, places)[0] for model in models]
    defined = () if results[0].hypothetical is None else ("hypothetical",)
    keys = ("contributions", *PER_WINDOW, *defined)
    return {key: combine(key, np.stack([getattr(one, key) for one in results])) for key in keys}


def _scales(
    found: Journal, parts: Sequence[_Part], tasks: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Scale of each task and fold on the background windows."""
    power = {part.fold: [np.zeros((len(tasks), 0))] for part in parts if part.task is None}
    for stretch in found.stretches():
        if parts[stretch.part].task is None:
            power[parts[stretch.part].fold].append(stretch.arrays["power"])
    of_fold = {fold: np.concatenate(blocks, axis=1) for fold, blocks in power.items()}
    return {
        task: {fold: scaling.root_mean(of_task[i]) for fold, of_task in of_fold.items()}
        for i, task in enumerate(tasks)
    }


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
    """Lay out a task's arrays, and fill in what needs no model."""
    lengths = {"window": len(rows), "position": inputs.length, "channel": inputs.channels}
    scores.create(group, scores.WINDOWS, lengths)
    relative = scaling.relative_scales(scales)
    group["id"][:] = inputs.windows["id"].iloc[rows].to_numpy(dtype=object)
    group["fold"][:] = folds_of
    group["label"][:] = inputs.labels(rows, [label])[:, 0]
    group["scale"][:] = np.array([relative[fold] for fold in folds_of], dtype=np.float32)


def _store(file: h5py.File, inputs: "Inputs", part: _Part, stretch: Stretch) -> None:
    """Fill in what ``stretch`` found; of the background the file holds the scales alone."""
    if part.task is None:
        return
    ours = slice(stretch.begin, stretch.end)
    group, here = file[part.task], part.here[ours]
    group["onehot"][here] = inputs.arrays(part.rows[ours]).astype(np.int8)
    for key, array in stretch.arrays.items():
        if key == "hypothetical":
            array = array / group["scale"][:][here][:, None, None]
            if key not in group:
                shape = dict(zip(scores.HYPOTHETICAL.dims, group["onehot"].shape, strict=True))
                scores.create(group, [scores.HYPOTHETICAL], shape)
        group[key][here] = array
