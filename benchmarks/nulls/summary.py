"""The rates of named motifs, with the uncertainty that so many seeds leave."""

from collections import Counter

import pandas as pd
from scipy.stats import binomtest

TRUE_NAMES = {"REB1", "NSI1"}
"""JASPAR's matrices of TTACCCGG: right in the positive control, a leak of its labels in a null."""


def summary(rows: pd.DataFrame) -> str:
    """Markdown: a line for each control and reading of the table that ``rates.py`` writes."""
    lines = [
        "| control | reading | seeds with a named motif | 95 % (Wilson) | with Reb1's "
        "| named a seed | windows read | held-out AUROC | most frequent names (seeds) |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for (control, reading), own in rows.groupby(["control", "reading"], sort=False):
        lines.append(f"| {control} | {reading} | {' | '.join(_cells(own))} |")
    return "\n".join(lines)


def _cells(own: pd.DataFrame) -> list[str]:
    hits, seeds = int((own["named"] > 0).sum()), len(own)
    low, high = interval(hits, seeds)
    names = [set(filter(None, text.upper().split(";"))) for text in own["names"]]
    true = sum(bool(TRUE_NAMES & found) for found in names)
    counts = Counter(name for found in names for name in sorted(found))
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:4]
    return [
        f"{hits} of {seeds}",
        f"{low:.2f} to {high:.2f}",
        str(true),
        f"{own['named'].mean():.2f}",
        f"{own['windows'].mean():.0f}",
        f"{own['auroc'].mean():.3f}",
        ", ".join(f"{name} ({count})" for name, count in common) or "none",
    ]


def interval(hits: int, seeds: int) -> tuple[float, float]:
    """95 % interval of a rate (Wilson, 1927)."""
    found = binomtest(hits, seeds).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)
