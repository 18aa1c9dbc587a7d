"""A motif over the database motif that names it, as the match laid them.

The match, with its strand and offset, is that of ``chromolens.motifs.names.naming``: the report
shows what was compared, and looks for no place of its own.
"""

from dataclasses import dataclass

import numpy as np

from chromolens.motifs.ppm import core, reverse_complement


@dataclass(frozen=True)
class Aligned:
    """Two matrices padded to one length (length, 4); ``reverse`` tells if the query was turned."""

    query: np.ndarray
    target: np.ndarray
    reverse: bool


def align(row: object, ppm: np.ndarray, target: np.ndarray, drawn: np.ndarray) -> Aligned:
    """Lay a motif over ``target``, turning the motif where the match is on the other strand.

    Parameters
    ----------
    row
        A row of the naming table: ``strand`` and ``offset`` of the trimmed motif.
    ppm, target : (length, 4)
        Probabilities of the motif and of its match; the lengths may differ.
    drawn : same shape as ppm
        What is drawn for the motif (contribution weights, say); padded and turned with it.
    """
    reverse = row.strand == "-"
    # where the motif's first base lies: in the target, or in its reverse complement
    start = int(row.offset) - core(ppm).start
    if reverse:
        start = len(target) - start - len(ppm)
    shown = reverse_complement(drawn) if reverse else np.asarray(drawn)
    return Aligned(*_padded(shown, np.asarray(target), start), reverse)


def _padded(query: np.ndarray, target: np.ndarray, offset: int) -> tuple[np.ndarray, np.ndarray]:
    start, end = min(offset, 0), max(offset + len(query), len(target))
    sheets = np.zeros((2, end - start, 4))
    sheets[0, offset - start : offset - start + len(query)] = query
    sheets[1, -start : -start + len(target)] = target
    return sheets[0], sheets[1]
