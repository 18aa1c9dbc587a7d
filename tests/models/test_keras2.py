"""Networks of Keras 2 (written with ``tf_keras``): the same answers, every method, no code run."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tf_keras
from tf_keras import layers

from chromolens.attribution.front import attribute
from chromolens.errors import BadInput
from chromolens.models.model import load_model

FILES = Path(os.environ.get("CHROMOLENS_MIRROR", "absent")) / (
    "raw.githubusercontent.com/AvantiShri/model_storage/"
    "d53ee8e7206873fcddb594c92cb2445f77f20da5/deeplift/genomics"
)


def sequences(count: int = 5, length: int = 30) -> np.ndarray:
    codes = np.random.default_rng(3).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


def randomised(network):
    """Every weight drawn anew, moving statistics included."""
    rng = np.random.default_rng(1)
    for weight in network.weights:
        values = rng.normal(0, 0.3, weight.shape)
        weight.assign(0.5 + np.abs(values) if "variance" in weight.name else values)
    return network


def recurrent():
    inputs = x = tf_keras.Input((30, 4))
    x = layers.Conv1D(6, 5, activation="relu")(x)
    lstm = layers.LSTM(3, return_sequences=True, recurrent_activation="hard_sigmoid")
    x = layers.BatchNormalization()(layers.Bidirectional(lstm)(x))
    x = layers.Add()([x, layers.LeakyReLU(0.1)(x)])
    x = layers.TimeDistributed(layers.Dense(3, activation="hard_sigmoid"))(x)
    x = layers.GRU(4, reset_after=False)(x)
    outputs = [layers.Dense(2, name="a")(x), layers.Dense(1, activation="sigmoid", name="b")(x)]
    return tf_keras.Model(inputs, outputs)


def nested():
    parts = [layers.Conv1D(5, 3, input_shape=(30, 4)), layers.BatchNormalization()]
    tower = tf_keras.Sequential([*parts, layers.ReLU(), layers.MaxPooling1D(2)])
    inputs = tf_keras.Input((30, 4))
    x = layers.Maximum()([tower(inputs), tower(layers.Dense(4)(inputs))])
    x = layers.Dropout(0.5)(layers.Flatten()(layers.SeparableConv1D(4, 3)(x)))
    return tf_keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def any_length():
    inputs = tf_keras.Input((None, 4))
    x = layers.Conv1D(8, 3, activation="elu", padding="same", dilation_rate=2)(inputs)
    return tf_keras.Model(inputs, layers.Dense(1)(layers.GlobalMaxPooling1D()(x)))


def plain():
    parts = [layers.Conv1D(6, 5, activation="relu", input_shape=(30, 4)), layers.Flatten()]
    return tf_keras.Sequential([*parts, layers.Dense(2, activation="sigmoid")])


def adding():
    """With an operation of TensorFlow, which Keras 3 has no layer for."""
    inputs = tf_keras.Input((30, 4))
    x = layers.Conv1D(4, 3, padding="same", activation="tanh")(inputs)
    x = layers.Flatten()(x + 2 * inputs)
    return tf_keras.Model(inputs, layers.Dense(2, activation="sigmoid")(x))


def write(network, folder: Path, kind: str):
    """Save as ``kind``; return what ``load_model`` is given."""
    path = folder / f"network{kind}"
    if kind != "json":
        network.save(path)
        return path
    (folder / "network.json").write_text(network.to_json())
    network.save_weights(folder / "network.h5")
    return folder / "network.json", folder / "network.h5"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (recurrent, ".h5"),
        (nested, ".h5"),
        (nested, "json"),
        (plain, "json"),
        (plain, ".keras"),
        (plain, ""),
        (any_length, ".hdf5"),
    ],
)
def test_rebuilt_networks_answer_as_keras_2_does(tmp_path, make, kind):
    old, x = randomised(make()), sequences()
    model = load_model(write(old, tmp_path, kind))
    expected = old(x)
    expected = expected if isinstance(expected, list) else [expected]
    for ours, theirs in zip(keras.tree.flatten(model.network(x)), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert {type(layer).__module__.split(".")[0] for layer in model.network.layers} == {"keras"}
    assert len(model.digest) == 64 and model.channels == 4


def test_weights_alone_find_their_architecture(tmp_path):
    write(randomised(plain()), tmp_path, "json")
    assert load_model(tmp_path / "network.h5").length == 30
    (tmp_path / "network.json").rename(tmp_path / "other.json")
    with pytest.raises(BadInput, match="weights without an architecture"):
        load_model(tmp_path / "network.h5")
    with pytest.raises(BadInput, match="no weights"):
        load_model(tmp_path / "other.json")
    assert load_model((tmp_path / "other.json", tmp_path / "network.h5")).length == 30


def test_rebuilt_networks_are_explained_by_deeplift(tmp_path):
    old = randomised(plain())
    model, x = load_model(write(old, tmp_path, ".h5")), sequences()
    found = attribute(model, x, method="deeplift_rescale", references="uniform", task=1)
    probability = np.float64(old(x))[:, 1]
    np.testing.assert_allclose(found.values, np.log(probability / (1 - probability)), atol=1e-4)
    np.testing.assert_allclose(found.completeness_error, 0, atol=1e-5)


@pytest.mark.parametrize("kind", [".h5", ""], ids=["HDF5", "SavedModel"])
def test_what_cannot_be_rebuilt_has_outputs_and_gradients(tmp_path, kind):
    import tensorflow as tf

    old, x = randomised(adding()), sequences()
    path = write(old, tmp_path, kind)
    (path / "keras_metadata.pb").unlink() if kind == "" else None
    model = load_model(path)
    point = tf.Variable(x)
    with tf.GradientTape() as tape:
        value = old(point)[:, 1]
    expected = (tape.gradient(value, point) * x).numpy().sum(axis=-1)
    options = {"references": "zeros", "task": 1, "target": "output"}
    found = attribute(model, x, method="gradient_x_input", **options)
    np.testing.assert_allclose(found.contributions, expected, atol=1e-6)
    np.testing.assert_allclose(found.values, old(x)[:, 1], atol=1e-6)
    with pytest.raises(BadInput, match="Opaque"):
        attribute(model, x, method="deeplift_rescale", **options)
    with pytest.raises(BadInput, match=r'target="output"'):
        attribute(model, x, method="gradient_x_input", task=1)


def test_lambdas_are_not_run_but_can_be_named(tmp_path):
    inputs = tf_keras.Input((30, 4))
    trap = f"(tmp_path := __import__('pathlib').Path({str(tmp_path)!r}, 'ran').touch())"
    double = eval(f"lambda x: ({trap}, x * 2)[1]")  # what a file could hold
    x = layers.Flatten()(layers.Lambda(double, name="double")(inputs))
    old = randomised(tf_keras.Model(inputs, layers.Dense(1)(x)))
    expected = old(sequences()).numpy()
    paths = [write(old, tmp_path, kind) for kind in (".h5", "json", ".keras")]
    (tmp_path / "ran").unlink()
    for path in paths:
        with pytest.raises(BadInput, match="(?s)'double' is a Lambda.*custom_objects"):
            load_model(path)

    class Double(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 2

    model = load_model(paths[0], custom_objects={"double": Double})
    np.testing.assert_allclose(model.network(sequences()), expected, atol=1e-6)
    assert not (tmp_path / "ran").exists()


class Scaled(layers.Layer):
    def call(self, inputs):
        return inputs * 3


def test_layers_of_ones_own(tmp_path):
    inputs = tf_keras.Input((30, 4))
    old = tf_keras.Model(inputs, layers.Dense(2)(layers.Flatten()(Scaled()(inputs))))
    path = write(randomised(old), tmp_path, ".h5")
    with pytest.raises(BadInput, match="(?s)doesn't know: Scaled.*custom_objects"):
        load_model(path)

    class OfKeras3(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 3

    model = load_model(path, custom_objects={"Scaled": OfKeras3, "own_loss": None})
    np.testing.assert_allclose(model.network(sequences()), old(sequences()), atol=1e-5)


def test_files_that_import_modules_or_write_files_are_refused(tmp_path):
    paths = write(randomised(adding()), tmp_path, "json")
    config = paths[0].read_text()
    for old, new, message in (
        ("__operators__.add", "io.write_file", "calls tf.io.write_file"),
        ('"module": "keras.layers"', '"module": "os"', "module 'os'"),
    ):
        assert old in config
        paths[0].write_text(config.replace(old, new))
        with pytest.raises(BadInput, match=message):
            load_model(paths)


@pytest.mark.skipif(not FILES.exists(), reason="CHROMOLENS_MIRROR has no deeplift/genomics")
def test_the_deeplift_papers_model():
    """Keras 2.1.6; the last layers are Dense(3) and sigmoid."""
    name = "keras2_conv1d_record_5_model_PQzyq_model"
    paths = FILES / f"{name}Json.json", FILES / f"{name}Weights.h5"
    old = tf_keras.models.model_from_config(json.loads(paths[0].read_text()))
    old.load_weights(paths[1])
    model, x = load_model(paths), sequences(20, 200)
    np.testing.assert_allclose(model.network(x), old(x), atol=1e-5)
    found = attribute(model, x, method="deeplift_rescale", references="zeros", task=2)
    before = tf_keras.Model(old.inputs, old.layers[-2].output)
    np.testing.assert_allclose(found.values, before(x)[:, 2], atol=1e-4)
    np.testing.assert_allclose(found.completeness_error, 0, atol=1e-3)
