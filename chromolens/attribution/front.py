"""The front door: explain inputs with any method.

Everything that is the same for all methods is done here, once: checks, references, N, seeds,
batches of one fixed padded shape (so that no bit of an answer depends on the other inputs),
one compiled graph for each model, method and set of tasks.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from chromolens import attribution, plugins
from chromolens.attribution import references as kinds
from chromolens.attribution._own_tasks import own_tasks
from chromolens.attribution.result import Result
from chromolens.errors import BadInput
from chromolens.models._custom_target import CustomTarget, target_name
from chromolens.models.model import BATCH_SIZE, Model, batches, check_inputs, padded
from chromolens.models.targets import target_function


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
    **settings: object,
) -> Result:
    """Explain one task, or each input for its own; see ``attribute_tasks`` for the arguments.

    ``task`` may hold one task for each input, such as its true class.
    """
    options = {"method": method, "target": target, "n_references": n_references, "seed": seed}
    options |= {"batch_size": batch_size, **settings}
    if isinstance(task, str | int | np.integer):
        one = {"tasks": [task], "references": references, "ids": ids}
        return attribute_tasks(model, inputs, **one, **options)[0]
    model = model if isinstance(model, Model) else Model.of(model)
    return own_tasks(partial(attribute_tasks, model, **options), inputs, task, references, ids)


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
    **settings: object,
) -> list[Result]:
    """Explain several tasks from the same forward passes.

    Parameters
    ----------
    model
        From ``load_model``, or a Keras model.
    inputs : float32 (n, length, channels)
        DNA: A, C, G, T one-hot; an N is four zeros.
    method
        Name of a module in ``chromolens.attribution``; ``settings`` are its keyword arguments.
    tasks
        Indices over the outputs flattened in model order, names, or ``output/index``.
    target
        A name, or a function of the outputs; see ``chromolens.models.targets``.
    references
        Name of a kind (see ``chromolens.attribution.references``) or float32 array
        (n or 1, r, length, channels); contributions are averaged over r.
    n_references
        How many shuffles of each input.
    ids
        Names that seed what is drawn (``chrom:start-end``); by default a hash of the sequence.
    seed
        Of the shuffles, and of methods that draw.
    batch_size
        Pairs of input and reference in each call of the network; the last call is padded.

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
    kinds.check(references, inputs, n_references)
    ids = _checked_ids(ids, inputs)
    seeds = kinds.seeds(ids, seed)
    indices = tuple(model.task_index(task) for task in tasks)
    explain = _explainer(model, method, indices, target, settings)
    collected = _Collected(len(indices), inputs, target_name(target))
    size = batch_size or BATCH_SIZE
    shared, own = _split(references, inputs)
    constant = _shared_references(model, references, inputs) if len(shared) else None
    for rows in batches(len(shared), size):
        chosen = shared[rows]
        batch = padded(inputs[chosen], size), constant, padded(seeds[chosen], size)
        collected.add(chosen, explain(*batch))
    for rows, theirs in _with_own(model, inputs, own, references, ids, seed, n_references, size):
        fixed = max(1, size // theirs.shape[1])
        batch = (padded(array, fixed) for array in (inputs[rows], theirs, seeds[rows]))
        collected.add(rows, explain(*batch))
        collected.equal[rows] = kinds.equal(inputs[rows], theirs)
    return collected.results()


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
    plugins.check(attribution, method)
    plugins.check_settings(attribution, method, list(settings))
    run = plugins.load(attribution, method)
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


def _split(references: str | np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that share one constant reference, and rows with references of their own.

    Which of the two depends on the row and the kind alone: the two may differ in the last bit.
    """
    if isinstance(references, str) and references in kinds.CONSTANT:
        unknown = kinds.has_unknown(inputs)
        return np.flatnonzero(~unknown), np.flatnonzero(unknown)
    return np.arange(0), np.arange(len(inputs))


def _shared_references(model: Model, kind: str, inputs: np.ndarray) -> np.ndarray:
    return np.broadcast_to(kinds.frequencies(model, kind), (1, 1, *inputs.shape[1:]))


def _with_own(
    model: Model,
    inputs: np.ndarray,
    rows: np.ndarray,
    references: str | np.ndarray,
    ids: list[str],
    seed: int,
    count: int,
    size: int,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of rows with their references (rows, r, length, channels)."""
    each = count if isinstance(references, str) else np.asarray(references).shape[1]
    for batch in batches(len(rows), max(1, size // each)):
        chosen = rows[batch]
        yield (
            chosen,
            kinds.own(references, model, inputs, chosen, ids, seed=seed, count=count),
        )


class _Collected:
    """Results of all tasks, filled batch by batch."""

    def __init__(self, tasks: int, inputs: np.ndarray, target: str):
        self.target, self.equal = target, np.zeros(len(inputs), int)
        self.unknown = kinds.unknown(inputs)
        self.contributions = np.zeros((tasks, *inputs.shape[:2]), np.float32)
        self.hypothetical: np.ndarray | None = np.zeros((tasks, *inputs.shape), np.float32)
        self.numbers = np.zeros((3, tasks, len(inputs)), np.float32)
        self.fallbacks: tuple[str, ...] = ()

    def add(self, rows: np.ndarray, found: tuple) -> None:
        contributions, hypothetical, error, values, at_reference, names = found
        count = len(rows)
        self.contributions[:, rows] = contributions[:, :count]
        self.numbers[0][:, rows] = error[:, :count]
        self.numbers[1][:, rows] = tf.transpose(values)[:, :count]
        self.numbers[2][:, rows] = tf.transpose(at_reference)[:, :count]
        self.fallbacks = tuple(name.decode() for name in names.numpy())
        if hypothetical is None:
            self.hypothetical = None
        else:
            self.hypothetical[:, rows] = hypothetical[:, :count]

    def results(self) -> list[Result]:
        return [self._result(task) for task in range(len(self.contributions))]

    def _result(self, task: int) -> Result:
        hypothetical = None
        if self.hypothetical is not None:
            hypothetical = np.where(self.unknown[..., None], 0, self.hypothetical[task])
        error, values, at_reference = self.numbers[:, task]
        numbers = (self.contributions[task], hypothetical, error, values, at_reference)
        told = {"equal_references": self.equal, "target": self.target}
        return Result(*numbers, fallbacks=self.fallbacks, **told)
