"""Losses and weights against NumPy and SciPy."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from chromolens.errors import BadInput
from chromolens.models.training import losses
from chromolens.models.training.objectives import Scalars
from tests.models.planted import sequences

NAN = np.nan


def test_masked_balanced_cross_entropy():
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, NAN], p=[0.6, 0.2, 0.2], size=(50, 3))
    logits = rng.normal(size=(50, 3))
    weights = losses.entry_weights(labels, losses.balance(labels, ["a", "b", "c"]))
    filled = np.nan_to_num(labels).astype("float32")
    loss = losses.binary(filled, logits.astype("float32")).numpy()

    total = weight_sum = 0.0
    for i, j in np.argwhere(~np.isnan(labels)):
        known = labels[:, j][~np.isnan(labels[:, j])]
        weight = len(known) / (2 * (known == labels[i, j]).sum())
        chance = 1 / (1 + np.exp(-logits[i, j]))
        total -= weight * np.log(chance if labels[i, j] else 1 - chance)
        weight_sum += weight
    assert (loss * weights).mean() == pytest.approx(total / weight_sum, rel=1e-5)
    assert (weights[np.isnan(labels)] == 0).all()


def test_masked_labels_pull_nothing():
    inputs = sequences(60)
    problem = Scalars(inputs, np.arange(60), ["alpha", "beta"], "binary", "none")
    entries = problem.entries(np.arange(60))
    masked = np.isnan(inputs.labels(np.arange(60), ["alpha", "beta"]))
    assert (entries["weights"][masked] == 0).all()
    assert len(np.unique(entries["weights"][~masked])) == 1
    assert np.isfinite(entries["labels"]).all()


def test_multinomial_is_scipys():
    rng = np.random.default_rng(1)
    counts = rng.poisson(2, size=(4, 12, 2))
    logits = rng.normal(size=(4, 12, 2))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = [
        -sum(
            stats.multinomial.logpmf(counts[i, :, s], counts[i, :, s].sum(), shares[i, :, s])
            for s in range(2)
        )
        for i in range(4)
    ]
    found = losses.multinomial(counts.astype("float32"), logits.astype("float32"))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("objective", ["binary", "regression"])
def test_best_constant_has_the_lowest_loss(objective):
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, size=(40, 1)).astype("float32")
    weights = rng.random((40, 1)).astype("float32")
    loss = losses.binary if objective == "binary" else losses.squared
    constant = losses.best_constant(labels, weights, objective)[0]
    grid = np.linspace(constant - 1, constant + 1, 201)
    found = [(weights * loss(labels, np.full_like(labels, c)).numpy()).mean() for c in grid]
    assert grid[np.argmin(found)] == pytest.approx(constant, abs=0.011)


def test_labels_of_one_class_are_refused():
    with pytest.raises(BadInput, match="task b has 2 positive and 0 negative"):
        losses.balance(np.array([[0, 1], [1, NAN], [0, 1]]), ["a", "b"])


def test_all_masked_is_refused():
    with pytest.raises(BadInput, match="none of the labels of 3"):
        losses.entry_weights(np.full((3, 2), NAN))


def test_one_class_is_the_balanced_cross_entropy_of_scikit_learn():
    rng = np.random.default_rng(2)
    own = rng.choice(3, p=[0.6, 0.3, 0.1], size=80)
    labels, logits = np.eye(3)[own], rng.normal(size=(80, 3))
    labels[:5] = NAN
    weights = losses.entry_weights(labels, losses.balance_classes(labels, list("abc")))
    filled = np.nan_to_num(labels).astype("float32")
    loss = losses.one_class(filled, logits.astype("float32")).numpy()
    chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    known = own[5:]
    each = compute_sample_weight("balanced", known)
    expected = log_loss(known, chance[5:], sample_weight=each)
    # masked rows have weight 0, and the others' mean is raised so that the mean over all is 1
    assert (loss * weights).mean() == pytest.approx(expected, rel=1e-5)
    start = losses.best_constant(filled, weights, "classes")
    np.testing.assert_allclose(np.exp(start), 1 / 3, rtol=1e-6)
