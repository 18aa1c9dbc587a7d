"""Is there room for what a study will write? Asked before the first job."""

import os
import shutil
from pathlib import Path

import pandas as pd

from chromolens.errors import BadInput

# Measured on the default study: 8.3 bytes in a shard (contributions, predictions), 5.4 in each of
# a raw and a scaled track, and 1.1 in the track of predictions.
BYTES_PER_BASE = 21
# With replicates: 8 more in a shard, 5.4 in each of their two tracks.
BYTES_OF_AGREEMENT = 19


def check_room(
    folder: str, sizes: dict[str, int], tracked: pd.DataFrame, trainings: pd.DataFrame
) -> None:
    """Raise BadInput unless the disk of ``folder`` will hold the study's tracks.

    Parameters
    ----------
    folder
        Where the results will lie; it is made if it isn't there.
    sizes
        Bases of each chromosome that is explained; empty without a genome.
    tracked, trainings
        Tables of ``plan.tracks`` and ``plan.trainings``.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    each = BYTES_PER_BASE + (BYTES_OF_AGREEMENT if trainings["replicate"].max() else 0)
    need, free = each * sum(sizes.values()) * len(tracked), shutil.disk_usage(folder).free
    if need > free:
        raise BadInput(
            f"the study's tracks need about {_amount(need)}, {_amount(free)} are free",
            expected=f"{each} bytes x {sum(sizes.values()):,} bases x {len(tracked)} tracks",
            where=os.path.abspath(folder),
            remedy="free some space, or explain fewer models, methods or tasks",
        )


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def check_place(folder: str) -> None:
    """Raise BadInput unless ``folder`` can be written, or made where it isn't there yet."""
    place = Path(folder).absolute()
    nearest = next(path for path in (place, *place.parents) if os.path.lexists(path))
    reason = "" if os.access(nearest, os.W_OK | os.X_OK) else "no permission to write"
    if not nearest.is_dir():
        reason = "it is not a folder"
    if reason:
        raise BadInput(
            f"the results can't be written below {nearest}: {reason}",
            where=str(place),
            remedy="move what is there, or run in another folder: snakemake --directory FOLDER",
        )
