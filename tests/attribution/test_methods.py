"""Gradient x difference, integrated gradients and mutagenesis against their definitions."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

BACKGROUND = [0.3, 0.2, 0.15, 0.35]


def quadratic(length: int = 8) -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """f(x) = softplus(w . x) - softplus(v . x) and its two weights (length, 4)."""
    inputs = keras.Input((length, 4))
    hidden = layers.Dense(2, activation="softplus", use_bias=False)
    head = layers.Dense(1, use_bias=False)
    network = keras.Model(inputs, head(hidden(layers.Flatten()(inputs))))
    rng = np.random.default_rng(0)
    hidden.set_weights([rng.normal(size=(length * 4, 2))])
    head.set_weights([np.array([[1.0], [-1.0]])])
    w, v = np.float64(hidden.get_weights()[0]).T.reshape(2, length, 4)
    return network, w, v


def slope(x, w, v):
    at = [1 / (1 + np.exp(-(x * one).sum(axis=(-2, -1), keepdims=True))) for one in (w, v)]
    return at[0] * w - at[1] * v


def ask(network, inputs, method, **options):
    return front.attribute(network, inputs, method=method, batch_size=4, **options)


def test_gradient_x_input_by_hand():
    network, w, v = quadratic()
    x = networks.sequences(5, 8)
    model = Model.of(network)
    model.background = BACKGROUND
    result = ask(model, x, "gradient_x_input")
    gradient = slope(x, w, v)
    np.testing.assert_allclose(
        result.contributions, (gradient * (x - BACKGROUND)).sum(axis=-1), atol=1e-5
    )
    expected = gradient - (gradient * BACKGROUND).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(result.hypothetical, expected, atol=1e-5)
    assert np.isnan(result.completeness_error).all()


@pytest.mark.parametrize("quadrature", ["midpoint", "trapezoid"])
def test_integrated_gradients_by_hand(quadrature):
    network, w, v = quadratic()
    x, ref = networks.sequences(3, 8), networks.sequences(3, 8, 9)[:, None]
    options = {"references": ref, "steps": 5, "quadrature": quadrature}
    result = ask(network, x, "integrated_gradients", **options)
    path = np.linspace(0, 1, 6)
    weights = np.array([0.5, 1, 1, 1, 1, 0.5]) / 5
    if quadrature == "midpoint":
        path, weights = (np.arange(5) + 0.5) / 5, np.full(5, 0.2)
    points = [slope(ref[:, 0] + t * (x - ref[:, 0]), w, v) for t in path]
    mean = np.tensordot(weights, points, 1)
    expected = (mean * (x - ref[:, 0])).sum(axis=-1)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-5)
    gap = result.values - result.reference_values - result.contributions.sum(axis=1)
    np.testing.assert_allclose(result.completeness_error, gap, atol=1e-5)


def test_integrated_gradients_error_falls_with_steps():
    network, _, _ = quadratic()
    x = networks.sequences(6, 8)
    errors = [
        np.abs(ask(network, x, "integrated_gradients", steps=steps).completeness_error).max()
        for steps in (2, 8, 32)
    ]
    assert errors[0] > 4 * errors[1] > 16 * errors[2] > 0


def mutants_by_hand(network, x):
    """Target after each substitution (n, length, 4), one forward pass each."""
    found = np.zeros(x.shape)
    for row, position, base in np.ndindex(x.shape):
        mutant = x[row].copy()
        mutant[position] = np.eye(4)[base]
        found[row, position, base] = network(mutant[None])[0, 0]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["background", "zeros", "sequences"])
def test_mutagenesis_by_hand(kind):
    network = networks.randomised(
        keras.Sequential(
            [keras.Input((6, 4)), layers.Conv1D(4, 3, activation="tanh"), layers.Flatten()]
            + [layers.Dense(1)]
        )
    )
    x = networks.sequences(2, 6)
    x[1, 2] = 0
    model = Model.of(network)
    model.background = BACKGROUND
    references = networks.sequences(4, 6, 5).reshape(2, 2, 6, 4) if kind == "sequences" else kind
    result = ask(model, x, "ism", references=references)
    f, values = mutants_by_hand(network, x), np.array(network(x))[:, 0]
    known = x.any(axis=-1)
    centred = np.where(known[..., None], f - f.mean(axis=-1, keepdims=True), 0)
    np.testing.assert_allclose(result.hypothetical, centred, atol=1e-5)
    erased = np.stack([network(x * (np.arange(6) != p)[:, None])[:, 0] for p in range(6)], axis=1)
    expected = {
        "background": f @ np.array(BACKGROUND),
        "zeros": erased,
        "sequences": (f * references.mean(axis=1)).sum(-1) if kind == "sequences" else None,
    }[kind]
    by_hand = np.where(known, values[:, None] - expected, 0)
    np.testing.assert_allclose(result.contributions, by_hand, atol=1e-5)


@pytest.mark.slow
def test_all_methods_on_a_profile():
    network = networks.profile()
    x = networks.sequences(3, 40)
    logits = network(x)[0].numpy().astype(float)
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    base = network(np.full((1, 40, 4), 0.25))[0].numpy().astype(float)
    centred = base - base.mean(axis=1, keepdims=True)
    expected = (weights * centred).sum(axis=1).mean(axis=1)
    for method in ("gradient_x_input", "integrated_gradients", "ism"):
        result = ask(network, x, method, task="profile_reb1", references="uniform")
        np.testing.assert_allclose(result.reference_values, expected, atol=1e-6)
    result = ask(network, x, "integrated_gradients", references="uniform", steps=50)
    effect = np.abs(result.values - result.reference_values).max()
    assert np.abs(result.completeness_error).max() < 1e-2 * effect


@pytest.mark.parametrize(
    "settings,message",
    [({"steps": 0}, "steps"), ({"steps": 2.5}, "steps"), ({"quadrature": "simpson"}, "midpoint")],
)
def test_bad_settings_of_integrated_gradients(settings, message):
    network, _, _ = quadratic()
    with pytest.raises(BadInput, match=message):
        ask(network, networks.sequences(1, 8), "integrated_gradients", **settings)
