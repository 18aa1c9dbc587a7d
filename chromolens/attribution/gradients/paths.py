"""Mean gradients along straight lines from the references to the input."""

from collections.abc import Callable

import tensorflow as tf
from keras import layers

from chromolens.attribution.explanation import (
    Explanation,
    by_multipliers,
    reference_values,
    slopes,
)
from chromolens.models.graph import all_layers
from chromolens.models.targets import Target

ROWS, RECURRENT_ROWS = 20, 100
"""Rows in one call of the network, as far as there are points: fewer leave the machine idle, above
all in recurrent layers, each step of which is small. More take memory, and no less time."""


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

    ``fractions`` (number of the point) -> shaped like (n, r, 1, 1), or a scalar. Each point costs
    one gradient of inputs x references.
    """
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    start = tf.broadcast_to(references, [inputs.shape[0], *references.shape[1:]])
    change, shape = inputs[:, None] - references, start.shape
    recurrent = any(isinstance(layer, layers.RNN) for layer in all_layers(target.graph))
    rows = RECURRENT_ROWS if recurrent else ROWS
    together = max(1, min(rows // (shape[0] * shape[1]), weights.shape[0]))

    def add(total: tf.Tensor, points: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        numbers, their_weights = points
        places = [tf.broadcast_to(fractions(k), [*shape[:2], 1, 1]) for k in tf.unstack(numbers)]
        at = start[:, None] + tf.stack(places, axis=1) * change[:, None]
        rows = tf.reshape(at, [-1, *shape[2:]])
        gradients = slopes(target, rows, frozen).gradients
        gradients = tf.reshape(gradients, [len(target.picks), *at.shape])
        return total + tf.einsum("tnprlc,p->tnrlc", gradients, their_weights)

    nothing = tf.zeros([len(target.picks), *shape])
    mean = tf.foldl(add, _in_parts(weights, together), nothing, parallel_iterations=1)
    return by_multipliers(
        mean,
        inputs,
        references,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=complete,
    )


def _in_parts(weights: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Numbers and weights of the points (parts, size); the last part is filled with weight 0."""
    count = weights.shape[0]
    missing = -count % size
    numbers = tf.minimum(tf.range(count + missing), count - 1)
    padded = tf.pad(weights, [[0, missing]])
    return tf.reshape(numbers, [-1, size]), tf.reshape(padded, [-1, size])
