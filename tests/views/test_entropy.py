"""Maximum entropy where the positions are independent, so that the marginals are known."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens import maximum_entropy
from chromolens.errors import BadInput

WEIGHTS = np.array([0.0, 1.0, 1.5, 3.0])
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


@pytest.fixture(scope="module")
def network():
    """One filter of width 1: phi at a position is the weight of its base."""
    inputs = keras.Input((6, 4))
    row = layers.Flatten(name="row")(layers.Conv1D(1, 1, use_bias=False, name="base")(inputs))
    network = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(row))
    network.get_layer("base").set_weights([WEIGHTS.reshape(1, 4, 1)])
    return network


def dna(codes):
    return np.eye(5, 4, dtype=np.float32)[np.array(codes)]


def test_marginals_are_those_of_independent_positions(network):
    codes, beta = np.array([0, 1, 2, 3, 4, 0]), 0.7
    found = maximum_entropy(
        network, dna(codes)[None], beta=beta, background=SHARES, chains=32, steps=2000
    )
    for place, own in enumerate(codes):
        if own == 4:
            assert not found.frequencies[0, place].any() and found.importance[0, place] == 0
            assert np.isnan(found.position_r_hat[0, place])
            continue
        expected = SHARES * np.exp(-beta * (WEIGHTS - WEIGHTS[own]) ** 2)
        expected /= expected.sum()
        np.testing.assert_allclose(found.frequencies[0, place], expected, atol=0.05)
        bits = (expected * np.log2(expected / SHARES)).sum()
        assert found.importance[0, place] == pytest.approx(bits, abs=0.1)
    assert found.acceptance.shape == (1, 32) and (found.acceptance > 0.2).all()
    assert found.r_hat[0] < 1.1 and np.nanmax(found.position_r_hat) < 1.2
    np.testing.assert_array_equal(found.betas, [beta])


def test_an_input_is_sampled_alone_and_held_by_a_high_beta(network):
    both = dna([[0, 1, 2, 3, 0, 1], [3, 3, 0, 0, 1, 1]])
    options = {"beta": 8.0, "chains": 4, "steps": 400}
    together, alone = (maximum_entropy(network, some, **options) for some in (both, both[1:]))
    np.testing.assert_array_equal(together.frequencies[1:], alone.frequencies)
    # the heaviest base is 1.5 away from its nearest: exp(-8 1.5^2) = 1.5e-8
    assert alone.frequencies[0, :2, 3].min() == 1
    assert (alone.importance[0, :2] > together.importance[0, 1:3].max()).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"beta": 1e9}, "accepted none of 60 changes(.|\n)*row 0(.|\n)*lower beta"),
        ({"layer": "rwo"}, "did you mean 'row'"),
        ({"chains": 1}, "chains is 1"),
        ({"background": [1, 0, 0, 0]}, "four numbers above 0"),
        ({"background": "shuffle"}, "background or uniform"),
    ],
)
def test_what_can_not_be_sampled_is_refused(network, options, words):
    with pytest.raises(BadInput, match=words):
        maximum_entropy(network, dna([[0, 1, 2, 3, 0, 1]]), **{"steps": 60, **options})


def test_inputs_that_are_no_dna_or_unknown_are_refused(network):
    with pytest.raises(BadInput, match="aren't one-hot DNA"):
        maximum_entropy(network, np.full((1, 6, 4), 0.25, np.float32))
    with pytest.raises(BadInput, match="N all over"):
        maximum_entropy(network, np.zeros((1, 6, 4), np.float32))
