"""Results from the future: made before the clock was set back, or where another clock is ahead.

Snakemake goes by times. It refuses a job whose output is older than its input, at every rerun
until the clock has caught up, and takes what was made from a stale input for newer than it.
"""

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

logger = logging.getLogger("chromolens")


def bring_back(folders: Sequence[str]) -> None:
    """Date what lies below ``folders`` and is from the future before now, in the same order.

    Links are left alone: what they point to, a genome perhaps, is the user's.
    """
    now = time.time_ns()
    below = [path for folder in folders for path in Path(folder).rglob("*")]
    paths = [path for path in below if path.is_file() and not path.is_symlink()]
    times = {path: path.stat().st_mtime_ns for path in paths}
    ahead = sorted({made for made in times.values() if made > now})
    if not ahead:
        return
    newest = max((made for made in times.values() if made <= now), default=0)
    step = min(10**6, (now - newest) // (len(ahead) + 1))
    dated = {made: now - step * place for place, made in enumerate(reversed(ahead))}
    for path, made in times.items():
        if made in dated:
            os.utime(path, ns=(dated[made], dated[made]))
    logger.warning(
        "%d results are from the future (was the clock set back?): dated anew, in their order",
        sum(made in dated for made in times.values()),
    )
