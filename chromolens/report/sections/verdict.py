"""Verdict: what the study had to show, whether it did, and whether its networks are worth it."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, decimal, significant
from chromolens.tables.checks import ACCEPTANCE, BASELINES, RATIO, TILES

NEEDS = ("acceptance", "tiles")

_KINDS = {
    "floor": "must hold",
    "goal": "goal, need not hold",
    "control": "must hold on a null",
    "check": "must hold in every study",
}


def context(study: Contents) -> dict:
    """Rows of the acceptance table (failures first), how many pass, and the verdict in words."""
    table = tables.read_all(ACCEPTANCE, [study.acceptance] if study.acceptance else [])
    rows = [_row(row) for row in table.itertuples()]
    binding = [row for row in rows if not row["goal"]]
    failed = [row for row in binding if not row["passed"]]
    return {
        "rows": sorted(rows, key=_order),
        "passed": sum(row["passed"] for row in rows),
        "verdict": _verdict(len(rows), len(failed)),
        **beside_baselines(tables.read_all(TILES, study.tiles)),
    }


def beside_baselines(tiles: pd.DataFrame) -> dict:
    """AUPRC over all tiles beside the baselines': ``baselines``, a table, and who is ``beaten``.

    ``beaten`` has a sentence for each task that a baseline predicts better than the network.
    """
    if tiles.empty:
        return {"baselines": None, "beaten": []}
    rows, beaten = [], []
    for (model, task), each in tiles.groupby(["model", "task"], sort=False):
        own = each.set_index("metric")
        names = ["auprc", *(f"auprc_{name}" for name in BASELINES), RATIO]
        counts = own.loc["auprc"]
        rows.append([model, task, count(counts.positives), count(counts.n)])
        rows[-1] += [_with_interval(own.loc[name]) for name in names]
        if own.loc[RATIO].value < 1:
            best = max(BASELINES, key=lambda name, own=own: own.loc[f"auprc_{name}"].value)
            beaten.append(_beaten(model, task, best, own))
    header = ["model", "task", "positive", "tiles", "network", *BASELINES.values(), "ratio"]
    caption = (
        "Area under the precision-recall curve (AUPRC) over every tile of the held-out "
        "chromosomes; ratio: the network's AUPRC divided by that of the better of two simple "
        "models; 95 % bootstrap intervals over stretches of 10 kb"
    )
    return {"baselines": Table(caption, header, rows, frozenset(header[2:])), "beaten": beaten}


def _with_interval(row: pd.Series) -> str:
    interval = f" ({decimal(row.low, 2)}–{decimal(row.high, 2)})"
    return decimal(row.value, 2) + ("" if pd.isna(row.low) else interval)


def _beaten(model: str, task: str, best: str, own: pd.DataFrame) -> str:
    numbers = [decimal(own.loc[name].value, 2) for name in (f"auprc_{best}", "auprc")]
    said = f"{BASELINES[best][0].upper()}{BASELINES[best][1:]} predicts the sites of {task} "
    if own.loc[RATIO].high >= 1:
        return (
            f"{said}as well as {model} ({numbers[0]} against {numbers[1]}, not a significant "
            "difference)."
        )
    return (
        f"{said}better than {model} ({numbers[0]} against {numbers[1]}): contributions of {model} "
        "describe the network, not the sites."
    )


def _row(row: object) -> dict:
    return {
        "name": row.name,
        "value": significant(row.value),
        "bound": row.bound,
        "kind": _KINDS.get(row.kind, row.kind),
        "goal": row.kind == "goal",
        "passed": row.result == "PASS",
        "explanation": row.explanation,
    }


def _order(row: dict) -> tuple[bool, bool]:
    return row["passed"], row["goal"]


def _verdict(rows: int, failed: int) -> str:
    if not rows:
        return "NONE"
    return "FAIL" if failed else "PASS"
