"""What a damaged HDF5 file may keep busy for ever, in a process of its own: its structure.

It prints as JSON what the file says of a network: its config, and which Keras wrote it.

    python hdf5_process.py read PATH

It is run as a file, so that it needs nothing of this package on any path.
"""

import json
import resource
import sys

import h5py

SAID = ("model_config", "keras_version")
SECONDS = 5  # of computing; a network of thousands of layers takes less than one


def read(path: str) -> None:
    """Read all groups, attributes and shapes of ``path``; numbers are safe to read after these."""
    with h5py.File(path) as file:
        attributes = dict(file.attrs)
        file.visititems(lambda _, one: dict(one.attrs) and None)
    texts = {key: attributes[key] for key in SAID if key in attributes}
    print(
        json.dumps({k: v.decode() if isinstance(v, bytes) else str(v) for k, v in texts.items()})
    )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    read(sys.argv[2])
