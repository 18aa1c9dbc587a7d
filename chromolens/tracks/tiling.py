"""Which windows cover a chromosome.

Windows stand on a grid that is anchored to the chromosome (starts 0, stride, 2 stride, ...), with
the last window moved back to end where the chromosome ends. The grid knows nothing of shards,
so a window is the same whoever computes it. Seen from the other strand the grid is its own
mirror image exactly when (chromosome length - window) is a multiple of the stride.
"""

from dataclasses import asdict, dataclass

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import UNKNOWN

POLICIES = ("mean", "centre")


@dataclass(frozen=True)
class Tiling:
    """How the genome is read in windows, and how their answers become one number per base.

    Parameters
    ----------
    window, stride
        Width of a window and distance between neighbours, in bp; 1 <= stride <= window.
    stitching
        ``mean`` of all windows over a base, or the window whose ``centre`` is nearest.
    max_n
        Windows with a larger share of unknown bases (N) than this are skipped: they leave
        their bases to the other windows over them, or absent.
    """

    window: int
    stride: int
    stitching: str = "mean"
    max_n: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.stride <= self.window:
            raise BadInput(
                f"stride {self.stride} does not fit windows of {self.window} bp",
                expected="1 <= stride <= window: no base between two windows",
            )
        if self.stitching not in POLICIES:
            raise BadInput(
                f"there is no stitching {self.stitching!r}", expected=f"one of {POLICIES}"
            )
        if not 0 <= self.max_n <= 1:
            raise BadInput(f"max_n is {self.max_n}", expected="a share between 0 and 1")

    def settings(self) -> dict:
        """The fields by name."""
        return asdict(self)

    def keeps(self, codes: np.ndarray) -> np.ndarray:
        """Which windows are explained: codes uint8 (n, window) -> bool (n,)."""
        return (codes == UNKNOWN).sum(axis=1) <= self.max_n * self.window


def window_starts(chrom_length: int, window: int, stride: int) -> np.ndarray:
    """Starts of all windows of a chromosome, ascending int64; none if it is shorter than one."""
    starts = np.arange(0, max(chrom_length - window + 1, 0), stride, dtype=np.int64)
    if len(starts) and starts[-1] + window < chrom_length:
        starts = np.append(starts, chrom_length - window)
    return starts


def touching(starts: np.ndarray, window: int, region: Interval) -> np.ndarray:
    """Those of ascending ``starts`` whose windows share a base with ``region``."""
    first = np.searchsorted(starts, region.start - window, side="right")
    return starts[first : np.searchsorted(starts, region.end, side="left")]


def starting_in(starts: np.ndarray, region: Interval) -> np.ndarray:
    """Those of ascending ``starts`` that lie in ``region``."""
    return starts[np.searchsorted(starts, region.start) : np.searchsorted(starts, region.end)]
