"""The measured numbers in the documentation: from the studies that were run, not by hand.

    python -m benchmarks.measured results/studies/studies.tsv

takes what the studies gave into ``docs/measured.tsv`` (a study that wasn't run keeps its
numbers), and writes every number that stands between ``<!--= STUDY; CRITERION; FORMAT -->`` and
``<!--/-->`` in README.md and docs anew. FORMAT is one of Python's (``.3f``), or ``minutes``. The
criterion ``wall`` is how long a study took. A test fails where a page and the file differ.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from chromolens.errors import BadInput, nearest
from chromolens.runlog import atomic

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs/measured.tsv"
COLUMNS = ["study", "criterion", "found"]
WALL = "wall"
_PLACE = re.compile(r"(<!--= ([^;]+); ([^;]+); ([^;]+?) -->)(.*?)(<!--/-->)")


def pages() -> list[Path]:
    """The pages that may hold measured numbers."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def kept() -> pd.DataFrame:
    """Columns study, criterion, found (text): what the studies gave when they were last run."""
    return pd.read_table(KEPT, dtype=str, keep_default_na=False)


def taken(table: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """``before``, with all of each study that has results in ``table`` (``overview.table``)."""
    run = table[table["result"] != "SKIPPED"]
    wall = run.drop_duplicates("study").assign(criterion=WALL)
    wall = wall.assign(found=wall["wall"].map(_seconds)).dropna(subset="found")
    fresh = pd.concat([run, wall])[COLUMNS]
    old = before[~before["study"].isin(fresh["study"])]
    return pd.concat([old, fresh]).astype(str).sort_values(COLUMNS[:2], kind="stable")


def _seconds(clock: object) -> str | None:
    minutes, _, seconds = str(clock).partition(":")
    return str(60 * int(minutes) + int(seconds)) if seconds else None


def filled(text: str, table: pd.DataFrame, where: str) -> str:
    """A page with its numbers as ``table`` (``kept``) has them.

    BadInput for a number that no study gave.
    """
    known = table.set_index(["study", "criterion"])["found"]

    def number(match: re.Match) -> str:
        key = match[2], match[3]
        if key not in known.index:
            named = [criterion for study, criterion in known.index if study == key[0]]
            raise BadInput(
                f"no study gave {'; '.join(key)}{nearest(key[1], named)}",
                expected="a study and a criterion of docs/measured.tsv",
                where=where,
            )
        return f"{match[1]}{_shown(float(known[key]), match[4])}{match[6]}"

    return _PLACE.sub(number, text)


def _shown(value: float, form: str) -> str:
    shown: dict[str, Callable[[float], str]] = {"minutes": lambda seconds: f"{seconds / 60:.0f}"}
    return shown[form](value) if form in shown else format(value, form)


def main() -> None:
    """Take the numbers, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    help = "what `make studies` wrote; without it the pages are written from what is kept"
    parser.add_argument("studies", type=Path, nargs="?", help=help)
    given = parser.parse_args()
    if given.studies:
        fresh = pd.read_table(given.studies, dtype={"wall": str, "found": str})
        with atomic(KEPT) as path:
            taken(fresh, kept()).to_csv(path, sep="\t", index=False)
    for page in pages():
        with atomic(page) as path:
            path.write_text(filled(page.read_text(), kept(), str(page)))


if __name__ == "__main__":
    main()
