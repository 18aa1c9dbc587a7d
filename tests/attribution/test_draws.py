"""Random numbers of methods: each row's own, whatever stands beside it."""

import networks
import numpy as np
import pytest
import tensorflow as tf

from chromolens import plugins
from chromolens.attribution import front, references
from chromolens.attribution.explanation import Explanation, reference_values
from chromolens.attribution.gradients import draws
from chromolens.models.model import Model

X = networks.sequences(7, 40)


@pytest.fixture(scope="module")
def model():
    return Model.of(networks.cnn())


def a_draw(target, inputs, references, seeds):
    """A method whose contributions are a draw of each position."""
    drawn = draws.uniform(seeds, 3, [inputs.shape[1]])[None]
    outputs = target.outputs(inputs)
    base = reference_values(target, references, target.freeze(outputs))
    return Explanation(drawn, None, target(inputs), base, complete=False)


@pytest.fixture
def drawing(monkeypatch):
    monkeypatch.setattr(plugins, "check", lambda package, name, where="": None)
    monkeypatch.setattr(plugins, "check_settings", lambda package, name, given: None)
    monkeypatch.setattr(plugins, "load", lambda package, name: a_draw)


@pytest.mark.parametrize("kind", ["uniform", "shuffle"])
def test_a_method_draws_by_the_id_of_the_row(model, drawing, kind):
    def ask(rows, seed=0, batch_size=4):
        ids = [f"chrI:{row}" for row in rows]
        options = {"references": kind, "ids": ids, "seed": seed, "batch_size": batch_size}
        return front.attribute(model, X[rows], method=f"draw {kind}", **options).contributions

    whole = ask(np.arange(7))
    for rows in ([3], [6, 2, 1], [0, 1, 2, 3, 4]):
        np.testing.assert_array_equal(ask(rows), whole[rows])
        np.testing.assert_array_equal(ask(rows, batch_size=2), whole[rows])
    assert len(np.unique(whole)) > 0.99 * whole.size
    assert (ask(np.arange(7), seed=1) != whole).mean() > 0.99


def test_ids_default_to_the_sequence(model, drawing):
    found = front.attribute(model, X[[0, 1, 0]], method="draw").contributions
    np.testing.assert_array_equal(found[0], found[2])
    assert (found[0] != found[1]).any()


def test_seeds_are_known_and_differ():
    found = references.seeds([f"chrI:{i}" for i in range(1000)], 0)
    assert found.dtype == np.int32 and found.shape == (1000, 2)
    assert len(np.unique(found, axis=0)) == 1000
    assert references.seeds([], 0).shape == (0, 2)
    assert (references.seeds(["a"], 0) != references.seeds(["a"], 1)).any()


@pytest.mark.slow
def test_draws_have_their_distributions():
    seeds = tf.constant(references.seeds([str(i) for i in range(200)], 0))
    flat = draws.uniform(seeds, 0, [50, 2]).numpy()
    bell = draws.normal(seeds, 0, [50, 2]).numpy()
    error = 5 / np.sqrt(flat.size)  # five standard errors of a variance of at most 1
    assert abs(flat.mean() - 1 / 2) < error and abs(flat.var() - 1 / 12) < error
    assert abs(bell.mean()) < error and abs(bell.var() - 1) < 2 * error
    assert 0 <= flat.min() and flat.max() < 1
    other = draws.uniform(seeds, 1, [50, 2]).numpy()
    assert abs(np.corrcoef(flat.ravel(), other.ravel())[0, 1]) < error
    assert abs(np.corrcoef(flat[:-1].ravel(), flat[1:].ravel())[0, 1]) < error
