"""Guided editing: held against brute force, and against the vignette's rule worked out by hand."""

import keras
import numpy as np
import pytest
from keras import layers

import chromolens
from chromolens.attribution.editing import ALL_MADE, NO_GAIN, REACHED, edit
from chromolens.errors import BadInput
from chromolens.models.model import Model
from tests.attribution.networks import randomised, sequences

LENGTH = 12


@pytest.fixture(scope="module")
def network():
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(6, 4, activation="tanh")(inputs)
    x = layers.Dense(5, activation="tanh")(layers.Flatten()(x))
    return randomised(keras.Model(inputs, layers.Dense(3, activation="softmax")(x)), seed=3)


@pytest.fixture(scope="module")
def model(network):
    return Model.of(network, tasks=["a", "b", "c"])


@pytest.fixture(scope="module")
def logit(network):
    """The network's logits less their mean, from its own weights: (n, 3)."""
    kernel, bias = network.layers[-1].get_weights()
    below = keras.Model(network.inputs, network.layers[-2].output)

    def values(onehot):
        logits = below.predict(onehot, verbose=0) @ kernel + bias
        return logits - logits.mean(axis=1, keepdims=True)

    return values


def additive(weights: np.ndarray) -> Model:
    """A network whose target is the sum of ``weights`` (length, 4) of the bases that are there."""
    inputs = keras.Input((len(weights), 4))
    dense = layers.Dense(1, use_bias=False)
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([weights.reshape(-1, 1)])
    return Model.of(network)


def substitutions(onehot: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """(position, base, sequence) of every other sequence at one substitution's distance."""
    found = []
    for position, base in np.argwhere(onehot == 0):
        other = onehot.copy()
        other[position] = np.eye(4)[base]
        found.append((position, base, other))
    return found


def greedy(logit, onehot, sign, edits, apart=1, fixed=()):
    """Positions and bases that brute force chooses."""
    made = []
    for _ in range(edits):
        trials = [
            (position, base, other)
            for position, base, other in substitutions(onehot)
            if position not in fixed and all(abs(position - p) >= apart for p, _ in made)
        ]
        if not trials:
            break
        values = sign * logit(np.stack([other for *_, other in trials]))[:, 0]
        if values.max() <= sign * logit(onehot[None])[0, 0]:
            break
        position, base, onehot = trials[int(values.argmax())]
        made.append((position, "ACGT"[base]))
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("direction", "sign"), [("up", 1), ("down", -1)])
@pytest.mark.parametrize(("apart", "fixed"), [(1, ()), (3, (0, 1, 2, 7))])
def test_greedy_editing_by_mutagenesis_is_brute_force(model, logit, direction, sign, apart, fixed):
    inputs = sequences(3, LENGTH, seed=5)
    protected = [(place, place + 1) for place in fixed]
    asked = {"direction": direction, "edits": 5, "distance": apart, "protected": protected}
    for onehot, found in zip(inputs, edit(model, inputs, **asked), strict=True):
        expected = greedy(logit, onehot, sign, 5, apart, fixed)
        made = found.trace.iloc[1:]
        assert list(zip(made["position"], made["to"], strict=True)) == expected
        assert len(expected) > 1
        assert (np.diff(sign * found.trace["value"]) > 0).all()


def test_the_trace_is_what_the_network_says_of_the_sequences(model, logit, network):
    (found,) = edit(model, sequences(1, LENGTH), task="b", edits=4)
    onehot = np.stack([[np.eye(4)["ACGT".index(base)] for base in s] for s in found.sequences])
    np.testing.assert_allclose(found.trace["value"], logit(onehot)[:, 1], atol=1e-5)
    said = network.predict(onehot, verbose=0)[:, 1]
    np.testing.assert_allclose(found.trace["prediction"], said, atol=1e-6)
    for before, after, row in zip(
        found.sequences[:-1],
        found.sequences[1:],
        found.trace.iloc[1:].to_dict("records"),
        strict=True,
    ):
        place = int(row["position"])
        assert before[place] == row["from"] and after[place] == row["to"]
        assert before[:place] + before[place + 1 :] == after[:place] + after[place + 1 :]
    lines = found.aligned().splitlines()
    assert lines[0] == found.sequences[0]
    assert [len(line) - line.count(".") for line in lines[1:]] == [1] * 4


def test_a_wide_beam_finds_the_best_pair(model, logit):
    """With all single edits kept and these all the better, two edits are every improving pair."""
    onehot = sequences(1, LENGTH, seed=8)
    singles = substitutions(onehot[0])
    better = logit(np.stack([one for *_, one in singles]))[:, 0] > logit(onehot)[0, 0]
    pairs = [
        other
        for (place, _, one), gains in zip(singles, better, strict=True)
        if gains
        for position, _, other in substitutions(one)
        if position != place
    ]
    best = logit(np.stack(pairs))[:, 0].max()
    (found,) = edit(model, onehot, edits=2, beam=40)
    assert found.trace["value"].iloc[-1] == pytest.approx(best, abs=1e-5)
    (alone,) = edit(model, onehot, edits=2)
    assert alone.trace["value"].iloc[-1] <= best + 1e-5


@pytest.mark.parametrize("by", ["gradient_x_input", "integrated_gradients", "deeplift_rescale"])
def test_any_method_points_and_the_network_decides(model, by):
    found = edit(model, sequences(2, LENGTH), by=by, edits=30, direction="down")
    for one in found:
        assert one.ended in (NO_GAIN, ALL_MADE)
        assert (np.diff(one.trace["value"]) < 0).all()
        assert one.trace["position"].iloc[1:].is_unique


def test_of_an_additive_network_every_position_gets_its_best_base():
    weights = np.random.default_rng(2).permutation(LENGTH * 4).reshape(LENGTH, 4) / 7
    inputs = sequences(1, LENGTH)
    gains = weights.max(axis=1) - (weights * inputs[0]).sum(axis=1)
    for by in ("ism", "integrated_gradients"):
        (found,) = edit(additive(weights), inputs, by=by, edits=100)
        order = [place for place in np.argsort(-gains) if gains[place] > 0]
        assert found.trace["position"].iloc[1:].tolist() == order
        assert found.sequences[-1] == "".join("ACGT"[base] for base in weights.argmax(axis=1))
        assert found.ended == NO_GAIN


def test_of_equals_the_first_is_edited():
    weights = np.zeros((4, 4))
    weights[1:, 1:3] = 1.0  # three positions, two bases: six substitutions that gain the same
    adenines = np.eye(4, dtype=np.float32)[[[0, 0, 0, 0]]]
    (found,) = edit(additive(weights), adenines)
    assert found.sequences == ["AAAA", "ACAA", "ACCA", "ACCC"]


def test_towards_a_class_ends_when_the_network_decides_for_it(model, network):
    inputs = sequences(6, LENGTH, seed=1)
    classes = network.predict(inputs, verbose=0).argmax(axis=1)
    goal = int(np.bincount(classes, minlength=3).argmin())
    for before, found in zip(
        classes, edit(model, inputs, task=goal, direction="towards"), strict=True
    ):
        assert found.ended == REACHED
        assert (len(found.trace) == 1) == (before == goal)
        onehot = np.stack([[np.eye(4)["ACGT".index(b)] for b in s] for s in found.sequences])
        decided = network.predict(onehot, verbose=0).argmax(axis=1)
        assert decided[-1] == goal and (decided[:-1] != goal).all()


def test_the_vignette_is_its_published_rule():
    """Up: the lowest of the observed, replaced by the best of its row, in which others are 0."""
    weights = np.array([[5, 9, 1, 1], [-3, -9, 4, 4], [-2, 1, 1, 1], [1, 1, 1, 1]], float)
    adenines = np.eye(4, dtype=np.float32)[[[0, 0, 0, 0]]]
    asked = {"mode": "vignette", "edits": 3}
    (up,) = edit(additive(weights), adenines, **asked)
    # its worst base goes first, for C, the first of three that are tied, though that is worse:
    # then C is the lowest, for A, and so on for ever
    assert up.sequences == ["AAAA", "ACAA", "AAAA", "ACAA"]
    assert up.ended == ALL_MADE
    np.testing.assert_allclose(up.scores[:, 0], [5, -3, -2, 1], atol=1e-5)
    assert (up.scores[:, 1:] == 0).all()
    (down,) = edit(additive(weights), adenines, direction="down", **asked)
    # 5 is the highest, and C, the first of its row, is higher still; and back again
    assert down.sequences == ["AAAA", "CAAA", "AAAA", "CAAA"]


def test_an_edit_depends_on_nothing_else(model):
    inputs = sequences(3, LENGTH, seed=4)
    together = edit(model, inputs, beam=2, edits=3)
    for one, found in zip(inputs, together, strict=True):
        (alone,) = edit(model, one[None], beam=2, edits=3)
        assert alone.trace.equals(found.trace) and alone.sequences == found.sequences


def test_a_task_among_others_that_are_no_classes_has_its_own_logit():
    """Two tasks that share weights: where both rise by C, the first alone rises by G."""
    weights = np.zeros((3, 4, 2))
    weights[:, 1], weights[:, 2] = (2.0, 4.0), (1.0, 0.0)
    read = keras.Input((3, 4))
    dense = layers.Dense(2, use_bias=False)
    logits = dense(layers.Flatten()(read))
    adenines = np.eye(4, dtype=np.float32)[[[0, 0, 0]]]
    for last, base in (("sigmoid", "C"), ("softmax", "G")):
        network = keras.Model(read, layers.Activation(last)(logits))
        dense.set_weights([weights.reshape(12, 2)])
        (found,) = edit(network, adenines)
        assert found.sequences[-1] == base * 3
        assert (np.diff(found.trace["prediction"]) > 0).all()


def test_unknown_bases_stay(model):
    inputs = sequences(1, LENGTH)
    inputs[0, 2:] = 0
    (found,) = edit(model, inputs)
    assert {*found.trace["position"].iloc[1:]} <= {0, 1}
    assert found.sequences[-1].endswith("N" * 10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protected": [(0, LENGTH)]}, "all positions are protected"),
        ({"protected": [(0, LENGTH + 1)]}, "protected stretch"),
        ({"edits": 0}, "edits is 0"),
        ({"beam": 0}, "beam is 0"),
        ({"distance": -1}, "distance is -1"),
        ({"direction": "sideways"}, "no direction"),
        ({"mode": "deepg"}, "no mode"),
        ({"by": "occlusion"}, "no hypothetical contributions"),
        ({"by": "isn"}, "did you mean 'ism'"),
        ({"mode": "vignette", "beam": 2}, "greedily"),
        ({"mode": "vignette", "direction": "towards"}, "greedily"),
        ({"task": 3}, "no task"),
    ],
)
def test_refusals(model, changes, message):
    with pytest.raises(BadInput, match=message):
        edit(model, sequences(1, LENGTH), **changes)


def test_inputs_that_can_not_be_edited(model):
    nothing = np.zeros((1, LENGTH, 4), np.float32)
    with pytest.raises(BadInput, match="nothing to edit"):
        edit(model, nothing)
    half = sequences(1, LENGTH)
    half[0, :6] = 0
    with pytest.raises(BadInput, match="all that isn't protected is N"):
        edit(model, half, protected=[(6, LENGTH)])
    with pytest.raises(BadInput, match="is no base"):
        edit(model, np.full((1, LENGTH, 4), 0.25, np.float32))
    inputs = keras.Input((5, 3))
    other = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(inputs)))
    with pytest.raises(BadInput, match="no bases"):
        edit(other, np.zeros((1, 5, 3), np.float32))


def test_is_what_the_package_offers():
    assert chromolens.edit is edit
