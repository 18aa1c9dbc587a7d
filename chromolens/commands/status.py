"""Show how far the running jobs are, on all machines that share the folder."""

import argparse
import time
from pathlib import Path

import pandas as pd

from chromolens.console.words import duration
from chromolens.errors import BadInput
from chromolens.runlog import UNDERWAY, underway

_SILENT = 15 * 60
"""Seconds after which a job that said nothing more may be dead, and is said to be silent."""


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    folder = Path(options.study).resolve()
    logs = folder.parents[1] / "logs" / folder.name
    if not logs.is_dir():
        raise BadInput(
            "no job of this study has begun",
            expected=f"logs in {logs}",
            where=str(options.study),
            remedy="name the study's folder below the one where Snakemake runs: results/STUDY",
        )
    table = jobs(logs, time.time())
    if table.empty:
        return f"no job of {folder.name} says that it is at work", 0
    table = table.apply(lambda column: column.str.ljust(column.str.len().max()))
    return table.to_string(index=False, justify="left"), 0


def jobs(logs: Path, now: float) -> pd.DataFrame:
    """One row per job below ``logs`` that is at work: job, done, rate, left, said.

    ``left`` holds if the rest goes like what is done. ``said`` is how long ago the job last spoke:
    one that was killed stays silent.
    """
    rows = []
    for note in sorted(logs.rglob(f"*{UNDERWAY}")):
        log = note.with_name(note.name.removesuffix(UNDERWAY))
        known = underway(log)
        if not known:
            continue  # it ended meanwhile
        spent, done, total = known["written"] - known["began"], known["done"], known["total"]
        own = done - known["before"]
        seconds = spent / own if own else float("nan")
        ago = now - known["written"]
        rows.append(
            {
                "job": " ".join(log.relative_to(logs).with_suffix("").parts),
                "done": f"{known['what']} {done:,} of {total:,}" if total else f"{done:,}",
                "each": f"{seconds:.2g} s" if own else "",
                "left": duration(seconds * (total - done)) if own and total else "",
                "said": f"{'SILENT ' if ago > _SILENT else ''}{duration(ago)} ago",
                "node": known["node"],
            }
        )
    return pd.DataFrame(rows)
