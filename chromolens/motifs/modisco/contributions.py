"""What TF-MoDISco reads: a task's explained windows, checked, cropped and shuffled."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from chromolens.errors import BadInput
from chromolens.scores import open_scores

ONE_SIGN = "contributions are of one sign: TF-MoDISco's null distribution needs both"


class Scores(NamedTuple):
    """What modisco reads: ids (n,), onehot and hypothetical float32 (n, width, 4).

    ``offset``: bases of the windows before the stretch; ``dropped_n``: windows left out
    because of an N in it.
    """

    ids: np.ndarray
    onehot: np.ndarray
    hypothetical: np.ndarray
    offset: int
    dropped_n: int


def read_scores(windows_h5: str | Path, task: str, seed: int, width: int | None = None) -> Scores:
    """A task's windows without those that hold an N, shuffled.

    Each is cropped around its middle to ``width`` bp (None: all), less one where that is odd.
    The order depends on the ids and ``seed`` only, not on the order in the file. Raises
    ``BadInput`` for a missing task, wrong shapes, and one-hot rows that are none.
    """
    where = f"{windows_h5}, task {task}"
    with open_scores(windows_h5) as file:
        if task not in file:
            tasks = [name for name in file if name != "scales"]
            raise BadInput(f"no windows of task {task!r}", expected=", ".join(tasks), where=where)
        ids = file[task]["id"].asstr()[:]
        arrays = [file[task][name] for name in ("onehot", "hypothetical")]
        _check_shapes(arrays, len(ids), where)
        length = arrays[0].shape[1]
        kept = min(length, width or length) // 2 * 2
        offset = (length - kept) // 2
        onehot, scores = (array[:, offset : offset + kept].astype("float32") for array in arrays)
    _check_onehot(onehot, where)
    whole = np.flatnonzero(onehot.sum(axis=2).all(axis=1))
    order = whole[np.argsort(ids[whole], kind="stable")]
    order = np.random.default_rng(seed).permutation(order)
    return Scores(ids[order], onehot[order], scores[order], offset, len(ids) - len(whole))


def _check_shapes(arrays: list, count: int, where: str) -> None:
    shapes = [array.shape for array in arrays]
    if shapes[0] != shapes[1] or len(shapes[0]) != 3 or shapes[0][::2] != (count, 4):
        raise BadInput(
            f"onehot {shapes[0]} and hypothetical {shapes[1]} for {count} ids",
            expected="both (windows, length, 4), channels A, C, G, T last",
            where=where,
        )


def _check_onehot(onehot: np.ndarray, where: str) -> None:
    if not np.isin(onehot, (0, 1)).all() or (onehot.sum(axis=2) > 1).any():
        raise BadInput(
            "onehot has rows that are neither a base nor N",
            expected="a single 1 among four, or four zeros",
            where=where,
        )


def check_scores(scores: Scores, core: int, flank: int, where: str) -> None:
    """BadInput for NaN or infinite scores, and windows too narrow for a seqlet.

    A seqlet is ``core`` + 2 x ``flank`` bp.
    """
    finite = np.isfinite(scores.hypothetical).all(axis=(1, 2))
    if not finite.all():
        raise BadInput(
            f"{(~finite).sum()} of {len(finite)} windows have scores that are not finite",
            expected="finite hypothetical contributions",
            where=f"{where}, first {scores.ids[~finite][0]}",
        )
    needed = core + 2 * flank
    if scores.onehot.shape[1] < needed:
        raise BadInput(
            f"windows of {scores.onehot.shape[1]} bp",
            expected=f"at least sliding_window_size + 2 x flank_size = {needed} bp",
            where=where,
            remedy="smaller sliding_window_size and flank_size",
        )


def obstacle(scores: Scores, core: int) -> str:
    """Why TF-MoDISco can't be asked about these scores, or "" when it can."""
    if len(scores.ids) < 2:
        return f"{len(scores.ids)} windows ({scores.dropped_n} left out because of N)"
    contributions = (scores.onehot * scores.hypothetical).sum(axis=2, dtype=np.float64)
    if np.ptp(contributions) == 0:
        return "all contributions are equal: the target doesn't depend on the sequence"
    sums = np.cumsum(np.pad(contributions, ((0, 0), (1, 0))), axis=1)
    sums = sums[:, core:] - sums[:, :-core]
    if (sums >= 0).all() or (sums <= 0).all():
        return ONE_SIGN
    return ""
