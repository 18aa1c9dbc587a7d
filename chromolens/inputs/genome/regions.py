"""Windows on regions of a genome, for methods that don't explain all of it.

An event, a peak of narrowPeak, and a region that is no wider than what is kept of a window have
one window. The first base of its second half (start + window // 2) is the summit, or the middle
where there is none. A wider region of a BED file is tiled from its middle out, by the stride,
until the kept parts cover it. A window that would run over an end of a linear chromosome is moved
inwards. Windows are sorted, and each place has one: a window's index on its chromosome decides
its place in a batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.circular import with_laps, wrapped
from chromolens.genome.intervals import Interval
from chromolens.inputs.genome.placing import overlapping
from chromolens.inputs.peaks import Names, read_peaks
from chromolens.inputs.windows import Tally
from chromolens.tables.inputs import REGIONS


@dataclass(frozen=True)
class Placed:
    """The windows on regions.

    Attributes
    ----------
    starts
        Chromosome -> first base of each of its windows, ascending int64; none is empty.
    tally
        The regions, and windows on them, that were left out.
    """

    starts: Mapping[str, np.ndarray]
    tally: Tally

    def table(self, window: int) -> pd.DataFrame:
        """The windows of ``window`` bp as ``REGIONS``."""
        chroms = np.repeat(list(self.starts), [len(one) for one in self.starts.values()])
        start = np.concatenate(list(self.starts.values()))
        return pd.DataFrame({"chrom": chroms, "start": start, "end": start + window})[
            REGIONS.names
        ]


def place(
    sizes: Mapping[str, int],
    stretches: Sequence[Interval],
    *,
    files: Sequence[str],
    chromosome_names: Names | None,
    events: bool,
    window: int,
    keep: int,
    stride: int,
    circular: Mapping[str, int] | None = None,
) -> Placed:
    """The windows on all regions of ``files`` (BED or narrowPeak), which may overlap.

    Parameters
    ----------
    sizes
        Length (bp) of the FASTA's chromosomes.
    stretches
        Those that are explained (``Folds.homes``): windows that keep no base there are counted.
    chromosome_names
        Name in the files -> name in the FASTA, or None for a chromosome to leave out.
    events
        Whether a region is an event of a task, whatever its width: one base.
    window, keep, stride
        Width of a window, of its kept part, and distance of the windows on a wide region (bp).
    circular
        Length (bp) of each circular chromosome: its windows go on across the origin.

    Raises
    ------
    BadInput
        For what ``read_peaks`` refuses, and where no window is left.
    """
    circular = circular or {}
    read = [read_peaks(path, sizes, chromosome_names, what="regions") for path in files]
    regions, tally = pd.concat(read, ignore_index=True), Tally()
    tally.add("cut at the chromosome's end", "", _named(regions[regions["cut"]]))
    windows = _windows(regions, sizes, events, (window, keep, stride), circular)
    explained = pd.DataFrame([asdict(one) for one in stretches])
    explained = with_laps(explained, ["start", "end"], circular)
    chroms, kept = windows["chrom"].to_numpy(str), windows["kept"].to_numpy()
    held = overlapping(chroms, kept, keep, explained)
    tally.add("where nothing is explained", "", _named(windows[~held]))
    windows = windows[held]
    away = (windows["kept"] >= windows["high"]) | (windows["kept"] + keep <= windows["low"])
    tally.add("nearer to the chromosome's end than a window reaches", "", _named(windows[away]))
    windows = windows[~away]
    windows["start"] = wrapped(windows["chrom"], windows["start"], circular)
    again = windows.duplicated(["chrom", "start"]) & ~windows["moved"]
    tally.add("same window as another region's", "", _named(windows[again]))
    if windows.empty:
        raise BadInput(
            "no region can be explained",
            expected=f"regions in {', '.join(map(str, stretches[:20]))}",
            where=f"{', '.join(files)}: {tally.describe('')}",
            remedy="name their chromosomes in the folds, or give other regions",
        )
    by_chrom = windows.groupby("chrom")["start"].unique()
    return Placed({c: np.sort(by_chrom[c]) for c in sizes if c in by_chrom}, tally)


def _windows(
    regions: pd.DataFrame,
    sizes: Mapping[str, int],
    events: bool,
    widths: tuple[int, int, int],
    circular: Mapping[str, int],
) -> pd.DataFrame:
    """One row per window: chrom, start, kept (its first kept base), moved, low and high.

    ``low`` and ``high`` (exclusive) bound what it is there for: the summit, or a wide region.
    Windows across the origin of a ``circular`` chromosome start before or end behind it.
    """
    window, keep, stride = widths
    start, end, summit = (regions[name].to_numpy() for name in ("start", "end", "summit"))
    wide = regions["signal"].isna().to_numpy() & (end - start > keep) & (not events)
    low, high = np.where(wide, start, summit), np.where(wide, end, summit + 1)
    # how many windows more it takes on either side of the one in the middle: divisions round up
    first = summit - keep // 2
    left = np.maximum(-((low - first) // stride), 0)
    right = np.maximum(-((first + keep - high) // stride), 0)
    count = left + 1 + right
    row = np.repeat(np.arange(len(regions)), count)
    middle = np.repeat(np.cumsum(count) - right - 1, count)
    wanted = summit[row] - window // 2 + stride * (np.arange(len(row)) - middle)
    last = regions["chrom"].map(sizes).to_numpy(np.int64)[row] - window
    around = regions["chrom"].isin(list(circular)).to_numpy()[row]
    found = np.where(around, wanted, np.clip(wanted, 0, last))
    kept = found + window // 2 - keep // 2
    columns = {"chrom": regions["chrom"].to_numpy()[row], "start": found, "kept": kept}
    return pd.DataFrame(columns | {"moved": found != wanted, "low": low[row], "high": high[row]})


def _named(rows: pd.DataFrame) -> list[str]:
    """``chrom:start`` (0-based) of each region, or of what each window is there for."""
    places = rows["low" if "low" in rows else "start"]
    return [f"{chrom}:{start}" for chrom, start in zip(rows["chrom"], places, strict=True)]
