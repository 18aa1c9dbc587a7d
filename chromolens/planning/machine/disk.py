"""Is there room for what a study will write? Asked before the first job."""

import os
import shutil
from pathlib import Path

import pandas as pd

from chromolens.errors import BadInput

# Bytes a base, measured on the default study. A track has 4.2 of them, and 0.4 more while it is
# written. In a shard they are for each of the model's tasks: contributions and predictions, and
# more for the agreement of replicates and of folds.
_BYTES = dict.fromkeys(("track", "scaled_track", "sd_track", "sign_track"), 4.6)
_BYTES |= dict.fromkeys(("fold_mean_track", "fold_sd_track", "fold_sign_track"), 4.6)
_BYTES |= {"prediction_track": 0.3, "shard": 8.3}
_OF_AGREEMENT = {"sd_track": 8, "fold_mean_track": 12}
NOTES = 10**6
"""Bytes for what Snakemake notes of a small study's jobs."""


def check_room(
    folder: str,
    index: pd.DataFrame,
    tracked: pd.DataFrame,
    shards: pd.DataFrame,
    sizes: dict[str, int],
) -> None:
    """Raise BadInput unless the disk of ``folder`` will hold the tracks still to be written.

    ``folder`` is made if it isn't there; arguments as of ``room``.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    need, left, all_files = room(folder, index, tracked, shards, sizes)
    if need > free(folder):
        raise BadInput(
            f"the study's tracks need about {amount(need)} more, {amount(free(folder))} are free",
            expected=f"room for {left} of {all_files} shards and tracks, of "
            f"{sum(sizes.values()):,} bases",
            where=os.path.abspath(folder),
            remedy="free some space, or explain fewer models, methods or tasks",
        )


def room(
    folder: str,
    index: pd.DataFrame,
    tracked: pd.DataFrame,
    shards: pd.DataFrame,
    sizes: dict[str, int],
) -> tuple[float, int, int]:
    """Bytes that shards and tracks still need; how many are left to write, of how many.

    Parameters
    ----------
    folder
        Where the results will lie.
    index
        Where each of them lies (``results.index``); files that are there need no more room.
    tracked
        Table of ``plan.tracks``.
    shards
        Table of ``divide.shards``, which says how many bases are explained.
    sizes
        Bases of each chromosome that is explained; empty without a genome.
    """
    rows = index[index["kind"].isin(_BYTES)] if sizes else index[:0]
    left = rows[[not Path(folder, path).exists() for path in rows["path"]]]
    agreement = sum(more for kind, more in _OF_AGREEMENT.items() if kind in set(index["kind"]))
    tasks = tracked.groupby("model")["task"].nunique()
    bases = shards.set_index(["method", "shard"])["bases"].to_dict()
    of_method = shards.groupby("method")["bases"].sum()
    need = 0.0
    for row in left.itertuples():
        if row.kind == "shard":
            size = bases[row.method, row.shard] * tasks[row.model]
            need += (_BYTES[row.kind] + agreement) * size
        else:
            size = of_method.get(row.method, of_method.max())  # predictions: of any method
            need += _BYTES[row.kind] * min(size, sum(sizes.values()))
    return need, len(left), len(rows)


def free(folder: str) -> int:
    """Free bytes of the disk where ``folder`` lies, or will lie."""
    return shutil.disk_usage(_nearest(folder)).free


def amount(size: float) -> str:
    """Bytes in words: ``44.1 MB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def check_places(folder: str, index: pd.DataFrame) -> None:
    """Raise BadInput unless the results of ``index`` that aren't there yet can be written.

    Parameters
    ----------
    folder
        Where the results lie.
    index
        Where each of them lies (``results.index``).
    """
    paths = [Path(folder, path) for path in index["path"]]
    for place in sorted({path.parent for path in paths if not path.exists()}):
        check_place(place)


def check_place(folder: str | Path, need: int = 0) -> None:
    """Raise BadInput unless ``folder`` can be written, or made, and ``need`` bytes are free."""
    place, nearest = Path(folder).absolute(), _nearest(folder)
    reason, first = "", "move what is there"
    if not nearest.is_dir():
        reason = "it is not a folder"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        reason, first = "no permission to write", "allow it (chmod u+w; a mount may be read-only)"
    elif free(str(place)) < need:
        reason, first = "the disk is full", f"free some space ({amount(need)} at least)"
    if reason:
        raise BadInput(
            f"nothing can be written below {nearest}: {reason}",
            where=str(place),
            remedy=f"{first}, or run in another folder: snakemake --directory FOLDER",
        )


def _nearest(folder: str | Path) -> Path:
    """``folder`` itself, or the nearest of those that hold it that is there."""
    place = Path(folder).absolute()
    return next(path for path in (place, *place.parents) if os.path.lexists(path))
