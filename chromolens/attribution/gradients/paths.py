"""Mean gradients along straight lines from the references to the input."""

import math
from collections.abc import Callable

import tensorflow as tf
from keras import layers

from chromolens.attribution.explanation import (
    Explanation,
    by_multipliers,
    flat,
    reference_values,
    slopes,
)
from chromolens.attribution.gradients.head import Parts, apart, whole
from chromolens.models.graph import all_layers
from chromolens.models.targets import Target

ROWS, RECURRENT_ROWS = 20, 100
"""Rows in one call of the network, as far as there are points: fewer leave the machine idle, above
all in recurrent layers, each step of which is small. More take memory, and no less time."""
KEPT = 2**26
"""Numbers that the sum of gradients behind a network's head may hold; else the head stays on."""


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
    one gradient of inputs x references, behind the affine layers that the network begins with.
    """
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    pairs = [inputs.shape[0], references.shape[1]]
    starts = flat(tf.broadcast_to(references, [*pairs, *references.shape[2:]]))
    parts = _parts(target, len(target.picks) * math.prod(pairs))
    # each path behind the head: a line from start along change, (pairs, ...)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(starts)
        start = parts.head(starts)
    change = tf.repeat(parts.head(inputs), pairs[1], axis=0) - start
    points = _in_parts(weights, max(1, _rows_of(target) // math.prod(pairs)))

    def add(total: tf.Tensor, points: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        numbers, their_weights = points
        # several points of each path in one call, (pairs, points, ...)
        at = [tf.broadcast_to(fractions(k), [*pairs, 1, 1]) for k in tf.unstack(numbers)]
        at = tf.reshape(
            tf.stack(at, axis=2), [-1, numbers.shape[0], *[1] * (len(start.shape) - 1)]
        )
        rows = start[:, None] + at * change[:, None]
        gradients = slopes(target, flat(rows), frozen, parts.rest).gradients
        gradients = tf.reshape(gradients, [-1, numbers.shape[0], math.prod(start.shape[1:])])
        return total + tf.reshape(tf.matmul(their_weights[None, None], gradients), total.shape)

    nothing = tf.zeros([len(target.picks), *start.shape])
    mean = tf.foldl(add, points, nothing, parallel_iterations=1)
    # what was summed goes back through the head, once a task
    multipliers = [tape.gradient(start, starts, of_task) for of_task in tf.unstack(mean)]
    return by_multipliers(
        tf.reshape(tf.stack(multipliers), [-1, *pairs, *inputs.shape[1:]]),
        inputs,
        references,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=complete,
    )


def _parts(target: Target, sums: int) -> Parts:
    """The network's head apart, unless ``sums`` of gradients behind it are too large."""
    parts = apart(target)
    return parts if sums * parts.size <= KEPT else whole(target)


def _rows_of(target: Target) -> int:
    recurrent = any(isinstance(layer, layers.RNN) for layer in all_layers(target.graph))
    return RECURRENT_ROWS if recurrent else ROWS


def _in_parts(weights: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Numbers and weights of the points (parts, size); the last part is filled with weight 0."""
    count = weights.shape[0]
    size = min(size, count)
    missing = -count % size
    numbers = tf.minimum(tf.range(count + missing), count - 1)
    padded = tf.pad(weights, [[0, missing]])
    return tf.reshape(numbers, [-1, size]), tf.reshape(padded, [-1, size])
