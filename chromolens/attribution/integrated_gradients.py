"""Integrated gradients (Sundararajan, Taly and Yan, 2017).

The mean gradient along the straight line from the reference to the input, times x - x'. The
contributions add up to F(x) - F(x') but for the error of the quadrature, which is reported.
"""

import numpy as np
import tensorflow as tf

from chromolens.attribution._explanation import (
    Explanation,
    by_multipliers,
    flat,
    reference_values,
    slopes,
)
from chromolens.errors import BadInput
from chromolens.models.targets import Target


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    steps: int = 50,
    quadrature: str = "midpoint",
) -> Explanation:
    """The multipliers are mean gradients over the path.

    Shapes and units: see ``chromolens.attribution``.

    Parameters
    ----------
    target, inputs, references
        See ``chromolens.attribution``.
    steps
        Parts of the path. Each costs one gradient of inputs x references.
    quadrature
        ``midpoint``: gradients at the middles of the parts; ``trapezoid``: at their ends, one
        more than ``steps``.
    """
    fractions, weights = _rule(steps, quadrature)
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    start = tf.broadcast_to(references, [inputs.shape[0], *references.shape[1:]])
    change = inputs[:, None] - references

    def add(total: tf.Tensor, step: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        point = flat(start + step[0] * change)
        return total + step[1] * slopes(target, point, frozen).gradients

    nothing = tf.zeros([len(target.picks), *flat(start).shape])
    mean = tf.foldl(add, (fractions, weights), nothing, parallel_iterations=1)
    return by_multipliers(
        tf.reshape(mean, [len(target.picks), *start.shape]),
        inputs,
        references,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=True,
    )


def _rule(steps: int, quadrature: str) -> tuple[tf.Tensor, tf.Tensor]:
    if not isinstance(steps, int) or steps < 1:
        raise BadInput(f"integrated_gradients: steps is {steps!r}", expected="1 or more")
    if quadrature == "midpoint":
        fractions = (np.arange(steps) + 0.5) / steps
        weights = np.full(steps, 1 / steps)
    elif quadrature == "trapezoid":
        fractions = np.arange(steps + 1) / steps
        weights = np.full(steps + 1, 1 / steps)
        weights[[0, -1]] /= 2
    else:
        raise BadInput(
            f"integrated_gradients: there is no quadrature {quadrature!r}",
            expected="midpoint or trapezoid",
        )
    return tf.constant(fractions, tf.float32), tf.constant(weights, tf.float32)
