"""Every layer with a DeepLIFT rule: contributions complete, and values are the layer's own."""

import keras
import layer_cases
import networks
import numpy as np
import product_cases
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import _walk, deeplift_rescale
from chromolens.models._logits import functional
from chromolens.models.model import Model
from chromolens.models.targets import target_function

CASES = {
    f"{group}: {name}": case
    for module in (layer_cases, product_cases)
    for group, cases in vars(module).items()
    if group.isupper() and isinstance(cases, dict)
    for name, case in cases.items()
}
LENGTH = 10


def network(case) -> keras.Model:
    """The case between a convolution for each of its two tensors and a weighted sum."""
    inputs = keras.Input((LENGTH, 4))
    sides = [layers.Conv1D(6, 3)(inputs) for _ in range(2)]
    found = layers.Dense(1)(layers.Flatten()(case(*sides)))
    return networks.randomised(keras.Model(inputs, found), seed=1)


def check_completes(model, inputs, references):
    """Within the tolerances of DeepLIFT; values are those of the network itself."""
    target = target_function(model, [0], "output")
    found = deeplift_rescale.explain(target, tf.constant(inputs), tf.constant(references))
    every = np.concatenate([inputs, references.reshape(-1, *inputs.shape[1:])])
    values, at = np.split(model.network(every).numpy()[:, 0], [len(inputs)])
    scale = np.abs(values).max() + np.abs(at).max()
    np.testing.assert_allclose(found.values[:, 0], values, atol=2e-6 * scale)
    np.testing.assert_allclose(tf.reshape(found.reference_values, [-1]), at, atol=2e-6 * scale)
    effect = values - at.reshape(len(references), -1).mean(axis=1)
    error = effect - found.contributions[0].numpy().sum(axis=1, dtype=float)
    bound = np.maximum(1e-4 * np.abs(effect), 1e-5 * np.ptp(values))
    assert np.abs(effect).max() > 1e-3
    assert (np.abs(error) <= bound).all(), (error, bound)


@pytest.fixture
def uncompiled():
    """Without XLA, which takes most of a second for every kernel: other tests compile."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("name", CASES)
def test_contributions_complete(uncompiled, name):
    model = Model.of(network(CASES[name]))
    inputs = networks.sequences(4, LENGTH)
    others = networks.sequences(8, LENGTH, seed=9).reshape(4, 2, LENGTH, 4)
    zeros = np.zeros((1, 1, LENGTH, 4), np.float32)
    for references in (zeros, zeros + 0.25, others):
        check_completes(model, inputs, references)


def operations_in(model):
    """Classes of all layers and operations, those of nested models too."""
    for operation in functional(model).operations:
        yield type(operation)
        if isinstance(operation, keras.Model):
            yield from operations_in(operation)


def test_every_rule_is_tested():
    used = {kind for case in CASES.values() for kind in operations_in(network(case))}
    rules = set(_walk.rules_for("rescale"))
    assert {kind.__name__ for kind in rules - used} <= {"Preactivation"}
