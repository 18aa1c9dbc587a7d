"""Class activation maps (Zhou et al., 2016): class weights times the last feature maps.

For networks that end with a mean over all positions and one dense layer, F(x) = sum_f w[f]
mean_p A[p, f] + b. The map is sum_f w[f] A[p, f]: its mean over positions is F(x) - b. It is
compared with nothing, so references only give ``reference_values``.
"""

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.gradients.maps import by_maps, with_maps
from chromolens.errors import BadInput
from chromolens.models.graph import producer
from chromolens.models.kinds import IDENTITIES
from chromolens.models.logits import Preactivation, activation_name
from chromolens.models.targets import Pick, Target

HYPOTHETICAL = False
NOT_FOR_TOKENS = "it maps filters that slide along bases"


def explain(target: Target, inputs: tf.Tensor, references: tf.Tensor) -> Explanation:
    """One forward pass. The map is stretched linearly to the input's length; an N has 0.

    Shapes and units: see ``attribution.methods``. There are no hypothetical contributions.
    Networks of another build are refused.
    """
    heads = [_head(target, pick) for pick in target.picks]
    graph = with_maps(target, [maps for maps, _ in heads])
    found = graph(inputs, training=False)
    pairs = zip(found, heads, strict=False)
    maps = [tf.linalg.matvec(values, weights) for values, (_, weights) in pairs]
    return by_maps(target, inputs, references, maps, found[len(heads) :])


def _head(target: Target, pick: Pick) -> tuple[object, tf.Tensor]:
    """Feature maps (n, ..., filters), as a tensor of the graph, and weights (filters,)."""
    dense, tensors, _ = producer(target.graph.outputs[pick.output])
    own = dense.layer if isinstance(dense, Preactivation) else dense
    fused = own is dense and getattr(own, "activation", None) and activation_name(own) != "linear"
    if pick.column is None or fused or not isinstance(own, layers.Dense):
        raise _another_build(dense)
    pooling, maps, _ = producer(tensors[0])
    while isinstance(pooling, IDENTITIES):
        pooling, maps, _ = producer(maps[0])
    averages = isinstance(pooling, layers.GlobalAveragePooling1D | layers.GlobalAveragePooling2D)
    if not averages or pooling.data_format != "channels_last":
        raise _another_build(pooling)
    kernel = tf.convert_to_tensor(own.kernel)
    column = kernel[:, pick.column]
    return maps[0], column - tf.reduce_mean(kernel, axis=1) if pick.minus_mean else column


def _another_build(layer: keras.Operation) -> BadInput:
    return BadInput(
        f"cam can't explain this network: layer {layer.name!r} ({type(layer).__name__}) stands "
        "where the mean over all positions and one dense layer should",
        expected="GlobalAveragePooling1D, then Dense, as its end (of images 2D; with target "
        '"logit", before a sigmoid or softmax)',
        remedy="explain it with grad_cam, which takes any network with a convolution",
    )
