"""Windows that were explained one by one (``windows.h5``), read a few at a time."""

from pathlib import Path

import h5py
import numpy as np

_BLOCK = 1000


def masses(path: Path, task: str) -> dict[str, float]:
    """Sum of absolute contributions of each explained window of ``task``; none if it has none."""
    with h5py.File(path) as file:
        if task not in file:
            return {}
        stored = file[task]["contributions"]
        starts = range(0, len(stored), _BLOCK)
        sums = [np.abs(stored[start : start + _BLOCK]).sum(axis=1) for start in starts]
        ids = file[task]["id"].asstr()[:]
    return dict(zip(ids, np.concatenate([*sums, []]).tolist(), strict=True))


def window(path: Path, task: str, name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """One-hot (length, 4) and contributions (length,) of a window; None if it isn't there."""
    with h5py.File(path) as file:
        places = np.flatnonzero(file[task]["id"].asstr()[:] == name) if task in file else []
        if not len(places):
            return None
        at = int(places[0])
        return file[task]["onehot"][at], file[task]["contributions"][at]
