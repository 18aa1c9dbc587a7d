"""All studies on one page: what each had to show, expected and found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chromolens import __version__, tables
from chromolens.report.environment import environment
from chromolens.report.tables import significant
from chromolens.runlog import atomic
from chromolens.tables.checks import ACCEPTANCE

COLUMNS = ["study", "criterion", "kind", "expected", "found", "tolerance", "result"]
_NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"


@dataclass(frozen=True)
class Judged:
    """A study: its name, in what its source errs, why it did not run, and its acceptance table.

    ``seconds`` of wall time that its runs took, NaN where nobody measured them; ``absent`` is
    empty where there is a table.
    """

    study: str
    discrepancies: str
    seconds: float
    absent: str
    acceptance: Path

    @property
    def rows(self) -> pd.DataFrame:
        """``COLUMNS`` of each criterion; none where there is no table."""
        if self.absent:
            return pd.DataFrame(columns=COLUMNS)
        table = tables.read(ACCEPTANCE, self.acceptance)
        wanted = [expected(bound) for bound in table["bound"]]
        facts = {"study": self.study, "criterion": table["name"], "found": table["value"]}
        facts |= {"expected": [one for one, _ in wanted], "tolerance": [two for _, two in wanted]}
        return table.assign(**facts)[COLUMNS]

    @property
    def wall(self) -> str:
        """Minutes and seconds, empty where they weren't measured."""
        if pd.isna(self.seconds):
            return ""
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes}:{seconds:02d}"


def expected(bound: str) -> tuple[str, str]:
    """What a bound of ``ACCEPTANCE`` expects, and within which tolerance.

    ``>= 1 and <= 3``: 2, ± 1; ``<= 0.1``: 0.1, at most.
    """
    both = re.fullmatch(rf">= {_NUMBER} and <= {_NUMBER}", bound)
    if both:
        low, high = map(float, both.groups())
        middle, half = (low + high) / 2, (high - low) / 2
        return f"{middle:.6g}", f"± {half:.3g}" if half else "exactly"
    words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
    sign, _, number = bound.partition(" ")
    return number, words.get(sign, "")


def table(studies: Sequence[Judged]) -> pd.DataFrame:
    """``COLUMNS`` of all criteria, and of a study without them a row that says why."""
    parts = []
    for one in studies:
        missing = {"study": [one.study], "criterion": [one.absent], "result": ["SKIPPED"]}
        rows = pd.DataFrame(missing, columns=COLUMNS) if one.absent else one.rows
        parts.append(rows.assign(wall=one.wall, discrepancies=one.discrepancies))
    return pd.concat(parts, ignore_index=True)


def verdict(rows: pd.DataFrame) -> str:
    """PASS, FAIL (what had to hold did not), or SKIPPED, of one study's rows of ``table``."""
    if (rows["result"] == "SKIPPED").all():
        return "SKIPPED"
    failed = (rows["result"] == "FAIL") & (rows["kind"] != "goal")
    return "FAIL" if failed.any() else "PASS"


def write(studies: Sequence[Judged], path: Path) -> None:
    """Write the page ``path``, whole or not at all."""
    every = table(studies)
    shown = [
        {
            "study": one.study,
            "verdict": verdict(every[every["study"] == one.study]),
            "wall": one.wall,
            "absent": one.absent,
            "discrepancies": one.discrepancies,
            "rows": one.rows.assign(found=one.rows["found"].map(significant)).to_dict("records"),
        }
        for one in studies
    ]
    page = environment().get_template("overview.html")
    with atomic(path) as temporary:
        temporary.write_text(page.render(studies=shown, version=__version__), encoding="utf-8")
