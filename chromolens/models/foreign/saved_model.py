"""SavedModel folders: rebuilt where Keras 2 left its layers in them, else as they are."""

import json
from functools import partial
from pathlib import Path

import keras

from chromolens.errors import BadInput
from chromolens.models.foreign import keras2
from chromolens.models.foreign.keras2_config import check_paths, check_safe, layer_entries
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
    inputs = [(name, spec.shape) for name, spec in signature.structured_input_signature[1].items()]
    return opaque(
        partial(_ask, loaded, [name for name, _ in inputs]),
        inputs=inputs,
        outputs=[(name, spec.shape) for name, spec in signature.structured_outputs.items()],
        variables=signature.variables,
        reason="a SavedModel without the layers' configs",
    )


def _ask(loaded: object, names: list[str], inputs: object) -> dict:
    # The signature's variables live as long as what was loaded.
    values = keras.tree.flatten(inputs)
    return loaded.signatures[SIGNATURE](**dict(zip(names, values, strict=True)))
