"""The same tensor of a network at the input and at its reference, and nonlinear steps on it.

One side of a pair is on a gradient tape; at every nonlinearity the tape is given the multiplier of
the pair instead of the derivative. Steps that follow each other (a bias, batch normalisation, a
nonlinearity, pooling) are put off until somebody asks for values: then all of them are one
kernel, which reads its input once and stores nothing in between, forward and back.

Changes from the reference with their positive part kept apart from their negative part.

RevealCancel and the Linear rule of DeepLIFT (Shrikumar 2017, 3.5.1 and 3.5.3) treat the two
parts of a change separately. With change = taped - other = up + down, a ``Split`` adds to a
``Pair`` the one tensor spread = up - down. A rule that knows nothing of parts takes a ``Split``
for the ``Pair`` that it is: the parts then merge, and contributions still complete.

Exchanging the two sides exchanges up with -down and leaves all multipliers as they are, so
that it doesn't matter which side is the reference.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import keras
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


def rescale(
    pair: Pair, function: Callable, hand_back: HandBack, owner: Callable | None = None
) -> Pair:
    """A nonlinearity ``function``, with ``hand_back`` in place of its derivative.

    ``hand_back`` (signal (m, k, ...), taped (m, k, ...), other (m, 1, ...)) -> signal x
    multiplier, shaped like ``taped``, is a ``fuse`` function. Multipliers are worked out on the
    way back, as derivatives are: they are stored only where several signals come back. For
    ``owner`` see ``Step``.
    """
    return then(pair, Step(function, hand_back, owner))


class Step(NamedTuple):
    """A function of values and parameters, and what stands in for its derivative.

    ``function`` (values (n, ...), *parameters); ``hand_back`` as in ``rescale``, followed by the
    parameters. Both are traced once for each set of shapes, however many layers use them.

    ``owner`` is given where each number goes into one result at most: (signal (n, ...), values)
    -> for each of the ``values`` the signal of the result that it goes into. None elsewhere.
    """

    function: Callable
    hand_back: Callable
    owner: Callable | None = None


def itself(signal: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """The ``owner`` of a function of each number by itself."""
    return signal


_SIGNALS = ContextVar("signals", default=1)


@contextmanager
def signals(count: int) -> Iterator[None]:
    """Within it pairs are made through which ``count`` signals come back, one after the other.

    Steps whose numbers each go into one result then work out their multipliers once for all.
    """
    token = _SIGNALS.set(count)
    try:
        yield
    finally:
        _SIGNALS.reset(token)


def then(pair: Pair, step: Step, *parameters: tf.Tensor) -> Pair:
    """``step`` after ``pair``. Steps in a row become one kernel forward and one back."""
    before = pair if isinstance(pair, _Pending) else _Pending(pair, (), ())
    parameters = tuple(tf.stop_gradient(parameter) for parameter in parameters)
    return _Pending(before.start, (*before.steps, step), (*before.parameters, parameters))


def join(function: Callable, pair: Pair, moves: bool = False) -> Pair:
    """Like ``both`` of a linear ``function`` (n, ...), worked out with the steps around it.

    ``moves``: it leaves numbers as they are, at other places, each once at most.
    """

    def back(signal: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(rows)
            values = function(rows)
        return tape.gradient(values, rows, tf.reshape(signal, values.shape))

    def hand_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
        rows = tf.reshape(taped, [-1, *taped.shape[2:]])
        return tf.reshape(back(signal, rows), taped.shape)

    return then(pair, Step(function, hand_back, back if moves else None))


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


def fuse(kernel: Callable) -> Callable:
    """``kernel`` compiled into one loop over the elements, once for each set of shapes."""
    return tf.function(kernel, jit_compile=True, autograph=False)


@fuse
def _forward(steps: tuple[Step, ...], values: tf.Tensor, parameters: tuple) -> tf.Tensor:
    for step, its in zip(steps, parameters, strict=True):
        values = step.function(values, *its)
    return values


@fuse
def _backward(
    steps: tuple[Step, ...],
    signal: tf.Tensor,
    taped: tf.Tensor,
    other: tf.Tensor,
    parameters: tuple,
) -> tf.Tensor:
    """Each step hands back by what it was given, which is worked out again from the start."""
    groups, given = other.shape[0], []
    # forward again: what each step was given on both sides was not stored
    for step, its in zip(steps, parameters, strict=True):
        given.append((step, taped, other, its))
        taped, other = step.function(taped, *its), step.function(other, *its)
    # backward: rows that share a row of the other side are grouped, as ``hand_back`` takes them
    for step, taped, other, its in reversed(given):
        grouped = [tf.reshape(t, [groups, -1, *t.shape[1:]]) for t in (signal, taped)]
        signal = tf.reshape(step.hand_back(*grouped, other[:, None], *its), taped.shape)
    return signal


@fuse
def _spread(
    steps: tuple[Step, ...], signal: tf.Tensor, multipliers: tf.Tensor, parameters: tuple
) -> tf.Tensor:
    """What ``_backward`` gives, from the multipliers and the signals of the numbers' owners."""
    values, given = multipliers, []
    for step, its in zip(steps, parameters, strict=True):  # shapes alone are read of these values
        given.append((step, values))
        values = step.function(values, *its)
    for step, values in reversed(given):
        signal = step.owner(signal, values)
    return signal * multipliers


def _pass(pending: _Pending, taped: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """``values`` on the way forward; on the way back the steps' own answer, into ``taped``."""
    other = tf.stop_gradient(pending.start.other)
    steps, parameters = pending.steps, pending.parameters
    # of nonlinearities alone it costs as much to store multipliers as to work them out
    moving = any(step.owner is not itself for step in steps)
    once = _SIGNALS.get() > 1 and moving and all(step.owner for step in steps)
    multipliers: list[tf.Tensor] = []

    @tf.custom_gradient
    def step(taped: tf.Tensor, values: tf.Tensor) -> tuple:
        def backward(signal: tf.Tensor) -> tuple:
            if not once:
                return _backward(steps, signal, taped, other, parameters), None
            if not multipliers:
                ones = tf.ones_like(values)
                multipliers.append(_backward(steps, ones, taped, other, parameters))
            return _spread(steps, signal, *multipliers, parameters), None

        return tf.identity(values), backward

    return step(taped, values)


@dataclass(frozen=True)
class Split(Pair):
    """A pair with the parts of its change.

    Attributes
    ----------
    spread : float32 (k m, ...), like ``taped``
        Positive part of the change less its negative part; gradients flow through it.
    pure
        Every entry still holds the change of one input: spread is its size.
    """

    spread: tf.Tensor
    pure: bool = False


def changes(pair: Pair) -> tf.Tensor:
    """``taped`` less the row of ``other`` that belongs to it, float32 (k m, ...)."""
    grouped = tf.reshape(pair.taped, [pair.other.shape[0], -1, *pair.taped.shape[1:]])
    return tf.reshape(grouped - pair.other[:, None], pair.taped.shape)


def sizes(pair: Pair) -> tf.Tensor:
    """Absolute changes: a weight times one of them is all positive or all negative.

    Where a change is 0 its multiplier is the mean of those of either sign.
    """
    return pair.spread if is_pure(pair) else tf.abs(changes(pair))


def spread_of(pair: Pair) -> tf.Tensor:
    """The spread; of a plain pair, whose changes have one part each, their size."""
    return pair.spread if isinstance(pair, Split) else tf.abs(changes(pair))


def is_pure(pair: Pair) -> bool:
    """Whether every entry holds the change of one input."""
    return isinstance(pair, Split) and pair.pure


def reveal(rule: Callable, layer: keras.Operation, pair: Pair) -> Pair:
    """A nonlinearity f by RevealCancel: each part's effect alone and after the other, halved.

    The change of f by a part is one by the Rescale rule between two points, so ``rule`` (the
    layer's own) also says what happens where a part is about 0.
    """
    if not isinstance(pair, Split) or pair.pure:
        return rule(layer, pair)
    # the other side once for each row, and the change's positive and negative part
    start = tf.repeat(pair.other, pair.taped.shape[0] // pair.other.shape[0], axis=0)
    change = changes(pair)
    up, down = (change + pair.spread) / 2, (change - pair.spread) / 2

    def effect(start: tf.Tensor, part: tf.Tensor) -> tf.Tensor:
        start = tf.stop_gradient(start)
        moved = rule(layer, Pair(start + part, start))
        return moved.taped - moved.other

    # each part moves f alone, and after the other: the mean of both orders (Shapley)
    rise = (effect(start, up) + effect(start + down, up)) / 2
    fall = (effect(start, down) + effect(start + up, down)) / 2
    # f itself gives the values; only gradients follow the parts
    values = rule(layer, Pair(tf.stop_gradient(pair.taped), pair.other))
    return Split(_with_gradient_of(rise + fall, values.taped), values.other, rise - fall)


def _with_gradient_of(change: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """``values`` to the bit; gradients flow through ``change``."""
    return values + (change - tf.stop_gradient(change))
