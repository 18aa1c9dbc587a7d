"""Configs of Keras 2 in the words of Keras 3.

What only matters in training (initializers, regularizers, constraints) is left out; so are
settings that change speed alone.
"""

from copy import deepcopy

import keras

from chromolens.errors import BadInput
from chromolens.models.foreign.configs import (
    NETWORKS,
    OF_KERAS_2,
    is_entry,
    layer_entries,
    of_training,
)
from chromolens.models.graph import FUNCTIONAL, single

IGNORED = {
    "batch_input_shape", "build_config", "fused", "implementation", "input_dtype", "ragged",
    "renorm", "renorm_clipping", "renorm_momentum", "softmax_robust_masking", "sparse",
    "time_major", "virtual_batch_size", "query_shape", "key_shape", "value_shape",
}  # fmt: skip
CALLS = ("ClassMethod", "SlicingOpLambda", "TFOpLambda")
# TensorFlow functions that a network may call; others could read or write files.
OPERATIONS = ("__operators__.", "linalg.", "math.", "nn.")
PLAIN_OPERATIONS = (
    "broadcast_to", "cast", "clip_by_value", "concat", "expand_dims", "gather", "identity", "ones",
    "pad", "repeat", "reshape", "reverse", "split", "squeeze", "stack", "stop_gradient", "tile",
    "transpose", "unstack", "where", "zeros",
)  # fmt: skip


HARD_SIGMOID = {
    "class_name": "function",
    "config": "hard_sigmoid_of_keras_2",
    "module": "builtins",
    "registered_name": "chromolens>hard_sigmoid_of_keras_2",
}


@keras.saving.register_keras_serializable("chromolens")
def hard_sigmoid_of_keras_2(x: object) -> object:
    """clip(0.2 x + 0.5, 0, 1): the function of this name in Keras 3 has a slope of 1/6."""
    return keras.ops.clip(0.2 * x + 0.5, 0, 1)


def rebuilt(architecture: dict, custom_objects: dict) -> keras.Model:
    """A Keras 3 network, weights not loaded, from {class_name, config} of Keras 2."""
    entry = _translated(deepcopy(architecture))
    kind = keras.Sequential if entry["class_name"] == "Sequential" else keras.Model
    network = kind.from_config(entry["config"], custom_objects=custom_objects)
    return keras.Model(single(network.inputs), network.outputs)


def unknown_classes(architecture: dict) -> set[str]:
    """Names of the layers that neither Keras 2 nor 3 brings along."""
    names = {entry["class_name"] for entry in layer_entries(architecture)}
    return {name for name in names if not hasattr(keras.layers, name)} - {*NETWORKS, *OF_KERAS_2}


def check_safe(architecture: dict, where: str) -> None:
    """BadInput where reading the network would import a module or call more than arithmetic."""
    for module in _values_of("module", architecture):
        if str(module or "keras").split(".")[0] not in ("keras", "tf_keras", "builtins"):
            raise BadInput(
                f"the model wants the Python module {module!r}, which is not imported",
                where=where,
                remedy="save the model without it, or export a SavedModel",
            )
    for entry in layer_entries(architecture):
        function = str(entry["config"].get("function")) if entry["class_name"] in CALLS else "cast"
        if function not in PLAIN_OPERATIONS and not function.startswith(OPERATIONS):
            raise BadInput(
                f"layer {entry['config'].get('name')!r} calls tf.{function}",
                expected=f"arithmetic: {', '.join(OPERATIONS)} or {', '.join(PLAIN_OPERATIONS)}",
                where=where,
            )


def check_paths(architecture: dict, where: str) -> None:
    """BadInput where a layer's config names a file: reading the network would read it."""
    for entry in layer_entries(architecture):
        config = entry["config"]
        # the bytes of a function may hold "/": it is refused as code
        if not isinstance(config, dict) or entry["class_name"] in (*NETWORKS, "__lambda__"):
            continue
        for key, value in config.items():
            if isinstance(value, str) and key != "name" and _is_path(key, value):
                raise BadInput(
                    f"layer {config.get('name')!r} names a file: {key} is {value[:100]!r}",
                    where=where,
                    remedy="save the network without the layer, or with what the file says in it",
                )


def _is_path(key: str, value: str) -> bool:
    return key in ("vocabulary", "filepath") or "/" in value or "\\" in value


def _values_of(key: str, part: object) -> list:
    if isinstance(part, list):
        return [found for one in part for found in _values_of(key, one)]
    if not isinstance(part, dict):
        return []
    return ([part[key]] if key in part else []) + _values_of(key, list(part.values()))


def _translated(entry: dict) -> dict:
    kind, config = entry["class_name"], entry["config"]
    if kind in NETWORKS:
        return _entry(
            entry, "Sequential" if kind == "Sequential" else "Functional", _network(kind, config)
        )
    config = {
        key: _translated(value) if isinstance(value, dict) and is_entry(value) else value
        for key, value in config.items()
        if key not in IGNORED and not of_training(key)
    }
    config |= {
        key: HARD_SIGMOID
        for key in ("activation", "recurrent_activation")
        if config.get(key) == "hard_sigmoid"
    }
    if kind == "InputLayer":
        config["batch_shape"] = entry["config"]["batch_input_shape"]
    if kind.startswith(("Depthwise", "Separable")) and config.get("groups") == 1:
        del config["groups"]
    if kind == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if kind == "BatchNormalization" and isinstance(config.get("axis"), list):
        (config["axis"],) = config["axis"]
    return _entry(entry, kind, config)


def _network(kind: str, config: dict | list) -> dict:
    config = dict(config) if isinstance(config, dict) else {"layers": config}
    inner = list(config["layers"])
    first = inner[0]["config"]
    if (
        kind == "Sequential"
        and "batch_input_shape" in first
        and inner[0]["class_name"] != "InputLayer"
    ):
        name, shape = f"{first.get('name')}_input", first["batch_input_shape"]
        inner.insert(
            0, {"class_name": "InputLayer", "config": {"name": name, "batch_input_shape": shape}}
        )
    kept = {key: config[key] for key in ("name", "trainable") if key in config}
    ends = {key: config[key] for key in ("input_layers", "output_layers") if key in config}
    nodes = [one.get("inbound_nodes", []) for one in inner]
    for name in (one["config"].get("name") for one in inner if one["class_name"] in NETWORKS):
        _count_calls_from_0(name, [ends, nodes])
    return kept | ends | {"layers": [_translated(one) for one in inner]}


def _count_calls_from_0(name: str, graph: object) -> None:
    """Keras 2 may count the building of a nested network as its first call."""
    calls = [part for part in _references(graph) if part[0] == name]
    first = min((call[1] for call in calls), default=0)
    for call in calls:
        call[1] -= first


def _references(part: object) -> list[list]:
    """All [layer, call, output, ...] lists in a graph."""
    if isinstance(part, dict):
        return _references(list(part.values()))
    if not isinstance(part, list):
        return []
    if len(part) > 2 and isinstance(part[0], str) and isinstance(part[1], int):
        return [part]
    return [found for one in part for found in _references(one)]


def _entry(entry: dict, kind: str, config: dict) -> dict:
    known = kind in NETWORKS or hasattr(keras.layers, kind)
    named = {key: entry[key] for key in ("name", "inbound_nodes") if key in entry}
    place = {
        "module": "keras.layers" if known else None,
        "registered_name": None if known else kind,
    }
    if kind == "Functional":
        place["module"] = FUNCTIONAL
    if kind == "Sequential":
        place["module"] = "keras"
    return {**named, **place, "class_name": kind, "config": config}
