"""``pool="original"``: max pooling as the deeplift package has it."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput


def ask(network, inputs, method, **options):
    return front.attribute(network, inputs, method=method, batch_size=8, **options)


def original_pooling_by_hand(x, reference, weights, size):
    """Dense after pooling the inputs: the change at the input's first maximum, loop by loop."""
    found = np.zeros(x.shape[0])
    for pool in range(x.shape[0] // size):
        for channel in range(x.shape[1]):
            here = range(pool * size, (pool + 1) * size)
            at = max(here, key=lambda position: (x[position, channel], -position))
            share = x[at, channel] - reference[at, channel]
            found[at] += weights[pool * x.shape[1] + channel] * share
    return found


@pytest.mark.parametrize("method", ["deeplift_rescale", "deeplift_revealcancel"])
@pytest.mark.parametrize("kind", ["uniform", "sequences"])
def test_original_pooling_by_hand(method, kind):
    """The maximum of the input alone counts: complete for the constant reference only."""
    inputs = keras.Input((15, 4))
    head = layers.Dense(1)
    network = keras.Model(inputs, head(layers.Flatten()(layers.MaxPooling1D(3)(inputs))))
    networks.randomised(network)
    x, other = networks.sequences(5, 15), networks.sequences(5, 15, 4)
    own = np.full_like(x, 0.25) if kind == "uniform" else other
    result = ask(
        network, x, method, references=kind if kind == "uniform" else own[:, None], pool="original"
    )
    weights = np.float64(head.get_weights()[0][:, 0])
    by_hand = [original_pooling_by_hand(x[i], own[i], weights, 3) for i in range(5)]
    np.testing.assert_allclose(result.contributions, by_hand, atol=1e-6)
    largest = np.abs(result.completeness_error).max()
    assert largest < 1e-6 if kind == "uniform" else largest > 0.1


def test_an_unknown_pool_is_refused():
    with pytest.raises(BadInput, match="cross_max, original"):
        ask(networks.cnn(), networks.sequences(1, 40), "deeplift_rescale", pool="crossmax")


@pytest.mark.parametrize("pooling", [layers.GlobalMaxPooling1D(), layers.MaxPooling1D(4, 3)])
def test_the_first_of_equals_and_several_references(pooling):
    """Single bases tie: the gradient goes to the first. References are averaged one by one."""
    inputs = keras.Input((10, 4))
    head = layers.Dense(1)
    pool = type(pooling).from_config(pooling.get_config())
    network = keras.Model(inputs, head(layers.Flatten()(pool(inputs))))
    networks.randomised(network)
    x = networks.sequences(4, 10)
    own = np.stack([networks.sequences(4, 10, seed) for seed in (5, 6, 7)], axis=1)
    result = ask(network, x, "deeplift_rescale", references=own, pool="original")
    weights = np.float64(head.get_weights()[0]).reshape(-1, 4)
    starts, size = ([0], 10) if len(weights) == 1 else ([0, 3, 6], 4)
    slopes = np.zeros(x.shape)
    for row, channel in np.ndindex(4, 4):
        for pool_weights, start in zip(weights, starts, strict=True):
            at = start + x[row, start : start + size, channel].argmax()
            slopes[row, at, channel] += pool_weights[channel]
    expected = (slopes[:, None] * (x[:, None] - own)).sum(axis=-1).mean(axis=1)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-6)
    assert result.values.shape == (4,)
