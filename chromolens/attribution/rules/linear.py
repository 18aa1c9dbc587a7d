"""Linear and affine layers: contributions go back through the weights (Shrikumar 2017, 3.5.1).

Dense layers and convolutions may carry a fused nonlinearity, which follows as a step of its own.
"""

from functools import partial

import keras
from keras import layers

from chromolens.attribution._activations import activate
from chromolens.attribution._walk import Pair, both, no_rule
from chromolens.models._logits import WEIGHTED, Preactivation, linear_part
from chromolens.models._rearranged import Rearranged, Zeros
from chromolens.models._tokens import Tokens

FAMILIES = ("rescale",)


def affine(layer: keras.Operation, *inputs: object) -> Pair | list[Pair]:
    """The layer itself, on each side."""
    return both(layer, *inputs)


def unchanged(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Layers that only act in training."""
    return inputs


def weighted(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Dense layers and convolutions: the weights, then the activation."""
    return activate(layer, preactivation(layer, inputs))


def preactivation(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Dense layers and convolutions without their activation."""
    if getattr(layer, "data_format", None) == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")
    return both(partial(linear_part, layer), inputs)


AFFINE = (
    layers.AdaptiveAveragePooling1D,
    layers.AdaptiveAveragePooling2D,
    layers.Add,
    layers.Average,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.BatchNormalization,
    layers.Concatenate,
    layers.Cropping1D,
    layers.Cropping2D,
    layers.Flatten,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.Normalization,
    layers.Permute,
    layers.RepeatVector,
    layers.Rescaling,
    layers.Reshape,
    layers.Subtract,
    layers.UpSampling1D,
    layers.UpSampling2D,
    layers.ZeroPadding1D,
    layers.ZeroPadding2D,
    Preactivation,
    Tokens,
    Rearranged,
    Zeros,
)
IDENTITIES = (
    layers.ActivityRegularization,
    layers.AlphaDropout,
    layers.Dropout,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.Identity,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
)
RULES = {
    **dict.fromkeys(AFFINE, affine),
    **dict.fromkeys(IDENTITIES, unchanged),
    **dict.fromkeys(WEIGHTED, weighted),
}
