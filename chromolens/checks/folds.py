"""How alike the networks of all folds explain, from the shards for which all were asked.

Sums over the covered bases alone are kept, in float64, so memory is that of one region.
"""

from collections.abc import Iterable

import h5py
import numpy as np
import pandas as pd

from chromolens.scores import FOLD_AGREEMENT, open_scores
from chromolens.tables.checks import FOLDS_ALIKE
from chromolens.tracks.mixture import read_headers

_READ = ("contributions", *(array.name for array in FOLD_AGREEMENT))


def check(files: Iterable[str]) -> pd.DataFrame:
    """``FOLDS_ALIKE``: one row per task of the shards ``files``.

    ``r`` is Pearson's, of the track out of fold and of the mean over folds, which holds the
    former: of folds that have nothing in common it is about 1 / sqrt(folds). ``sign`` weighs bases
    by the size of the mean. NaN where nothing was explained, or all is 0.
    """
    headers = read_headers(list(files))
    first = next(iter(headers.values()))
    sums = np.zeros((len(first.tasks), 9))
    for path in headers:
        with open_scores(path, _READ) as file:
            for group in file.values():
                sums += _sums(group)
    made = {"model": first.model, "method": first.method, "folds": len(first.settings["folds"])}
    rows = [
        made | {"task": task} | _row(*one) for task, one in zip(first.tasks, sums, strict=True)
    ]
    return pd.DataFrame(rows)[FOLDS_ALIKE.names]


def _sums(group: h5py.Group) -> np.ndarray:
    """Of each task (tasks, 9): number of bases, and sums of the terms that ``_row`` names."""
    own, mean, sd, sign = (group[name][:].astype(np.float64) for name in _READ)
    size = np.abs(mean)
    terms = (np.ones_like(own), own, mean, own**2, mean**2, own * mean, sd**2, size, size * sign)
    known = np.isfinite(own)  # absent in one is absent in all
    return np.stack([np.where(known, term, 0.0).sum(axis=1) for term in terms], axis=1)


def _row(
    bases: float,
    own: float,
    mean: float,
    own_2: float,
    mean_2: float,
    product: float,
    sd_2: float,
    size: float,
    agreeing: float,
) -> dict[str, float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread_2 = (own_2 - own * own / np.float64(bases)) * (mean_2 - mean * mean / bases)
        return {
            "bases": int(bases),
            "r": (product - own * mean / bases) / np.sqrt(spread_2),
            "sign": np.float64(agreeing) / size,
            "spread": np.sqrt(np.float64(sd_2) / mean_2),
        }
