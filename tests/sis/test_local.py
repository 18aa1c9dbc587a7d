"""The local search gives what evaluating every candidate whole gives, on every form it takes."""

import time

import keras
import numpy as np
import pytest

from chromolens.models.targets import target_values
from chromolens.sis.front import Finder, sufficient_subsets
from chromolens.sis.search import local
from chromolens.sis.search.backselect import search_with
from chromolens.sis.search.collection import collect, exact
from chromolens.sis.search.stack import read_stack
from tests.sis.models import layers, network, published_sis, random_dna, with_one_masked


def conv(filters, width, **more):
    return layers.Conv1D(filters, width, **more)


def turned(values):
    """Position i goes to the other end."""
    return values[:, ::-1] * keras.ops.arange(1.0, 33.0)[:, None]


def side_by_side(*poolings):
    """Each of ``poolings`` (a cropping, a pooling) reads the same; what they leave is joined."""

    def joined(values):
        parts = [
            pooling(layers.Cropping1D(sides)(values) if sides else values)
            for sides, pooling in poolings
        ]
        return layers.Concatenate()(parts)

    return joined


FORMS = {
    "the middle beside the whole": [
        conv(8, 6),
        layers.ReLU(),
        side_by_side((None, layers.GlobalMaxPooling1D()), ((5, 9), layers.GlobalMaxPooling1D())),
    ],
    "thirds of two convolutions, averaged": [
        conv(8, 5, padding="same", activation="relu"),
        conv(8, 3, padding="same", activation="relu"),
        side_by_side(
            ((0, 20), layers.GlobalAveragePooling1D()),
            ((10, 10), layers.GlobalAveragePooling1D()),
            ((20, 0), layers.GlobalAveragePooling1D()),
        ),
    ],
    "one convolution": [conv(12, 7), layers.ReLU(), layers.GlobalMaxPooling1D()],
    "same padding": [conv(12, 6, padding="same", activation="relu"), layers.GlobalMaxPooling1D()],
    "causal, no bias": [
        conv(8, 5, padding="causal", use_bias=False),
        layers.Activation("tanh"),
        layers.GlobalMaxPooling1D(),
    ],
    "dilated": [conv(8, 4, dilation_rate=3, activation="elu"), layers.GlobalMaxPooling1D()],
    "average": [conv(8, 5, activation="relu"), layers.GlobalAveragePooling1D()],
    "average of linear outputs": [conv(8, 5, padding="same"), layers.GlobalAveragePooling1D()],
    "not increasing": [conv(8, 5, activation="gelu"), layers.GlobalMaxPooling1D()],
    "batch normalisation before": [
        conv(8, 5),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.GlobalMaxPooling1D(),
    ],
    "batch normalisation behind": [
        conv(8, 5, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.GlobalMaxPooling1D(),
    ],
    "three, all paddings": [
        conv(6, 5, padding="same", activation="relu"),
        conv(6, 3, padding="causal", activation="tanh"),
        layers.BatchNormalization(),
        layers.SpatialDropout1D(0.1),
        conv(6, 3, dilation_rate=2, activation="relu"),
        layers.GlobalMaxPooling1D(),
    ],
    "slopes of channels, layers that change nothing": [
        layers.Identity(),
        conv(6, 5, padding="same"),
        layers.AlphaDropout(0.2),
        layers.PReLU(shared_axes=[1]),
        layers.GaussianNoise(0.1),
        conv(6, 3, activation=layers.LeakyReLU(0.3)),
        layers.ActivityRegularization(0.1),
        layers.PReLU(shared_axes=[1, 2]),
        layers.GlobalMaxPooling1D(),
    ],
    "over the channels of a position": [
        conv(6, 4, activation="softmax"),
        conv(6, 3, activation=lambda values: 0.3 * values + keras.ops.sin(values)),
        layers.Activation("log_softmax"),
        layers.GlobalMaxPooling1D(),
    ],
    "two, averaged": [
        conv(6, 4, padding="same", activation="softplus"),
        conv(6, 3, padding="same", activation="relu"),
        layers.GlobalAveragePooling1D(),
    ],
}
OTHERS = {
    "strides": [conv(6, 5, strides=2, activation="relu"), layers.GlobalMaxPooling1D()],
    "pooling between": [
        conv(6, 5),
        layers.MaxPooling1D(2),
        conv(6, 3),
        layers.GlobalMaxPooling1D(),
    ],
    "flatten": [conv(4, 5, activation="relu"), layers.Flatten()],
    "recurrent": [conv(4, 5), layers.LSTM(4)],
    "sees everything": [conv(4, 35, activation="relu"), layers.GlobalMaxPooling1D()],
    "no convolution": [layers.Flatten()],
    "slopes of positions": [conv(4, 5), layers.PReLU(), layers.GlobalMaxPooling1D()],
    "a function of somebody's": [conv(4, 5, activation=turned), layers.GlobalMaxPooling1D()],
}


def between(finder, inputs, share=0.5):
    """A threshold that about half of the inputs reach and the masked one does not."""
    masked = finder.masked_values(inputs).max()
    values = finder.score(inputs)
    above = values[values > masked]
    return masked + share * (np.median(above) - masked)


def in_batches(finder):
    """The target of many inputs at once."""

    def score(inputs):
        return target_values(finder.model, inputs, tasks=[finder.task], target=finder.target)[:, 0]

    return score


def whole(finder, inputs, threshold, max_subsets=None):
    search = exact(search_with(with_one_masked(in_batches(finder), finder.mask), finder.mask))
    thresholds = np.full(len(inputs), threshold)
    return collect(finder.score, search, inputs, thresholds, finder.mask, max_subsets)


def sets(found):
    return [[subset.tolist() for subset in each.subsets] for each in found]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_equals_the_search_by_whole_inputs(form):
    model, inputs = network(*FORMS[form]), random_dna(5, 40, seed=5)
    inputs[1, 3:6] = 0
    inputs[2, -2:] = 0
    finder = Finder(model, 40, task=1, mask=np.array([0.3, 0.2, 0.2, 0.3]), batch_size=256)
    assert finder.local
    threshold = between(finder, inputs)
    expected = whole(finder, inputs, threshold, 2)
    assert sum(len(each.subsets) for each in expected) >= 2
    assert sets(finder.find(inputs, threshold, 2)) == sets(expected)


@pytest.mark.slow
def test_inputs_searched_together_and_rows_change_nothing(monkeypatch):
    model, inputs = network(*FORMS["three, all paddings"]), random_dna(7, 40, seed=5)
    finder = Finder(model, 40, batch_size=256)
    threshold = between(finder, inputs)
    expected = sets(finder.find(inputs, threshold, 2))
    monkeypatch.setattr(local, "BYTES", 60_000)
    monkeypatch.setattr(local, "ROWS", 20)
    ready = local.Local(read_stack(model, 40, 0, "logit"), 40, finder.mask)
    assert 1 < local._together(ready, np.ones((7, 40), bool)) < 7
    assert sets(finder.find(inputs, threshold, 2)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("form", OTHERS)
def test_other_forms_go_the_long_way(form):
    model, inputs = network(*OTHERS[form], length=36), random_dna(2, 36, seed=6)
    finder = Finder(model, 36, batch_size=128)
    assert not finder.local
    threshold = between(finder, inputs, 0.9)
    found = finder.find(inputs, threshold, 1)
    assert sets(found) == sets(whole(finder, inputs, threshold, 1))


def test_a_branched_model_goes_the_long_way():
    inputs = keras.Input((30, 4))
    one, other = (conv(4, 5, padding="same", activation="relu")(inputs) for _ in range(2))
    pooled = layers.GlobalMaxPooling1D()(layers.Add()([one, other]))
    from chromolens.models.model import Model

    model = Model.of(keras.Model(inputs, layers.Dense(1)(pooled)))
    assert not Finder(model, 30).local


@pytest.mark.parametrize("target", ["logit", "output", "class_minus_mean"])
def test_targets(target):
    model, inputs = network(*FORMS["one convolution"]), random_dna(4, 40, seed=7)
    both = [Finder(model, 40, task=task, target=target, batch_size=256) for task in (0, 1)]
    # of two classes less their mean only one can rise above the masked input
    rises = [np.median(each.score(inputs) - each.masked_values(inputs)) for each in both]
    task, finder = int(np.argmax(rises)), both[int(np.argmax(rises))]
    values = target_values(model, inputs, tasks=[task], target=target)[:, 0]
    np.testing.assert_allclose(finder.score(inputs), values, atol=1e-5)
    threshold = between(finder, inputs)
    assert sets(finder.find(inputs, threshold, 2)) == sets(whole(finder, inputs, threshold, 2))


def test_equals_the_published_loop_over_predict():
    model = network(*FORMS["one convolution"], length=16)
    inputs = random_dna(2, 16, seed=8)
    finder = Finder(model, 16)
    threshold = between(finder, inputs, 0.7)

    def score(batch):
        return model.logits(batch, training=False).numpy()[:, 0]

    mask = np.full(4, 0.25, np.float32)
    expected = [published_sis(score, x, threshold, mask) for x in inputs]
    assert any(expected)
    found = sufficient_subsets(model, inputs, threshold=threshold)
    assert sets(found) == expected


def test_costs_a_fraction_of_the_search_by_whole_inputs():
    form = [conv(64, 15), layers.ReLU(), layers.GlobalMaxPooling1D()]
    model, inputs = network(*form, length=201), random_dna(16, 201, seed=9)
    finder, free = Finder(model, 201), np.ones((16, 201), bool)
    slow = search_with(with_one_masked(in_batches(finder), finder.mask, 512), finder.mask)
    finder.local(inputs[:1], free[:1])
    slow(inputs[:1, :], free[:1] & (np.arange(201) < 4))
    fast_cost = cpu(finder.local, inputs, free) / 16
    slow_cost = cpu(slow, inputs[:1], free[:1])
    assert slow_cost > 5 * fast_cost


def cpu(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start
