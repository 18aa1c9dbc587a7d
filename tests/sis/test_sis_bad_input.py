"""What a model or its windows can get wrong: a clear message, or an empty result."""

import keras
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.front import sufficient_subsets
from chromolens.sis.search.backselect import search_with
from chromolens.sis.search.collection import collect, exact
from tests.sis.models import layers, network, random_dna, with_one_masked

CONVOLUTION = [
    layers.Conv1D(6, 4, activation="relu"),
    layers.GlobalMaxPooling1D(),
]
METHODS = pytest.mark.parametrize("method", ["exact", "gradient"])


@pytest.fixture(scope="module", params=["local", "whole"])
def model(request):
    middle = CONVOLUTION if request.param == "local" else [layers.Flatten()]
    return network(*[type(layer).from_config(layer.get_config()) for layer in middle], length=20)


def with_last_layer(model: Model, kernel: float, bias: float) -> Model:
    """A copy whose logits are ``kernel`` times the sum of the last units, plus ``bias``."""
    copy = keras.models.clone_model(model.network)
    copy.set_weights(model.network.get_weights())
    last = copy.get_layer("logits")
    last.set_weights([np.full(last.kernel.shape, kernel), np.full(last.bias.shape, bias)])
    return Model.of(copy)


@METHODS
def test_a_model_that_overflows_is_refused(model, method):
    """Weights that are not finite are refused by ``Model.of`` already."""
    broken = with_last_layer(model, 3e38, 3e38)
    with pytest.raises(BadInput, match="target of .*input 0 is inf"):
        sufficient_subsets(broken, random_dna(3, 20), threshold=0.5, method=method)


@METHODS
def test_a_constant_model_has_no_subset_or_is_refused(model, method):
    constant = with_last_layer(model, 0, 1)
    found = sufficient_subsets(constant, random_dna(3, 20), threshold=1.5, method=method)
    assert [each.subsets for each in found] == [[], [], []]
    assert [each.rest_value for each in found] == [1, 1, 1]
    with pytest.raises(BadInput, match="fully masked input reaches the threshold"):
        sufficient_subsets(constant, random_dna(3, 20), threshold=1.0, method=method)


@METHODS
def test_a_threshold_nobody_reaches_gives_empty_results(model, method):
    found = sufficient_subsets(model, random_dna(3, 20), threshold=1e6, method=method)
    assert [(each.subsets, each.values, each.without_one) for each in found] == [([], [], [])] * 3
    assert np.isfinite([each.rest_value for each in found]).all()


@METHODS
def test_windows_of_n_beside_others(model, method):
    inputs = random_dna(12, 20, seed=5)
    values = target_values(model, inputs, tasks=[0])[:, 0]
    inputs[int(values.argmin())] = 0
    empty = target_values(model, np.zeros_like(inputs[:1]), tasks=[0])[0, 0]
    masked = target_values(model, np.full_like(inputs[:1], 0.25), tasks=[0])[0, 0]
    low = max(empty, masked)
    assert low < values.max()
    threshold = low + 0.5 * (values.max() - low)
    settings = {"threshold": threshold, "method": method, "max_subsets": 1}
    found = sufficient_subsets(model, inputs, **settings)
    assert found[int(values.argmin())].subsets == []
    best = int(values.argmax())
    (alone,) = sufficient_subsets(model, inputs[best : best + 1], **settings)
    assert len(alone.subsets) == 1 and len(alone.subsets[0])
    assert found[best].subsets[0].tolist() == alone.subsets[0].tolist()


def test_nan_on_the_way_is_refused():
    mask = np.full(4, 0.25, np.float32)

    def score(inputs):
        known = (inputs.max(axis=-1) == 1).sum(axis=1)
        return np.where((known > 0) & (known < 4), np.nan, known)

    search = search_with(with_one_masked(score, mask), mask)
    with pytest.raises(BadInput, match="NaN once 3 positions"):
        collect(score, exact(search), random_dna(1, 6), np.array([4.0]), mask)
