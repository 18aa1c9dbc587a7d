"""Which outputs see which inputs, against what TensorFlow does with one input at a time."""

import itertools

import numpy as np
import pytest
from keras import layers

from chromolens.models.reach import Windows, padding_around, reach_of

LENGTHS = (13, 14, 15, 16)
KINDS = {
    "Conv1D": lambda size, **more: layers.Conv1D(1, size, use_bias=False, **more),
    "DepthwiseConv1D": lambda size, **more: layers.DepthwiseConv1D(size, use_bias=False, **more),
    "MaxPooling1D": layers.MaxPooling1D,
    "AveragePooling1D": layers.AveragePooling1D,
}


def exists(kind, padding, size, stride, dilation):
    """Whether Keras has such a layer."""
    if kind.endswith("Pooling1D") and dilation > 1:
        return False
    return (stride == 1 or dilation == 1) and (kind == "Conv1D" or padding != "causal")


PADDINGS = ("valid", "same", "causal")
FORMS = itertools.product(KINDS, PADDINGS, (1, 2, 5), (1, 2, 3), (1, 2, 3))


def seen(layer, length):
    """Which inputs each output sees: bool (outputs, length)."""
    layer.build((None, length, 1))
    for weight in layer.weights:
        weight.assign(np.ones(weight.shape))
    one_at_a_time = np.eye(length, dtype=np.float32)[:, :, None]
    return np.asarray(layer(one_at_a_time))[:, :, 0].T != 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "padding", "size", "stride", "dilation"), [form for form in FORMS if exists(*form)]
)
def test_outputs_see_what_tensorflow_reads(kind, padding, size, stride, dilation):
    rate = {} if kind.endswith("Pooling1D") else {"dilation_rate": dilation}
    for length in LENGTHS:
        layer = KINDS[kind](size, strides=stride, padding=padding, **rate)
        found, reach = seen(layer, length), reach_of(layer, length)
        expected = np.zeros_like(found)
        for output in range(len(found)):
            places = output * stride - reach.left + dilation * np.arange(size)
            expected[output, places[(places >= 0) & (places < length)]] = True
        np.testing.assert_array_equal(found, expected)
        # an input's window of outputs reaches from the first that sees it to the last
        windows = reach.outputs(Windows(np.arange(length), 1))
        for place, first in enumerate(windows.first):
            outputs = np.flatnonzero(found[:, place])
            inside = (outputs >= first) & (outputs < first + windows.width)
            assert inside.all()


def test_both_ends_fill_up_the_last_window():
    for length, size, stride in itertools.product(LENGTHS, (1, 2, 5), (1, 2, 3)):
        before, behind = padding_around("same", length, size, stride)
        assert 0 <= before <= behind <= before + 1
        assert (length + before + behind - size) // stride + 1 == -(-length // stride)
    assert padding_around("causal", 9, 4) == (3, 0) and padding_around("valid", 9, 4) == (0, 0)
