"""Windows and effects against strings: each allele's window written out, and asked one by one."""

import keras
import numpy as np
import pytest
from keras import layers
from scipy.spatial.distance import jensenshannon

from chromolens import tables
from chromolens.genome.onehot import encode, sequence_of
from chromolens.models.model import Model
from chromolens.tables.variants import SCORED
from chromolens.variants.haplotypes import haplotypes, stands_of
from chromolens.variants.listed import Reading, unique
from chromolens.variants.score import score_variants
from tests.attribution.networks import cnn, randomised
from tests.variants.alleles import (
    FOLDS,
    SETTINGS,
    WINDOW,
    mutated,
    sequences,
    stated,
    write_genome,
)


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def variants(genome):
    text = sequences()["a"]
    changes = [(at, text[at - 1], "ACGT"[("ACGT".index(text[at - 1]) + 1) % 4]) for at in
               (60, 61, 300)]  # fmt: skip
    changes += [(100, text[99:104], text[99]), (100, text[99], text[99] + "GGTC")]
    changes += [(100, text[99:101], "TTT" if text[99:101] != "TT" else "AAA")]
    rows = stated(*(("a", *change) for change in changes))
    return unique(Reading(genome, FOLDS, SETTINGS).taken(rows)[0])


def windows_by_hand(row, stand):
    """The reference window, and the other allele's by the left and by the right anchor."""
    text = sequences()[row.chrom]
    whole = mutated(text, row.start + 1, row.removed, row.added)
    first = row.start - stand
    end = first + WINDOW + len(row.added) - len(row.removed)
    return text[first : first + WINDOW], whole[first : first + WINDOW], whole[end - WINDOW : end]


def test_windows_are_those_of_the_haplotypes(genome):
    rows, stands = variants(genome), stands_of(SETTINGS)
    assert stands.tolist() == [16, 20, 24]
    found = haplotypes(genome, rows, WINDOW, stands)
    texts = [sequence_of(codes) for codes in found.codes]
    for number, row in enumerate(rows.itertuples()):
        for place, stand in enumerate(stands):
            own = [found.reference[number, place], *found.alternative[number, place]]
            assert [texts[i] for i in own] == list(windows_by_hand(row, stand))
    # bases 60 and 61 have windows of their own, the changes at one base share theirs
    assert len(np.unique(found.reference)) == 3 * rows.groupby(["chrom", "start"]).ngroups


@pytest.mark.parametrize("objective", ["binary", "regression"])
def test_effects_are_those_of_a_loop_over_strings(genome, objective):
    networks = [randomised(cnn(WINDOW), seed) for seed in (1, 2)]
    models = [Model.of(network, ["x", "y"]) for network in networks]
    if objective == "regression":
        networks = [keras.Model(n.inputs[0], n.get_layer("logits").output) for n in networks]
        models = [Model.of(network, ["x", "y"]) for network in networks]
    rows, stands = variants(genome), stands_of(SETTINGS)
    asked = {"tasks": ["y", "x"], "objective": objective, "window": WINDOW, "stands": stands}
    found = score_variants({"fold0": models}, genome, rows, **asked)
    assert found["task"].tolist() == ["y"] * len(rows) + ["x"] * len(rows)

    def logit(network, text, task):
        both = np.stack([encode(text), encode(text)[::-1, ::-1]])
        answers = np.float64(network.predict_on_batch(both)[:, task])
        return np.mean(np.log(answers / (1 - answers)) if objective == "binary" else answers)

    unit = np.log(2) if objective == "regression" else 1
    for row, told in zip(rows.itertuples(), found[found["task"] == "y"].itertuples(), strict=True):
        values = np.array([
            [[logit(network, text, 1) for text in windows_by_hand(row, stand)] for stand in stands]
            for network in networks
        ])  # fmt: skip
        changes = (values[..., 1:].mean(-1) - values[..., 0]) / unit
        assert told.effect == pytest.approx(changes.mean(), abs=2e-4)
        assert told.reference == pytest.approx(values[..., 0].mean(), abs=2e-4)
        assert told.places_sd == pytest.approx(changes.mean(0).std(ddof=1), abs=2e-4)
        assert told.sd == pytest.approx(changes.mean(1).std(ddof=1), abs=2e-4)
        signs = np.sign(changes.mean(1))
        assert told.sign == (signs == np.sign(changes.mean())).mean()
        anchors = (values[..., 1] - values[..., 2]).mean() / unit
        if len(row.removed) == len(row.added):
            assert np.isnan(told.anchors)
        else:
            assert told.anchors == pytest.approx(anchors, abs=2e-4)


def test_strands_are_averaged_before_the_sigmoid(genome):
    """A network of one strand's logits far apart: the mean of probabilities would be another."""
    read = keras.Input((WINDOW, 4))
    out = layers.Dense(1, activation="sigmoid")(layers.Flatten()(read))
    network = randomised(keras.Model(read, out), 5)
    network.set_weights([20 * w for w in network.get_weights()])
    rows, stands = variants(genome).head(1), np.array([WINDOW // 2])
    asked = {"tasks": ["x"], "objective": "binary", "window": WINDOW, "stands": stands}
    (told,) = score_variants(
        {"fold0": [Model.of(network, ["x"])]}, genome, rows, **asked
    ).itertuples()
    kernel, bias = network.get_weights()
    (row,) = rows.itertuples()
    sums = []
    for text in windows_by_hand(row, WINDOW // 2)[:2]:
        both = [encode(text), encode(text)[::-1, ::-1]]
        sums.append(np.mean([x.reshape(-1) @ kernel[:, 0] + bias[0] for x in both]))
    assert told.effect == pytest.approx(sums[1] - sums[0], rel=1e-4)
    assert np.isnan(told.places_sd) and np.isnan(told.sd)


def test_two_ways_to_write_an_indel_give_equal_bits(genome):
    text = sequences()["a"]
    at = text.index("CACACA") + 1
    one = ("a", at - 1, text[at - 2 : at + 1], text[at - 2])
    other = ("a", at + 3, text[at + 2 : at + 7], text[at + 2 : at + 5])
    model = Model.of(cnn(WINDOW), ["x", "y"])
    asked = {"tasks": ["x"], "objective": "binary", "window": WINDOW}
    asked |= {"stands": stands_of(SETTINGS)}
    effects = [
        score_variants({"fold0": [model]}, genome, unique(reading.taken(stated(way))[0]), **asked)
        for reading in [Reading(genome, FOLDS, SETTINGS)]
        for way in (one, other)
    ]
    assert effects[0].equals(effects[1]) and effects[0]["effect"].abs().min() > 0


def test_profiles_have_log_totals_and_distances_of_their_shapes(genome):
    read = keras.Input((WINDOW, 4))
    x = layers.Conv1D(6, 5, padding="same", activation="tanh")(read)
    profile = layers.Cropping1D(10)(layers.Conv1D(2, 3, padding="same", name="p")(x))
    counts = layers.Dense(1, name="counts")(layers.GlobalAveragePooling1D()(x))
    named = layers.Activation("linear", name="profile_x")(profile)
    network = randomised(keras.Model(read, [named, counts]), 4)
    rows, stands = variants(genome), np.array([WINDOW // 2])
    asked = {"tasks": ["x"], "objective": "profile", "window": WINDOW, "stands": stands}
    found = score_variants({"fold0": [Model.of(network)]}, genome, rows, **asked)

    def answer(text):
        shape, total = network.predict_on_batch(encode(text)[None])
        turned, other = network.predict_on_batch(encode(text)[None, ::-1, ::-1])
        logits = (shape[0] + turned[0, ::-1, ::-1]) / 2
        return np.exp(logits) / np.exp(logits).sum(axis=0), (total + other)[0, 0] / 2

    for row, told in zip(rows.itertuples(), found.itertuples(), strict=True):
        (ref, before), *others = map(answer, windows_by_hand(row, WINDOW // 2))
        changes = [(after - before) / np.log(2) for _, after in others]
        assert told.effect == pytest.approx(np.mean(changes), abs=1e-4)
        distances = [jensenshannon(ref, alt, base=2, axis=0).mean() for alt, _ in others]
        assert told.jsd == pytest.approx(np.mean(distances), abs=1e-4)


def test_classes_are_told_against_the_mean_of_all(genome):
    network = randomised(cnn(WINDOW, tasks=3), 2)
    logits = network.get_layer("logits").output
    softmax = keras.Model(network.inputs[0], layers.Softmax()(logits))
    rows, stands = variants(genome), np.array([WINDOW // 2])
    asked = {"tasks": ["z"], "objective": "classes", "window": WINDOW, "stands": stands}
    found = score_variants({"fold0": [Model.of(softmax, ["x", "y", "z"])]}, genome, rows, **asked)
    for row, told in zip(rows.itertuples(), found.itertuples(), strict=True):
        values = []
        for text in windows_by_hand(row, WINDOW // 2):
            both = np.stack([encode(text), encode(text)[::-1, ::-1]])
            # of a softmax only differences of logits can be seen
            logs = np.log(np.float64(softmax.predict_on_batch(both)))
            values.append((logs[:, 2] - logs.mean(axis=1)).mean())
        assert told.effect == pytest.approx(np.mean(values[1:]) - values[0], abs=1e-4)


def test_a_fold_without_variants_has_a_table_without_rows(genome, tmp_path):
    none = variants(genome).head(0)
    asked = {"tasks": ["x"], "objective": "binary", "window": WINDOW}
    found = score_variants({}, genome, none, stands=stands_of(SETTINGS), **asked)
    tables.write(SCORED, found, tmp_path / "t.tsv")
    assert tables.read(SCORED, tmp_path / "t.tsv").empty
