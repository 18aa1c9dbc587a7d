"""The same tensor of a network at the input and at its reference, and nonlinear steps on it.

One side of a pair is on a gradient tape; at every nonlinearity the tape is given the multiplier of
the pair instead of the derivative. Steps that follow each other (a bias, batch normalisation, a
nonlinearity, pooling) are put off until somebody asks for values: then all of them are one
kernel, which reads its input once and stores nothing in between, forward and back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import tensorflow as tf

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
