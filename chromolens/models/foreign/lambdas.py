"""Lambda layers: code in a model file, which is never run.

A layer of the caller's own stands in for one: ``custom_objects={name of the layer: class}``.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

from chromolens.errors import BadInput
from chromolens.models.foreign.keras2_config import layer_entries


def without_lambdas(architecture: dict, custom_objects: dict, where: str) -> dict:
    """``architecture`` with each Lambda replaced by the class given for its name.

    Raises
    ------
    BadInput
        A Lambda layer that ``custom_objects`` doesn't name.
    """
    architecture = deepcopy(architecture)
    for entry in layer_entries(architecture):
        if entry["class_name"] != "Lambda":
            continue
        name = entry["config"]["name"]
        if name not in custom_objects:
            raise BadInput(
                f"{name!r} is a Lambda layer: code in a model file, which is not run",
                where=where,
                remedy=f"write it as a layer class of Keras 3: custom_objects={{{name!r}: class}}",
            )
        entry |= {"class_name": name, "module": None, "registered_name": name}
        entry["config"] = {"name": name}
    return architecture


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


def own_classes(path: Path) -> list[str]:
    """Names of the classes in a .keras archive that don't come with Keras."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return []
    return sorted({name for name in map(_own_name, layer_entries(config)) if name})


def _own_name(entry: dict) -> str | None:
    module = entry.get("module") or ""
    return None if module.startswith(("keras", "builtins")) else entry.get("registered_name")
