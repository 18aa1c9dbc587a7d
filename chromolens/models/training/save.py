"""Write a network with its sidecar: what it was trained on, and which file it belongs to."""

import hashlib
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile, ZipInfo

import keras

from chromolens.runlog import atomic


def save_model(network: keras.Model, path: str | Path, sidecar: dict) -> dict:
    """Write ``network`` to ``path`` (.keras) and ``sidecar`` to the same stem in .json.

    Equal networks give equal files: dates and memory addresses that Keras writes are
    left out.

    Parameters
    ----------
    sidecar
        JSON-able facts: tasks, objective, background, architecture, ...; ``length``,
        ``channels`` and ``digest`` (sha256 of the .keras file) are added.

    Returns
    -------
    The sidecar as written.
    """
    path = Path(path)
    with atomic(path.with_suffix(".json")) as card, atomic(path) as temporary:
        with TemporaryDirectory() as folder:
            network.save(Path(folder, "dated.keras"))
            _copy_reproducible(Path(folder, "dated.keras"), temporary)
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
        length, *channels = network.inputs[0].shape[1:]  # tokens have no channels
        facts = {**sidecar, "length": length, "channels": (channels or [0])[0], "digest": digest}
        card.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    return facts


def _copy_reproducible(source: Path, path: Path) -> None:
    with ZipFile(source) as old, ZipFile(path, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "metadata.json":
                content = json.dumps({"keras_version": json.loads(content)["keras_version"]})
            elif name == "config.json":
                content = _numbered(content.decode())
            new.writestr(ZipInfo(name), content)


def _numbered(config: str) -> str:
    """Shared objects, which Keras names by their address in memory, numbered from 1."""
    found = re.findall(r'"shared_object_id": (\d+)', config)
    for number, address in enumerate(dict.fromkeys(found), start=1):
        config = config.replace(f'"shared_object_id": {address}', f'"shared_object_id": {number}')
    return config
