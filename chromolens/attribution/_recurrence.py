"""Run a recurrent cell over time on both sides of a pair, and hand contributions back.

Both sides go forward in one loop. What each step hands back is a linear map of the signal whose
coefficients don't depend on the signal: they are worked out for all steps at once, and the
loop backwards is one product with the weights a step.
"""

import tensorflow as tf

from chromolens.attribution._cells import Cell, History
from chromolens.attribution._pair import Pair, fused


def recur(cell: Cell, inputs: Pair) -> list[Pair]:
    """All outputs (steps, n, units), then the last of each state (n, units).

    ``inputs`` are pairs of (steps, n, gates x units): what the inputs add to the gates.
    """
    sides = [inputs.taped.shape[1], inputs.other.shape[1]]
    together = tf.stop_gradient(tf.concat([inputs.taped, inputs.other], axis=1))
    history = _forward(*_parts(cell), together)
    taped, other = zip(*(tf.split(part, sides, axis=1) for part in history), strict=True)
    passed = _pass(cell, inputs.taped, taped, other)
    pairs = zip(passed, _ends(cell, other), strict=True)
    return [Pair(*pair) for pair in pairs]


def _pass(cell: Cell, inputs: tf.Tensor, taped: History, other: History) -> History:
    @tf.custom_gradient
    def step(inputs: tf.Tensor) -> tuple:
        def backward(*signals: tf.Tensor) -> tf.Tensor:
            return _back(*_parts(cell), signals, taped, other)

        return tuple(tf.identity(end) for end in _ends(cell, taped)), backward

    return step(inputs)


def _ends(cell: Cell, history: History) -> History:
    """All outputs, then the last of each state."""
    return history[0], *(part[-1] for part in history[: cell.states])


def _parts(cell: Cell) -> tuple[type[Cell], tuple, tuple[tf.Tensor, tf.Tensor]]:
    """A cell taken apart: what a compiled loop is for, and the weights that it is given."""
    return type(cell), (cell.activation, cell.gate), (cell.kernel, cell.bias)


@fused
def _forward(kind: type[Cell], functions: tuple, weights: tuple, inputs: tf.Tensor) -> History:
    cell = kind(*functions, *weights)
    return tf.scan(cell.step, inputs, cell.start(inputs.shape[1]))


@fused
def _back(
    kind: type[Cell],
    functions: tuple,
    weights: tuple,
    signals: History,
    taped: History,
    other: History,
) -> tf.Tensor:
    cell = kind(*functions, *weights)
    rows, groups = taped[0].shape[1], other[0].shape[1]
    one = tuple(_grouped(part, groups) for part in taped)
    two = tuple(_grouped(part, groups) for part in other)
    factors = [tf.reshape(part, [-1, rows, part.shape[-1]]) for part in cell.factors(one, two)]
    nothing = tf.zeros([rows, cell.kernel.shape[1]])
    start, now = (nothing, *signals[1:]), (signals[0], *factors)
    return tf.scan(cell.back, now, start, reverse=True)[0]


def _grouped(part: tf.Tensor, groups: int) -> tf.Tensor:
    return tf.reshape(part, [part.shape[0], groups, -1, part.shape[2]])
