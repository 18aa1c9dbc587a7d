"""Deliberately wrong methods: what the contract is for."""

import networks
import pytest
import tensorflow as tf
from test_contract import check_additive, check_alone, check_complete

from chromolens import plugins
from chromolens.attribution.explanation import Explanation, by_multipliers, reference_values
from chromolens.models.model import Model


@pytest.fixture(scope="module")
def cnn():
    return Model.of(networks.cnn())


def plain_gradient(target, inputs, references):
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(target(inputs))
    gradient = tape.gradient(total, inputs)[None, :, None]
    values = target(inputs)
    base = reference_values(target, references, target.freeze(target.outputs(inputs)))
    return by_multipliers(
        gradient, inputs, references, values=values, reference_values=base, complete=True
    )


def saliency_as_contribution(target, inputs, references):
    return plain_gradient(target, inputs, references * 0)


def looks_at_neighbours(target, inputs, references):
    found = plain_gradient(target, inputs, references)
    shifted = found.contributions + tf.reduce_mean(found.contributions, axis=1, keepdims=True)
    return Explanation(shifted, found.hypothetical, found.values, found.reference_values, True)


@pytest.fixture
def install(monkeypatch):
    def put(function):
        for name, fake in (("check", None), ("check_settings", None), ("load", function)):
            monkeypatch.setattr(plugins, name, lambda *_, fake=fake, **__: fake)

    return put


def test_contract_catches_a_gradient_sold_as_complete(install, cnn):
    install(plain_gradient)
    with pytest.raises(AssertionError):
        check_complete("wrong_complete", cnn, lambda inputs: "background")


def test_contract_catches_a_forgotten_reference(install):
    install(saliency_as_contribution)
    with pytest.raises(AssertionError):
        check_additive("wrong_additive", "background")


def test_contract_catches_a_look_at_neighbours(install, cnn):
    install(looks_at_neighbours)
    with pytest.raises(AssertionError):
        check_alone("wrong_alone", cnn)
