"""Changes from the reference with their positive part kept apart from their negative part.

RevealCancel and the Linear rule of DeepLIFT (Shrikumar 2017, 3.5.1 and 3.5.3) treat the two
parts of a change separately. With change = taped - other = up + down, a ``Split`` adds to a
``Pair`` the one tensor spread = up - down. A rule that knows nothing of parts takes a ``Split``
for the ``Pair`` that it is: the parts then merge, and contributions still complete.

Exchanging the two sides exchanges up with -down and leaves all multipliers as they are, so
that it doesn't matter which side is the reference.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from chromolens.attribution._pair import Pair


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


def revealed(rule: Callable, layer: keras.Operation, pair: Pair) -> Pair:
    """A nonlinearity f by RevealCancel: each part's effect alone and after the other, halved.

    The change of f by a part is one by the Rescale rule between two points, so ``rule`` (the
    layer's own) also says what happens where a part is about 0.
    """
    if not isinstance(pair, Split) or pair.pure:
        return rule(layer, pair)
    start = tf.repeat(pair.other, pair.taped.shape[0] // pair.other.shape[0], axis=0)
    change = changes(pair)
    up, down = (change + pair.spread) / 2, (change - pair.spread) / 2

    def effect(start: tf.Tensor, part: tf.Tensor) -> tf.Tensor:
        start = tf.stop_gradient(start)
        moved = rule(layer, Pair(start + part, start))
        return moved.taped - moved.other

    rise = (effect(start, up) + effect(start + down, up)) / 2
    fall = (effect(start, down) + effect(start + up, down)) / 2
    values = rule(layer, Pair(tf.stop_gradient(pair.taped), pair.other))
    return Split(_with_gradient_of(rise + fall, values.taped), values.other, rise - fall)


def _with_gradient_of(change: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """``values`` to the bit; gradients flow through ``change``."""
    return values + (change - tf.stop_gradient(change))
