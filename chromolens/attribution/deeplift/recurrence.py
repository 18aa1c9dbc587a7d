"""The cells of recurrent layers: one step forward, and how it hands contributions back.

A step is made of linear parts, of nonlinearities (Rescale) and of products of two values that both
change. A product's change b c - b' c' is shared by the Shapley value of its two factors, which
here is the chain rule with means of both sides in place of values,

    (b - b') (c + c') / 2 + (c - c') (b + b') / 2,

without a quotient. A cell's history is what each step leaves behind, its output first; its first
``states`` parts are what the next step reads.

Run a recurrent cell over time on both sides of a pair, and hand contributions back.

Both sides go forward in one loop. What each step hands back is a linear map of the signal whose
coefficients don't depend on the signal: they are worked out for all steps at once, and the
loop backwards is one product with the weights a step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import tensorflow as tf

from chromolens.attribution.deeplift.pair import HandBack, Pair, fuse

History = tuple[tf.Tensor, ...]


@dataclass(frozen=True)
class Cell:
    """Weights and nonlinearities of a recurrent layer, but for what acts on its inputs.

    Attributes
    ----------
    activation, gate
        Of the new content, and of the gates where there are any: a function and its hand-back.
    kernel : float32 (units, gates x units)
        From the last output to the gates.
    bias : float32 (gates x units,), or 0
        Added with it.
    """

    states: ClassVar[int]

    activation: tuple[Callable, HandBack]
    gate: tuple[Callable, HandBack] | None
    kernel: tf.Tensor
    bias: tf.Tensor

    @property
    def units(self) -> int:
        """Number of units."""
        return self.kernel.shape[0]

    def held(self, before: History, after: History, keep: tf.Tensor) -> History:
        """``after`` where a step is read, else the states from ``before``; keep bool (rows, 1)."""
        states = zip(after[: self.states], before, strict=False)
        return *(tf.where(keep, new, old) for new, old in states), *after[self.states :]

    def nothing(self, rows: int, *widths: int) -> History:
        """Zeros (rows, width x units) for each of ``widths``."""
        return tuple(tf.zeros([rows, width * self.units]) for width in widths)


class SimpleRNN(Cell):
    """h = act(x + h' U); history: h and what is activated (Elman, 1990)."""

    states: ClassVar[int] = 1

    def start(self, rows: int) -> History:
        """The history before the first step."""
        return self.nothing(rows, 1, 1)

    def step(self, before: History, inputs: tf.Tensor) -> History:
        """One step; ``inputs`` (rows, units) is what the inputs add."""
        inner = inputs + before[0] @ self.kernel
        return self.activation[0](inner), inner

    def factors(self, taped: History, other: History) -> History:
        """All that handing back needs of each step, for all of them at once."""
        return (self.activation[1](tf.ones_like(taped[1]), taped[1], other[1]),)

    def back(self, after: History, now: History) -> History:
        """Signal to ``inputs``, and to each state before the step."""
        signal, through = now
        inner = (after[1] + signal) * through
        return inner, tf.matmul(inner, self.kernel, transpose_b=True)


class LSTM(Cell):
    """c = f c' + i g, h = o act(c); history: h, c and i, f, g, o before their activations.

    Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """

    states: ClassVar[int] = 2

    def start(self, rows: int) -> History:
        """The history before the first step."""
        return self.nothing(rows, 1, 1, 4)

    def step(self, before: History, inputs: tf.Tensor) -> History:
        """One step; ``inputs`` (rows, 4 units) is what the inputs add to i, f, g and o."""
        output, content, _ = before
        inner = inputs + output @ self.kernel
        i, f, g, o = self._opened(inner)
        content = f * content + i * g
        return o * self.activation[0](content), content, inner

    def factors(self, taped: History, other: History) -> History:
        """All that handing back needs of each step, for all of them at once."""
        i, f, g, o, content, activated = _means(self._values(taped), self._values(other))
        inners = zip(_split(taped[2], 4), _split(other[2], 4), strict=True)
        gate, activation = self.gate[1], self.activation[1]
        kinds = ((gate, g), (gate, content), (activation, i), (gate, activated))
        to_gates = [
            kind(value, *inner) for (kind, value), inner in zip(kinds, inners, strict=True)
        ]
        return tf.concat(to_gates, axis=-1), activation(o, taped[1], other[1]), f

    def back(self, after: History, now: History) -> History:
        """Signal to ``inputs``, and to each state before the step."""
        signal, to_gates, through, forget = now
        to_output = after[1] + signal
        to_content = after[2] + to_output * through
        gates = tf.concat([to_content] * 3 + [to_output], axis=-1) * to_gates
        return gates, tf.matmul(gates, self.kernel, transpose_b=True), to_content * forget

    def _opened(self, inner: tf.Tensor) -> History:
        """i, f, g, o; one kernel over all the columns is faster than three over some."""
        i, f, _, o = _split(self.gate[0](inner), 4)
        return i, f, self.activation[0](_split(inner, 4)[2]), o

    def _values(self, history: History) -> History:
        _, content, inner = history
        return *self._opened(inner), _before(content), self.activation[0](content)


class GRU(Cell):
    """h = z h' + (1 - z) g, the reset gate r on h' U (reset_after); Cho et al. (2014).

    History: h; z, r, g before their activations; the part of g that r acts on.
    """

    states: ClassVar[int] = 1

    def start(self, rows: int) -> History:
        """The history before the first step."""
        return self.nothing(rows, 1, 3, 1)

    def step(self, before: History, inputs: tf.Tensor) -> History:
        """One step; ``inputs`` (rows, 3 units) is what the inputs add to z, r and g."""
        recurrent = before[0] @ self.kernel + self.bias
        opening = inputs[:, : 2 * self.units] + recurrent[:, : 2 * self.units]
        z, r = _split(self.gate[0](opening), 2)
        reset = recurrent[:, 2 * self.units :]
        inner = inputs[:, 2 * self.units :] + r * reset
        output = z * before[0] + (1 - z) * self.activation[0](inner)
        return output, tf.concat([opening, inner], axis=-1), reset

    def factors(self, taped: History, other: History) -> History:
        """All that handing back needs of each step, for all of them at once."""
        z, r, g, output, reset = _means(self._values(taped), self._values(other))
        inners = zip(_split(taped[1], 3), _split(other[1], 3), strict=True)
        to_z, to_r, to_g = inners
        gate, activation = self.gate[1], self.activation[1]
        through = activation(1 - z, *to_g)
        return gate(output - g, *to_z), gate(reset, *to_r), through, z, r

    def back(self, after: History, now: History) -> History:
        """Signal to ``inputs``, and to each state before the step."""
        signal, to_z, to_r, to_g, z, r = now
        to_output = after[1] + signal
        inner = to_output * to_g
        opening = [to_output * to_z, inner * to_r]
        recurrent = tf.concat([*opening, inner * r], axis=-1)
        before = to_output * z + tf.matmul(recurrent, self.kernel, transpose_b=True)
        return tf.concat([*opening, inner], axis=-1), before

    def _values(self, history: History) -> History:
        output, inner, reset = history
        z, r = _split(self.gate[0](inner[..., : 2 * self.units]), 2)
        return z, r, self.activation[0](_split(inner, 3)[2]), _before(output), reset


class GRUResetBefore(GRU):
    """The same with the reset gate on h', before the weights; history: h; z, r, g; h'."""

    def step(self, before: History, inputs: tf.Tensor) -> History:
        """One step; ``inputs`` (rows, 3 units) is what the inputs add to z, r and g."""
        opening, content = self._kernels()
        gates = inputs[:, : 2 * self.units] + before[0] @ opening
        z, r = _split(self.gate[0](gates), 2)
        inner = inputs[:, 2 * self.units :] + (r * before[0]) @ content
        output = z * before[0] + (1 - z) * self.activation[0](inner)
        return output, tf.concat([gates, inner], axis=-1), before[0]

    def back(self, after: History, now: History) -> History:
        """Signal to ``inputs``, and to each state before the step."""
        signal, to_z, to_r, to_g, z, r = now
        opening, content = self._kernels()
        to_output = after[1] + signal
        inner = to_output * to_g
        to_reset = tf.matmul(inner, content, transpose_b=True)
        gates = tf.concat([to_output * to_z, to_reset * to_r], axis=-1)
        before = to_output * z + to_reset * r + tf.matmul(gates, opening, transpose_b=True)
        return tf.concat([gates, inner], axis=-1), before

    def _kernels(self) -> tuple[tf.Tensor, tf.Tensor]:
        return self.kernel[:, : 2 * self.units], self.kernel[:, 2 * self.units :]


def _split(values: tf.Tensor, parts: int) -> list[tf.Tensor]:
    return tf.split(values, parts, axis=-1)


def _means(one: History, other: History) -> list[tf.Tensor]:
    return [(a + b) / 2 for a, b in zip(one, other, strict=True)]


def _before(states: tf.Tensor) -> tf.Tensor:
    """States (steps, ...) as each step finds them: zeros at first."""
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def recur(cell: Cell, inputs: Pair, keep: Pair | None = None) -> list[Pair]:
    """All outputs (steps, n, units), then the last of each state (n, units).

    ``inputs`` are pairs of (steps, n, gates x units): what the inputs add to the gates. Where
    ``keep``, bool (steps, n, 1), is False nothing is read, and the states stay.
    """
    sides = [inputs.taped.shape[1], inputs.other.shape[1]]
    together = tf.stop_gradient(tf.concat([inputs.taped, inputs.other], axis=1))
    every = None if keep is None else tf.concat([keep.taped, keep.other], axis=1)
    history = _forward(*_parts(cell), together, every)
    taped, other = zip(*(tf.split(part, sides, axis=1) for part in history), strict=True)
    passed = _pass(cell, inputs.taped, taped, other, None if keep is None else keep.taped)
    pairs = zip(passed, _ends(cell, other), strict=True)
    return [Pair(*pair) for pair in pairs]


def _pass(
    cell: Cell, inputs: tf.Tensor, taped: History, other: History, keep: tf.Tensor | None
) -> History:
    @tf.custom_gradient
    def step(inputs: tf.Tensor) -> tuple:
        def backward(*signals: tf.Tensor) -> tf.Tensor:
            return _back(*_parts(cell), signals, taped, other, keep)

        return tuple(tf.identity(end) for end in _ends(cell, taped)), backward

    return step(inputs)


def _ends(cell: Cell, history: History) -> History:
    """All outputs, then the last of each state."""
    return history[0], *(part[-1] for part in history[: cell.states])


def _parts(cell: Cell) -> tuple[type[Cell], tuple, tuple[tf.Tensor, tf.Tensor]]:
    """A cell taken apart: what a compiled loop is for, and the weights that it is given."""
    return type(cell), (cell.activation, cell.gate), (cell.kernel, cell.bias)


@fuse
def _forward(
    kind: type[Cell],
    functions: tuple,
    weights: tuple,
    inputs: tf.Tensor,
    keep: tf.Tensor | None,
) -> History:
    cell = kind(*functions, *weights)

    def masked(before: History, now: tuple[tf.Tensor, tf.Tensor]) -> History:
        return cell.held(before, cell.step(before, now[0]), now[1])

    step, read = (cell.step, inputs) if keep is None else (masked, (inputs, keep))
    return tf.scan(step, read, cell.start(inputs.shape[1]))


@fuse
def _back(
    kind: type[Cell],
    functions: tuple,
    weights: tuple,
    signals: History,
    taped: History,
    other: History,
    keep: tf.Tensor | None,
) -> tf.Tensor:
    cell = kind(*functions, *weights)
    rows, groups = taped[0].shape[1], other[0].shape[1]
    one = tuple(_grouped(part, groups) for part in taped)
    two = tuple(_grouped(part, groups) for part in other)
    factors = [tf.reshape(part, [-1, rows, part.shape[-1]]) for part in cell.factors(one, two)]
    nothing = tf.zeros([rows, cell.kernel.shape[1]])
    start, now = (nothing, *signals[1:]), (signals[0], *factors)

    def masked(after: History, now: tuple[tf.Tensor, History]) -> History:
        step, signals = now[0], now[1]
        stays = nothing, after[1] + signals[0], *after[2:]
        handed = cell.back(after, signals)
        return tuple(tf.where(step, new, old) for new, old in zip(handed, stays, strict=True))

    if keep is None:
        return tf.scan(cell.back, now, start, reverse=True)[0]
    return tf.scan(masked, (keep, now), start, reverse=True)[0]


def _grouped(part: tf.Tensor, groups: int) -> tf.Tensor:
    return tf.reshape(part, [part.shape[0], groups, -1, part.shape[2]])
