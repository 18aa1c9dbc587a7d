"""Feature maps of a convolutional network, and maps of importance over its input."""

import keras
import tensorflow as tf

from chromolens.attribution.explanation import Explanation, known, reference_values
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
    """Importance (n, positions of the maps) of each task, stretched over the input's length.

    It is linear between the middles of positions. An N has none; as the maps say nothing of
    bases, nothing is hypothetical.
    """
    frozen = target.freeze(outputs)
    size = [inputs.shape[1], 1]
    stretched = [tf.image.resize(values[:, :, None, None], size) for values in importance]
    return Explanation(
        contributions=tf.stack(stretched)[..., 0, 0] * known(inputs),
        hypothetical=None,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=False,
    )
