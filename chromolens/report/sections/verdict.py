"""Verdict: what the study had to show, and whether it did."""

import pandas as pd

from chromolens.report.study import Study, read
from chromolens.report.tables import significant

NEEDS = ("acceptance",)

_KINDS = {
    "floor": "must hold",
    "goal": "hoped for",
    "null": "must find nothing",
}


def context(study: Study) -> dict:
    """Rows of the acceptance table (failures first), how many pass, and the verdict in words."""
    table = read(study.acceptance) if study.acceptance else pd.DataFrame()
    rows = [_row(row) for row in table.itertuples()]
    binding = [row for row in rows if not row["goal"]]
    failed = [row for row in binding if not row["passed"]]
    return {
        "rows": sorted(rows, key=_order),
        "passed": sum(row["passed"] for row in rows),
        "verdict": _verdict(len(rows), len(failed)),
    }


def _row(row: object) -> dict:
    return {
        "name": row.name,
        "value": _value(row.value),
        "bound": "" if pd.isna(row.bound) else str(row.bound),
        "kind": _KINDS.get(row.kind, row.kind),
        "goal": row.kind == "goal",
        "passed": row.result == "PASS",
        "explanation": "" if pd.isna(row.explanation) else row.explanation,
    }


def _value(value: object) -> str:
    number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
    return str(value) if pd.isna(number) and not pd.isna(value) else significant(number)


def _order(row: dict) -> tuple[bool, bool]:
    return row["passed"], row["goal"]


def _verdict(rows: int, failed: int) -> str:
    if not rows:
        return "NONE"
    return "FAIL" if failed else "PASS"
