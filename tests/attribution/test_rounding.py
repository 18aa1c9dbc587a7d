"""Rounding decides nothing: the noise of other kernels moves no contribution by more than noise.

Weights and inputs change by one part in 10^7, and every product is rounded anew, place by place
(``unlike_kernels.rough``). With one constant reference, all places of a pool are equal at the
reference, and a method that lets rounding choose among them leaps in most rows. What is left are
isolated kinks: a unit that happens to lie at its kink. They are as rare with shuffled references,
where no tie is built in, and so told from ties. The constant reference is the background: products
with zeros are exact, so that zeros leave fewer ties to rounding.
"""

import keras
import networks
import numpy as np
import pytest
import unlike_kernels
from keras import layers
from test_contract import METHODS, SETTINGS

from chromolens.attribution import front
from chromolens.models.model import Model

ROWS, LEAP = 12, 1e-4
FORMS = ("cnn", "averaged", "overlapping", "cnn_lstm", "sequential", "dilated", "recurrent")


def recurrent(length: int = 60) -> keras.Model:
    """Convolution, batch normalisation, pooling, an LSTM."""
    inputs = keras.Input((length, 4))
    x = layers.Conv1D(16, 9, padding="same", use_bias=False)(inputs)
    x = layers.MaxPooling1D(4)(layers.ReLU()(layers.BatchNormalization()(x)))
    return networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.LSTM(8)(x))))


def build(name: str) -> keras.Model:
    return recurrent() if name == "recurrent" else getattr(networks, name)()


def explained(network, inputs, method, references, **settings):
    model = Model.of(network)
    model.background = [0.3, 0.2, 0.2, 0.3]
    options = {"batch_size": ROWS, **SETTINGS.get(method, {}), **settings}
    ids = [str(row) for row in range(len(inputs))]
    found = front.attribute(
        model, inputs, method=method, references=references, ids=ids, **options
    )
    return found.contributions


def leaps(name: str, method: str, references: str, **settings) -> int:
    """Rows of which a contribution moves by more than ``LEAP`` of the row's largest."""
    network = build(name)
    inputs = networks.sequences(ROWS, network.inputs[0].shape[1], seed=5)
    before = explained(network, inputs, method, references, **settings)
    rng = np.random.default_rng(1)

    def changed(array):
        return (array * (1 + 1e-7 * rng.uniform(-1, 1, array.shape))).astype(np.float32)

    network.set_weights([changed(weight) for weight in network.get_weights()])
    with unlike_kernels.rough(1):
        after = explained(network, changed(inputs), method, references, **settings)
    moved = np.abs(after - before).max(axis=1)
    return int((moved > LEAP * np.abs(before).max(axis=1)).sum())


def check(name: str, method: str, **settings) -> None:
    isolated = leaps(name, method, "dinucleotide_shuffle", **settings)
    assert isolated <= ROWS // 6, "kinks are rare"
    assert leaps(name, method, "background", **settings) <= isolated + 1


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_no_method_lets_rounding_choose(uncompiled, method):
    check("averaged" if method == "cam" else "basset", method)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_no_form_of_network_lets_rounding_choose(uncompiled, name):
    check(name, "deeplift_rescale")


@pytest.mark.slow
def test_parts_of_changes_are_no_choice_of_rounding(uncompiled):
    check("overlapping", "deeplift_revealcancel")


@pytest.mark.slow
@pytest.mark.parametrize("quadrature", ["trapezoid", "left"])
def test_paths_that_begin_at_a_constant_reference(uncompiled, quadrature):
    check("basset", "integrated_gradients", quadrature=quadrature)


@pytest.mark.slow
def test_the_noise_shows_a_method_that_lets_rounding_choose(uncompiled, monkeypatch):
    from chromolens.attribution.deeplift.rules import maximum

    monkeypatch.setattr(maximum, "TIE", 0.0)
    monkeypatch.setattr("chromolens.models.maxima.TIE", 0.0)
    with pytest.raises(AssertionError):
        check("basset", "deeplift_rescale")
