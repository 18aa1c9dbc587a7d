"""Sites taken out of windows: closed forms, loops over strings, and contributions."""

import keras
import numpy as np
import pytest
from toys import FIRST, LENGTH, SECOND, detector, logit_by_loop, one_hot, random_words, untrained

import chromolens
from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model

WORDS = [word[:20] + FIRST + word[27:40] + SECOND + word[47:] for word in random_words(6)]
WINDOWS = one_hot(WORDS)
SITES = [(row, 20, 27) for row in range(6)] + [(2, 40, 47)]


def test_a_site_costs_what_the_network_gives_for_it():
    model = detector([FIRST, SECOND], {FIRST: 3.0, (FIRST, SECOND): 1.0})
    found = chromolens.ablate(model, WINDOWS, SITES, draws=8)
    # a drawn site is the word once in 4**7
    np.testing.assert_allclose(found, [2.0] * 6 + [0.5], atol=1e-4)
    one_strand = chromolens.ablate(model, WINDOWS, SITES, draws=8, both=False)
    np.testing.assert_allclose(one_strand, [4.0] * 6 + [1.0], atol=1e-4)


def test_ablation_against_a_loop_over_strings():
    model, (row, start, end) = untrained(), SITES[3]
    (found,) = chromolens.ablate(model, WINDOWS, [SITES[3]], draws=5, ids=list("abcdef"), seed=2)
    rng = np.random.default_rng(seed_of(f"d {start}-{end} ablated", 2))
    drawn = rng.choice(4, size=(5, end - start), p=[0.25] * 4)
    words = ["".join("ACGT"[base] for base in one) for one in drawn]
    made = [WORDS[row][:start] + word + WORDS[row][end:] for word in words]
    f = logit_by_loop(model, [WORDS[row], *made])
    assert found == pytest.approx(f[0] - f[1:].mean(), abs=3e-4)


def test_of_a_linear_network_a_site_costs_what_it_contributes():
    inputs = keras.Input((LENGTH, 4))
    outputs = keras.layers.Dense(1, activation="sigmoid")(keras.layers.Flatten()(inputs))
    network = keras.Model(inputs, outputs)
    weights = np.random.default_rng(3).normal(0, 0.3, (LENGTH * 4, 1))
    network.layers[-1].set_weights([weights.astype(np.float32), np.zeros(1, np.float32)])
    model = Model.of(network)
    contributions = chromolens.attribute(model, WINDOWS, method="gradient_x_input").contributions
    sums = [contributions[row, start:end].sum() for row, start, end in SITES]
    found = chromolens.ablate(model, WINDOWS, SITES, draws=3000, both=False)
    # seven bases of sd 0.3 each, drawn 3000 times
    np.testing.assert_allclose(found, sums, atol=4 * 0.3 * np.sqrt(7 / 3000))


def test_unknown_bases_stay_unknown():
    window = one_hot([WORDS[0][:20] + "N" * 7 + WORDS[0][27:]])
    assert chromolens.ablate(untrained(), window, [(0, 20, 27)]) == [0.0]


@pytest.mark.parametrize("site", [(6, 0, 3), (-1, 0, 3), (0, 5, 5), (0, -1, 4), (0, 50, 61)])
def test_sites_outside_of_their_windows(site):
    with pytest.raises(BadInput, match="0 <= start < end <= 60"):
        chromolens.ablate(untrained(), WINDOWS, [site])


def test_a_network_of_something_else_is_refused():
    inputs = keras.Input((9, 3))
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(inputs))
    with pytest.raises(BadInput, match="reads something else"):
        chromolens.ablate(keras.Model(inputs, outputs), np.zeros((1, 9, 3)), [])
