"""References and tasks of the caller's own, through the front door."""

import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution.front import attribute
from chromolens.errors import BadInput
from chromolens.models.model import Model

X = networks.sequences(5, 40)
OPTIONS = {"method": "deeplift_rescale", "batch_size": 8}


@pytest.fixture(scope="module")
def model():
    return Model.of(networks.cnn(tasks=3), tasks=["a", "b", "c"])


def test_each_input_for_its_own_class(model):
    labels = np.array([2, 0, 1, 0, 2])
    own = networks.sequences(5, 40, seed=9)[:, None]
    found = attribute(model, X, task=labels, references=own, **OPTIONS)
    for row, label in enumerate(labels):
        alone = attribute(model, X[[row]], task=int(label), references=own[[row]], **OPTIONS)
        np.testing.assert_array_equal(found.contributions[row], alone.contributions[0])
        np.testing.assert_array_equal(found.hypothetical[row], alone.hypothetical[0])
        assert found.values[row] == alone.values[0]
    by_name = attribute(model, X, task=list("cabac"), references=own, **OPTIONS)
    np.testing.assert_array_equal(by_name.contributions, found.contributions)


@pytest.mark.parametrize("tasks", [[0, 1], np.zeros((5, 1), int), [0, 1, 2, 0, 3]])
def test_tasks_that_do_not_fit(model, tasks):
    with pytest.raises(BadInput, match="for 5 inputs|no task number 3|classes have shape"):
        attribute(model, X, task=tasks, **OPTIONS)


def test_shuffles_of_own_tasks_have_the_same_seeds(model):
    options = OPTIONS | {"references": "shuffle", "n_references": 2}
    found = attribute(model, X, task=[1] * 5, ids=list("abcde"), **options)
    expected = attribute(model, X, task=1, ids=list("abcde"), **options)
    np.testing.assert_array_equal(found.contributions, expected.contributions)


def test_a_pool_is_shared_by_all_inputs(model):
    pool = networks.sequences(3, 40, seed=7)[None]
    found = attribute(model, X, references=pool, **OPTIONS)
    repeated = attribute(model, X, references=np.repeat(pool, 5, axis=0), **OPTIONS)
    np.testing.assert_array_equal(found.contributions, repeated.contributions)
    at_pool = model.logits(pool[0]).numpy()[:, 0].mean()
    np.testing.assert_allclose(found.reference_values, at_pool, atol=1e-5)


def test_shuffles_that_give_back_their_input_are_counted(model):
    inputs = X.copy()
    inputs[1] = [0, 1, 0, 0]  # one base: every shuffle is the input
    inputs[2, 3:] = 0
    inputs[2, :3] = [1, 0, 0, 0]
    inputs[3] = 0
    options = OPTIONS | {"references": "dinucleotide_shuffle", "n_references": 3}
    found = attribute(model, inputs, **options)
    assert found.equal_references.tolist() == [0, 3, 3, 3, 0]
    np.testing.assert_array_equal(found.contributions[1:4], 0)
    assert attribute(model, inputs, **OPTIONS).equal_references[:3].tolist() == [0, 0, 0]


def test_references_that_are_the_inputs_are_refused(model):
    with pytest.raises(BadInput, match="(?s)5 inputs have no reference but themselves.*row 0"):
        attribute(model, X, references=X[:, None], **OPTIONS)
    pool = X[None, :2]
    assert attribute(model, X, references=pool, **OPTIONS).equal_references.tolist() == [
        1, 1, 0, 0, 0,
    ]  # fmt: skip
    with pytest.raises(BadInput, match="(?s)1 inputs have no.*row 4"):
        attribute(model, X, references=X[None, 4:], **OPTIONS)
    blank = X.copy()
    blank[4] = 0  # all N: nothing to explain, and nothing wrong
    own = np.repeat(networks.sequences(1, 40, seed=3)[None], 5, axis=0)
    own[4] = 0
    found = attribute(model, blank, references=own, **OPTIONS)
    np.testing.assert_array_equal(found.contributions[4], 0)


def a_less_b(outputs):
    return outputs["probability"][:, 0] - outputs["probability"][:, 1]


def test_functions_complete(model):
    found = attribute(model, X, target=a_less_b, references="uniform", **OPTIONS)
    logits = model.logits(X).numpy()
    np.testing.assert_allclose(found.values, logits[:, 0] - logits[:, 1], atol=1e-5)
    np.testing.assert_allclose(found.completeness_error, 0, atol=1e-5)
    one, other = (attribute(model, X, task=i, references="uniform", **OPTIONS) for i in (0, 1))
    expected = one.contributions - other.contributions
    np.testing.assert_allclose(found.contributions, expected, atol=1e-5)
    assert (found.target, one.target) == ("a_less_b", "logit")


def test_weights_that_are_not_numbers_are_named():
    network = networks.cnn()
    layer = network.layers[-2]
    bias = layer.bias.numpy()
    bias[1] = np.nan
    layer.bias.assign(bias)
    with pytest.raises(BadInput, match="'bias' of layer 'logits'"):
        Model.of(network)


class Noise(layers.Layer):
    def call(self, inputs):
        return inputs + tf.random.normal(tf.shape(inputs))


@pytest.mark.parametrize("kind", ["dropout", "own"])
def test_random_networks_are_refused(kind):
    import keras

    inputs = keras.Input((40, 4))
    if kind == "dropout":
        x = layers.Dropout(0.5, name="dropped")(inputs, training=True)
    else:
        x = Noise()(inputs)
    network = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
    message = "random(.|\n)*dropped" if kind == "dropout" else "random(.|\n)*layer of your own"
    with pytest.raises(BadInput, match=message):
        attribute(network, X, method="gradient_x_input")
    quiet = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(layers.Dropout(0.5)(inputs))))
    assert attribute(quiet, X, method="gradient_x_input").values.shape == (5,)


def test_references_that_a_study_draws_are_arrays_here(model):
    with pytest.raises(BadInput, match=r"(?s)no references 'mean'.*X\.mean"):
        attribute(model, X, task=0, **OPTIONS | {"references": "mean"})
