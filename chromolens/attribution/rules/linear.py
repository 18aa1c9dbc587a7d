"""Linear and affine layers: contributions go back through the weights (Shrikumar 2017, 3.5.1).

Dense and Conv1D may carry a fused nonlinearity, which follows as a step of its own.
"""

from functools import partial

import keras
from keras import layers

from chromolens.attribution._activations import activate
from chromolens.attribution._walk import Pair, both, no_rule
from chromolens.models._logits import Preactivation, linear_part
from chromolens.models._rearranged import Rearranged, Zeros

FAMILIES = ("rescale",)


def affine(layer: keras.layers.Layer, *inputs: Pair | list[Pair]) -> Pair:
    """The layer itself, on each side."""
    return both(layer, *inputs)


def unchanged(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Layers that only act in training."""
    return inputs


def weighted(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Dense and Conv1D: the weights, then the activation."""
    if getattr(layer, "data_format", None) == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")
    return activate(layer, both(partial(linear_part, layer), inputs))


AFFINE = (
    layers.Add,
    layers.Average,
    layers.AveragePooling1D,
    layers.BatchNormalization,
    layers.Concatenate,
    layers.Cropping1D,
    layers.Flatten,
    layers.GlobalAveragePooling1D,
    layers.Normalization,
    layers.Permute,
    layers.RepeatVector,
    layers.Rescaling,
    layers.Reshape,
    layers.Subtract,
    layers.UpSampling1D,
    layers.ZeroPadding1D,
    Preactivation,
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
)
RULES = {
    **dict.fromkeys(AFFINE, affine),
    **dict.fromkeys(IDENTITIES, unchanged),
    **dict.fromkeys((layers.Dense, layers.Conv1D), weighted),
}
