"""SavedModel folders: rebuilt where Keras 2 left its layers in them, else as they are."""

import json
from functools import partial
from pathlib import Path

import keras

from chromolens.errors import BadInput
from chromolens.models.foreign import keras2
from chromolens.models.foreign.configs import layer_entries
from chromolens.models.foreign.keras2_config import check_paths, check_safe
from chromolens.models.foreign.network import opaque
from chromolens.models.foreign.operations import check_operations

KERAS_METADATA = "keras_metadata.pb"
SIGNATURE = "serving_default"


def read(folder: Path) -> keras.Model:
    """The network in a SavedModel folder.

    With Keras 2's metadata, and no Lambda layer (code) in it, the layers are known; otherwise
    only the graph is, and the network is wrapped (``network``).

    Raises
    ------
    BadInput
        No SavedModel, no ``serving_default`` signature, operations that are no arithmetic.
    """
    if not (folder / "saved_model.pb").is_file():
        raise BadInput("the folder is no SavedModel", expected="saved_model.pb", where=str(folder))
    if (folder / "saved_model.cpb").exists():
        raise BadInput("the SavedModel is in pieces", expected="saved_model.pb", where=str(folder))
    check_operations(folder)
    if (folder / KERAS_METADATA).is_file() and not _holds_code(folder):
        return keras2.from_keras_2(folder)
    return _graph(folder)


def _holds_code(folder: Path) -> bool:
    from tf_keras.protobuf.saved_metadata_pb2 import SavedMetadata

    metadata = SavedMetadata.FromString((folder / KERAS_METADATA).read_bytes())
    nodes = [json.loads(node.metadata) for node in metadata.nodes]
    try:
        check_safe(nodes, str(folder))
        check_paths(nodes, str(folder))
    except BadInput:
        return True
    return any(entry["class_name"] == "Lambda" for entry in layer_entries(nodes))


def _graph(folder: Path) -> keras.Model:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    if SIGNATURE not in loaded.signatures:
        raise BadInput(
            f"the SavedModel has no signature {SIGNATURE!r}",
            expected=f"one of: {', '.join(loaded.signatures) or 'none'}",
            where=str(folder),
        )
    signature = loaded.signatures[SIGNATURE]
    specs = signature.structured_input_signature[1]
    _check_floats(specs, folder)
    return opaque(
        partial(_ask, loaded, specs),
        inputs=[(name, spec.shape) for name, spec in specs.items()],
        outputs=[(name, spec.shape) for name, spec in signature.structured_outputs.items()],
        variables=signature.variables,
        reason="a SavedModel without the layers' configs",
    )


def _check_floats(specs: dict, folder: Path) -> None:
    """BadInput where an input is of integers: they have no gradient."""
    for name, spec in specs.items():
        if not spec.dtype.is_floating:
            raise BadInput(
                f"input {name!r} of the SavedModel is {spec.dtype.name}, which has no gradient",
                expected=f"a signature {SIGNATURE!r} of float32",
                where=str(folder),
                remedy="export it with float32 inputs; or explain it without gradients: "
                "Model.of_function(f, length), where f casts and asks",
            )


def _ask(loaded: object, specs: dict, inputs: object) -> dict:
    import tensorflow as tf

    # The signature's variables live as long as what was loaded.
    values = zip(specs.items(), keras.tree.flatten(inputs), strict=True)
    cast = {name: tf.cast(value, spec.dtype) for (name, spec), value in values}
    return loaded.signatures[SIGNATURE](**cast)
