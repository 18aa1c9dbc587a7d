"""Reading models: which format a file has, and the sidecar beside it.

=====================  =======================================================================
.keras                 an archive of Keras 3, or of Keras 2 (``tf_keras``)
.h5, .hdf5             architecture and weights of Keras 2 (or 3); or weights alone, with the
                       architecture in the .json of the same stem
(.json, .h5)           architecture and weights
folder                 a SavedModel
=====================  =======================================================================

No code that a file holds is run, nothing is unpickled, no other file is read (``sizes``,
``operations``). A layer of the caller's own stands in
for a Lambda layer: ``custom_objects={name of the layer: class}``.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import keras

from chromolens.errors import BadInput, in_words
from chromolens.genome.apart import read_apart
from chromolens.models.foreign import hdf5_process, keras2, saved_model
from chromolens.models.foreign.configs import (
    check_members,
    describe,
    is_architecture,
    layer_entries,
    not_a_model,
    weights_alone,
)
from chromolens.models.foreign.keras2_config import check_paths, check_safe
from chromolens.models.foreign.network import hidden_in
from chromolens.models.foreign.sizes import check_size
from chromolens.models.graph import FUNCTIONAL, SEQUENTIAL

Source = str | Path | tuple[str | Path, str | Path]


def parts_of(source: Source) -> tuple[Path, ...]:
    """The one or two paths of a model; BadInput where one doesn't exist."""
    paths = tuple(map(Path, source if isinstance(source, tuple | list) else (source,)))
    for path in paths:
        if not path.exists():
            raise BadInput("the model file doesn't exist", where=str(path))
    if h5py.is_hdf5(paths[-1]):
        read_apart(hdf5_process.__file__, paths[-1], "HDF5 file")
    if len(paths) == 1 and h5py.is_hdf5(paths[0]) and not _config_in(paths[0]):
        return _architecture_beside(paths[0]), paths[0]
    return paths


def digest_of(paths: tuple[Path, ...]) -> str:
    """sha256 of the file; of all files, sorted by name, where there are several."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in filter(Path.is_file, files):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def read_network(paths: tuple[Path, ...], custom_objects: dict | None) -> keras.Model:
    """The network in the files; BadInput with the reason where it can't be read."""
    try:
        network = _read(paths, custom_objects or {})
    except BadInput:
        raise
    except Exception as error:  # what somebody else wrote may fail in any way
        raise _unreadable(paths[-1], error) from error
    if not network.weights and hidden_in(network) is None:
        raise BadInput("the model has no weights", where=str(paths[-1]))
    return network


def _read(paths: tuple[Path, ...], custom_objects: dict) -> keras.Model:
    path = paths[-1]
    check_size(path)
    if len(paths) == 2:
        architecture = json.loads(paths[0].read_text())
    elif path.is_dir():
        return saved_model.read(path)
    elif zipfile.is_zipfile(path):
        return _read_archive(path, custom_objects)
    elif h5py.is_hdf5(path):
        architecture = _config_in(path)
    else:
        raise not_a_model(path)
    check_paths(architecture, str(path))
    if str(architecture.get("keras_version")).startswith(("0.", "1.")):
        raise BadInput(
            f"the model was written by Keras {architecture['keras_version']}",
            expected="Keras 2 or 3",
            where=str(path),
            remedy="load it in Keras 2.0 or 2.1, which reads the old form, and save it there",
        )
    architecture = without_lambdas(architecture, custom_objects, str(path))
    if _is_keras_3(architecture):
        # HDF5 leaves out where Keras 3 has the class
        module = SEQUENTIAL if architecture["class_name"] == "Sequential" else FUNCTIONAL
        architecture = {"module": module, **architecture}
        network = keras.models.model_from_json(json.dumps(architecture), custom_objects)
        network.load_weights(path)
        return network
    return keras2.from_parts(architecture, path, custom_objects)


def _read_archive(path: Path, custom_objects: dict) -> keras.Model:
    with zipfile.ZipFile(path) as archive:
        check_members(archive.namelist(), path)
        version = json.loads(archive.read("metadata.json"))["keras_version"]
        config = json.loads(archive.read("config.json"))
    check_paths(config, str(path))
    with archive_without_lambdas(path, custom_objects) as safe:
        if version.startswith("2."):
            check_safe(config, str(path))
            return keras2.from_keras_2(safe)
        return keras.models.load_model(
            safe, custom_objects=custom_objects, compile=False, safe_mode=True
        )


def _config_in(path: Path) -> dict | None:
    try:
        with h5py.File(path) as file:
            text = file.attrs.get("model_config")
            version = file.attrs.get("keras_version")
        return {"keras_version": version, **json.loads(text)} if text else None
    except Exception as error:  # a damaged file fails in any way
        reason = f"the HDF5 file is damaged or cut short: {in_words(error)}"
        raise BadInput(reason, where=str(path)) from error


def _is_keras_3(architecture: dict) -> bool:
    version = architecture.pop("keras_version", "3")  # the JSON of Keras 3 says none
    return str(version).startswith("3")


def _architecture_beside(weights: Path) -> Path:
    beside = weights.with_suffix(".json")
    if beside.is_file() and is_architecture(json.loads(beside.read_text())):
        return beside
    raise weights_alone(weights)


def _unreadable(path: Path, error: Exception) -> BadInput:
    hint = f" ({', '.join(own)})" if (own := _own_classes(path)) else ""
    return BadInput(
        f"the model can't be read: {in_words(error)}",
        where=str(path),
        remedy=f"give layers of your own{hint} in custom_objects",
    )


def _own_classes(path: Path) -> tuple[str, ...]:
    try:
        described = describe((path,))
    except BadInput:
        return ()
    return described.own if described else ()


def read_facts(path: Path, digest: str) -> dict:
    """What the .json beside the model says; empty where there is none."""
    sidecar = path.with_suffix(".json")
    facts = json.loads(sidecar.read_text()) if sidecar.is_file() else {}
    if is_architecture(facts):
        return {}
    if facts.get("digest", digest) != digest:
        raise BadInput(
            "the sidecar describes another model file",
            expected=f"digest {digest}",
            where=f"{sidecar}: digest {facts['digest']}",
            remedy="put the sidecar of this model beside it, or remove it",
        )
    return facts


def without_lambdas(architecture: dict, custom_objects: dict, where: str) -> dict:
    """``architecture`` with each Lambda replaced by the class given for its name.

    Raises
    ------
    BadInput
        A Lambda layer that ``custom_objects`` doesn't name.
    """
    architecture = deepcopy(architecture)
    for entry in layer_entries(architecture):
        _refuse_code(entry, where)
        if entry["class_name"] != "Lambda":
            continue
        name = entry["config"]["name"]
        if name not in custom_objects:
            raise BadInput(
                f"{name!r} is a Lambda layer: code in a model file, which is not run",
                where=where,
                remedy=f"write it as a class of Keras 3: custom_objects={{{name!r}: class}}; "
                f"or say what it computes: layout={{'lambdas': {{{name!r}: 'logsumexp'}}}}",
            )
        entry |= {"class_name": name, "module": None, "registered_name": name}
        entry["config"] = {"name": name}
    return architecture


def _refuse_code(entry: dict, where: str) -> None:
    """BadInput where a setting of the layer is a function, which Keras writes as its bytes."""
    config = entry["config"] if entry["class_name"] != "Lambda" else {}
    for key, value in config.items() if isinstance(config, dict) else ():
        if isinstance(value, dict) and (
            value.get("class_name") == "__lambda__" or list(value) == ["value"]
        ):
            raise BadInput(
                f"{key} of layer {config.get('name')!r} is a function of Python: code in a model "
                "file, which is not run",
                where=where,
                remedy="save the network with a function that Keras has a name for",
            )


@contextmanager
def archive_without_lambdas(path: Path, custom_objects: dict) -> Iterator[Path]:
    """``path``, or a temporary copy of the .keras archive in which no Lambda is left."""
    with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
        config = json.loads(archive.read("config.json"))
        safe = without_lambdas(config, custom_objects, str(path))
        if safe == config:
            yield path
            return
        copy = Path(folder, path.name)
        with zipfile.ZipFile(copy, "w") as new:
            for name in archive.namelist():
                content = json.dumps(safe) if name == "config.json" else archive.read(name)
                new.writestr(name, content)
        yield copy
