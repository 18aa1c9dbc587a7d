"""Saliency, gradients on paths and of disturbed inputs, against closed forms and enumeration."""

from itertools import product

import keras
import networks
import numpy as np
import pytest
from keras import layers
from test_methods import quadratic, slope

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

LENGTH = 6


def ask(network, inputs, method, **options):
    options = {"batch_size": 4, "references": "zeros", **options}
    return front.attribute(network, inputs, method=method, **options)


def cubic(channels=4):
    """F(x) = (a . x) (b . x) (c . x), and the weights (3, length, channels)."""
    inputs = keras.Input((LENGTH, channels))
    denses = [layers.Dense(1, use_bias=False) for _ in range(3)]
    factors = [dense(layers.Flatten()(inputs)) for dense in denses]
    network = keras.Model(inputs, layers.Multiply()(factors))
    rng = np.random.default_rng(5)
    for dense in denses:
        dense.set_weights([rng.normal(size=(LENGTH * channels, 1))])
    weights = [np.float64(dense.get_weights()[0]) for dense in denses]
    return network, np.reshape(weights, (3, LENGTH, channels))


def cubic_slope(x, weights):
    """dF/dx (n, length, channels) of ``cubic``, in float64."""
    a, b, c = np.einsum("klj,nlj->kn", weights, np.float64(x))
    return np.einsum("kn,klj->nlj", np.array([b * c, a * c, a * b]), weights)


def test_saliency_by_hand():
    network, w, v = quadratic()
    x = networks.sequences(5, 8)
    x[1, 3] = 0
    gradient = slope(x, w, v)
    found = ask(network, x, "saliency")
    np.testing.assert_allclose(found.contributions, (gradient * x).sum(axis=-1), atol=1e-6)
    centred = gradient - gradient.mean(axis=-1, keepdims=True)
    known = x.any(axis=-1, keepdims=True)
    np.testing.assert_allclose(found.hypothetical, centred * known, atol=1e-6)
    size = ask(network, x, "saliency", absolute=True)
    np.testing.assert_allclose(size.contributions, np.abs(found.contributions), atol=1e-7)
    assert size.hypothetical is None and (found.contributions < 0).any()


def test_saliency_of_signals_sums_the_gradient():
    """Inputs that are no DNA: the size of a channel doesn't matter."""
    network, weights = cubic(channels=3)
    x = np.random.default_rng(0).normal(size=(3, LENGTH, 3)).astype(np.float32)
    found = ask(network, x, "saliency").contributions
    np.testing.assert_allclose(found, cubic_slope(x, weights).sum(axis=-1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["zeros", "uniform"])
def test_centred_gradient_x_input_by_hand(kind):
    network, w, v = quadratic()
    x = networks.sequences(5, 8)
    gradient = slope(x, w, v)
    found = ask(network, x, "gradient_x_input", centred=True, references=kind)
    centred = gradient - gradient.mean(axis=-1, keepdims=True)
    np.testing.assert_allclose(found.contributions, (centred * x).sum(axis=-1), atol=1e-6)
    np.testing.assert_allclose(found.hypothetical, centred, atol=1e-6)


# From the zero reference the gradient of a cubic form is a^2 dF/dx: a rule's answer is x dF/dx
# times its integral of a^2 over n parts.
INTEGRAL_OF_SQUARE = {
    "left": lambda n: (n - 1) * (2 * n - 1) / (6 * n**2),
    "right": lambda n: (n + 1) * (2 * n + 1) / (6 * n**2),
    "midpoint": lambda n: 1 / 3 - 1 / (12 * n**2),
    "trapezoid": lambda n: 1 / 3 + 1 / (6 * n**2),
    "gauss_legendre": lambda n: 1 / 3 if n > 1 else 1 / 4,
}


@pytest.mark.slow
@pytest.mark.parametrize("quadrature", INTEGRAL_OF_SQUARE)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_quadratures_of_a_cubic_form(quadrature, steps):
    network, weights = cubic()
    x = networks.sequences(4, LENGTH)
    options = {"quadrature": quadrature, "steps": steps}
    found = ask(network, x, "integrated_gradients", **options)
    whole = (x * cubic_slope(x, weights)).sum(axis=-1)
    scale = np.abs(whole).max()
    integral = INTEGRAL_OF_SQUARE[quadrature](steps)
    np.testing.assert_allclose(found.contributions, integral * whole, atol=1e-6 * scale)
    error = (1 - 3 * integral) * whole.sum(axis=1) / 3
    np.testing.assert_allclose(found.completeness_error, error, atol=1e-5 * scale)


def test_expected_gradients_become_integrated_gradients():
    """From the zero reference, x dF/dx times the mean of a^2 over the points drawn: 1/3."""
    network, weights = cubic()
    x = networks.sequences(4, LENGTH)
    found = ask(network, x, "expected_gradients", samples=400)
    whole = (x * cubic_slope(x, weights)).sum(axis=-1)
    shares = found.contributions / whole
    np.testing.assert_allclose(shares, shares[:, :1].repeat(LENGTH, axis=1), rtol=1e-3)
    error = np.sqrt((1 / 5 - 1 / 9) / 400)
    assert (np.abs(shares[:, 0] - 1 / 3) < 4 * error).all()
    assert len(np.unique(shares[:, 0].round(5))) == 4
    assert np.isnan(found.completeness_error).all()


def test_expected_gradients_differ_by_seed_only():
    network, _ = cubic()
    x = networks.sequences(2, LENGTH)
    first, again, other = (
        ask(network, x, "expected_gradients", samples=3, seed=seed).contributions
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=1).all()


@pytest.mark.parametrize("unknown", [False, True])
def test_smoothgrad_is_the_mean_over_mutants(unknown):
    """Every sequence of three bases, weighted by the probability that mutation leads to it."""
    network, w, v = quadratic(3)
    x = networks.sequences(1, 3, seed=2)
    x[0, 1] *= not unknown
    rate, rows, samples = 0.4, 8, 300
    places = [p for p in range(3) if x[0, p].any()]
    mutants = np.repeat(x, 4 ** len(places), axis=0)
    for mutant, bases in zip(mutants, product(range(4), repeat=len(places)), strict=True):
        mutant[places] = np.eye(4)[list(bases)]
    changed = (mutants != x).any(axis=-1).sum(axis=1)
    chances = (rate / 3) ** changed * (1 - rate) ** (len(places) - changed)
    assert np.isclose(chances.sum(), 1)
    slopes = slope(mutants, w, v)
    expected = np.tensordot(chances, slopes, 1)
    spread = np.sqrt(np.tensordot(chances, slopes**2, 1) - expected**2)
    found = ask(
        network, x.repeat(rows, axis=0), "smoothgrad", rate=rate, samples=samples,
        ids=[str(row) for row in range(rows)],
    )  # fmt: skip
    error = np.abs(found.hypothetical.mean(axis=0) - expected)
    assert (error <= 5 * spread / np.sqrt(rows * samples) + 1e-6)[places].all()
    assert spread.max() > 0.05 and np.ptp(found.hypothetical, axis=0).max() > 1e-3


def test_smoothgrad_with_noise_has_its_expectation():
    """E (b . (x + s e)) (c . (x + s e)) = (b . x) (c . x) + s^2 b . c, s in ranges of x."""
    network, weights = cubic(channels=3)
    x = np.random.default_rng(0).uniform(size=(1, LENGTH, 3)).astype(np.float32)
    rows, noise = 16, 0.5
    a, b, c = weights
    more = ((b * c).sum() * a + (a * c).sum() * b + (a * b).sum() * c) * (noise * np.ptp(x)) ** 2
    options = {"noise": noise, "samples": 150, "ids": [str(row) for row in range(rows)]}
    found = ask(network, x.repeat(rows, axis=0), "smoothgrad", **options).hypothetical
    error = found.std(axis=0, ddof=1) / np.sqrt(rows)
    assert (np.abs(found.mean(axis=0) - cubic_slope(x, weights)[0] - more) < 5 * error).all()
    assert (np.abs(more) > 10 * error).any()


@pytest.mark.parametrize(
    "method,settings,message",
    [
        ("saliency", {"absolute": 1}, "true or false"),
        ("gradient_x_input", {"centred": "yes"}, "true or false"),
        ("integrated_gradients", {"steps": True}, "whole number"),
        ("integrated_gradients", {"quadrature": "gauss"}, "(?s)gauss_legendre"),
        ("expected_gradients", {"samples": 0}, "(?s)samples is 0.*1 or more"),
        ("smoothgrad", {"samples": 1.5}, "samples"),
        ("smoothgrad", {"rate": 0}, "(?s)rate is 0.*above 0, at most 1"),
        ("smoothgrad", {"rate": 1.5}, "rate"),
        ("smoothgrad", {"noise": -1}, "noise"),
        ("smoothgrad", {"noise": float("nan")}, "noise"),
    ],
)
def test_bad_settings_are_refused(method, settings, message):
    network, _ = cubic()
    with pytest.raises(BadInput, match=message):
        ask(network, networks.sequences(1, LENGTH), method, **settings)


def test_smoothgrad_has_no_bases_to_substitute_in_signals():
    model = Model.of(cubic(channels=3)[0])
    with pytest.raises(BadInput, match="(?s)3 channels.*noise above 0"):
        ask(model, np.zeros((1, LENGTH, 3), np.float32), "smoothgrad")


def linear(channels):
    """F(x) = w . x, and w (length, channels)."""
    inputs = keras.Input((LENGTH, channels))
    dense = layers.Dense(1, use_bias=False)
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    weights = np.random.default_rng(8).normal(size=(LENGTH, channels)).astype(np.float32)
    dense.set_weights([weights.reshape(-1, 1)])
    return network, weights


NUMBERS = {
    "genotypes": np.array([[0, 1, 2, 0, 2, 1]], np.float32)[..., None],
    "picture": np.random.default_rng(1).uniform(size=(1, LENGTH, 3)).astype(np.float32),
    "four_layers": np.random.default_rng(1).uniform(size=(1, LENGTH, 4)).astype(np.float32),
}
NUMBERS["picture"][0, 2] = NUMBERS["four_layers"][0, 4] = 0


@pytest.mark.parametrize("method", ["saliency", "guided_backprop", "deconvnet"])
@pytest.mark.parametrize("kind", NUMBERS)
def test_a_zero_is_a_number_where_inputs_are_no_letters(kind, method):
    x = NUMBERS[kind]
    network, weights = linear(x.shape[-1])
    options = {"times_input": False} if method in ("guided_backprop", "deconvnet") else {}
    found = ask(network, x, method, **options)
    np.testing.assert_allclose(found.contributions[0], weights.sum(axis=-1), atol=1e-5)


@pytest.mark.parametrize("kind", NUMBERS)
def test_zeros_of_numbers_have_references_like_others(kind):
    x = NUMBERS[kind]
    network, weights = linear(x.shape[-1])
    references = np.ones((1, 1, *x.shape[1:]), np.float32)
    found = ask(network, x, "gradient_x_input", references=references)
    expected = (weights * (x[0] - 1)).sum(axis=-1)
    np.testing.assert_allclose(found.contributions[0], expected, atol=1e-5)


@pytest.mark.parametrize("method", ["gradient_x_input", "saliency", "occlusion"])
@pytest.mark.parametrize("tasks", [0, [0, 0]])
def test_what_the_caller_declares_unknown_contributes_nothing(method, tasks):
    x = np.repeat(NUMBERS["genotypes"], 2, axis=0)
    network, weights = linear(1)
    unknown = np.zeros((2, LENGTH), bool)
    unknown[0, [0, 4]] = True
    ones = np.ones((1, 1, LENGTH, 1), np.float32)
    found = ask(network, x, method, task=tasks, references=ones, unknown=unknown)
    every = np.ones_like(x[..., 0]) if method == "saliency" else x[..., 0] - 1
    expected = np.where(unknown, 0, weights[:, 0] * every)
    np.testing.assert_allclose(found.contributions, expected, atol=1e-5)
    reference = np.where(unknown, x[..., 0], 1) @ weights[:, 0]
    np.testing.assert_allclose(found.reference_values, reference, atol=1e-5)


def test_what_is_declared_unknown_has_the_shape_of_the_inputs():
    network, _ = linear(1)
    for unknown in (np.zeros((1, LENGTH)), np.zeros((1, LENGTH, 1), bool)):
        with pytest.raises(BadInput, match="True where nothing is known"):
            ask(network, NUMBERS["genotypes"], "saliency", unknown=unknown)


def test_a_zero_is_n_where_inputs_are_dna():
    network, weights = linear(4)
    x = networks.sequences(1, LENGTH)
    x[0, 3] = 0
    found = ask(network, x, "saliency").contributions[0]
    np.testing.assert_allclose(found, (weights * x[0]).sum(axis=-1), atol=1e-6)
    assert found[3] == 0


def test_substitutions_need_letters():
    network, _ = linear(1)
    with pytest.raises(BadInput, match="inputs of one channel have none"):
        ask(network, NUMBERS["genotypes"], "ism")
