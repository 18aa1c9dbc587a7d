"""Hidden units as targets, against networks that are cut by hand."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens import plugins
from chromolens.attribution import front, methods
from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.models.targets import target_values

LENGTH = 24
DEEPLIFTS = [name for name in plugins.names(methods) if name.startswith("deeplift")]
FEW = {
    "integrated_gradients": {"steps": 3},
    "expected_gradients": {"samples": 2},
    "kernel_shap": {"samples": 64, "group": 4},
    "lime": {"samples": 64, "group": 4},
    "shapley_sampling": {"samples": 2, "group": 4},
    "smoothgrad": {"samples": 2},
}
BY_LAYERS = ("deconvnet", "guided_backprop", "lrp_epsilon", *DEEPLIFTS)


@pytest.fixture(scope="module")
def whole():
    """Two convolutions, a nested network, two outputs."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((LENGTH, 4))
    first = layers.Conv1D(5, 7, activation="relu", name="first")(inputs)
    nested = keras.Sequential(
        [layers.Input((6,)), layers.Dense(7, name="within"), layers.ReLU()], name="nested"
    )
    second = layers.Conv1D(6, 3, name="second")(first)
    pooled = layers.GlobalAveragePooling1D(name="pooled")(layers.ReLU(name="relu")(second))
    outputs = layers.Dense(2, activation="sigmoid", name="out")(nested(pooled))
    network = keras.Model(inputs, outputs)
    for weight in network.weights:
        weight.assign(np.random.default_rng(weight.shape[-1]).normal(0, 0.4, weight.shape))
    return network


def dna(count):
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (count, LENGTH))]


def test_values_are_those_of_the_layers(whole):
    x = dna(5)
    first, second, pooled, nested = (
        np.float64(keras.Model(whole.input, whole.get_layer(name).output)(x))
        for name in ("first", "second", "pooled", "nested")
    )
    within = pooled @ np.float64(whole.get_layer("nested").layers[0].kernel)
    alive = np.ptp(nested, axis=0).argmax()
    expected = {
        "first/3:max": first[..., 3].max(axis=1),
        "first/3:mean": first[..., 3].mean(axis=1),
        "second/0:15": second[:, 15, 0],
        "pooled/5": pooled[:, 5],
        f"nested/{alive}": nested[:, alive],
        "nested/within/2": within[:, 2] + float(whole.get_layer("nested").layers[0].bias[2]),
    }
    for target, values in expected.items():
        found = target_values(Model.of(whole), x, tasks=[1, 0], target=target)
        np.testing.assert_allclose(found, np.stack([values] * 2, axis=1), atol=1e-5)
        assert np.ptp(values) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("method", plugins.names(methods))
def test_a_unit_is_explained_as_the_output_of_the_network_cut_there(whole, method):
    """CAM asks for a mean and a dense layer, and has one."""
    x, second = dna(3), whole.get_layer("second").output
    at_nine = layers.Flatten()(layers.Cropping1D((9, 6))(second))
    ends = {"second/4:9": at_nine}
    if method in BY_LAYERS:
        ends["second/4:max"] = layers.GlobalMaxPooling1D()(second)
    if method == "cam":
        end = layers.Dense(7, name="end")(whole.get_layer("pooled").output)
        whole, ends = keras.Model(whole.input, layers.Dense(2)(end)), {"end/4": end}
    for target, end in ends.items():
        cut = keras.Model(whole.input, end)
        asked = {"method": method, "batch_size": 4, **FEW.get(method, {})}
        found = front.attribute(whole, x, task=1, target=target, **asked)
        expected = front.attribute(cut, x, task=4, target="output", **asked)
        np.testing.assert_allclose(found.values, expected.values, atol=1e-6)
        np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-6)
        assert np.abs(expected.contributions).max() > 1e-4 and found.target == target


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("frist/3:max", "did you mean 'first'"),
        ("nested/wihtin/2", "did you mean 'nested/within'"),
        ("first/within/2", "no layer 'first/within'"),
        ("first/5:max", "no unit 5(.|\n)*0 to 4"),
        ("first/3", "expected: 'first/3' and one of :max"),
        ("pooled/3:max", "expected: 'pooled/3'"),
        ("first/3:18", "18 positions"),
        ("first/3:2,2", "18 positions"),
        ("first/max", "LAYER/UNIT:max"),
        ("first/-1:max", "LAYER/UNIT:max"),
        ("first", "or a hidden unit, LAYER/UNIT"),
    ],
)
def test_what_does_not_exist_is_refused(whole, target, words):
    with pytest.raises(BadInput, match=words):
        front.attribute(whole, dna(2), method="saliency", target=target)


def test_a_layer_used_twice_is_not_one():
    inputs = keras.Input((LENGTH, 4))
    twice = layers.Conv1D(3, 5, name="twice", padding="same")
    both = layers.Add()([twice(inputs), twice(inputs[:, ::-1, ::-1])])
    network = keras.Model(inputs, layers.Dense(1)(layers.GlobalMaxPooling1D()(both)))
    with pytest.raises(BadInput, match="'twice' is used 2 times"):
        target_values(Model.of(network), dna(2), tasks=[0], target="twice/0:max")
