"""Targets: the scalars of a network that are explained.

========================  =====================================================================
``logit`` (the default)   a column of an output before its final sigmoid or softmax; for a
                          profile (n, positions, strands) the mean-centred logits weighted by
                          their softmax over positions, summed over positions, mean over strands
``output``                the column after the activation
``class_minus_mean``      the logit less the mean of all logits of its output
``profile_sum``           the sum of a profile's logits over positions and strands;
                          ``profile_sum:START-END`` over positions START to END - 1, from 0
``LAYER/UNIT``            a hidden unit, whatever the task; ``LAYER/UNIT:max``, ``:mean`` or ``:P``
                          of a layer with positions: see ``units``
a function                of the caller's: {name of output: logits (n, ...)} -> (n,), affine in
                          the logits of each row; whatever the task
========================  =====================================================================

Log counts are the ``logit`` of a counts output. The softmax weights of a profile are frozen at
the explained input: no gradient flows through them, and the reference is read with the weights of
the input. The target is then linear in the logits, and contributions complete (Avsec et al.,
2021).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models import differentiable
from chromolens.models.batching import BATCH_SIZE, batches, pad_rows
from chromolens.models.graph import walk
from chromolens.models.model import Model, check_inputs
from chromolens.models.target_names import parse_target, parse_unit
from chromolens.models.units import unit_graph

CustomTarget = Callable[[Mapping[str, tf.Tensor]], tf.Tensor]


def target_name(target: str | CustomTarget) -> str:
    """What results call a target; BadInput for a function without a name."""
    if not callable(target):
        return target
    name = getattr(target, "__name__", "<lambda>")
    if name == "<lambda>":
        raise BadInput(
            "the target is a function without a name", remedy="define it with def: it is recorded"
        )
    return name


def check_affine(function: CustomTarget, names: Sequence[str], outputs: Sequence) -> None:
    """Contributions complete for sums of outputs only, each row for itself."""
    rng = np.random.default_rng(0)
    shapes = [(3, *(size or 8 for size in output.shape[1:])) for output in outputs]
    one, other = [[rng.normal(size=shape).astype(np.float32) for shape in shapes] for _ in "ab"]
    middle = [(a + b) / 2 for a, b in zip(one, other, strict=True)]
    cases: list[list[np.ndarray]] = [one, other, middle, [array[1:2] for array in one]]
    values = [
        np.asarray(function({name: tf.constant(a) for name, a in zip(names, case, strict=True)}))
        for case in cases
    ]
    at_one, at_other, at_middle, alone = values
    if at_one.shape != (3,):
        raise BadInput(f"the target has shape {at_one.shape} for 3 inputs", expected="(3,)")
    scale = 1e-4 * max(1.0, np.abs(values[0]).max(), np.abs(values[1]).max())
    if np.abs(at_middle - (at_one + at_other) / 2).max() > scale:
        raise BadInput(
            f"the target {target_name(function)!r} is not affine in the outputs",
            remedy="put the nonlinear part into the network, as a layer with a rule",
        )
    if np.abs(alone - at_one[1:2]).max() > scale:
        raise BadInput(f"a row's target {target_name(function)!r} depends on other rows")


@dataclass(frozen=True)
class Pick:
    """One task: which output of ``Target.graph``, and how its target is read.

    Attributes
    ----------
    column
        None for a profile.
    positions
        Of a profile, summed with equal weights; None: all, weighted by their softmax.
    custom
        The caller's function of all outputs, and their names.
    """

    output: int
    column: int | None
    minus_mean: bool = False
    positions: tuple[int, int | None] | None = None
    custom: tuple[CustomTarget, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Target:
    """Targets of some tasks, as functions of TensorFlow tensors.

    Attributes
    ----------
    graph : keras.Model
        Input -> the outputs that the tasks need, as a list.
    picks
        One for each task.
    image
        Height and width, where positions are the pixels of an image.
    """

    graph: keras.Model
    picks: tuple[Pick, ...]
    image: tuple[int, int] | None = None

    def outputs(self, inputs: tf.Tensor) -> list[tf.Tensor]:
        """Outputs of the graph for inputs (n, length, channels), always a list.

        Their gradients are those of ``chromolens.models.differentiable``.
        """
        return walk(self.graph, inputs, differentiable.call)

    def freeze(self, outputs: list[tf.Tensor]) -> list[tf.Tensor | None]:
        """For each task the weights (n, positions, strands) of its profile, or None."""
        return [_profile_weights(outputs[pick.output], pick) for pick in self.picks]

    def read(self, outputs: list[tf.Tensor], frozen: list[tf.Tensor | None]) -> tf.Tensor:
        """Targets (n, tasks) from outputs; linear in them.

        Where ``outputs`` has k rows for each row of ``frozen`` they belong together in runs of k;
        a single row of outputs goes with every row of ``frozen``.
        """
        columns = [
            _read_one(outputs, pick, weights)
            for pick, weights in zip(self.picks, frozen, strict=True)
        ]
        rows = max(column.shape[0] or 0 for column in columns)
        if rows:
            columns = [tf.broadcast_to(column, [rows]) for column in columns]
        return tf.stack(columns, axis=1)

    def __call__(
        self, inputs: tf.Tensor, frozen: list[tf.Tensor | None] | None = None
    ) -> tf.Tensor:
        """Targets (n, tasks) of inputs; profile weights their own unless given."""
        outputs = self.outputs(inputs)
        return self.read(outputs, self.freeze(outputs) if frozen is None else frozen)


def target_function(
    model: Model, tasks: Sequence[int | str], target: str | CustomTarget = "logit"
) -> Target:
    """The targets of ``tasks``: a callable (n, length, channels) -> (n, tasks).

    Raises
    ------
    BadInput
        An unknown task, target or hidden unit, a target that a task's output doesn't have, a
        function that isn't affine.
    """
    places = [model.output_of(model.task_index(task)) for task in tasks]
    if callable(target):
        return _custom(model, target, len(places))
    unit = parse_unit(target)
    if unit:
        graph = unit_graph(model.network, unit)
        return Target(graph, (Pick(0, unit.number),) * len(places), model.image)
    kind, positions = parse_target(target)
    network = model.network if target == "output" else model.logits
    for place, column in places:
        _check_fits(kind, positions, network.outputs[place], column)
        _check_known(model, kind, place)
    needed = sorted({place for place, _ in places})
    graph = keras.Model(network.inputs[0], [network.outputs[place] for place in needed])
    minus_mean = kind == "class_minus_mean"
    picks = (Pick(needed.index(place), column, minus_mean, positions) for place, column in places)
    return Target(graph, tuple(picks), model.image)


def _custom(model: Model, function: CustomTarget, tasks: int) -> Target:
    for place in range(len(model.network.outputs)):
        _check_known(model, target_name(function), place)
    names = tuple(model.network.output_names)
    check_affine(function, names, model.logits.outputs)
    graph = keras.Model(model.network.inputs[0], list(model.logits.outputs))
    return Target(graph, (Pick(0, None, custom=(function, names)),) * tasks, model.image)


def target_values(
    model: Model,
    inputs: np.ndarray,
    *,
    tasks: Sequence[int | str],
    target: str | CustomTarget = "logit",
    batch_size: int = BATCH_SIZE,
) -> np.ndarray:
    """Targets of ``inputs``.

    Parameters
    ----------
    inputs : float32 (n, length, channels)
    tasks
        Indices or names.
    target
        See the module.
    batch_size
        Rows in every call of the network (the last call is padded). Input i is always row i modulo
        ``batch_size`` of its call.

    Returns
    -------
    float32 (n, tasks), in target units.
    """
    inputs = check_inputs(model, inputs)
    ask = compiled_values(model, tasks, target)
    values = np.zeros((len(inputs), len(tasks)), np.float32)
    for rows in batches(np.arange(len(inputs)), batch_size):
        values[rows] = ask(pad_rows(inputs[rows], batch_size))[: len(rows)]
    return values


def compiled_values(
    model: Model, tasks: Sequence[int | str], target: str | CustomTarget
) -> Callable:
    """A compiled function: float32 (n, length, channels) -> float32 (n, tasks) numpy array."""
    indices = tuple(model.task_index(task) for task in tasks)
    key = ("values", indices, target)
    graph = model.compiled(key, lambda: tf.function(target_function(model, indices, target)))

    def ask(inputs: object) -> object:
        return graph(tf.convert_to_tensor(inputs)).numpy()

    return ask


def _check_fits(
    kind: str,
    positions: tuple[int, int | None] | None,
    output: keras.KerasTensor,
    column: int | None,
) -> None:
    if column is None and kind not in ("logit", "profile_sum"):
        raise BadInput(
            f"a profile output has no target {kind!r}", expected='"logit" or "profile_sum"'
        )
    if kind == "profile_sum":
        _check_positions(positions, output, column)
    if kind == "class_minus_mean" and output.shape[-1] < 2:
        raise BadInput("class_minus_mean of a single class is always 0", expected="two or more")


def _check_positions(
    positions: tuple[int, int | None] | None, output: keras.KerasTensor, column: int | None
) -> None:
    if column is not None:
        raise BadInput("profile_sum is for profiles", expected='target="logit" for this output')
    last = (positions[1] if positions else None) or 0
    if output.shape[1] is not None and last > output.shape[1]:
        raise BadInput(f"the profile has {output.shape[1]} positions", expected=f"{last} or more")


def _check_known(model: Model, target: str, place: int) -> None:
    name = repr(model.network.output_names[place])
    if target != "output" and place in model.unclear:
        raise BadInput(
            f"output {name} has no logit that can be seen: {model.unclear[place]}",
            expected='target="output", or a layout that declares the output to be logits as it '
            f'is: {{"outputs": {{{name}: "logits"}}}}',
        )
    if target == "class_minus_mean" and place in model.joined:
        raise BadInput(
            f"the columns of output {name} aren't classes of one softmax: they have no mean",
            expected='target="logit" or "output"',
        )


def _profile_weights(output: tf.Tensor, pick: Pick) -> tf.Tensor | None:
    if pick.column is not None or pick.positions is not None or pick.custom is not None:
        return None
    return tf.stop_gradient(tf.nn.softmax(output, axis=1))


def _read_one(outputs: list[tf.Tensor], pick: Pick, weights: tf.Tensor | None) -> tf.Tensor:
    output = outputs[pick.output]
    if pick.custom is not None:
        function, names = pick.custom
        return function(dict(zip(names, outputs, strict=True)))
    if weights is not None:
        return _weighted_profile(output, weights)
    if pick.positions is not None:
        return tf.reduce_sum(output[:, slice(*pick.positions)], axis=[1, 2])
    column = output[:, pick.column]
    return column - tf.reduce_mean(output, axis=1) if pick.minus_mean else column


def _weighted_profile(output: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    centred = output - tf.reduce_mean(output, axis=1, keepdims=True)
    run = tf.maximum(tf.shape(output)[0] // tf.shape(weights)[0], 1)
    repeated = tf.repeat(weights, run, axis=0)
    return tf.reduce_mean(tf.reduce_sum(repeated * centred, axis=1), axis=1)
