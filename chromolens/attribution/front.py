"""The front door: explain inputs with any method.

Everything that is the same for all methods is done here, once: checks, references, N, seeds,
batches of one fixed shape in which every input has its place (so that no bit of an answer depends
on which others are asked), one compiled graph for each model, method and set of tasks.

Each input explained for a task of its own: contributions to the true class of each.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from chromolens import plugins
from chromolens.attribution import methods
from chromolens.attribution import references as kinds
from chromolens.attribution.result import Result, as_images, check_finite
from chromolens.attribution.settings import check_count
from chromolens.errors import BadInput, describe
from chromolens.genome.onehot import is_onehot, onehot_to_codes
from chromolens.models.batching import BATCH_SIZE, batches, check_places, place_rows
from chromolens.models.model import Model, check_inputs, in_a_row
from chromolens.models.targets import CustomTarget, target_function, target_name


def attribute(
    model: Model | keras.Model,
    inputs: np.ndarray,
    *,
    method: str,
    task: int | str | Sequence[int | str] = 0,
    target: str | CustomTarget = "logit",
    references: str | np.ndarray = "background",
    n_references: int = 1,
    ids: Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    places: Sequence[int] | None = None,
    unknown: np.ndarray | None = None,
    **settings: object,
) -> Result:
    """Explain one task, or a task for each input; see ``attribute_tasks`` for the arguments.

    ``task`` may hold one task for each input, such as its true class, or be the classes one-hot,
    (n, tasks).
    """
    options: dict[str, Any] = {"method": method, "target": target, "n_references": n_references}
    options |= {"seed": seed, "batch_size": batch_size, **settings}
    if isinstance(task, str | int | np.integer):
        one: dict[str, Any] = {"references": references, "ids": ids, "places": places}
        one["unknown"] = unknown
        return attribute_tasks(model, inputs, tasks=[task], **one, **options)[0]
    model = model if isinstance(model, Model) else Model.of(model)
    own: Any = task if np.ndim(task) != 2 else _classes_of(np.asarray(task), model)
    ask = partial(attribute_tasks, model, **options)
    seats = check_places(places, len(inputs))
    return own_tasks(ask, inputs, own, references, ids, seats, unknown)


def attribute_tasks(
    model: Model | keras.Model,
    inputs: np.ndarray,
    *,
    method: str,
    tasks: Sequence[int | str],
    target: str | CustomTarget = "logit",
    references: str | np.ndarray = "background",
    n_references: int = 1,
    ids: Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int | None = None,
    places: Sequence[int] | None = None,
    unknown: np.ndarray | None = None,
    **settings: object,
) -> list[Result]:
    """Explain several tasks from the same forward passes.

    Parameters
    ----------
    model
        From ``load_model``, or a Keras model.
    inputs : float32 (n, length, channels)
        DNA: A, C, G, T one-hot; an N is four zeros. For a network of tokens integers (n, length):
        a token's contribution is the sum over the numbers of its vector, padding has exactly 0.
        For a network of images (n, height, width, channels), and so are answers and references.
    method
        Name of a module in ``chromolens.attribution``; ``settings`` are its keyword arguments.
    tasks
        Indices over the outputs flattened in model order, names, or ``output/index``.
    target
        A name, or a function of the outputs; see ``chromolens.models.targets``.
    references
        Name of a kind (see ``chromolens.attribution.references``) or float32 array
        (n or 1, r, length, channels); contributions are averaged over r. Of tokens: a name of
        ``models.foreign.tokens``, or other tokens, integers (n or 1, r, length).
    n_references
        How many shuffles of each input.
    ids
        Names that seed what is drawn (``chrom:start-end``); by default a hash of the sequence.
    seed
        Of the shuffles, and of methods that draw.
    batch_size
        Pairs of input and reference in each call of the network; calls are padded.
    places
        Ascending integers (n,): the index of each input in the series that it is taken from, by
        default 0, 1, ... . It decides in which row of a call the input is computed, and so the
        last bits: with its index a single window gets the bits of its track.
    unknown : bool (n, length)
        Positions without information, such as genotypes that weren't called (N of DNA counts by
        itself): the reference equals the input there, and contributions are 0.

    Returns
    -------
    list of Result
        One for each task, in order.

    Raises
    ------
    BadInput
        Unknown method, setting, task, target or references; inputs that the model can't take.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    inputs = check_inputs(model, inputs)
    _check_words(method, target, batch_size)
    if model.image:
        references, unknown = _of_image(model, references, unknown)
    if model.vectors is not None:
        _check_tokens(method)
        references = model.vectors.references(references, inputs, model.background)
    blank = kinds.unknown(inputs, model.declared(inputs, unknown))
    kinds.check(references, inputs, n_references, blank)
    named = [f"row {row}" for row in range(len(inputs))] if ids is None else list(map(str, ids))
    ids = _checked_ids(ids, inputs)
    seeds = kinds.seeds(ids, seed)
    indices = tuple(model.task_index(task) for task in tasks)
    explain = _explainer(model, method, indices, target, settings)
    collected = _Collected(len(indices), inputs, blank, target_name(target))
    if model.vectors is not None:
        collected.hypothetical = None  # no other base could stand in the place of a token
    size, seats = batch_size or BATCH_SIZE, check_places(places, len(inputs))
    shared, own = _split(references, blank)
    constant = _shared_references(model, str(references), inputs) if len(shared) else None
    for rows in (shared[batch] for batch in batches(seats[shared], size)):
        here, drawn = (place_rows(array[rows], seats[rows], size) for array in (inputs, seeds))
        collected.add(rows, seats[rows] % size, explain(here, constant, drawn))
    each = n_references if isinstance(references, str) else np.asarray(references).shape[1]
    size = max(1, size // each)
    for rows in (own[batch] for batch in batches(seats[own], size)):
        theirs = kinds.own(references, model, inputs, rows, ids, seed=seed, count=n_references)
        theirs = np.where(blank[rows, None, :, None], inputs[rows, None], theirs)
        arrays = (inputs[rows], theirs, seeds[rows])
        batch = (place_rows(array, seats[rows], size) for array in arrays)
        collected.add(rows, seats[rows] % size, explain(*batch))
        collected.equal[rows] = kinds.equal(inputs[rows], theirs, blank[rows])
    results = collected.results()
    for task, result in zip(tasks, results, strict=True):
        check_finite(result, method, task, named)
    return [as_images(result, model.image) for result in results] if model.image else results


def _check_words(method: object, target: object, batch_size: object) -> None:
    if not isinstance(method, str):
        raise BadInput(f"the method is {describe(method)}", expected="the name of a method")
    if not isinstance(target, str) and not callable(target):
        found = f"the target is {describe(target)}"
        raise BadInput(found, expected="the name of a target, or a function of the outputs")
    if batch_size is not None:
        check_count("attribute", "batch_size", batch_size)


def _check_tokens(method: str) -> None:
    plugins.check(methods, method)
    refused = plugins.constant(methods, method, "NOT_FOR_TOKENS", "")
    if refused:
        raise BadInput(
            f"{method} can't explain tokens: {refused}",
            expected="lrp_epsilon, integrated_gradients, a DeepLIFT, occlusion, "
            "shapley_sampling, ...",
        )


def _of_image(
    model: Model, references: str | np.ndarray, unknown: np.ndarray | None
) -> tuple[str | np.ndarray, np.ndarray | None]:
    if isinstance(references, str) and references in ("background", "uniform"):
        raise BadInput(
            f"references {references!r} are shares of letters: pixels have none",
            expected='references="zeros", or an array (n or 1, r, height, width, channels)',
            remedy="say which; of images X their mean is X.mean(axis=0)[None, None]",
        )
    if not isinstance(references, str):
        references = in_a_row(model, np.asarray(references))
    if unknown is not None and np.shape(unknown)[1:] == model.image:
        unknown = np.asarray(unknown).reshape(len(unknown), -1)
    return references, unknown


def _checked_ids(ids: Sequence[str] | None, inputs: np.ndarray) -> list[str]:
    if ids is None:
        return kinds.default_ids(inputs)
    if len(ids) != len(inputs):
        raise BadInput(f"there are {len(ids)} ids for {len(inputs)} inputs", expected="one each")
    return [str(name) for name in ids]


def _explainer(
    model: Model,
    method: str,
    tasks: tuple[int, ...],
    target: str | CustomTarget,
    settings: dict[str, object],
) -> Callable:
    """The method: (inputs, references, seeds) -> contributions, ...; a graph for each shape."""
    key = (method, tasks, target, repr(sorted(settings.items())))
    build = partial(_build, model, method, tasks, target, settings)
    explain = model.compiled(key, build)

    def ask(inputs: np.ndarray, references: np.ndarray, seeds: np.ndarray) -> tuple:
        tensors = (tf.constant(inputs), tf.constant(references), tf.constant(seeds))
        trace = partial(explain.get_concrete_function, *tensors)
        return model.compiled((key, inputs.shape, references.shape), trace)(*tensors)

    return ask


def _build(
    model: Model,
    method: str,
    tasks: tuple[int, ...],
    target: str | CustomTarget,
    settings: dict[str, object],
) -> Callable:
    plugins.check(methods, method)
    plugins.check_settings(methods, method, list(settings))
    run = plugins.load(methods, method)
    goal = target_function(model, tasks, target)
    draws = "seeds" in inspect.signature(run).parameters

    def explain(inputs: tf.Tensor, references: tf.Tensor, seeds: tf.Tensor) -> tuple:
        given = (inputs, references, seeds) if draws else (inputs, references)
        found = run(goal, *given, **settings)
        at_reference = tf.reduce_mean(tf.cast(found.reference_values, tf.float64), axis=1)
        summed = tf.reduce_sum(tf.cast(found.contributions, tf.float64), axis=-1)
        error = tf.transpose(tf.cast(found.values, tf.float64) - at_reference) - summed
        error = error if found.complete else error * np.nan
        names = tf.constant(list(found.fallbacks), tf.string)
        return found.contributions, found.hypothetical, error, found.values, at_reference, names

    return tf.function(explain, autograph=False)


def _split(references: str | np.ndarray, blank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that share one constant reference, and rows with references of their own.

    Which of the two depends on the row and the kind alone: the two may differ in the last bit.
    """
    if isinstance(references, str) and references in kinds.CONSTANT:
        unknown = blank.any(axis=1)
        return np.flatnonzero(~unknown), np.flatnonzero(unknown)
    return np.arange(0), np.arange(len(blank))


def _shared_references(model: Model, kind: str, inputs: np.ndarray) -> np.ndarray:
    return np.broadcast_to(kinds.frequencies(model, kind), (1, 1, *inputs.shape[1:]))


class _Collected:
    """Results of all tasks, filled batch by batch."""

    def __init__(self, tasks: int, inputs: np.ndarray, blank: np.ndarray, target: str):
        self.target, self.equal = target, np.zeros(len(inputs), int)
        self.codes = onehot_to_codes(inputs) if is_onehot(inputs) else None
        self.unknown = blank
        self.contributions = np.zeros((tasks, *inputs.shape[:2]), np.float32)
        self.hypothetical: np.ndarray | None = np.zeros((tasks, *inputs.shape), np.float32)
        self.numbers = np.zeros((3, tasks, len(inputs)), np.float32)
        self.fallbacks: tuple[str, ...] = ()

    def add(self, rows: np.ndarray, seats: np.ndarray, found: tuple) -> None:
        """Take over the answers to ``rows``, which stand in rows ``seats`` of their batch."""
        contributions, hypothetical, *others = found
        contributions = contributions.numpy()
        error, values, at_reference, names = (tensor.numpy() for tensor in others)
        self.contributions[:, rows] = contributions[:, seats]
        numbers = (error, values.T, at_reference.T)
        for own, array in zip(self.numbers, numbers, strict=True):
            own[:, rows] = np.broadcast_to(array, (len(own), len(values)))[:, seats]
        self.fallbacks = tuple(name.decode() for name in names)
        if hypothetical is None:
            self.hypothetical = None
        if self.hypothetical is not None:
            self.hypothetical[:, rows] = hypothetical.numpy()[:, seats]

    def results(self) -> list[Result]:
        return [self._result(task) for task in range(len(self.contributions))]

    def _result(self, task: int) -> Result:
        hypothetical = None
        if self.hypothetical is not None:
            hypothetical = np.where(self.unknown[..., None], 0, self.hypothetical[task])
        error, values, at_reference = self.numbers[:, task]
        contributions = np.where(self.unknown, np.float32(0), self.contributions[task])
        numbers = (contributions, hypothetical, error, values, at_reference)
        return Result(*numbers, self.fallbacks, self.equal, self.target, self.codes)


def own_tasks(
    ask: Callable,
    inputs: np.ndarray,
    tasks: Sequence[int | str],
    references: str | np.ndarray,
    ids: Sequence[str] | None,
    places: np.ndarray,
    unknown: np.ndarray | None,
) -> Result:
    """Input i of ``inputs`` (n, length, channels) explained for ``tasks[i]``.

    ``ask`` (inputs, tasks=, references=, ids=, places=, unknown=) -> list of Result answers for
    one task at a time. A row keeps its place, so its answer doesn't depend on the others' tasks.
    """
    own = np.asarray(tasks)
    if own.shape != (len(inputs),):
        raise BadInput(
            f"tasks have shape {own.shape} for {len(inputs)} inputs",
            expected="one task, or one for each input: an index or a name",
        )
    collected: dict[str, Any] = {}
    for task in np.unique(own):
        rows = np.flatnonzero(own == task)
        names = None if ids is None else [ids[int(row)] for row in rows]
        chosen = {"references": _of(references, rows), "ids": names, "places": places[rows]}
        chosen["unknown"] = None if unknown is None else np.asarray(unknown)[rows]
        (found,) = ask(inputs[rows], tasks=[task.item()], **chosen)
        _put(collected, found, rows, len(inputs))
    return Result(**collected)


def _classes_of(one_hot: np.ndarray, model: Model) -> np.ndarray:
    """The class (n,) of each row of classes one-hot (n, tasks)."""
    expected = f"(n, {len(model.tasks)}), in each row one 1, else zeros"
    if one_hot.shape[1] != len(model.tasks) or one_hot.dtype.kind not in "fiub":
        raise BadInput(f"classes have shape {one_hot.shape}", expected=expected)
    wrong = ((one_hot != 0) & (one_hot != 1)).any(axis=1) | (one_hot.sum(axis=1) != 1)
    if wrong.any():
        found = f"{wrong.sum()} rows of classes aren't one-hot"
        raise BadInput(found, expected=expected, where=f"row {wrong.argmax()}")
    return one_hot.argmax(axis=1)


def _of(references: str | np.ndarray, rows: np.ndarray) -> str | np.ndarray:
    own = not isinstance(references, str) and len(references) > 1
    return np.asarray(references)[rows] if own else references


def _put(collected: dict, found: Result, rows: np.ndarray, count: int) -> None:
    for name in (field.name for field in fields(Result)):
        value = getattr(found, name)
        if isinstance(value, np.ndarray):
            empty = np.zeros((count, *value.shape[1:]), value.dtype)
            collected.setdefault(name, empty)[rows] = value
        else:
            collected[name] = value
