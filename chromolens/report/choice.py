"""Which loci are shown as examples, and which of their bases.

Per model and task: among the held-out positives with the highest predictions those that hold
most contribution, one per chromosome while there are chromosomes left. The same tables give
the same loci.
"""

import numpy as np
import pandas as pd

_CANDIDATES = 40


def spread(candidates: pd.DataFrame, number: int) -> pd.DataFrame:
    """The first ``number`` rows by ``score``, from as many groups as there are.

    ``candidates`` has columns id, group, score. Ties go to the smaller id.
    """
    ordered = candidates.sort_values(["score", "id"], ascending=[False, True], kind="stable")
    turn = ordered.groupby("group", sort=False).cumcount()
    return ordered.assign(turn=turn).sort_values("turn", kind="stable").head(number)


def best_predicted(predictions: pd.DataFrame, task: str) -> pd.DataFrame:
    """Held-out positives of ``task`` with the highest predictions: id, group, prediction.

    The best tenth, but no fewer than 40. Without 1/0 labels, all windows take part.
    """
    labels = predictions.get(f"{task}.label", pd.Series(1, index=predictions.index))
    positive = predictions[labels == 1] if labels.dropna().isin([0, 1]).all() else predictions
    ordered = positive.dropna(subset=task).sort_values(
        [task, "id"], ascending=[False, True], kind="stable"
    )
    top = ordered.head(max(_CANDIDATES, len(ordered) // 10))
    return top[["id", "group", task]].rename(columns={task: "prediction"})


def densest(values: np.ndarray, width: int) -> int:
    """Start of the ``width`` bases whose absolute values sum to most (the middle one of ties)."""
    size = np.nan_to_num(np.abs(values))
    if len(size) <= width:
        return 0
    sums = np.convolve(size, np.ones(width), mode="valid")
    ties = np.flatnonzero(sums >= sums.max() - 1e-9)
    return int(ties[len(ties) // 2])


def centred(values: np.ndarray, width: int) -> int:
    """Start of ``width`` bases with most contribution, moved so that it lies in their middle.

    The middle is the mean place weighted with squared contributions; the start may be negative.
    """
    start = densest(values, width)
    weight = np.nan_to_num(values[start : start + width]) ** 2
    if not weight.any():
        return start
    middle = start + (np.arange(len(weight)) * weight).sum() / weight.sum()
    return int(round(middle - (width - 1) / 2))


def apart(candidates: pd.DataFrame, distance: int) -> pd.DataFrame:
    """Candidates (chrom, start, score, id) less those near a better one of their chromosome."""
    ordered = candidates.sort_values(["score", "id"], ascending=[False, True], kind="stable")
    kept: dict[str, list[int]] = {}
    lonely = []
    for chrom, start in zip(ordered["chrom"], ordered["start"], strict=True):
        taken = kept.setdefault(chrom, [])
        lonely.append(all(abs(start - other) > distance for other in taken))
        taken += [start] if lonely[-1] else []
    return ordered[lonely]
