"""Feature maps of a convolutional network, and maps of importance over its input."""

import keras
import tensorflow as tf

from chromolens.attribution.explanation import Explanation, known, reference_values
from chromolens.errors import BadInput
from chromolens.models.targets import Target


def with_maps(target: Target, maps: list[object]) -> keras.Model:
    """The target's graph, with ``maps`` (tensors of it) before its outputs."""
    return keras.Model(target.graph.inputs[0], [*maps, *target.graph.outputs])


def by_maps(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    importance: list[tf.Tensor],
    outputs: list[tf.Tensor],
) -> Explanation:
    """Importance of each task at the maps' places, stretched over the input's positions.

    Places are (n, positions), or (n, rows, columns) of images. It is linear between their
    middles. An N has none; as the maps say nothing of bases, nothing is hypothetical.
    """
    frozen = target.freeze(outputs)
    size = target.image or (inputs.shape[1], 1)
    stretched = [tf.image.resize(_plane(values, target)[..., None], size) for values in importance]
    return Explanation(
        contributions=tf.reshape(tf.stack(stretched), [-1, *inputs.shape[:2]]) * known(inputs),
        hypothetical=None,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=False,
    )


def _plane(values: tf.Tensor, target: Target) -> tf.Tensor:
    """Importance (n, rows, columns): of a sequence its positions are the rows."""
    sides = [side for side in values.shape[1:] if side != 1]
    if len(values.shape) == 3 and target.image:
        return values
    if len(sides) > 1 or target.image:
        raise BadInput(
            f"the last maps have {len(values.shape) - 1} axes, {tuple(values.shape[1:])}, the "
            f"input {2 if target.image else 1}",
            expected="maps whose places are places of the input",
            remedy="explain it with saliency or gradient_x_input",
        )
    return tf.reshape(values, [-1, *(sides or [1]), 1])
