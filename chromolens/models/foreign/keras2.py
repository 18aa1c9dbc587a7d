"""Networks of Keras 2, rebuilt in Keras 3 from their layers' configs and weights.

Keras 2 itself (``tf_keras``) reads the file and answers the same random sequences: a network
whose answers differ is not handed out. Layers that Keras 3 lacks leave a network that is known
by its outputs and gradients alone (``network``).
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np

from chromolens.errors import BadInput, in_words
from chromolens.models.foreign.keras2_config import check_safe, rebuilt, unknown_classes
from chromolens.models.foreign.lambdas import FUNCTIONS, of_keras_2
from chromolens.models.foreign.network import opaque
from chromolens.models.graph import single

TOLERANCE = 1e-5  # of the largest output
_LENGTH = 1024  # of the compared sequences, for networks that take any


def from_parts(architecture: dict, weights: Path, custom_objects: dict) -> keras.Model:
    """The network of an architecture (the JSON of Keras 2) and its HDF5 weights.

    Classes of Keras 3 in ``custom_objects`` can't be asked in Keras 2: a network that needs them
    is handed out without the comparison. Those of ``lambdas`` can.

    Raises
    ------
    BadInput
        Layers that aren't Keras's own nor in ``custom_objects``, weights that don't fit, or
        answers that differ from those of Keras 2.
    """
    missing = sorted(unknown_classes(architecture) - set(custom_objects))
    if missing:
        raise BadInput(
            f"the model has layers that Keras doesn't know: {', '.join(missing)}",
            where=str(weights),
            remedy="give them as custom_objects={name: class of Keras 3}",
        )
    text = json.dumps(architecture)
    own = {name: kind for name, kind in custom_objects.items() if f'"{name}"' in text}
    if not set(own.values()) <= set(FUNCTIONS.values()):
        network = rebuilt(architecture, custom_objects)
        _load_by_name(network, weights)
        return network
    check_safe(architecture, str(weights))
    return convert(_as_keras_2(architecture, weights, own), own)


def from_keras_2(path: Path) -> keras.Model:
    """The network in a .keras archive or SavedModel folder that Keras 2 wrote.

    Callers see to it first that nothing in it is code (``check_safe``, no Lambda).
    """
    import tf_keras

    try:
        old = tf_keras.models.load_model(path, compile=False)
    except (ValueError, TypeError, OSError, AttributeError) as error:
        raise BadInput(
            f"the model can't be read: {in_words(error)}",
            where=str(path),
            remedy="save it as HDF5 with the Keras that wrote it, or export a SavedModel",
        ) from error
    return convert(old)


def convert(old: object, custom_objects: dict | None = None) -> keras.Model:
    """The Keras 3 network that answers as ``old`` (tf_keras.Model) does.

    One that Keras 3 can't rebuild is wrapped, the reason kept in the layer (``Opaque.reason``).
    """
    try:
        described = {"class_name": type(old).__name__, "config": old.get_config()}
        network = rebuilt(described, custom_objects or {})
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
        return opaque(
            lambda inputs: old(inputs, training=False),
            inputs=[(tensor.name.split(":")[0], tensor.shape) for tensor in old.inputs],
            outputs=list(zip(old.output_names, [t.shape for t in old.outputs], strict=True)),
            variables=old.weights,
            reason=in_words(error),
        )
    with TemporaryDirectory() as folder:
        old.save_weights(Path(folder, "weights.h5"))
        _load_by_name(network, Path(folder, "weights.h5"))
    _check_same_answers(old, network)
    return network


def _as_keras_2(architecture: dict, weights: Path, lambdas: dict) -> object:
    import tf_keras

    try:
        old = tf_keras.models.model_from_config(architecture, of_keras_2(lambdas))
        old.load_weights(weights)
    except (ValueError, TypeError, KeyError, OSError, AttributeError) as error:
        raise BadInput(
            f"Keras 2 can't read the model: {in_words(error)}", where=str(weights)
        ) from error
    return old


def _load_by_name(network: keras.Model, weights: Path) -> None:
    import h5py

    with h5py.File(weights) as file:
        group = file.get("model_weights", file)
        names = {str(name) for name in np.asarray(group.attrs["layer_names"]).astype(str)}
    missing = [layer.name for layer in network.layers if layer.weights and layer.name not in names]
    if missing:
        raise BadInput(
            f"there are no weights for the layers {', '.join(missing)}", where=str(weights)
        )
    try:
        network.load_weights(weights, by_name=True)
    except (ValueError, KeyError) as error:
        raise BadInput(f"the weights don't fit: {in_words(error)}", where=str(weights)) from error


def _check_same_answers(old: object, network: keras.Model) -> None:
    inputs = [_random_onehot(tuple(tensor.shape)) for tensor in network.inputs]
    answers = [keras.tree.flatten(one(single(inputs), training=False)) for one in (old, network)]
    for name, theirs, ours in zip(network.output_names, *answers, strict=True):
        theirs, ours = np.asarray(theirs), np.asarray(ours)
        difference = np.abs(theirs - ours).max()
        if not difference <= TOLERANCE * max(1.0, np.abs(theirs).max()):
            raise BadInput(
                f"rebuilt in Keras 3, output {name!r} differs by {difference:.2g} from Keras 2",
                expected=f"at most {TOLERANCE:g} of the largest output",
                remedy="export the model as a SavedModel (without its Keras metadata)",
            )


def _random_onehot(shape: tuple, count: int = 4) -> np.ndarray:
    sides = [size or _LENGTH for size in shape[1:]]
    axis = sides.index(4) if 4 in sides else len(sides) - 1
    others = [size for place, size in enumerate(sides) if place != axis]
    codes = np.random.default_rng(0).integers(0, sides[axis], (count, *others))
    return np.moveaxis(np.eye(sides[axis], dtype=np.float32)[codes], -1, axis + 1)
