"""Mean gradients along straight lines from the references to the input."""

from collections.abc import Callable

import tensorflow as tf

from chromolens.attribution._explanation import (
    Explanation,
    by_multipliers,
    flat,
    reference_values,
    slopes,
)
from chromolens.models.targets import Target


def by_path(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    weights: tf.Tensor,
    fractions: Callable[[tf.Tensor], tf.Tensor],
    *,
    complete: bool,
) -> Explanation:
    """The multipliers are sum_k weights[k] dF/dx at x' + fractions(k) (x - x').

    ``fractions`` (number of the point) -> shaped like (n, r, 1, 1). Each point costs one
    gradient of inputs x references.
    """
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    start = tf.broadcast_to(references, [inputs.shape[0], *references.shape[1:]])
    change = inputs[:, None] - references

    def add(total: tf.Tensor, point: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        number, weight = point
        at = flat(start + fractions(number) * change)
        return total + weight * slopes(target, at, frozen).gradients

    points = tf.range(weights.shape[0]), weights
    nothing = tf.zeros([len(target.picks), *flat(start).shape])
    mean = tf.foldl(add, points, nothing, parallel_iterations=1)
    return by_multipliers(
        tf.reshape(mean, [len(target.picks), *start.shape]),
        inputs,
        references,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=complete,
    )
