"""Do contributions add up to what they explain, window by window?

A window is flagged when target(input) - target(reference) - sum of contributions is larger than
1e-4 of the effect and than 1e-5 of the target's range over the windows (DESIGN, contracts).
Methods that promise no sum have NaN there and are not judged.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.scores import open_scores
from chromolens.tables.checks import COMPLETENESS
from chromolens.tracks.mixture import read_headers

OF_EFFECT, OF_RANGE = 1e-4, 1e-5


def check(files: Iterable[str], *, max_flagged: float = 0.01) -> pd.DataFrame:
    """One row per task: windows, flagged ones, errors (in the target's units).

    Raises BadInput when more than ``max_flagged`` of a task's windows are flagged.
    """
    headers = read_headers(list(files))
    first = next(iter(headers.values()))
    answers = [_answers(path) for path in headers]
    rows = []
    for number, task in enumerate(first.tasks):
        judged = judge(*np.concatenate([one[:, number] for one in answers], axis=1))
        rows.append({"model": first.model, "method": first.method, "task": task, **judged})
    table = pd.DataFrame(rows, columns=COMPLETENESS.names)
    _refuse(table[table["share_flagged"] > max_flagged], max_flagged)
    return table


def _answers(path: str) -> np.ndarray:
    """Values, reference values and errors of a shard's windows or records: (3, tasks, windows)."""
    keys = ("values", "reference_values", "completeness_error")
    with open_scores(path, keys) as file:
        groups = [group for group in file.values() if "values" in group]
        return np.stack([np.concatenate([g[key][:] for g in groups], axis=1) for key in keys])


def judge(values: np.ndarray, references: np.ndarray, errors: np.ndarray) -> dict[str, float]:
    """Counts and errors of one task's windows; all arrays (windows,)."""
    computed = np.isfinite(values)  # windows that are all N have no answer
    values, references, errors = values[computed], references[computed], errors[computed]
    promised = np.isfinite(errors)
    size = np.abs(errors[promised])
    spread = np.ptp(values) if len(values) else 0.0
    allowed = np.maximum(OF_EFFECT * np.abs(values - references)[promised], OF_RANGE * spread)
    flagged = int((size > allowed).sum())
    return {
        "windows": len(values),
        "flagged": flagged,
        "share_flagged": flagged / max(promised.sum(), 1),
        "max_error": size.max(initial=0) if promised.any() else np.nan,
        "median_error": np.median(size) if promised.any() else np.nan,
    }


def _refuse(bad: pd.DataFrame, max_flagged: float) -> None:
    if len(bad):
        worst = bad.sort_values("share_flagged").iloc[-1]
        raise BadInput(
            f"{worst['share_flagged']:.1%} of the windows of task {worst['task']} have "
            f"contributions that do not add up (largest error {worst['max_error']:.3g})",
            expected=f"at most {max_flagged:.1%}",
            where=f"model {worst['model']}, method {worst['method']}",
            remedy="more steps or another method; or raise checks.max_flagged",
        )
