"""What a damaged HDF5 file may keep busy for ever, in a process of its own: its structure.

    python hdf5_process.py read PATH

It is run as a file, so that it needs nothing of this package on any path.
"""

import resource
import sys

import h5py

SECONDS = 5  # of computing; a network of thousands of layers takes less than one


def read(path: str) -> None:
    """Read all groups, attributes and shapes of ``path``; numbers are safe to read after these."""
    with h5py.File(path) as file:
        dict(file.attrs)
        file.visititems(lambda _, one: dict(one.attrs) and None)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    read(sys.argv[2])
