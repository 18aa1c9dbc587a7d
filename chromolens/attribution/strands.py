"""Mean of the explanations of a sequence and of its reverse complement."""

import numpy as np

from chromolens.attribution.result import Result


def both_strands(forward: Result, reverse: Result) -> Result:
    """Flip ``reverse`` back and average it with ``forward``.

    Parameters
    ----------
    forward, reverse
        Results for the same sequences and task, read forwards and reverse-complemented
        (``chromolens.genome.onehot.reverse_complement``), row by row.

    Returns
    -------
    Result
        In forward coordinates. Positions of ``reverse`` are mirrored, and hypothetical
        contributions also swap A with T and C with G.
    """
    hypothetical = None
    if forward.hypothetical is not None and reverse.hypothetical is not None:
        hypothetical = _mean(forward.hypothetical, reverse.hypothetical[:, ::-1, ::-1])
    return Result(
        contributions=_mean(forward.contributions, reverse.contributions[:, ::-1]),
        hypothetical=hypothetical,
        completeness_error=_mean(forward.completeness_error, reverse.completeness_error),
        values=_mean(forward.values, reverse.values),
        reference_values=_mean(forward.reference_values, reverse.reference_values),
        fallbacks=forward.fallbacks,
        equal_references=_most(forward.equal_references, reverse.equal_references),
        target=forward.target,
        codes=forward.codes,
    )


def _mean(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return ((one + other) / 2).astype(np.float32)


def _most(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    return None if one is None or other is None else np.maximum(one, other)
