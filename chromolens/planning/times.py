"""How long jobs took in earlier runs of a study."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.tables.study import TIMES

_FOLDER = "benchmarks"


def times(folder: str | Path) -> dict[str, float]:
    """Rule -> mean seconds of a job, of those rules that ran: from ``record``, or Snakemake's own.

    ``folder`` is the study's.
    """
    known = _recorded(folder)
    found: dict[str, list[float]] = {}
    for path in Path(folder, _FOLDER).glob("*/**/*.tsv"):
        rule = path.relative_to(folder).parts[1]
        if rule not in known:
            found.setdefault(rule, []).append(_seconds(path))
    means = {rule: float(np.nanmean(own)) for rule, own in found.items() if np.isfinite(own).any()}
    return means | {rule: seconds for rule, (_, seconds) in known.items()}


def longest(folder: str | Path, rule: str) -> float:
    """Seconds of a rule's longest job by Snakemake's own measure, queues left out; NaN: none ran.

    ``folder`` is the study's.
    """
    found = [_seconds(path) for path in Path(folder, _FOLDER, rule).rglob("*.tsv")]
    return float(np.nanmax(found)) if np.isfinite(found).any() else np.nan


def record(folder: str | Path, measured: Mapping[str, tuple[int, float]]) -> None:
    """Keep how many jobs of each rule ran and their mean seconds; other rules keep theirs."""
    kept = _recorded(folder) | dict(measured)
    rows = [(rule, jobs, seconds) for rule, (jobs, seconds) in kept.items()]
    tables.write(TIMES, pd.DataFrame(rows, columns=TIMES.names), Path(folder, TIMES.file))


def _recorded(folder: str | Path) -> dict[str, tuple[int, float]]:
    path = Path(folder, TIMES.file)
    rows = tables.read(TIMES, path) if path.is_file() else pd.DataFrame(columns=TIMES.names)
    return {row.rule: (row.jobs, row.seconds) for row in rows.itertuples()}


def _seconds(path: Path) -> float:
    """A job's time by Snakemake's benchmark; NaN where it didn't get to write one."""
    names, _, values = path.read_text().partition("\n")
    found = dict(zip(names.split(), values.split(), strict=False)).get("s", "nan")
    return float(found) if found.replace(".", "", 1).isdecimal() else np.nan
