"""What the config in a network's file says of it, read without Keras: planning asks too."""

import ast
import importlib.util
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chromolens.errors import BadInput
from chromolens.genome.apart import read_apart

TRAINING = ("_initializer", "_regularizer", "_constraint", "_regulariser")
NETWORKS = ("Functional", "Model", "Sequential")
# Layers of Keras 2 alone: they are read, and can be asked, but not rebuilt.
OF_KERAS_2 = (
    "CuDNNGRU",
    "CuDNNLSTM",
    "LocallyConnected1D",
    "SlicingOpLambda",
    "TFOpLambda",
    "ThresholdedReLU",
)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_READER = Path(__file__).with_name("hdf5_process.py")
_LONGEST = 2**26  # bytes of a config


@dataclass(frozen=True)
class Described:
    """A network by its config.

    Attributes
    ----------
    inputs
        Shape of each input, the batch (None) included; empty where the config doesn't say it.
    outputs
        Names of the layers that give the outputs, in their order.
    columns
        Of each output that a dense layer gives, how many; None for others.
    own
        Classes of layers that don't come with Keras.
    lambdas
        Names of the Lambda layers, which hold code.
    """

    inputs: tuple[tuple[int | None, ...], ...]
    outputs: tuple[str, ...]
    columns: tuple[int | None, ...]
    own: tuple[str, ...]
    lambdas: tuple[str, ...]


def describe(parts: tuple[Path, ...]) -> Described | None:
    """The network in a file, or in those of its architecture and its weights.

    None where the file holds no config of layers: a SavedModel.

    Raises
    ------
    BadInput
        What is no network, weights alone, a damaged file.
    """
    path = parts[-1]
    if path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise BadInput(
                "the folder is no SavedModel", expected="saved_model.pb", where=str(path)
            )
        return None
    try:
        config = _config(parts)
        return _described(config)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, BadInput):
            raise
        raise not_a_model(path) from error


def not_a_model(path: Path) -> BadInput:
    """What to say of a file that holds no network."""
    with open(path, "rb") as file:
        text = file.read(200).lstrip()
    if text.startswith(b"{"):
        return BadInput(
            "the model has no weights: the file holds an architecture alone",
            where=str(path),
            remedy='give both files: load_model(("model.json", "weights.h5"))',
        )
    return BadInput(
        "the file is not a model (or is cut short)",
        expected="a .keras archive, an HDF5 file, a pair (.json, .h5) or a SavedModel folder",
        where=str(path),
    )


def check_members(names: list[str], path: Path) -> None:
    """BadInput unless an archive with these members is one of Keras."""
    if {"metadata.json", "config.json"} <= set(names):
        return
    torch = any(Path(name).name == "data.pkl" for name in names)
    raise BadInput(
        "the file is a PyTorch checkpoint" if torch else "the archive holds no Keras network",
        expected="a .keras archive, with metadata.json and config.json",
        where=str(path),
        remedy="rebuild the network in Keras, with the weights" if torch else "",
    )


def is_architecture(facts: object) -> bool:
    """Whether the content of a JSON file is a network's architecture."""
    return isinstance(facts, dict) and {"class_name", "config"} <= facts.keys()


def layer_entries(part: object) -> list[dict]:
    """All layers ({class_name, config}) in a config, nested and wrapped ones included."""
    if isinstance(part, list):
        return [found for one in part for found in layer_entries(one)]
    if not isinstance(part, dict):
        return []
    inner = [value for key, value in part.items() if not of_training(key)]
    return ([part] if is_entry(part) else []) + layer_entries(inner)


def is_entry(part: dict) -> bool:
    """Whether a part of a config is a layer."""
    return isinstance(part.get("class_name"), str) and "config" in part


def of_training(key: str) -> bool:
    """Whether a key of a config only matters in training."""
    return key in ("inbound_nodes", "build_config") or key.endswith(TRAINING)


def _config(parts: tuple[Path, ...]) -> dict:
    """The config of the whole network."""
    path = parts[-1]
    if len(parts) == 2:
        return json.loads(parts[0].read_text())
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check_members(archive.namelist(), path)
            with archive.open("config.json") as file:
                return json.loads(file.read(_LONGEST))
    with open(path, "rb") as file:
        if file.read(len(_HDF5)) != _HDF5:
            raise not_a_model(path)
    said = json.loads(read_apart(str(_READER), path, "HDF5 file"))
    if "model_config" in said:
        return json.loads(said["model_config"])
    beside = path.with_suffix(".json")
    if not beside.is_file() or not is_architecture(json.loads(beside.read_text())):
        raise weights_alone(path)
    return json.loads(beside.read_text())


def weights_alone(weights: Path) -> BadInput:
    """What to say of an HDF5 file of weights beside which no architecture stands."""
    return BadInput(
        "the file holds weights without an architecture",
        where=str(weights),
        remedy=f"put the architecture (model.to_json()) into {weights.stem}.json, or give both: "
        'load_model(("model.json", "weights.h5"))',
    )


def _described(config: dict) -> Described:
    if not is_architecture(config):
        raise KeyError("class_name")
    entries, own = layer_entries(config), _layers_of(config)
    heads = _heads(config["config"], own)
    shapes = [shape for layer in own if (shape := _input_shape(layer))]
    if config["class_name"] == "Sequential":
        shapes = shapes[:1]
    return Described(
        inputs=tuple(tuple(shape) for shape in shapes),
        outputs=tuple(layer["config"]["name"] for layer in heads),
        columns=tuple(_columns(layer) for layer in heads),
        own=tuple(sorted({name for name in map(_own_name, entries) if name})),
        lambdas=tuple(e["config"]["name"] for e in entries if e["class_name"] == "Lambda"),
    )


def _layers_of(config: dict) -> list[dict]:
    inner = config["config"]
    return inner if isinstance(inner, list) else inner["layers"]


def _heads(config: dict | list, layers: list[dict]) -> list[dict]:
    """The layers whose outputs are the network's, in their order."""
    if isinstance(config, list) or "output_layers" not in config:
        return layers[-1:]
    ends = config["output_layers"]
    ends = list(ends.values()) if isinstance(ends, dict) else ends
    ends = [ends] if isinstance(ends[0], str) else ends
    named = {layer["config"]["name"]: layer for layer in layers}
    return [named[end[0]] for end in ends]


def _input_shape(layer: dict) -> list | None:
    """Shape of the input that a layer declares, if it does."""
    config = layer["config"]
    return config.get("batch_shape") or config.get("batch_input_shape")


def _columns(layer: dict) -> int | None:
    return int(layer["config"]["units"]) if layer["class_name"] == "Dense" else None


def _own_name(entry: dict) -> str | None:
    """The class of a layer that Keras doesn't bring along; None for those that it does."""
    name, module = entry["class_name"], entry.get("module")
    registered = str(entry.get("registered_name") or "")
    if module and str(module).startswith(("keras", "tf_keras", "builtins")):
        return None
    if registered.startswith("chromolens>") or name in (*NETWORKS, *OF_KERAS_2, *_of_keras_3()):
        return None
    return name


@cache
def _of_keras_3() -> frozenset[str]:
    """Names of the layers of Keras 3, read from its source: it takes seconds to import."""
    package = importlib.util.find_spec("keras")
    source = Path(str(package and package.origin)).parent / "layers/__init__.py"
    imports = [n for n in ast.parse(source.read_text()).body if isinstance(n, ast.ImportFrom)]
    return frozenset(alias.asname or alias.name for one in imports for alias in one.names)
