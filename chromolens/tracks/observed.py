"""What was observed, as a track beside the contributions: signals summed, or events counted."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.inputs.genome.signals import open_signals
from chromolens.inputs.peaks import read_peaks
from chromolens.tracks.bigwig import write_bigwig


def observe(
    files: Sequence[str],
    path: str,
    sizes: Mapping[str, int],
    chromosome_names: Mapping[str, str] | None = None,
) -> None:
    """Write the bigWig ``path``: per base the sum of bigWigs, or the number of events (BED).

    Bases without a count are 0. ``sizes`` gives every chromosome's length (bp);
    ``chromosome_names`` maps names in the files to names in the FASTA.
    """
    names = chromosome_names or {}
    if all(file.endswith((".bw", ".bigwig", ".bigWig")) for file in files):
        signal = open_signals({"": {"plus": list(files)}}, names)[""]["plus"]

        def summed(chrom: str, start: int, end: int) -> np.ndarray:
            return signal.values(np.array([chrom]), np.array([start]), end - start)[0]

        write_bigwig(path, sizes, summed)
        return
    events = pd.concat(read_peaks(file, sizes, names) for file in files)
    summits = {chrom: np.sort(part["summit"]) for chrom, part in events.groupby("chrom")}

    def counts(chrom: str, start: int, end: int) -> np.ndarray:
        here = summits.get(chrom, np.zeros(0, int))
        inside = here[(here >= start) & (here < end)] - start
        return np.bincount(inside, minlength=end - start).astype(np.float32)

    write_bigwig(path, sizes, counts)
