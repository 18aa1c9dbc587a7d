"""Models that mean harm: refused by name before anything of them is run."""

import json
import re
import shutil
import zipfile
from functools import partial

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from chromolens.errors import BadInput
from chromolens.models.foreign.operations import ALLOWED
from chromolens.models.model import load_model


def read(path):
    return tf.cast(tf.strings.length(tf.io.read_file(str(path))), tf.float32)


def written(path):
    with tf.control_dependencies([tf.io.write_file(str(path), "harm")]):
        return tf.constant(1.0)


def printed(path):
    with tf.control_dependencies([tf.print("harm", output_stream=f"file://{path}")]):
        return tf.constant(1.0)


def by_python(kind, path):
    found = kind(lambda: np.float32(1), [], tf.float32)
    return tf.ensure_shape(found, [])


def lines(path):
    data = tf.data.TextLineDataset(str(path))
    return tf.cast(data.reduce(0, lambda count, line: count + 1), tf.float32)


def first_of(make):
    """The length of the first record of a dataset, by an iterator in the graph."""

    def ask(path):
        return tf.cast(tf.strings.length(next(iter(make(str(path))))), tf.float32)

    return ask


def from_service(path):
    """Data that another process is asked for."""
    kind = tf.TensorSpec([], tf.string)
    ask = tf.data.experimental.service.from_dataset_id
    return ask("parallel_epochs", f"grpc://localhost:1/{path.name}", "0", element_spec=kind)


def saved_beside(path):
    save = tf.raw_ops.SaveV2(
        prefix=str(path), tensor_names=["a"], shape_and_slices=[""], tensors=[tf.constant(1.0)]
    )
    with tf.control_dependencies([save]):
        return tf.constant(1.0)


def restored(path):
    (found,) = tf.raw_ops.RestoreV2(
        prefix=str(path), tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.float32]
    )
    return tf.reshape(found, [])


HARM = {
    "read_file": read,
    "write_file": written,
    "print_to_file": printed,
    "matching_files": lambda path: tf.cast(tf.size(tf.io.matching_files(f"{path}*")), tf.float32),
    "py_function": partial(by_python, tf.py_function),
    "numpy_function": partial(by_python, tf.numpy_function),
    "lines": lines,
    "iterator": first_of(tf.data.TextLineDataset),
    "records": first_of(tf.data.TFRecordDataset),
    "pieces": first_of(partial(tf.data.FixedLengthRecordDataset, record_bytes=1)),
    "service": lambda path: first_of(lambda _: from_service(path))(path),
    "save": saved_beside,
    "restore": restored,
    "immutable": lambda path: tf.raw_ops.ImmutableConst(
        dtype=tf.float32, shape=[], memory_region_name=str(path)
    ),
    "timestamp": lambda path: tf.cast(tf.timestamp(), tf.float32),
}
PLACES = {
    "plain": lambda harm, x: x * harm(),
    "function": lambda harm, x: x * tf.function(harm)(),
    "branch": lambda harm, x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * harm(), lambda: x),
    "loop": lambda harm, x: tf.while_loop(
        lambda i, y: i < 2, lambda i, y: (i + 1, y * harm()), (0, x)
    )[1],
}


class Network(tf.Module):
    """A convolution; ``harm`` (x -> x) stands in its own signature, or in another one."""

    def __init__(self, harm=None, elsewhere=False):
        super().__init__()
        self.kernel = tf.Variable(np.full((3, 4, 2), 0.1, np.float32))
        self.harm, self.elsewhere = harm, elsewhere

    @tf.function(input_signature=[tf.TensorSpec((None, 12, 4))])
    def serve(self, x):
        x = self.harm(x) if self.harm and not self.elsewhere else x
        return {"out": tf.reduce_mean(tf.nn.conv1d(x, self.kernel, 1, "SAME"), axis=1)}

    @tf.function(input_signature=[tf.TensorSpec((None, 12, 4))])
    def other(self, x):
        return {"out": self.harm(x) if self.harm and self.elsewhere else x}


def saved(folder, network):
    signatures = {"serving_default": network.serve, "other": network.other}
    tf.saved_model.save(network, str(folder), signatures=signatures)
    return folder


@pytest.fixture(scope="module")
def harmless(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("harmless"), Network())


def onehot():
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (2, 12))]


def test_a_harmless_graph_is_read(harmless):
    x = onehot()
    padded = np.pad(x, [(0, 0), (1, 1), (0, 0)]).sum(axis=2)
    expected = sum(padded[:, i : i + 12] for i in range(3)).mean(axis=1) * 0.1
    found = load_model(harmless).network(x)
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 2, axis=1), atol=1e-6)


def test_a_graph_of_many_layers_is_read(tmp_path):
    start = keras.Input((24, 4))
    x = layers.BatchNormalization()(layers.Conv1D(8, 5, activation="gelu")(start))
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.Dropout(0.2)(x))
    x = layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(x, x))
    x = layers.GRU(4)(layers.MaxPooling1D(2)(layers.SeparableConv1D(6, 3)(x)))
    network = keras.Model(start, layers.Dense(3, "softmax")(x))
    network.export(tmp_path / "net", verbose=False)
    x = np.eye(4, dtype=np.float32)[np.random.default_rng(1).integers(0, 4, (3, 24))]
    found = load_model(tmp_path / "net").network(x)
    np.testing.assert_allclose(found, network(x), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("place", [*PLACES, "elsewhere"])
@pytest.mark.parametrize("name", HARM)
def test_graphs_that_touch_the_world_are_refused_and_not_run(tmp_path, name, place):
    witness = tmp_path / "witness"
    put, harm = PLACES.get(place, PLACES["plain"]), partial(HARM[name], witness)
    network = Network(partial(put, harm), elsewhere=place == "elsewhere")
    folder = saved(tmp_path / "net", network)
    with pytest.raises(BadInput, match="operations that no network needs"):
        load_model(folder)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("witness")]


@pytest.mark.parametrize("kind", [tf.lookup.StaticHashTable, tf.lookup.StaticVocabularyTable])
def test_tables_of_words_in_files_are_refused(tmp_path, kind):
    (tmp_path / "words.txt").write_text("a\nb\n")
    network = Network()
    kinds = (
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    reader = tf.lookup.TextFileInitializer(str(tmp_path / "words.txt"), *kinds)
    network.table = kind(reader, 1)
    with pytest.raises(BadInput, match="Table"):
        load_model(saved(tmp_path / "net", network))


NEVER = sorted({name for name in dir(tf.raw_ops) if name[0].isupper()} - ALLOWED)


@pytest.mark.parametrize("name", NEVER[:: max(1, len(NEVER) // 140)])
@pytest.mark.parametrize("place", ["graph", "function", "saver"])
def test_any_other_operation_is_refused_wherever_it_stands(tmp_path, harmless, name, place):
    """Written into the file by hand: a graph needn't have been made by TensorFlow's functions.

    Where the saver alone would call it, it may only stand in a function that is nobody else's.
    """
    folder = shutil.copytree(harmless, tmp_path / "net")
    model = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    (graph,) = model.meta_graphs
    served = graph.object_graph_def.concrete_functions
    library = {one.signature.name: one for one in graph.graph_def.library.function}
    if place == "graph":
        graph.graph_def.node.add(name="harm", op=name)
    elif place == "function":
        library[next(key for key in served if key in library)].node_def.add(name="harm", op=name)
    else:
        node = graph.graph_def.node.add(name="harm", op="StatefulPartitionedCall")
        node.attr["f"].func.name = next(key for key in served if key in library)
        library[node.attr["f"].func.name].node_def.add(name="harm", op=name)
        graph.saver_def.save_tensor_name = "harm:0"
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(BadInput, match=rf"no network needs: .*{name}"):
        load_model(folder)


def test_graphs_of_tensorflow_1_are_refused(tmp_path, harmless):
    folder = shutil.copytree(harmless, tmp_path / "net")
    model = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    model.meta_graphs[0].ClearField("object_graph_def")
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    with pytest.raises(BadInput, match="not of TensorFlow 2"):
        load_model(folder)


def network(path):
    keras.utils.set_random_seed(0)
    start = keras.Input((12, 4))
    x = layers.Flatten()(layers.Conv1D(3, 3, activation="relu")(start))
    keras.Model(start, layers.Dense(2, activation="sigmoid")(x)).save(path)
    return path


@pytest.mark.parametrize("member", ["model.weights.h5", "assets/filling"])
def test_archives_that_fill_the_memory_are_not_unpacked(tmp_path, member):
    with zipfile.ZipFile(network(tmp_path / "small.keras")) as small:
        path = tmp_path / "bomb.keras"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            for name in small.namelist():
                bomb.writestr(name, small.read(name))
            with bomb.open(member, "w", force_zip64=True) as filling:
                for _ in range(300):
                    filling.write(bytes(2**20))
    with pytest.raises(BadInput, match=r"holds 31\d MB: it is not unpacked"):
        load_model(path)


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_weights_that_fill_the_memory_are_not_unpacked(tmp_path, kind):
    path = network(tmp_path / f"net.{kind}")
    weights = path
    if kind == "keras":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "parts")
        weights = tmp_path / "parts" / "model.weights.h5"
    with h5py.File(weights, "a") as file:
        file.create_dataset("huge", (2**31,), "float64", chunks=True, compression="gzip")
    if kind == "keras":
        with zipfile.ZipFile(path, "w") as archive:
            for part in (tmp_path / "parts").iterdir():
                archive.write(part, part.name)
    with pytest.raises(BadInput, match="holds 1.72e[+]04 MB"):
        load_model(path)


def test_weights_that_stand_in_other_files_are_not_read(tmp_path):
    path, other = network(tmp_path / "net.h5"), network(tmp_path / "other.h5")
    with h5py.File(path, "a") as file:
        file["away"] = h5py.ExternalLink(other.name, "/model_weights")
    with pytest.raises(BadInput, match="'away' stands in another file"):
        load_model(path)


@pytest.mark.parametrize("version", ["2.15.0", "3.0.0"])
@pytest.mark.parametrize("key", ["vocabulary", "filepath", "idf_weights"])
def test_configs_that_name_files_are_refused(tmp_path, version, key):
    path = tmp_path / "net.h5"
    network(path)
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"][key] = "../words.txt"
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
    with pytest.raises(BadInput, match=f"names a file: {key}"):
        load_model(path)


WORDS = {
    "StringLookup": ("a\nb\n", tf.string, {}),
    "IntegerLookup": ("1\n2\n", tf.int64, {}),
    "TextVectorization": ("a\nb\n", tf.string, {"output_sequence_length": 1}),
}


@pytest.mark.parametrize("form", ["h5", "keras", "tf"])
@pytest.mark.parametrize("kind", WORDS)
def test_words_in_files_are_refused_as_keras_2_writes_them(tmp_path, kind, form):
    words, dtype, more = WORDS[kind]
    (tmp_path / "words.txt").write_text(words)
    old = tf_keras.layers
    lookup = getattr(old, kind)(vocabulary=str(tmp_path / "words.txt"), **more)
    starts = old.Input((12, 4)), old.Input((1,), dtype=dtype)
    parts = old.Conv1D(2, 3)(starts[0]), old.Embedding(9, 2)(lookup(starts[1]))
    joined = old.Concatenate()([old.Flatten()(part) for part in parts])
    tf_keras.Model(starts, old.Dense(1)(joined)).save(tmp_path / f"net.{form}", save_format=form)
    (tmp_path / "words.txt").unlink()
    with pytest.raises(BadInput, match="names a file: vocabulary is|InitializeTableFromTextFile"):
        load_model(tmp_path / f"net.{form}")


@pytest.mark.parametrize("form", ["h5", "keras"])
@pytest.mark.parametrize("library", [keras, tf_keras])
@pytest.mark.parametrize("lambda_layer", [True, False])
def test_functions_in_configs_are_refused_in_words(tmp_path, library, form, lambda_layer):
    layer = library.layers
    start = layer.Input((12, 4))
    x = layer.Flatten()(start)
    x = layer.Lambda(lambda t: 2 * t, name="f")(x) if lambda_layer else x
    x = layer.Dense(1, name="f" if not lambda_layer else "g", activation=lambda t: t + 1)(x)
    library.Model(start, x).save(tmp_path / f"net.{form}")
    with pytest.raises(
        BadInput, match="'f' is a .*code in a model file, which is not run"
    ) as error:
        load_model(tmp_path / f"net.{form}")
    assert not re.search("[A-Za-z0-9+/=]{60}", str(error.value).replace(str(tmp_path), ""))


class OfType(Network):
    """``Network`` with inputs of another type."""

    def __init__(self, dtype):
        super().__init__()
        spec = [tf.TensorSpec((None, 12, 4), dtype)]
        self.typed = tf.function(
            lambda x: self.serve(tf.cast(x, tf.float32)), input_signature=spec
        )


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "bool"])
def test_signatures_of_integers_are_refused_in_words(tmp_path, dtype):
    network = OfType(getattr(tf, dtype))
    tf.saved_model.save(network, str(tmp_path), {"serving_default": network.typed})
    with pytest.raises(
        BadInput, match=f"is {dtype}, which has no gradient(.|\\n)*Model.of_function"
    ):
        load_model(tmp_path)


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_signatures_of_other_floats_are_fed_these(tmp_path, dtype):
    network, x = OfType(getattr(tf, dtype)), tf.constant(onehot())
    tf.saved_model.save(network, str(tmp_path), {"serving_default": network.typed})
    model = load_model(tmp_path)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = model.network(x)
    np.testing.assert_allclose(found, network.serve(x)["out"], atol=1e-6)
    inside = tape.gradient(found, x)[:, 1:-1]  # each base adds 3 x 2 x 0.1 / 12
    np.testing.assert_allclose(inside, 0.05, atol=1e-3)
