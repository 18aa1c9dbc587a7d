"""The front door: its masks, its refusals, its result."""

import keras
import numpy as np
import pytest

import chromolens
from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.front import Finder, mask_of, sufficient_subsets
from tests.sis.models import layers, network, random_dna


@pytest.fixture(scope="module")
def model():
    return network(layers.Flatten(), length=8)


def test_is_what_the_package_offers():
    assert chromolens.sufficient_subsets is sufficient_subsets


def test_masks(model):
    assert mask_of(0.25, model).tolist() == [0.25] * 4
    assert mask_of([0, 1, 0, 0], model).tolist() == [0, 1, 0, 0]
    known = Model(model.network, {"background": [0.3, 0.2, 0.2, 0.3]}, "")
    np.testing.assert_allclose(mask_of("mean", known), [0.3, 0.2, 0.2, 0.3])


@pytest.mark.parametrize("mask", ["median", [0.1, 0.2], np.nan, np.full(4, np.inf), "mean"])
def test_masks_that_are_none(model, mask):
    with pytest.raises(BadInput, match="mask"):
        mask_of(mask, model)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "greedy"}, "no SIS method"),
        ({"threshold": float("nan")}, "threshold"),
        ({"threshold": [1.0, 2.0, 3.0]}, "threshold"),
        ({"threshold": -1e6}, "fully masked input reaches the threshold"),
        ({"task": 7}, "task"),
        ({"target": "logits"}, "target"),
    ],
)
def test_refusals(model, changes, message):
    with pytest.raises(BadInput, match=message):
        sufficient_subsets(model, random_dna(2, 8), **{"threshold": 1e6, **changes})


@pytest.mark.parametrize(
    "inputs",
    [
        random_dna(2, 9),
        random_dna(2, 8)[..., :3],
        random_dna(2, 8).astype(str),
        random_dna(2, 8) * np.nan,
    ],
)
def test_inputs_that_are_none(model, inputs):
    with pytest.raises(BadInput):
        sufficient_subsets(model, inputs, threshold=1e6)


def test_one_threshold_per_input(model):
    inputs = random_dna(4, 8)
    values = target_values(model, inputs, tasks=[0])[:, 0]
    found = sufficient_subsets(
        model, inputs, threshold=values + 1e6 * (np.arange(4) != values.argmax())
    )
    assert [bool(each.subsets) for each in found] == (np.arange(4) == values.argmax()).tolist()


def test_windows_of_n_have_no_subset(model):
    nothing = np.zeros((1, 8, 4), np.float32)
    value = target_values(model, nothing, tasks=[0])[0, 0]
    (found,) = sufficient_subsets(model, nothing, threshold=value + 1)
    assert found.subsets == [] and found.rest_value == pytest.approx(value, abs=1e-5)


def test_a_genotype_of_0_may_be_what_suffices():
    """F(x) = 3 - 4 x[2]: the zero there is what passes, and a mask of ones takes it away."""
    dense = layers.Dense(1)
    inputs = layers.Input((6, 1))
    flat = Model.of(keras.Model(inputs, dense(layers.Flatten()(inputs))))
    dense.set_weights([np.array([[0], [0], [-4], [0], [0], [0]], float), np.array([3.0])])
    genotypes = np.array([[[2], [1], [0], [2], [0], [1]]], np.float32)
    found = sufficient_subsets(flat, genotypes, threshold=1.0, mask=1.0)
    assert [one.tolist() for one in found[0].subsets] == [[2]]
    missing = genotypes[..., 0] == 0
    found = sufficient_subsets(flat, genotypes, threshold=4.0, mask=1.0, unknown=missing)
    assert found[0].subsets == [] and found[0].rest_value == pytest.approx(3)
    assert Finder(flat, 6, mask=1.0).masked_values(genotypes) == pytest.approx([3 - 4])
