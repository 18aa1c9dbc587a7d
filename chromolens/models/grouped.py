"""Grouped convolutions, group by group.

TensorFlow's CPU kernels have no gradient of a grouped convolution, unless oneDNN's are chosen or
XLA compiles it. Cut into one convolution for each group it needs no kernel of its own, on any
device.
"""

from functools import partial

import keras
from keras import layers, ops

from chromolens.models.graph import all_layers
from chromolens.models.reach import reach_of


def cut_groups(network: keras.Model) -> None:
    """Have every grouped Conv1D and Conv2D of ``network`` compute its groups one by one.

    Weights, configs and answers (but for rounding) stay what they are.
    """
    for layer in all_layers(network):
        if isinstance(layer, layers.Conv1D | layers.Conv2D) and layer.groups > 1:
            layer.call = partial(_by_groups, layer)


def _by_groups(layer: layers.Layer, inputs: object) -> object:
    """What the layer's own ``call`` gives."""
    axis = -1 if layer.data_format == "channels_last" else 1
    settings = {"strides": layer.strides, "dilation_rate": layer.dilation_rate}
    settings |= {"padding": layer.padding, "data_format": layer.data_format}
    if layer.padding == "causal":
        length = 1 if axis == -1 else 2
        ends = [[0, 0], [0, 0], [0, 0]]
        ends[length][0] = reach_of(layer, inputs.shape[length]).left
        inputs, settings["padding"] = ops.pad(inputs, ends), "valid"
    parts = ops.split(inputs, layer.groups, axis=axis)
    kernels = ops.split(layer.kernel, layer.groups, axis=-1)
    found = [ops.conv(*pair, **settings) for pair in zip(parts, kernels, strict=True)]
    outputs = ops.concatenate(found, axis=axis)
    if layer.use_bias:
        along = [1] * len(outputs.shape)
        along[axis] = layer.filters
        outputs = outputs + ops.reshape(layer.bias, along)
    return outputs if layer.activation is None else layer.activation(outputs)
