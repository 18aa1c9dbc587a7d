"""Whether two runs of a study from the same models, on unlike kernels, give the same results.

    python -m benchmarks.kernels results/demo results/demo-eigen

Every table of the one is held against that of the other: rows, text and whole numbers must be
equal, fractions agree to a share of their column's largest; tracks and arrays to a share of
their largest number. Times are left out. ``make compare-kernels`` makes the two runs. Exits with 1
where something differs.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyBigWig

from chromolens.kernels import AGREEMENT

TABLES = ("*.tsv", "*.tsv.gz", "*.bed", "*.bed.gz", "*.meme")
TIMES = ("benchmark", "provenance")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])")
DIGITS = 1e-4
"""Largest difference of fractions in a table, as a share of their column's largest."""


def compare(one: Path, other: Path) -> pd.DataFrame:
    """A row for each file of study ``one`` that has a counterpart in ``other``: see ``main``."""
    rows = []
    for path in sorted(one.rglob("*")):
        counterpart = other / str(path.relative_to(one)).replace(one.name, other.name)
        if not path.is_file() or any(word in str(path) for word in TIMES):
            continue
        if any(path.match(pattern) for pattern in TABLES):
            found = _tables(path, counterpart)
        elif path.suffix == ".bw":
            found = _tracks(path, counterpart)
        elif path.suffix == ".h5" and path.parts[-4] == "attribution":
            found = _arrays(path, counterpart)
        else:
            continue
        rows.append({"file": str(path.relative_to(one)), **found})
    return pd.DataFrame(rows)


def _tables(one: Path, other: Path) -> dict:
    if not other.exists():
        return {"verdict": "missing"}
    texts = [
        pd.read_csv(path, sep="\t", header=None, dtype=str, keep_default_na=False, quoting=3,
                    names=range(60), skip_blank_lines=False)
        for path in (one, other)
    ]  # fmt: skip
    first, second = (text.replace(one.parts[1], "STUDY", regex=True) for text, one in
                     zip(texts, (one, other), strict=True))  # fmt: skip
    if first.shape != second.shape:
        return {"verdict": f"{len(first)} rows, {len(second)} rows"}
    worst, words = 0.0, 0
    timed = first.eq("cpu_seconds").any(axis=1)
    first, second = first[~timed], second[~timed]
    for column in first:
        cells = first[column].str.cat(second[column], sep="\n")[first[column] != second[column]]
        scale = pd.to_numeric(first[column], errors="coerce").abs().max()
        for own, theirs in cells.str.split("\n"):
            apart = _apart(own, theirs, scale if scale > 0 else 1.0)
            worst, words = max(worst, apart or 0.0), words + (apart is None)
    verdict = "last digits" if worst else "equal"
    return {
        "verdict": verdict if not words and worst <= DIGITS else "DIFFERS",
        "largest": worst,
        "words": words,
    }


def _apart(one: str, other: str, scale: float) -> float | None:
    """Largest difference of the numbers in two cells, in ``scale``; None where words differ.

    What is within ``AGREEMENT`` as it stands counts as 0: errors of completeness are rounding.
    """
    texts = [NUMBER.sub("#", cell) for cell in (one, other)]
    pairs = list(zip(*map(NUMBER.findall, (one, other)), strict=False))
    whole = any(a != b and f"{a}{b}".lstrip("-").isdigit() for a, b in pairs)
    if texts[0] != texts[1] or whole:
        return None
    apart = max(abs(float(a) - float(b)) for a, b in pairs)
    return apart / scale if apart > AGREEMENT else 0.0


def _tracks(one: Path, other: Path) -> dict:
    if not other.exists():
        return {"verdict": "missing"}
    tracks = [pyBigWig.open(str(path)) for path in (one, other)]
    sizes = tracks[0].chroms().items()
    pairs = ([track.values(c, 0, size, numpy=True) for track in tracks] for c, size in sizes)
    return _agree([(first, second, np.nanmax(np.abs(first))) for first, second in pairs])


def _arrays(one: Path, other: Path) -> dict:
    if not other.exists():
        return {"verdict": "missing"}

    def pairs() -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
        with h5py.File(one) as first, h5py.File(other) as second:
            names: list[str] = []
            first.visititems(
                lambda name, item: names.append(name) if hasattr(item, "shape") else None
            )
            for name in names:
                if first[name].dtype.kind == "f":
                    # an error of completeness is rounding itself: its unit is the target's
                    unit = name.replace("completeness_error", "values")
                    scale = np.nanmax(np.abs(first[unit][:]), initial=0)
                    yield first[name][:], second[name][:], scale

    return _agree(list(pairs()))


def _agree(pairs: list) -> dict:
    """Of arrays that must be absent at the same places, and agree elsewhere as to their scale."""
    worst, gaps, differing = 0.0, 0, 0
    for first, second, scale in pairs:
        gaps += int((np.isnan(first) != np.isnan(second)).sum())
        apart = np.nan_to_num(np.abs(first - second))
        differing += int((apart > 0).sum())
        worst = max(worst, apart.max(initial=0) / (scale or 1.0))
    verdict = "rounding" if differing else "equal"
    verdict = verdict if worst <= AGREEMENT and not gaps else "DIFFERS"
    return {"verdict": verdict, "largest": worst, "words": gaps}


def main() -> int:
    """Print a line for each file that isn't equal, and how many of each verdict there are."""
    shape = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    options.add_argument("one", type=Path, help="a study's folder")
    options.add_argument("other", type=Path, help="the same study's, from the same models")
    asked = options.parse_args()
    found = compare(asked.one, asked.other)
    with pd.option_context("display.max_rows", None, "display.width", 160):
        print(found[found["verdict"] != "equal"].to_string(index=False))
    print(found["verdict"].value_counts().to_string())
    return int((~found["verdict"].isin(["equal", "last digits", "rounding"])).any())


if __name__ == "__main__":
    sys.exit(main())
