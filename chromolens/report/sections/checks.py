"""Checks: do contributions add up, what do ablated hits cost, do windows leak."""

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.inputs.windows import read_windows
from chromolens.report.contents import Contents
from chromolens.report.figures import experiments
from chromolens.report.tables import Table, count, decimal, of_frame, significant
from chromolens.tables.checks import COMPLETENESS, FOLDS_ALIKE
from chromolens.tables.experiments import ABLATED, CALIBRATION

NEEDS = ("windows", "completeness", "folds_alike", "planted", "ablated", "calibration")
_BINS = 10


def context(study: Contents) -> dict:
    """Tables of this section, and the sentence about shared words."""
    return {
        "completeness": completeness(study),
        "folds_alike": folds_alike(study),
        "tables": [
            of_frame(tables.read(*kind_and_path), caption)
            for caption, kind_and_path in study.tables.items()
        ],
        "leaks": leaks(read_windows(study.windows)),
        "calibration": calibration(study),
    }


def completeness(study: Contents) -> Table | None:
    """How far target(input) - target(reference) - sum of contributions is from 0."""
    table = tables.read_all(COMPLETENESS, study.completeness)
    if not len(table):
        return None
    rows = [_row(row) for row in table.itertuples()]
    header = ["model", "method", "task", "windows", "flagged", "share flagged"]
    header += ["largest error", "median error"]
    flagged = frozenset(place for place, row in enumerate(table.itertuples()) if row.flagged > 0)
    caption = "Completeness: windows whose contributions don't add up to within tolerance"
    return Table(caption, header, rows, frozenset(header[3:]), flagged)


def _row(row: object) -> list[str]:
    share = "–" if pd.isna(row.share_flagged) else f"{100 * row.share_flagged:.2g} %"
    numbers = [count(row.windows), count(row.flagged), share]
    errors = [significant(row.max_error), significant(row.median_error)]
    return [row.model, row.method, row.task, *numbers, *errors]


def folds_alike(study: Contents) -> Table | None:
    """How alike the networks of all folds explain; None where only the out-of-fold were asked."""
    table = tables.read_all(FOLDS_ALIKE, study.folds_alike)
    if not len(table):
        return None
    header = ["model", "method", "task", "folds", "bases", "r", "same sign", "spread"]
    rows = [
        [row.model, row.method, row.task, count(row.folds), count(row.bases)]
        + [decimal(number, 2) for number in (row.r, row.sign, row.spread)]
        for row in table.itertuples()
    ]
    caption = (
        "All folds: r of the track out of fold and the mean over the folds, which holds it (1 / "
        "√folds where folds have nothing in common); share of folds with the mean's sign, large "
        "contributions weighing more; standard deviation over the folds, beside the mean's size. "
        "All folds but one saw these bases in training"
    )
    return Table(caption, header, rows, frozenset(header[3:]))


def calibration(study: Contents) -> dict | None:
    """Contributions of hits against what their ablation costs; None where none was ablated."""
    table = tables.read_all(CALIBRATION, study.calibration)
    whole = table[table["motif"] == ""]
    if not len(whole):
        return None
    header = ["model", "task", "method", "hits", "slope", "95 % interval", "r", "interval"]
    rows = [_calibrated(row) for row in whole.itertuples()]
    caption = (
        "Loss of the target by ablation of a hit, against the sum of the hit's contributions: the "
        "slope is 1 where the two are equal"
    )
    hits = tables.read_all(ABLATED, study.ablated)
    nulls = [place for place, row in enumerate(whole.itertuples()) if row.model in study.nulls]
    panels = [
        (" · ".join(key), _curve(own, key))
        for key, own in hits.groupby(["task", "model", "method"], sort=False)
        if key[1] not in study.nulls
    ]
    shown = Table(caption, header, rows, frozenset(header[3:]), frozenset(nulls))
    return {"panels": panels, "table": shown}


def _calibrated(row: object) -> list[str]:
    slope = [decimal(row.slope, 2), f"{decimal(row.slope_low, 2)} to {decimal(row.slope_high, 2)}"]
    r = [decimal(row.r, 2), f"{decimal(row.r_low, 2)} to {decimal(row.r_high, 2)}"]
    return [row.model, row.task, row.method, count(row.hits), *slope, *r]


def _curve(own: pd.DataFrame, key: tuple) -> object:
    ordered = own.sort_values("contribution", kind="stable")
    bins = np.arange(len(ordered)) * _BINS // len(ordered)
    means = ordered.groupby(bins)[["contribution", "effect"]].mean()
    numbers = (own["contribution"].to_numpy(), own["effect"].to_numpy())
    return experiments.calibration(*numbers, means, f"Ablation of hits: {', '.join(key)}")


def leaks(windows: pd.DataFrame) -> str:
    """What share of the windows has a word of 32 bases in common with another group's."""
    if "shared" not in windows:
        return ""
    shared = int((windows["shared"] > 0).sum())
    share = 100 * shared / max(len(windows), 1)
    return (
        f"{count(shared)} of {count(len(windows))} windows ({share:.1f} %) share an exact word of "
        "32 bases, on either strand, with a window of another group. The metrics are given with "
        "and without them."
    )
