"""Loading, logits, names of tasks, values."""

import hashlib
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from chromolens import attribute
from chromolens.errors import BadInput
from chromolens.models.model import Model, load_model
from chromolens.models.targets import target_values


def sequences(count: int, length: int = 12) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (count, length))]


def small(last: str = "sigmoid", fused: bool = False, units: int = 3) -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 4))
    x = layers.Flatten()(layers.Conv1D(5, 3, activation="relu")(inputs))
    if fused:
        return keras.Model(inputs, layers.Dense(units, activation=last, name="out")(x))
    x = layers.Dense(units, name="logits")(x)
    return keras.Model(inputs, layers.Activation(last, name="out")(x))


def undo(last: str, values: np.ndarray) -> np.ndarray:
    """Logits, up to a constant of each row for softmax."""
    return np.log(values / (1 - values)) if last == "sigmoid" else np.log(values)


@pytest.mark.parametrize("last", ["sigmoid", "softmax"])
@pytest.mark.parametrize("fused", [False, True])
def test_logits_are_before_the_last_activation(last, fused):
    model, x = Model.of(small(last, fused)), sequences(4)
    difference = model.logits(x).numpy() - undo(last, model.network(x).numpy().astype(float))
    centre = difference.mean(axis=1, keepdims=True) if last == "softmax" else 0
    np.testing.assert_allclose(difference - centre, 0, atol=1e-5)
    assert model.logits(x).numpy().min() < 0


def test_logits_share_the_weights_of_the_network():
    network = small(fused=True)
    model, x = Model.of(network), sequences(4)
    network.layers[-1].kernel.assign(network.layers[-1].kernel * 2)
    expected = undo("sigmoid", network(x).numpy().astype(float))
    np.testing.assert_allclose(model.logits(x), expected, atol=1e-4)


def test_logits_of_a_nested_sequential():
    nested = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="sigmoid")])
    network = keras.Sequential([keras.Input((12, 4)), layers.Conv1D(4, 3), nested])
    model, x = Model.of(network), sequences(4)
    expected = undo("sigmoid", network(x).numpy().astype(float))
    np.testing.assert_allclose(model.logits(x), expected, atol=1e-5)


def test_other_last_activations_are_left_alone():
    network, x = small("tanh"), sequences(4)
    np.testing.assert_allclose(Model.of(network).logits(x), network(x), atol=1e-6)


def two_outputs() -> keras.Model:
    inputs = keras.Input((12, 4))
    x = layers.Conv1D(2, 3, padding="same", name="profile_reb1")(inputs)
    counts = layers.Dense(2, name="counts")(layers.GlobalAveragePooling1D()(x))
    return keras.Model(inputs, [x, counts])


def test_tasks_are_outputs_flattened_in_model_order():
    model = Model.of(two_outputs())
    assert model.tasks == ["profile_reb1", "counts/0", "counts/1"]
    assert [model.output_of(task) for task in range(3)] == [(0, None), (1, 0), (1, 1)]
    assert model.task_index("reb1") == model.task_index("profile_reb1") == 0
    assert model.task_index("counts/1") == model.task_index(np.int64(2)) == 2


def test_names_of_tasks():
    model = Model.of(small(), tasks=["a", "b", "c"])
    assert [model.task_index(name) for name in ("b", "out/2", 0)] == [1, 2, 0]
    for wrong in ("d", 3, -1, True, None):
        with pytest.raises(BadInput):
            model.task_index(wrong)
    with pytest.raises(BadInput, match="2 names for 3"):
        Model.of(small(), tasks=["a", "b"])


def test_values_do_not_depend_on_the_batch():
    model, x = Model.of(small()), sequences(9)
    values = target_values(model, x, tasks=["out/2", 0], batch_size=4)
    np.testing.assert_allclose(values, model.logits(x).numpy()[:, [2, 0]], atol=1e-6)
    alone = target_values(model, x[[7]], tasks=[2, 0], batch_size=4)  # at another place
    np.testing.assert_allclose(alone, values[[7]], rtol=1e-6, atol=1e-7)
    assert values.dtype == np.float32 and values.shape == (9, 2)
    assert target_values(model, x[:0], tasks=[0]).shape == (0, 1)


def save(network: keras.Model, folder, **sidecar) -> str:
    path = folder / "fold0.keras"
    network.save(path)
    if sidecar:
        (folder / "fold0.json").write_text(json.dumps(sidecar))
    return str(path)


@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_hdf5_and_json_of_keras_3(tmp_path, kind):
    network, x = small(), sequences(3)
    if kind == "sequential":
        parts = [keras.Input((12, 4)), layers.Conv1D(3, 3), layers.Flatten(), layers.Dense(2)]
        network = keras.Sequential(parts)
    network.save(tmp_path / "m.h5")
    network.save_weights(tmp_path / "w.weights.h5")
    (tmp_path / "a.json").write_text(network.to_json())
    for source in (tmp_path / "m.h5", (tmp_path / "a.json", tmp_path / "w.weights.h5")):
        np.testing.assert_array_equal(load_model(source).network(x), network(x))


def test_load_with_a_sidecar(tmp_path):
    network, x = small(), sequences(3)
    path = save(network, tmp_path, tasks=["a", "b", "c"], background=[0.3, 0.2, 0.2, 0.3])
    model = load_model(path)
    assert (model.tasks, model.length, model.channels) == (["a", "b", "c"], 12, 4)
    assert model.background == [0.3, 0.2, 0.2, 0.3]
    with open(path, "rb") as file:
        assert model.digest == hashlib.sha256(file.read()).hexdigest()
    np.testing.assert_array_equal(model.network(x), network(x))


def test_load_without_a_sidecar(tmp_path):
    model = load_model(save(small(), tmp_path), layout="length_channels")
    assert model.tasks == ["out/0", "out/1", "out/2"] and model.background is None


def test_a_sidecar_of_another_file_is_refused(tmp_path):
    path = save(small(), tmp_path, digest="0" * 64)
    with pytest.raises(BadInput, match="sidecar"):
        load_model(path)


def test_lambda_layers_are_refused(tmp_path):
    inputs = keras.Input((12, 4))
    network = keras.Model(inputs, layers.Lambda(lambda x: x[:, 0])(inputs))
    with pytest.raises(BadInput, match="Lambda"):
        load_model(save(network, tmp_path))


@keras.saving.register_keras_serializable("test_model_only")
class Scale(layers.Layer):
    def call(self, inputs):
        return inputs * 2


def test_custom_layers_are_named(tmp_path):
    inputs = keras.Input((12, 4))
    network = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(Scale()(inputs))))
    path = save(network, tmp_path)
    registered = keras.saving.get_custom_objects()
    key = next(name for name in registered if name.endswith("Scale"))
    layer = registered.pop(key)
    with pytest.raises(BadInput, match=r"(?s)Scale.*custom_objects"):
        load_model(path)
    assert load_model(path, custom_objects={key: layer}).length == 12


@keras.saving.register_keras_serializable("test_model_only")
class Own(keras.Model):
    """A network of a class of its own, which can be asked but not looked into."""

    def __init__(self, last=None, **options):
        super().__init__(**options)
        self.last, self.conv = last, layers.Conv1D(3, 4, activation="relu")
        self.pool, self.out = layers.GlobalMaxPooling1D(), layers.Dense(2, last)

    def call(self, inputs):
        return self.out(self.pool(self.conv(inputs)))

    def get_config(self):
        return {**super().get_config(), "last": self.last}


def test_networks_of_their_own_class_have_outputs_and_gradients(tmp_path):
    x, own = sequences(3), Own()
    own(x)
    own.save(tmp_path / "own.keras")
    same = layers.GlobalMaxPooling1D()(own.conv(start := keras.Input((12, 4))))
    same = keras.Model(start, own.out(same))
    expected = attribute(same, x, method="integrated_gradients").contributions
    for model in (Model.of(own), load_model(tmp_path / "own.keras")):
        found = attribute(model, x, method="integrated_gradients").contributions
        np.testing.assert_allclose(found, expected, atol=1e-6)
        with pytest.raises(BadInput, match="Own"):
            attribute(model, x, method="deeplift_rescale")


def test_what_squashes_out_of_sight_has_no_logit():
    x, own = sequences(3), Own("sigmoid")
    own(x)
    with pytest.raises(BadInput, match="stays between 0 and 1"):
        target_values(Model.of(own), x, tasks=[0])
    found = target_values(Model.of(own), x, tasks=[0, 1], target="output")
    np.testing.assert_allclose(found, own(x), atol=1e-6)


def test_a_function_is_asked_by_methods_that_need_no_gradient():
    weights = np.random.default_rng(2).normal(size=(12, 4)).astype(np.float32)
    model = Model.of_function(lambda x: (x * weights).sum(axis=(1, 2))[:, None], 12, tasks=["a"])
    x, options = sequences(3), {"target": "output", "references": "zeros", "task": "a"}
    expected = (x * weights).sum(axis=-1)
    for method in ("occlusion", "ism", "shapley_sampling", "kernel_shap", "lime"):
        found = attribute(model, x, method=method, **options)
        np.testing.assert_allclose(found.contributions, expected, atol=1e-5)
    for method in ("saliency", "integrated_gradients"):
        with pytest.raises(BadInput, match="a function has no gradient"):
            attribute(model, x, method=method, **options)
    with pytest.raises(BadInput, match=r'no logit(?s:.*)target="output"'):
        attribute(model, x, method="occlusion")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (lambda: Own(), "isn't built"),
        (lambda: keras.Sequential([layers.Conv1D(2, 3)]), "isn't built"),
        (lambda: undo, r"(?s)'undo' is not a Keras network.*of_function"),
        (lambda: object(), "'object' is not a Keras network"),
    ],
)
def test_what_is_no_network_is_named(network, message):
    with pytest.raises(BadInput, match=message):
        Model.of(network())


def test_archives_of_others_are_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", b"")
    with pytest.raises(BadInput, match="PyTorch"):
        load_model(tmp_path / "net.pt")


def test_files_of_keras_1_are_named(tmp_path):
    small().save(tmp_path / "old.h5")
    with h5py.File(tmp_path / "old.h5", "a") as file:
        file.attrs["keras_version"] = "1.2.2"
    with pytest.raises(BadInput, match=r"written by Keras 1\.2\.2"):
        load_model(tmp_path / "old.h5")


def test_files_that_are_not_models(tmp_path):
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    whole = save(small(), tmp_path)
    with open(whole, "rb") as file:
        (tmp_path / "cut.keras").write_bytes(file.read()[:2000])
    for name in ("missing.keras", "old.h5", "cut.keras"):
        with pytest.raises(BadInput, match=name):
            load_model(tmp_path / name)


def test_another_layout_is_refused(tmp_path):
    with pytest.raises(BadInput, match="layout='length_channels'"):
        load_model(save(small(), tmp_path), layout="channels_length")


def test_two_inputs_are_refused():
    one, two = keras.Input((12, 4)), keras.Input((12, 4))
    with pytest.raises(BadInput, match="inputs"):
        Model.of(keras.Model([one, two], layers.Flatten()(layers.Add()([one, two]))))
