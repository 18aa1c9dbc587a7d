"""Do contributions add up to what they explain, window by window?

A window is flagged when target(input) - target(reference) - sum of contributions is larger than
the tolerance (1e-4, but for quadratures) of the effect, and than a tenth of it of the target's
range over the windows. Methods that promise no sum have NaN there and are not judged.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from chromolens.attribution.methods import TOLERANCE
from chromolens.checks.acceptance import describe_unsound, unsound
from chromolens.runlog import logger
from chromolens.scores import open_scores
from chromolens.tables.checks import COMPLETENESS
from chromolens.tracks.mixture import read_headers


def check(
    files: Iterable[str], *, max_flagged: float = 0.01, tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """One row per task: windows, flagged ones, errors (in the target's units).

    More than ``max_flagged`` of a task's windows flagged is warned of, and a FAIL of the study
    (``acceptance.judge``): the report is made all the same, as it shows where to look.
    """
    headers = read_headers(list(files))
    first = next(iter(headers.values()))
    answers = [_answers(path) for path in headers]
    rows = []
    for number, task in enumerate(first.tasks):
        numbers = np.concatenate([one[:, number] for one in answers], axis=1)
        judged = judge(*numbers, tolerance)
        rows.append({"model": first.model, "method": first.method, "task": task, **judged})
    stated = {"tolerance": tolerance, "max_flagged": max_flagged}
    table = pd.DataFrame(rows).assign(**stated)[COMPLETENESS.names]
    for row in unsound(table).itertuples():
        logger.warning("%s: %s", row.method, describe_unsound(row))
    return table


def _answers(path: str) -> np.ndarray:
    """Values, reference values and errors of a shard's windows or records: (3, tasks, windows)."""
    keys = ("values", "reference_values", "completeness_error")
    with open_scores(path, keys) as file:
        groups = [group for group in file.values() if "values" in group]
        return np.stack([np.concatenate([g[key][:] for g in groups], axis=1) for key in keys])


def judge(
    values: np.ndarray,
    references: np.ndarray,
    errors: np.ndarray,
    tolerance: float = TOLERANCE,
) -> dict[str, float]:
    """Counts and errors of one task's windows; all arrays (windows,)."""
    computed = np.isfinite(values)  # windows that are all N have no answer
    values, references, errors = values[computed], references[computed], errors[computed]
    promised = np.isfinite(errors)
    size = np.abs(errors[promised])
    spread = np.ptp(values) if len(values) else 0.0
    allowed = tolerance * np.maximum(np.abs(values - references)[promised], spread / 10)
    flagged = int((size > allowed).sum())
    return {
        "windows": len(values),
        "flagged": flagged,
        "share_flagged": flagged / max(promised.sum(), 1),
        "max_error": size.max(initial=0) if promised.any() else np.nan,
        "median_error": np.median(size) if promised.any() else np.nan,
    }
