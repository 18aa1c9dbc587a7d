"""Softmax as a layer inside the network; see ``chromolens.attribution._softmax``."""

import tensorflow as tf
from keras import layers

from chromolens.attribution._pair import Pair
from chromolens.attribution._softmax import masked, softmax

FAMILIES = ("rescale",)


def normalised(layer: layers.Softmax, inputs: Pair, mask: tf.Tensor | None = None) -> Pair:
    """Softmax over the layer's axes, which may not be the batch; a mask is constant."""
    return softmax(masked(inputs, mask), layer.axis)


RULES = {layers.Softmax: normalised}
