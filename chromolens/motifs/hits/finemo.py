"""Contributions as Fi-NeMo reads them, for those who call hits with it.

Fi-NeMo (finemo 0.41; ``finemo call-hits --mode pp -r regions.npz -m modisco.h5``) fits the
contributions of each region by the motifs of a TF-MoDISco file. It needs torch and is no part of
chromolens; what is written here is what its ``extract-regions-bw`` would write.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.runlog import atomic
from chromolens.tracks.bigwig import read_back


def export_regions(
    genome: Genome, track: str | Path, windows: pd.DataFrame, folder: str | Path
) -> int:
    """Write ``regions.npz`` and ``regions.narrowPeak`` for ``windows``; return how many.

    Parameters
    ----------
    track
        bigWig of contributions; where it has a gap, Fi-NeMo is given 0.
    windows
        ``id``, ``chrom``, ``start``, ``end``, of one width. Fi-NeMo takes even widths only:
        the last base of windows of an odd width is left out.

    Notes
    -----
    npz: ``sequences`` int8 (n, 4, width), ``contributions`` float32 (n, width), ``chr``,
    ``chr_id``, ``start``, ``peak_id``, ``peak_name`` (n,). narrowPeak: the same regions in the
    same order, summit in the middle.
    """
    widths = (windows["end"] - windows["start"]).unique()
    if len(widths) != 1 or widths[0] < 2:
        raise BadInput(
            f"windows of {', '.join(map(str, widths)) or 'no'} bp",
            expected="at least one window, all of one width",
        )
    width = int(widths[0]) // 2 * 2
    places = [(row.chrom, row.start, row.start + width) for row in windows.itertuples()]
    sequences = [genome.onehot(*place).T.astype(np.int8) for place in places]
    values = [np.nan_to_num(read_back(track, *place)) for place in places]
    chroms = windows["chrom"].to_numpy(str)
    Path(folder).mkdir(parents=True, exist_ok=True)
    with atomic(Path(folder, "regions.npz")) as temporary:
        np.savez_compressed(
            temporary,
            sequences=np.stack(sequences),
            contributions=np.stack(values).astype(np.float32),
            chr=chroms,
            chr_id=pd.factorize(chroms)[0].astype(np.uint32),
            start=windows["start"].to_numpy(np.int32),
            peak_id=np.arange(len(windows), dtype=np.uint32),
            peak_name=windows["id"].to_numpy(str),
        )
    _write_peaks(windows, width, Path(folder, "regions.narrowPeak"))
    return len(windows)


def _write_peaks(windows: pd.DataFrame, width: int, path: Path) -> None:
    peaks = windows[["chrom", "start"]].assign(end=windows["start"] + width, name=windows["id"])
    peaks = peaks.assign(score=0, strand=".", signal=0, p=-1, q=-1, summit=width // 2)
    with atomic(path) as temporary:
        peaks.to_csv(temporary, sep="\t", header=False, index=False)
