"""Walk a network's layers with the input and its reference side by side.

Each tensor of the graph becomes a ``Pair``. One side is on a gradient tape; at every
nonlinearity the tape is given the multiplier of the pair instead of the derivative, so that one
backward pass of the taped side hands contributions back. Multipliers are the same for both
sides: the side with more rows is taped, the other goes forward once, however many it serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from chromolens.attribution import rules as rules_package
from chromolens.errors import BadInput
from chromolens.models._logits import functional

HandBack = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Pair:
    """The same tensor of the graph on both sides.

    Attributes
    ----------
    taped : float32 (k m, ...)
        The side that gradients flow through.
    other : float32 (m, ...)
        Row i belongs to rows k i .. k (i + 1) - 1 of ``taped``.
    """

    taped: tf.Tensor
    other: tf.Tensor


def walk(network: keras.Model, pair: Pair, rules: dict[type, Callable]) -> list[Pair]:
    """Outputs of ``network``, as pairs; a shared layer is met once at every use."""

    def step(layer: keras.Operation) -> Callable:
        if isinstance(layer, keras.Model):
            return _Nested(functional(layer), rules)
        return _Step(layer, rule_of(layer, rules))

    outputs = network._run_through_graph([pair], operation_fn=step)
    return keras.tree.flatten(outputs)


def rules_for(family: str) -> dict[type, Callable]:
    """Layer class -> rule, from the modules in ``rules/`` that serve ``family``.

    A module says ``FAMILIES`` (names) and ``RULES`` (layer class -> function (layer, *inputs) ->
    Pair, where inputs are a Pair or a list of them).
    """
    found: dict[type, Callable] = {}
    for file in sorted(Path(rules_package.__path__[0]).glob("[!_]*.py")):
        module = import_module(f"{rules_package.__name__}.{file.stem}")
        if family in module.FAMILIES:
            found.update(module.RULES)
    return found


def rule_of(layer: keras.Operation, rules: dict[type, Callable]) -> Callable:
    """The rule of the layer's own class; BadInput where there is none."""
    if type(layer) in rules:
        return rules[type(layer)]
    known = sorted({known.__name__ for known in rules})
    raise no_rule(f"layer {layer.name!r} ({type(layer).__name__})", ", ".join(known))


def no_rule(what: str, known: str) -> BadInput:
    """The error of a layer or function that DeepLIFT can't see through."""
    return BadInput(
        f"DeepLIFT has no rule for {what}",
        expected=f"one of {known}",
        remedy="explain this model with integrated_gradients, gradient_x_input or ism, or add "
        "a rule in chromolens/attribution/rules/",
    )


def both(function: Callable, *inputs: Pair | list[Pair]) -> Pair:
    """``function`` applied to each side: right for everything linear (or affine)."""
    sides = ([_side(value, side) for value in inputs] for side in ("taped", "other"))
    taped, other = sides
    return Pair(function(*taped), function(*other))


def rescaled(pair: Pair, function: Callable, hand_back: HandBack) -> Pair:
    """A nonlinearity ``function``, with ``hand_back`` in place of its derivative.

    ``hand_back`` (signal (m, k, ...), taped (m, k, ...), other (m, 1, ...)) -> signal x
    multiplier, shaped like ``taped``, is a ``fused`` function. Multipliers are worked out on the
    way back, as derivatives are: they are never stored.
    """
    return then(pair, Step(function, hand_back))


class Step(NamedTuple):
    """A function of values and parameters, and what stands in for its derivative.

    ``function`` (values (n, ...), *parameters); ``hand_back`` as in ``rescaled``, followed by the
    parameters. Both are traced once for each set of shapes, however many layers use them.
    """

    function: Callable
    hand_back: Callable


def then(pair: Pair, step: Step, *parameters: tf.Tensor) -> Pair:
    """``step`` after ``pair``. Steps in a row become one kernel forward and one back."""
    before = pair if isinstance(pair, _Pending) else _Pending(pair, (), ())
    parameters = tuple(tf.stop_gradient(parameter) for parameter in parameters)
    return _Pending(before.start, (*before.steps, step), (*before.parameters, parameters))


def joined(function: Callable, pair: Pair) -> Pair:
    """Like ``both`` of a linear ``function`` (n, ...), worked out with the steps around it."""

    def hand_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
        rows = tf.reshape(taped, [-1, *taped.shape[2:]])
        with tf.GradientTape() as tape:
            tape.watch(rows)
            values = function(rows)
        handed = tape.gradient(values, rows, tf.reshape(signal, values.shape))
        return tf.reshape(handed, taped.shape)

    return then(pair, Step(function, hand_back))


class _Pending(Pair):
    """A pair with steps that are taken when somebody asks for its values."""

    def __init__(self, start: Pair, steps: tuple[Step, ...], parameters: tuple):
        vars(self).update(start=start, steps=steps, parameters=parameters)

    @cached_property
    def taped(self) -> tf.Tensor:
        values = _forward(self.steps, tf.stop_gradient(self.start.taped), self.parameters)
        return _pass(self, self.start.taped, values)

    @cached_property
    def other(self) -> tf.Tensor:
        return _forward(self.steps, self.start.other, self.parameters)


def fused(kernel: Callable) -> Callable:
    """``kernel`` compiled into one loop over the elements, once for each set of shapes."""
    return tf.function(kernel, jit_compile=True, autograph=False)


@fused
def _forward(steps: tuple[Step, ...], values: tf.Tensor, parameters: tuple) -> tf.Tensor:
    for step, its in zip(steps, parameters, strict=True):
        values = step.function(values, *its)
    return values


@fused
def _backward(
    steps: tuple[Step, ...],
    signal: tf.Tensor,
    taped: tf.Tensor,
    other: tf.Tensor,
    parameters: tuple,
) -> tf.Tensor:
    """Each step hands back by what it was given, which is worked out again from the start."""
    groups, given = other.shape[0], []
    for step, its in zip(steps, parameters, strict=True):
        given.append((step, taped, other, its))
        taped, other = step.function(taped, *its), step.function(other, *its)
    for step, taped, other, its in reversed(given):
        grouped = [tf.reshape(t, [groups, -1, *t.shape[1:]]) for t in (signal, taped)]
        signal = tf.reshape(step.hand_back(*grouped, other[:, None], *its), taped.shape)
    return signal


def _pass(pending: _Pending, taped: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    other = tf.stop_gradient(pending.start.other)

    @tf.custom_gradient
    def step(taped: tf.Tensor, values: tf.Tensor) -> tuple:
        def backward(signal: tf.Tensor) -> tuple:
            return _backward(pending.steps, signal, taped, other, pending.parameters), None

        return tf.identity(values), backward

    return step(taped, values)


def _side(value: Pair | list[Pair], side: str) -> object:
    if isinstance(value, Pair):
        return getattr(value, side)
    return [getattr(pair, side) for pair in value]


@dataclass(frozen=True)
class _Step:
    layer: keras.Operation
    rule: Callable

    def __call__(self, *inputs: Pair | list[Pair], **options: object) -> Pair:
        """Options of a call (training, mask) are those of inference: none."""
        return self.rule(self.layer, *inputs)


@dataclass(frozen=True)
class _Nested:
    network: keras.Model
    rules: dict[type, Callable]

    def __call__(self, inputs: Pair, **options: object) -> list[Pair]:
        return walk(self.network, inputs, self.rules)
