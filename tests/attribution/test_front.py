"""The front door: what it refuses, references, seeds, strands."""

import keras
import networks
import numpy as np
import pytest

from chromolens.attribution import front, references
from chromolens.attribution.result import Result
from chromolens.attribution.strands import both_strands
from chromolens.errors import BadInput
from chromolens.genome.onehot import reverse_complement
from chromolens.models.model import Model


@pytest.fixture(scope="module")
def model():
    return Model.of(networks.cnn(), tasks=["reb1", "abf1"])


def ask(model, inputs, **options):
    options = {"method": "gradient_x_input", "batch_size": 4, **options}
    return front.attribute(model, inputs, **options)


X = networks.sequences(3, 40)
NAN = X.copy()
NAN[1, 2, 3] = np.nan


@pytest.mark.parametrize(
    "inputs,options,message",
    [
        (X[:, :39], {}, r"shape \(3, 39, 4\)"),
        (X[0], {}, "shape"),
        (X[..., :3], {}, "shape"),
        (NAN, {}, r"(?s)NaN.*row 1"),
        (X.astype(str), {}, "inputs are <U"),
        (X, {"task": "reb"}, "did you mean 'reb1'"),
        (X, {"task": 2}, "0 to 1"),
        (X, {"task": "probability/7"}, "probability/1"),
        (X, {"method": np.arange(3)}, r"the method is \[0, 1, 2\]"),
        (X, {"target": np.zeros(4219)}, r"target is an array of shape \(4219,\) from 0 to 0"),
        (X, {"batch_size": 2.5}, "batch_size is 2.5"),
        (X, {"task": np.eye(3)}, r"(?s)shape \(3, 3\).*one 1"),
        (X, {"task": None}, "tasks have shape"),
        (X, {"method": "integrated_gradients", "steps": np.arange(4219)}, "from 0 to 4218"),
        (X, {"method": "gradient"}, r"(?s)gradient_x_input.*one of"),
        (X, {"step": 3}, "setting"),
        (X, {"target": "logits"}, "did you mean 'logit'"),
        (X, {"references": "backgroud"}, r"(?s)did you mean 'background'.*dinucleotide_shuffle"),
        (X, {"references": np.zeros((3, 1, 39, 4), np.float32)}, "39"),
        (X, {"references": np.zeros((2, 1, 40, 4), np.float32)}, "references have shape"),
        (X, {"references": np.zeros((3, 0, 40, 4), np.float32)}, "r >= 1"),
        (X, {"references": NAN[:, None]}, "finite"),
        (X, {"references": np.zeros((3, 1, 40, 4), int)}, "float"),
        (X, {"references": "shuffle", "n_references": 0}, "n_references"),
        (X, {"references": "zeros", "n_references": 5}, "n_references"),
        (X, {"ids": ["a"]}, "1 ids for 3"),
        (X, {"batch_size": -1}, "batch_size"),
    ],
)
def test_bad_inputs_are_refused(model, inputs, options, message):
    with pytest.raises(BadInput, match=message):
        ask(model, inputs, **options)


@pytest.mark.parametrize("steep", [50.0, 15.0])
@pytest.mark.parametrize("method", ["gradient_x_input", "ism", "deeplift_rescale"])
def test_answers_that_are_not_finite_never_leave(method, steep):
    """One word of the second input makes the network overflow, and its slope there."""
    start = keras.Input((40, 4))
    conv = keras.layers.Conv1D(1, 4, name="word")
    x = keras.layers.GlobalMaxPooling1D()(conv(start))
    network = keras.Model(start, keras.layers.Dense(1)(keras.ops.exp(x)))
    inputs = np.eye(4, dtype=np.float32)[np.zeros((2, 40), int)]
    inputs[1, 10:14] = np.eye(4)[[1, 2, 1, 2]]
    word = np.zeros((4, 4, 1))
    word[range(4), [1, 2, 1, 2]] = steep
    conv.set_weights([word, np.zeros(1)])
    if steep == 50:
        with pytest.raises(BadInput, match=rf"(?s){method}.*not finite.*1 of 2.*peak2"):
            front.attribute(network, inputs, method=method, ids=["peak1", "peak2"])
    else:
        found = front.attribute(network, inputs, method=method)
        assert np.isfinite(found.contributions).all()


def test_no_inputs_give_no_results(model):
    result = ask(model, X[:0])
    assert result.contributions.shape == (0, 40)
    assert result.values.shape == (0,)


def test_tasks_by_index_name_and_output(model):
    for task in (1, "abf1", "probability/1"):
        np.testing.assert_array_equal(
            ask(model, X, task=task).contributions, ask(model, X, task=1).contributions
        )


@pytest.mark.parametrize("kind", ["int8", "uint8", "bool", "int64", "float64"])
def test_one_hot_numbers_of_any_kind_are_the_same(model, kind):
    expected = ask(model, X).contributions
    np.testing.assert_array_equal(ask(model, X.astype(kind)).contributions, expected)


@pytest.mark.parametrize("method", ["gradient_x_input", "integrated_gradients", "saliency", "ism"])
def test_networks_of_integers_have_the_gradients_of_their_floats(method):
    """One of each, with the same weights; of integers alone every contribution would be 0."""
    found = []
    for kind in ("float32", "uint8"):
        keras.utils.set_random_seed(1)
        start = keras.Input((40, 4), dtype=kind)
        x = keras.layers.Conv1D(3, 5, activation="relu")(keras.layers.Rescaling(1.0)(start))
        network = keras.Model(start, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
        found.append(front.attribute(network, X, method=method).contributions)
    assert np.abs(found[0]).max() > 1e-3
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)


def test_networks_that_compute_with_integers_are_refused():
    start = keras.Input((40, 4), dtype="int32")
    x = keras.layers.Rescaling(1.0)(keras.ops.cast(start + 1, "int32"))
    network = keras.Model(start, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    with pytest.raises(BadInput, match="int32 and has no gradient"):
        Model.of(network)


def test_keras_models_are_taken_as_they_are():
    network = networks.cnn()
    found = ask(network, X).contributions
    np.testing.assert_array_equal(found, ask(Model.of(network), X).contributions)


def test_shuffles_are_seeded_by_id_and_seed(model):
    options = {"references": "shuffle", "n_references": 3}
    first = ask(model, X, ids=["a", "b", "c"], **options).contributions
    moved = ask(model, X[[2, 0]], ids=["c", "a"], **options).contributions
    np.testing.assert_array_equal(moved, first[[2, 0]])
    assert (ask(model, X, ids=["a", "b", "d"], **options).contributions[2] != first[2]).any()
    assert (ask(model, X, ids=["a", "b", "c"], seed=1, **options).contributions != first).any()


def test_ids_default_to_a_hash_of_the_sequence(model):
    repeated = X[[0, 1, 0]]
    result = ask(model, repeated, references="dinucleotide_shuffle").contributions
    np.testing.assert_array_equal(result[0], result[2])


def test_shuffles_keep_the_bases_and_the_unknown(model):
    inputs = X.copy()
    inputs[0, 5:9] = 0
    options = {"seed": 0, "count": 4}
    found = references.own("shuffle", model, inputs, np.arange(2), ["a", "b"], **options)
    assert found.shape == (2, 4, 40, 4)
    np.testing.assert_array_equal(found.sum(axis=2), inputs[:2].sum(axis=1)[:, None].repeat(4, 1))
    assert (found[0, :, 5:9] == 0).all()
    assert (found[1, 0] != found[1, 1]).any()


def test_several_references_are_averaged(model):
    own = np.stack([networks.sequences(3, 40, seed) for seed in (4, 5, 6)], axis=1)
    options = {"method": "deeplift_rescale", "batch_size": 4}
    together = ask(model, X, references=own, **options)
    alone = [ask(model, X, references=own[:, [r]], **options) for r in range(3)]
    for field in ("contributions", "hypothetical", "reference_values"):
        expected = np.mean([getattr(one, field) for one in alone], axis=0)
        np.testing.assert_allclose(getattr(together, field), expected, atol=1e-6)


def test_background_is_that_of_the_model(model):
    own = Model.of(networks.cnn())
    own.background = [0.4, 0.1, 0.1, 0.4]
    expected = np.broadcast_to(np.float32(own.background), (3, 1, 40, 4))
    found = ask(own, X, references="background")
    np.testing.assert_allclose(
        found.contributions, ask(own, X, references=expected).contributions, atol=1e-6
    )
    assert (found.contributions != ask(own, X, references="uniform").contributions).any()


def test_both_strands_of_a_reverse_complement_are_mirrored(model):
    flipped = np.ascontiguousarray(np.stack([reverse_complement(x) for x in X]))
    forward, reverse = ask(model, X), ask(model, flipped)
    one, other = both_strands(forward, reverse), both_strands(reverse, forward)
    np.testing.assert_allclose(one.contributions, other.contributions[:, ::-1], atol=1e-6)
    np.testing.assert_allclose(one.hypothetical, other.hypothetical[:, ::-1, ::-1], atol=1e-6)
    np.testing.assert_allclose(one.values, (forward.values + reverse.values) / 2, atol=1e-6)


def test_both_strands_put_bases_back():
    """The reverse strand's first A is the forward strand's last T."""
    blank = {"contributions": np.zeros((1, 3)), "hypothetical": np.zeros((1, 3, 4))}
    rest = dict.fromkeys(("completeness_error", "values", "reference_values"), np.zeros(1))
    reverse = Result(**{name: array.copy() for name, array in blank.items()}, **rest)
    reverse.contributions[0, 0] = 2
    reverse.hypothetical[0, 0, 0] = 4
    found = both_strands(Result(**blank, **rest), reverse)
    np.testing.assert_array_equal(found.contributions, [[0, 0, 1]])
    assert found.hypothetical[0, 2, 3] == 2 and found.hypothetical.sum() == 2


def test_an_answer_knows_its_letters_where_inputs_have_any(model):
    inputs = X.copy()
    inputs[1, 5] = 0  # an N
    expected = np.where(inputs.any(axis=-1), inputs.argmax(axis=-1), 4)
    np.testing.assert_array_equal(ask(model, inputs).codes, expected)
    own = ask(model, inputs, task=["abf1", "reb1", "abf1"])
    np.testing.assert_array_equal(own.codes, expected)
    assert ask(model, np.full_like(inputs, 0.25)).codes is None
