"""First-layer filters: a kernel that is a known motif gives that motif back."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens.genome.onehot import encode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.filters import filter_sites, filters_of_folds, first_convolution
from chromolens.models.foreign.rearranged import Rearranged
from chromolens.models.model import Model

LENGTH = 40
PPM = np.array([[0.7, 0.1, 0.1, 0.1], [0.05, 0.05, 0.85, 0.05], [0.1, 0.4, 0.1, 0.4],
                [0.05, 0.85, 0.05, 0.05], [0.1, 0.1, 0.1, 0.7]])  # fmt: skip


def records(count: int = 300, seed: int = 0, planted: float = 0.5):
    """Random records, half of them with a site drawn from ``PPM``; some bases are N."""
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("ACGT"), (count, LENGTH))
    for row in letters[: int(count * planted)]:
        at = rng.integers(0, LENGTH - len(PPM))
        row[at : at + len(PPM)] = [rng.choice(list("ACGT"), p=p) for p in PPM]
    letters[rng.random(letters.shape) < 0.03] = "N"
    table = {
        "id": [f"r{i}" for i in range(count)],
        "group": [f"part{i % 2}" for i in range(count)],
    }
    table["sequence"] = ["".join(row) for row in letters]
    facts = {"role": "positive", "source": "t", "gc": 0.5, "shared": 0, "t": 1.0}
    return open_inputs(pd.DataFrame({**table, **facts}))


def network(
    padding: str = "valid",
    stride: int = 1,
    dilation: int = 1,
    norm: bool = False,
    slope: float = 0.0,
):
    """Filter 0 scores ``PPM``, filter 1 is random, filter 2 never gets above 0."""
    source = keras.Input((LENGTH, 4))
    x = layers.Dropout(0.1)(source)
    made = layers.Conv1D(3, len(PPM), padding=padding, strides=stride, dilation_rate=dilation)
    x = layers.AlphaDropout(0.1)(layers.Identity()(made(x)))
    if norm:
        x = layers.BatchNormalization(name="norm")(x)
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(slope))(x)
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(source, layers.Dense(1)(x))
    rng = np.random.default_rng(3)
    kernel = np.stack([np.log2(PPM / 0.25), rng.normal(size=PPM.shape), -np.ones_like(PPM)], -1)
    made.set_weights([kernel, np.array([-0.5, 0.2, 0.0])])
    if norm:
        # gamma of filter 1 is negative: what lowers the convolution excites the filter
        values = [[1.0, -1.0, 1.0], [0.1, 1.5, 0.0], [0.0] * 3, [1.0] * 3]
        model.get_layer("norm").set_weights([np.array(value) for value in values])
    return model, kernel


def brute_force(inputs, rows, kernel, padding, stride, dilation, norm, slope) -> tuple:
    """Counts and sites by plain loops over every place of every window, in float64."""
    span, bias = (len(kernel) - 1) * dilation, np.array([-0.5, 0.2, 0.0])
    out = (LENGTH - span - 1) // stride + 1 if padding == "valid" else -(-LENGTH // stride)
    total = max((out - 1) * stride + span + 1 - LENGTH, 0)
    left = {"valid": 0, "same": total // 2, "causal": span}[padding]
    pieces, values = [], []
    for sequence in inputs.windows["sequence"].iloc[rows]:
        wide = "N" * left + sequence + "N" * (span + stride)
        for place in range(out):
            word = wide[place * stride :][: span + 1 : dilation]
            value = (encode(word)[:, :, None] * kernel).sum(axis=(0, 1)) + bias
            if norm:
                value = value / np.sqrt(1.001) * [1.0, -1.0, 1.0] + [0.1, 1.5, 0.0]
            value = np.where(value > 0, value, slope * value)
            pieces.append(word)
            values.append(value)
    values = np.array(values)
    counts, sites = np.zeros((3, len(kernel), 4)), np.zeros(3, int)
    for number in range(3):
        largest = values[:, number].max()
        chosen = np.flatnonzero(values[:, number] > largest / 2) if largest > 0 else []
        sites[number] = len(chosen)
        for place in chosen:
            counts[number] += encode(pieces[place])
    return counts, sites


@pytest.mark.parametrize(
    ("padding", "stride", "dilation", "norm", "slope"),
    [
        ("valid", 1, 1, False, 0.0),
        ("same", 1, 1, True, 0.2),
        ("same", 3, 1, False, -0.5),
        ("causal", 1, 2, False, 0.0),
    ],
)
def test_sites_are_those_of_a_plain_loop(padding, stride, dilation, norm, slope):
    inputs, rows = records(70), np.arange(0, 70, 2)
    model, kernel = network(padding, stride, dilation, norm, slope)
    found = filter_sites(Model.of(model), inputs, rows)
    counts, sites = brute_force(inputs, rows, kernel, padding, stride, dilation, norm, slope)
    np.testing.assert_array_equal(found.sites, sites)
    np.testing.assert_array_equal(found.counts, counts)
    assert sites[0] > 5
    # a negative slope turns what never gets above 0
    assert slope < 0 or (sites[2] == 0 and found.maxima[2] == 0)


def test_a_kernel_that_is_a_motif_gives_it_back():
    inputs = records(2000, planted=0.9)
    found = filter_sites(Model.of(network()[0]), inputs, np.arange(2000))
    motif = found.counts[0] / found.counts[0].sum(axis=1, keepdims=True)
    assert np.corrcoef(motif.ravel(), PPM.ravel())[0, 1] > 0.95
    assert found.sites[0] > 900


def test_each_fold_is_read_where_it_is_test():
    inputs = records(60)
    model, rows = Model.of(network()[0]), np.arange(60)
    folds = Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"]}})
    table, counts = filters_of_folds({"fold0": [model], "fold1": [model]}, inputs, rows, folds)
    for fold, part in (("fold0", rows[::2]), ("fold1", rows[1::2])):
        own = table[table["fold"] == fold]
        alone = filter_sites(model, inputs, part)
        assert list(own["sites"]) == list(alone.sites) and set(own["windows"]) == {30}
        np.testing.assert_array_equal(counts[f"{fold}_filter_0"], alone.counts[0])
    assert "fold0_filter_2" not in counts and "fold0_filter_2" in set(table["motif"])


def test_channels_may_stand_in_another_order_but_not_along_another_axis():
    plain, kernel = network()
    source = keras.Input((LENGTH, 4))
    turned = Rearranged(("length", "channels"), (3, 2, 1, 0))(source)
    made = layers.Conv1D(3, len(PPM), activation="relu")
    x = layers.GlobalMaxPooling1D()(made(turned))
    made.set_weights([kernel[:, ::-1], np.array([-0.5, 0.2, 0.0])])
    inputs, rows = records(50), np.arange(50)
    found, expected = (
        filter_sites(Model.of(model), inputs, rows) for model in (keras.Model(source, x), plain)
    )
    np.testing.assert_array_equal(found.counts, expected.counts)
    swapped = Rearranged(("channels", "length"), (0, 1, 2, 3))(source)
    other = keras.Model(source, layers.GlobalMaxPooling1D()(layers.Conv1D(3, 2)(swapped)))
    assert first_convolution(other) is None


def test_networks_that_begin_otherwise_have_no_filters(caplog):
    source = keras.Input((LENGTH, 4))
    dense = keras.Model(source, layers.Dense(1)(layers.Flatten()(source)))
    folds = Folds({"fold0": {"test": ["part0"]}})
    with caplog.at_level("WARNING", logger="chromolens"):
        found = filters_of_folds({"fold0": [Model.of(dense)]}, records(8), np.arange(8), folds)
    assert first_convolution(dense) is None and "no Conv1D" in caplog.text
    assert not len(found[0]) and found[1] == {}
    assert list(found[0].columns) == [
        "motif", "fold", "filter", "sites", "max_activation", "windows",
    ]  # fmt: skip
