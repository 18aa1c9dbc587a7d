"""Verdict: what the study had to show, and whether it did."""

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.tables import significant
from chromolens.tables.checks import ACCEPTANCE

NEEDS = ("acceptance",)

_KINDS = {
    "floor": "must hold",
    "goal": "hoped for",
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
    }


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
