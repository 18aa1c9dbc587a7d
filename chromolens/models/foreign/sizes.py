"""How large a model's file gets when it is read: declared sizes, looked at before anything is.

Weights hardly get smaller by compression. A file whose contents are many times its own size is
damaged, or meant to fill the memory.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import h5py

from chromolens.errors import BadInput

MOST_TIMES, FREE_BYTES = 10, 64 * 2**20


def check_size(path: Path) -> None:
    """BadInput where what is in ``path``, an archive or HDF5 file, is far larger than the file.

    Also where an HDF5 file takes its numbers from other files.
    """
    if path.is_dir():
        return
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            _check(path, sum(member.file_size for member in archive.infolist()))
            for name in archive.namelist():
                if name.endswith((".h5", ".hdf5")):
                    with archive.open(name) as member, h5py.File(member) as file:
                        _check(path, sum(_sizes(file, path)))
    elif h5py.is_hdf5(path):
        with h5py.File(path) as file:
            _check(path, sum(_sizes(file, path)))


def _check(path: Path, size: int) -> None:
    own = path.stat().st_size
    if size > MOST_TIMES * own + FREE_BYTES:
        raise BadInput(
            f"the model of {own / 1e6:.3g} MB holds {size / 1e6:.3g} MB: it is not unpacked",
            expected=f"at most {MOST_TIMES} times its size",
            where=str(path),
            remedy="save the model without compression",
        )


def _sizes(group: h5py.Group, path: Path) -> Iterator[int]:
    """Bytes of every array below ``group``."""
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise _elsewhere(path, name)
        if not isinstance(link, h5py.HardLink):
            continue
        found = group[name]
        if isinstance(found, h5py.Group):
            yield from _sizes(found, path)
        elif isinstance(found, h5py.Dataset):
            if found.external or found.is_virtual:
                raise _elsewhere(path, name)
            yield found.nbytes


def _elsewhere(path: Path, name: str) -> BadInput:
    return BadInput(f"{name!r} stands in another file, which is not read", where=str(path))
