"""Made-up tables of thresholds: counts of a task's folds, its sweep, and the check of the mask."""

from pathlib import Path

import numpy as np
import pandas as pd
from synthetic_tables import written

from chromolens.tables.checks import MASK
from chromolens.tables.sis import COUNTS, SWEEP


def counts(folder: Path, task: str) -> Path:
    """fold0 as it should be; in fold1 two windows pass when masked and one is below."""
    rows = [("fold0", 1.25, 40, 0, 0, 40, 61), ("fold1", -0.5, 30, 2, 1, 27, 27)]
    table = pd.DataFrame(rows, columns=COUNTS.names)
    return written(COUNTS, table, folder / f"{task.encode().hex()}.counts.tsv")


def swept(folder: Path, task: str) -> Path:
    """Sizes 5, 10, 15 and none at 10, 50, 90 and 95; the study's is 50."""
    rows = []
    for at, number, size in ((10, 18, 5.0), (50, 10, 10.0), (90, 2, 15.0), (95, 0, np.nan)):
        place = ("positives", at, int(at == 50), at / 50, at / 40)
        rows.append((*place, 20, 0, number, size - 1, size, size + 2, "exact"))
    table = pd.DataFrame(rows, columns=SWEEP.names)
    return written(SWEEP, table, folder / f"{task.encode().hex()}.sweep.tsv")


def masks(folder: Path, tasks: list[str]) -> Path:
    """0.25 lies outside in fold1, zeros outside everywhere."""
    rows = []
    for task in tasks:
        for fold in ("fold0", "fold1"):
            for name, inside in (("0.25", fold == "fold0"), ("0", False)):
                facts = {
                    "model": "cnn",
                    "task": task,
                    "fold": fold,
                    "mask": name,
                    "chosen": int(name == "0.25"),
                }
                facts |= {"value": -2.0, "windows": 40, "shuffles": 400, "q01": -4.0, "q99": -1.5}
                verdict = "inside" if inside else "outside"
                rows.append(facts | {"percentile": 97.5, "verdict": verdict})
    return written(MASK, pd.DataFrame(rows), folder / "mask.tsv")
