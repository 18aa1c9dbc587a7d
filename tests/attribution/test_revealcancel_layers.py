"""RevealCancel through convolutions of all kinds, images and rearrangements."""

import keras
import layer_cases
import networks
import numpy as np
import pytest
from keras import layers, ops
from test_revealcancel import METHODS, ask

from chromolens.attribution.deeplift.pair import Pair, Split
from chromolens.attribution.deeplift.rules.reveal import DENSE, weighted
from chromolens.models.foreign.rearranged import Rearranged
from chromolens.models.logits import linear_part

SHAPES = {
    "separable": (layers.SeparableConv1D(5, 3, depth_multiplier=2, strides=2), (9, 4)),
    "dilated": (layers.SeparableConv1D(3, 3, padding="same", dilation_rate=2), (9, 4)),
    "depthwise": (layers.DepthwiseConv1D(3, 2, "same", 2), (9, 4)),
    "transposed": (layers.Conv1DTranspose(4, 3, strides=2), (5, 4)),
    "conv_2d": (layers.Conv2D(3, 2, (1, 2), "same"), (4, 4, 3)),
    "separable_2d": (layers.SeparableConv2D(3, 2, depth_multiplier=2), (4, 4, 3)),
    "depthwise_2d": (layers.DepthwiseConv2D(2), (4, 4, 3)),
    "einsum_dense": (layers.EinsumDense("abc,cd->abd", (9, 5), bias_axes="d"), (9, 4)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_parts_are_sums_of_products_of_one_sign(name):
    """The layer's matrix, read off with unit inputs, and its positive and negative products."""
    layer, shape = SHAPES[name]
    layer.build((None, *shape))
    rng = np.random.default_rng(3)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.weights])
    size = int(np.prod(shape))
    units = np.eye(size, dtype=np.float32).reshape(size, *shape)
    offset = np.float64(linear_part(layer, 0 * units[:1]))
    matrix = (np.float64(linear_part(layer, units)) - offset).reshape(size, -1)
    now, past = (rng.normal(size=(3, *shape)).astype(np.float32) for _ in range(2))
    found = weighted(layer, Split(now, past, np.abs(now - past), pure=True))
    products = np.float64(now - past).reshape(3, size, 1) * matrix
    spread = np.maximum(products, 0).sum(axis=1) - np.minimum(products, 0).sum(axis=1)
    np.testing.assert_allclose(np.reshape(found.spread, (3, -1)), spread, atol=1e-5)


def behind(*front):
    """A network of tanh and ReLU after the layers or operations ``front``."""
    inputs = x = keras.Input((8, 4))
    for step in front:
        x = step(x)
    x = layers.Dense(7, "tanh")(layers.Flatten()(x))
    outputs = layers.Dense(1)(layers.Dense(5, "relu")(x))
    return networks.randomised(keras.Model(inputs, outputs))


ALL_WEIGHTED = [name for name in layer_cases.WEIGHTED if name != "dense"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ALL_WEIGHTED, "pools_2d", "padded_2d", "upsampled_2d"])
def test_contributions_complete(name):
    inputs = keras.Input((12, 4))
    x = layers.Conv1D(6, 5, activation="relu")(inputs)
    x = {**layer_cases.WEIGHTED, **layer_cases.AFFINE}[name](x, x)
    outputs = layers.Dense(1)(layers.Dense(5, "tanh")(layers.Flatten()(x)))
    network = networks.randomised(keras.Model(inputs, outputs))
    x = networks.sequences(3, 12)
    result = ask(network, x, references=networks.sequences(3, 12, 7)[:, None])
    effect = np.abs(result.values - result.reference_values)
    assert effect.max() > 1e-3
    assert (np.abs(result.completeness_error) <= np.maximum(1e-4 * effect, 2e-6)).all()


REARRANGEMENTS = {
    "getitem": lambda x: x[:, ::-1, ::-1],
    "flip": lambda x: ops.flip(x, axis=(1, 2)),
    "layer": Rearranged(("length", "channels"), (0, 1, 2, 3), turned=True),
    "axes": lambda x: ops.squeeze(ops.stack([x], 1), 1)[..., ::-1, ::-1],
    "halves": lambda x: ops.concatenate(ops.split(x[:, ::-1, ::-1], 2, axis=1), axis=1),
}


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", REARRANGEMENTS)
def test_a_flip_in_front_flips_what_is_hypothetical(method, name):
    x, references = networks.sequences(3, 8), networks.sequences(3, 8, 7)[:, None]
    turned = ask(behind(REARRANGEMENTS[name]), x, method, references=references)
    straight = ask(behind(), x[:, ::-1, ::-1], method, references=references[..., ::-1, ::-1])
    assert np.ptp(straight.hypothetical) > 0.1
    expected = straight.hypothetical[:, ::-1, ::-1]
    np.testing.assert_allclose(turned.hypothetical, expected, atol=1e-6)


def test_bilinear_means_are_no_copies():
    """Halfway between A and C lie changes of both signs: they are not pure."""
    layer = layers.UpSampling2D(2, interpolation="bilinear")
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 1)).astype(np.float32)
    found = DENSE[type(layer)](layer, Split(x, 0 * x, np.abs(x), pure=True))
    assert not found.pure
    np.testing.assert_allclose(found.spread, layer(np.abs(x)), atol=1e-6)
    cubic = layers.UpSampling2D(2, interpolation="bicubic")
    assert type(DENSE[type(cubic)](cubic, Split(x, 0 * x, np.abs(x), pure=True))) is Pair
