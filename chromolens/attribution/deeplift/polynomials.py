"""Products: each factor's Shapley share of the change.

The gradient of a function, averaged along the straight line between the two sides, adds up to
its change. Of a product that average is the Shapley value of each factor, since a product is
its own multilinear extension (Owen, 1972): for two factors the mean of the other one's two
values. Of a polynomial it is known exactly from a few points (Gauss and Legendre), without the
noise of a division by a small difference.
"""

from collections.abc import Callable
from functools import partial, reduce

import keras
import numpy as np
import tensorflow as tf

from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.walk import pairs_in, side_of
from chromolens.errors import BadInput


def polynomial(function: Callable, *inputs: object, degree: int = 2) -> Pair | list[Pair]:
    """``function`` of ``inputs`` (Pairs, nested lists of them, constants), with their shares.

    Contributions add up exactly where ``function`` is a polynomial of at most ``degree`` in the
    Pairs together; for degree 2 it is enough to take the gradient midway.
    """
    pairs = pairs_in(inputs)
    taped = [tf.stop_gradient(pair.taped) for pair in pairs]
    starts = [_repeated(tf.stop_gradient(pair.other), pair.taped) for pair in pairs]
    values = function(*_filled(inputs, taped))

    @tf.custom_gradient
    def step(*ends: tf.Tensor) -> tuple:
        def backward(*signals: tf.Tensor) -> list[tf.Tensor]:
            return _mean_gradient(partial(_at, function, inputs), starts, taped, signals, degree)

        return [tf.identity(value) for value in keras.tree.flatten(values)], backward

    passed = keras.tree.flatten(step(*(pair.taped for pair in pairs)))
    others = keras.tree.flatten(function(*side_of(inputs, "other")))
    found = list(map(Pair, passed, others))
    return found if keras.tree.is_nested(values) else found[0]


def product(*factors: Pair) -> Pair:
    """The elementwise product of two or more factors, which may broadcast."""
    return polynomial(_multiplied, *factors, degree=len(factors))


def quotient(above: Pair, below: Pair) -> Pair:
    """``above`` / ``below`` (never negative; 0 / 0 = 0), by the shares of ``above`` as a product.

    The change of y = x / s is (dx - mean(y) ds) / mean(s), with means over the two sides.
    """
    values = tf.math.divide_no_nan(above.taped, below.taped)
    others = tf.math.divide_no_nan(above.other, below.other)
    mean = (values + _repeated(others, values)) / 2
    scale = (below.taped + _repeated(below.other, below.taped)) / 2
    mean, scale, values = map(tf.stop_gradient, (mean, scale, values))
    linear = tf.math.divide_no_nan(above.taped - mean * below.taped, scale)
    return Pair(values + linear - tf.stop_gradient(linear), others)


class GradientFallback:
    """Layers without a rule, treated by their gradient midway between the two sides.

    Contributions then add up as far as the layer is a polynomial of degree 2 between the two.

    Attributes
    ----------
    names
        Of the layers so treated, in the order of the graph.
    """

    def __init__(self) -> None:
        self.names: list[str] = []

    @classmethod
    def of(cls, setting: str | None) -> "GradientFallback | None":
        """What the setting ``fallback`` asks for; None: refuse such layers."""
        if setting not in (None, "gradient"):
            raise BadInput(f"there is no fallback {setting!r}", expected='"gradient", or nothing')
        return cls() if setting else None

    def __call__(self, layer: keras.Operation, *inputs: object, **options: object) -> Pair:
        """The layer's output, with its name noted."""
        if layer.name not in self.names:
            self.names.append(layer.name)
        return polynomial(lambda values, named: layer(*values, **named), inputs, options)


def _mean_gradient(
    outputs: Callable,
    starts: list[tf.Tensor],
    ends: list[tf.Tensor],
    signals: tuple[tf.Tensor, ...],
    degree: int,
) -> list[tf.Tensor]:
    """Gradients of ``outputs`` (tensors -> list) averaged from ``starts`` to ``ends``."""
    places, weights = np.polynomial.legendre.leggauss((degree + 1) // 2)
    total: list[tf.Tensor] = [0.0] * len(starts)
    for place, weight in zip((1 + places) / 2, weights / 2, strict=True):
        point = [a + float(place) * (b - a) for a, b in zip(starts, ends, strict=True)]
        with tf.GradientTape() as tape:
            tape.watch(point)
            values = outputs(point)
        zero = tf.UnconnectedGradients.ZERO
        found = tape.gradient(values, point, list(signals), unconnected_gradients=zero)
        total = [a + float(weight) * b for a, b in zip(total, found, strict=True)]
    return total


def _at(function: Callable, inputs: object, tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    return keras.tree.flatten(function(*_filled(inputs, tensors)))


def _filled(inputs: object, tensors: list[tf.Tensor]) -> object:
    """``inputs`` with the Pairs replaced by ``tensors``, in order."""
    rest = iter(tensors)
    return keras.tree.map_structure(
        lambda leaf: next(rest) if isinstance(leaf, Pair) else leaf, inputs
    )


def _repeated(other: tf.Tensor, taped: tf.Tensor) -> tf.Tensor:
    """``other`` (m, ...) with each row as often as it has partners in ``taped`` (k m, ...)."""
    return tf.repeat(other, taped.shape[0] // other.shape[0], axis=0)


def _multiplied(*factors: tf.Tensor) -> tf.Tensor:
    return reduce(tf.multiply, factors)
