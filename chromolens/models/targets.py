"""Targets: the scalars of a network that are explained.

========================  =====================================================================
``logit`` (the default)   a column of an output before its final sigmoid or softmax; for a
                          profile (n, positions, strands) the mean-centred logits weighted by
                          their softmax over positions, summed over positions, mean over strands
``output``                the column after the activation
``class_minus_mean``      the logit less the mean of all logits of its output
========================  =====================================================================

The softmax weights of a profile are frozen at the explained input: no gradient flows through
them, and the reference is read with the weights of the input. The target is then linear in the
logits, and contributions complete (Avsec et al., 2021).
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models._foreign import hidden_in
from chromolens.models.model import Model

TARGETS = ("logit", "output", "class_minus_mean")


@dataclass(frozen=True)
class Pick:
    """One task: which output of ``Target.graph``, and which column (None for a profile)."""

    output: int
    column: int | None
    minus_mean: bool


@dataclass(frozen=True)
class Target:
    """Targets of some tasks, as functions of TensorFlow tensors.

    Attributes
    ----------
    graph : keras.Model
        Input -> the outputs that the tasks need, as a list.
    picks
        One for each task.
    """

    graph: keras.Model
    picks: tuple[Pick, ...]

    def outputs(self, inputs: tf.Tensor) -> list[tf.Tensor]:
        """Outputs of the graph for inputs (n, length, channels), always a list."""
        return keras.tree.flatten(self.graph(inputs, training=False))

    def freeze(self, outputs: list[tf.Tensor]) -> list[tf.Tensor | None]:
        """For each task the weights (n, positions, strands) of its profile, or None."""
        return [_profile_weights(outputs[pick.output], pick) for pick in self.picks]

    def read(self, outputs: list[tf.Tensor], frozen: list[tf.Tensor | None]) -> tf.Tensor:
        """Targets (n, tasks) from outputs; linear in them.

        Where ``outputs`` has k rows for each row of ``frozen`` they belong together in runs of k;
        a single row of outputs goes with every row of ``frozen``.
        """
        columns = [
            _read_one(outputs[pick.output], pick, weights)
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


def target_function(model: Model, tasks: Sequence[int | str], target: str = "logit") -> Target:
    """The targets of ``tasks``: a callable (n, length, channels) -> (n, tasks).

    Raises
    ------
    BadInput
        An unknown task or target, or a target that a task's output doesn't have.
    """
    _check_target(target)
    places = [model.output_of(model.task_index(task)) for task in tasks]
    network = model.network if target == "output" else model.logits
    for place, column in places:
        _check_fits(target, network.outputs[place], column)
        _check_known(model, target, place)
    needed = sorted({place for place, _ in places})
    graph = keras.Model(network.inputs[0], [network.outputs[place] for place in needed])
    minus_mean = target == "class_minus_mean"
    picks = (Pick(needed.index(place), column, minus_mean) for place, column in places)
    return Target(graph, tuple(picks))


def compiled_values(model: Model, tasks: Sequence[int | str], target: str) -> Callable:
    """A compiled function: float32 (n, length, channels) -> float32 (n, tasks) numpy array."""
    indices = tuple(model.task_index(task) for task in tasks)
    key = ("values", indices, target)
    graph = model.compiled(key, lambda: tf.function(target_function(model, indices, target)))

    def ask(inputs: object) -> object:
        return graph(tf.convert_to_tensor(inputs)).numpy()

    return ask


def _check_target(target: str) -> None:
    if target not in TARGETS:
        near = difflib.get_close_matches(str(target), TARGETS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BadInput(
            f"there is no target {target!r}{hint}", expected=f"one of {', '.join(TARGETS)}"
        )


def _check_fits(target: str, output: object, column: int | None) -> None:
    if column is None and target != "logit":
        raise BadInput(f"a profile output has no target {target!r}", expected='target="logit"')
    if target == "class_minus_mean" and output.shape[-1] < 2:
        raise BadInput("class_minus_mean of a single class is always 0", expected="two or more")


def _check_known(model: Model, target: str, place: int) -> None:
    hidden = hidden_in(model.network)
    if hidden is not None and target != "output" and place not in hidden.logits:
        raise BadInput(
            f"whether output {model.network.output_names[place]!r} is a logit can't be seen: "
            "the layers of the model aren't known",
            expected='target="output", or a layout that declares {"outputs": {NAME: "logits"}}',
        )


def _profile_weights(output: tf.Tensor, pick: Pick) -> tf.Tensor | None:
    if pick.column is not None:
        return None
    return tf.stop_gradient(tf.nn.softmax(output, axis=1))


def _read_one(output: tf.Tensor, pick: Pick, weights: tf.Tensor | None) -> tf.Tensor:
    if weights is not None:
        return _weighted_profile(output, weights)
    column = output[:, pick.column]
    return column - tf.reduce_mean(output, axis=1) if pick.minus_mean else column


def _weighted_profile(output: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    centred = output - tf.reduce_mean(output, axis=1, keepdims=True)
    run = tf.maximum(tf.shape(output)[0] // tf.shape(weights)[0], 1)
    repeated = tf.repeat(weights, run, axis=0)
    return tf.reduce_mean(tf.reduce_sum(repeated * centred, axis=1), axis=1)
