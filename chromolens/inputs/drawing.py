"""Windows of a study as references for others: same GC, a common pool, another class, their mean.

Rows are rows of ``inputs.windows``; ``references`` reads them as an array for the front door
(``chromolens.attribute(..., references=array)``). What is drawn for a window depends on its id,
the candidates and the seed alone, never on the other windows asked about.
"""

from collections.abc import Iterable

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.batches import Inputs

GC_WIDTH = 0.02  # largest difference in share of G and C that counts as the same


def gc_matched(
    inputs: Inputs, rows: np.ndarray, candidates: np.ndarray, count: int, seed: int = 0
) -> np.ndarray:
    """``count`` of ``candidates`` for each of ``rows``, with its GC (to ``GC_WIDTH``).

    Parameters
    ----------
    rows, candidates
        Row numbers (n,) and (m,); a row is never its own reference. Candidates are best windows
        without events, of the groups that the model was trained on.

    Returns
    -------
    int (n, count), all different in each row.

    Raises
    ------
    BadInput
        Where a window has fewer than ``count`` such candidates, by its id.
    """
    gc = inputs.windows["gc"].to_numpy()
    alike = (np.abs(gc[candidates] - value) <= GC_WIDTH + 1e-9 for value in gc[rows])
    return _drawn(inputs, rows, candidates, alike, count, seed, "the same share of G and C")


def other_class(
    inputs: Inputs,
    rows: np.ndarray,
    task: str,
    candidates: np.ndarray,
    count: int,
    seed: int = 0,
) -> np.ndarray:
    """``count`` of ``candidates`` for each of ``rows`` whose label of ``task`` is another one.

    Masked candidates are left out. Returns int (n, count), all different in each row; BadInput as
    for ``gc_matched``, and where a window's own label is masked.
    """
    labels = inputs.labels(candidates, [task])[:, 0]
    own = inputs.labels(rows, [task])[:, 0]
    if np.isnan(own).any():
        first = inputs.windows["id"].iloc[np.asarray(rows)[np.isnan(own)][0]]
        raise BadInput(f"a window has no label of {task!r}", where=str(first))
    others = (~np.isnan(labels) & (labels != value) for value in own)
    return _drawn(inputs, rows, candidates, others, count, seed, f"another label of {task!r}")


def pool(inputs: Inputs, candidates: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """``count`` of ``candidates`` that serve every input: int (1, count), sorted."""
    if count > len(candidates):
        raise BadInput(f"{len(candidates)} windows for a pool of {count}", expected="more windows")
    rng = np.random.default_rng(seed_of("pool", seed))
    return np.sort(rng.choice(candidates, count, replace=False))[None]


def references(inputs: Inputs, drawn: np.ndarray) -> np.ndarray:
    """One-hot of drawn rows int (n or 1, count): float32 (n or 1, count, length, channels)."""
    onehot = inputs.onehot(drawn.ravel())
    return onehot.reshape(*drawn.shape, *onehot.shape[1:])


def mean_input(inputs: Inputs, rows: np.ndarray, at_once: int = 4096) -> np.ndarray:
    """Share of each base at each position over ``rows``: float32 (1, 1, length, channels)."""
    total = np.zeros((inputs.length, inputs.channels))
    for start in range(0, len(rows), at_once):
        total += inputs.onehot(rows[start : start + at_once]).sum(axis=0, dtype=np.float64)
    return (total / max(len(rows), 1)).astype(np.float32)[None, None]


def _drawn(
    inputs: Inputs,
    rows: np.ndarray,
    candidates: np.ndarray,
    eligible: Iterable[np.ndarray],
    count: int,
    seed: int,
    what: str,
) -> np.ndarray:
    candidates, ids = np.asarray(candidates), inputs.windows["id"].to_numpy(dtype=str)
    drawn = np.empty((len(rows), count), dtype=np.int64)
    for place, (row, fits) in enumerate(zip(rows, eligible, strict=True)):
        chosen = candidates[fits & (candidates != row)]
        if len(chosen) < count:
            raise BadInput(
                f"{len(chosen)} of {len(candidates)} candidates have {what}",
                expected=f"{count} or more",
                where=ids[row],
            )
        rng = np.random.default_rng(seed_of(f"{ids[row]} drawn", seed))
        drawn[place] = rng.choice(chosen, count, replace=False)
    return drawn
