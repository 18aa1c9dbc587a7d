"""Reading model files: .keras archives of Keras 3 and the sidecars beside them."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras

from chromolens.errors import BadInput


def check_is_keras_3(path: Path) -> None:
    """BadInput unless ``path`` is a zip archive, as .keras files are."""
    if not path.is_file():
        raise BadInput("the model file doesn't exist", where=str(path))
    if not zipfile.is_zipfile(path):
        raise BadInput(
            "the model file is not a Keras 3 archive (or is cut short)",
            expected="a .keras file",
            where=str(path),
            remedy="for HDF5 and SavedModel files of Keras 2: load the model with the Keras that "
            'wrote it, build it in Keras 3, copy the weights, and model.save("model.keras")',
        )


def read_network(path: Path, custom_objects: dict | None) -> keras.Model:
    """The network in the file; BadInput with the reason where it can't be read."""
    try:
        return keras.models.load_model(
            path, custom_objects=custom_objects, compile=False, safe_mode=True
        )
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, reason: str) -> BadInput:
    if "lambda" in reason.lower():
        return BadInput(
            "the model has a Lambda layer: code in a model file, which is not run",
            where=str(path),
            remedy="replace it by a layer of its own class, given in custom_objects",
        )
    own = _classes_outside_keras(path)
    hint = f" ({', '.join(own)})" if own else ""
    return BadInput(
        f"the model can't be read: {reason.strip()[-500:]}",
        where=str(path),
        remedy=f"give layers of your own{hint} in custom_objects; save with Keras 3",
    )


def _classes_outside_keras(path: Path) -> list[str]:
    """Names of the classes in the file's config that don't come with Keras."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError):
        return []
    return sorted(set(_own_names(config)))


def _own_names(config: object) -> Iterator[str]:
    if isinstance(config, list):
        for part in config:
            yield from _own_names(part)
    elif isinstance(config, dict):
        module = config.get("module") or ""
        if config.get("registered_name") and not module.startswith(("keras", "builtins")):
            yield config["registered_name"]
        for part in config.values():
            yield from _own_names(part)


def read_facts(path: Path, digest: str) -> dict:
    """What the .json beside the model says; empty where there is none."""
    sidecar = path.with_suffix(".json")
    if not sidecar.is_file():
        return {}
    facts = json.loads(sidecar.read_text())
    if facts.get("digest", digest) != digest:
        raise BadInput(
            "the sidecar describes another model file",
            expected=f"digest {digest}",
            where=f"{sidecar}: digest {facts['digest']}",
            remedy="put the sidecar of this model beside it, or remove it",
        )
    return facts
