"""Overlapping windows in one pass: the mean of what each window gives by itself."""

import functools

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.attribution.deeplift.overlapping import attribute_overlapping
from chromolens.errors import BadInput
from chromolens.models.model import Model

WINDOW = 60


@functools.cache
def sliding(pool=layers.MaxPooling1D, padding="valid"):
    """Two convolutions, pools of 3 (every 2) and of 2: the joint stride is 4."""
    inputs = keras.Input((WINDOW, 4))
    x = layers.Conv1D(12, 9, padding=padding, use_bias=False)(inputs)
    x = pool(3, strides=2)(layers.ReLU()(layers.BatchNormalization()(x)))
    x = layers.MaxPooling1D(2)(layers.Conv1D(8, 5, activation="gelu")(x))
    x = layers.Dense(9, activation="relu")(layers.Flatten()(x))
    return Model.of(networks.randomised(keras.Model(inputs, layers.Dense(2)(x))))


@pytest.mark.parametrize("pool", [layers.MaxPooling1D, layers.AveragePooling1D])
@pytest.mark.parametrize(("step", "length", "at_once"), [(4, 151, 7), (12, 204, 64), (60, 180, 2)])
def test_is_the_mean_over_windows(pool, step, length, at_once):
    check_mean_over_windows(sliding(pool), step, length, at_once)


TOWERS = {
    "slopes of channels, layers that change nothing": [
        layers.Identity(),
        layers.Conv1D(6, 7),
        layers.AlphaDropout(0.2),
        layers.PReLU(shared_axes=[1]),
        layers.GaussianNoise(0.1),
        layers.MaxPooling1D(2),
    ],
    "convolutions of other kinds": [
        layers.DepthwiseConv1D(5, depth_multiplier=2, activation="relu"),
        layers.SpatialDropout1D(0.1),
        layers.SeparableConv1D(6, 4, activation="softplus"),
        layers.AveragePooling1D(2),
        layers.Activation("softmax"),
    ],
    "slopes of positions end it": [
        layers.Conv1D(6, 7, strides=2),
        layers.PReLU(),
        layers.Conv1D(5, 3, activation="relu"),
        layers.MaxPooling1D(5),
    ],
    "a normalisation of positions ends it": [
        layers.AveragePooling1D(2),
        layers.BatchNormalization(axis=1),
        layers.Conv1D(5, 3, activation="relu"),
    ],
}


@pytest.mark.parametrize("name", TOWERS)
def test_is_the_mean_over_windows_behind_every_kind_of_layer(name):
    made = [layer.from_config(layer.get_config()) for layer in TOWERS[name]]
    head = [layers.Flatten(), layers.Dense(2)]
    network = keras.Sequential([keras.Input((WINDOW, 4)), *made, *head])
    model = Model.of(networks.randomised(network))
    with pytest.raises(BadInput, match="multiple of 2,"):
        attribute_overlapping(model, networks.sequences(1, 100)[0], step=3)
    check_mean_over_windows(model, 4, 120, 8)


def check_mean_over_windows(model, step, length, at_once):
    sequence = networks.sequences(1, length, seed=3)[0]
    model.background = [0.3, 0.2, 0.2, 0.3]
    found = attribute_overlapping(
        model, sequence, step=step, tasks=[1, 0], windows_at_once=at_once
    )
    starts = range(0, length - WINDOW + 1, step)
    assert found.starts.tolist() == list(starts)
    windows = np.stack([sequence[start : start + WINDOW] for start in starts])
    each = front.attribute_tasks(model, windows, method="deeplift_rescale", tasks=[1, 0])
    for place, alone in enumerate(each):
        total, cover = np.zeros(length), np.zeros(length)
        for start, row in zip(starts, alone.contributions, strict=True):
            total[start : start + WINDOW] += row
            cover[start : start + WINDOW] += 1
        scale = np.abs(alone.contributions).max()
        covered = cover > 0
        expected = total[covered] / cover[covered]
        np.testing.assert_allclose(
            found.contributions[place][covered], expected, atol=1e-5 * scale
        )
        assert np.isnan(found.contributions[place][~covered]).all()
        np.testing.assert_allclose(found.values[:, place], alone.values, atol=1e-5)
        np.testing.assert_allclose(
            found.reference_values[place], alone.reference_values[0], atol=1e-5
        )
        assert abs(found.completeness_error[place]) < 1e-5 * len(windows) * scale * WINDOW


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 6}, "multiple of 4"),
        ({"step": 0}, "multiple of 4"),
        ({"references": "shuffle"}, "not the same at every position"),
        ({"tasks": ["other"]}, "no task"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    sequence = networks.sequences(1, 100)[0]
    with pytest.raises(BadInput, match=message):
        attribute_overlapping(sliding(), sequence, **{"step": 4, **changes})


def test_padding_short_sequences_and_unknown_bases_are_refused():
    sequence = networks.sequences(1, 100)[0]
    with pytest.raises(BadInput, match="without padding"):
        attribute_overlapping(sliding(padding="same"), sequence, step=4)
    with pytest.raises(BadInput, match="60 bp or more"):
        attribute_overlapping(sliding(), sequence[:50], step=4)
    sequence[7] = 0
    with pytest.raises(BadInput, match="position 7"):
        attribute_overlapping(sliding(), sequence, step=4)
