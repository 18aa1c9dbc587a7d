"""Inputs in files of their own, without a study around them: what a command is given."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from chromolens.errors import BadInput, in_words
from chromolens.genome.fasta import prepare_fasta
from chromolens.inputs.batches import Inputs, open_inputs
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import read_source

logger = logging.getLogger(__name__)


@contextmanager
def opened(
    path: str | Path, length: int | None, regions: str | Path | None = None
) -> Iterator[np.ndarray | Inputs]:
    """The inputs in ``path``, for a network that reads ``length`` positions.

    A .npy array as it is; the records of a FASTA that have that length; or, with ``regions`` (BED
    or narrowPeak), a genome's windows around the middles (summits) of these. What doesn't fit is
    left out, and counted in the log.
    """
    if Path(path).suffix == ".npy":
        yield _array(path)
    elif length is None:
        raise BadInput(
            "the network reads inputs of any length", expected="a .npy array", where=str(path)
        )
    elif regions is None:
        records = read_source({"fasta": str(path), "label": 1})
        fits = records["sequence"].str.len() == length
        what, remedy = f"records of {length} bases", "of a genome's FASTA, name regions (BED) too"
        yield open_inputs(_fitting(records[["id", "sequence"]], fits, what, path, remedy))
    else:
        with TemporaryDirectory() as folder:
            fasta = Path(folder) / "genome.fa.gz"
            sizes = prepare_fasta(path, fasta).set_index("chrom")["length"]
            peaks = read_peaks(regions, sizes.to_dict(), what="regions")
            start = peaks["summit"] - length // 2
            windows = pd.DataFrame(
                {"chrom": peaks["chrom"], "start": start, "end": start + length}
            )
            fits = (start >= 0) & (windows["end"] <= windows["chrom"].map(sizes))
            what = f"windows of {length} bp inside their chromosomes"
            yield open_inputs(_fitting(windows, fits, what, regions), fasta)


def _array(path: str | Path) -> np.ndarray:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"the array can't be read: {in_words(error)}",
            expected="numbers, as numpy.save writes them",
            where=str(path),
        ) from error


def _fitting(
    table: pd.DataFrame, fits: pd.Series, what: str, path: str | Path, remedy: str = ""
) -> pd.DataFrame:
    if not fits.any():
        raise BadInput(f"there are no {what}", where=str(path), remedy=remedy)
    if not fits.all():
        logger.warning("%s: %d of %d are no %s: left out", path, (~fits).sum(), len(fits), what)
    return table[fits].reset_index(drop=True)
