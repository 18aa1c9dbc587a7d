"""Do the readings agree? Which motif is seen by only one of them, in one line.

Null models are left out: what they show is no evidence. A motif is seen by only one reading
where neither of the other two shows it, in the whole study or, for a line of its own, in one task
(whose filters are those of its model). MoDISco and SIS share no step, so the share of
named motifs that both show is the concordance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from chromolens.motifs.lexicon.members import READINGS

TITLES = {"modisco": "MoDISco", "sis": "SIS", "filters": "filters"}
FEW = 3
"""Motifs without a name that are listed for a reading in a line; more are counted."""


@dataclass(frozen=True)
class Agreement:
    """``line`` for the study, ``tasks`` the same for each MODEL:TASK; ``both`` of the ``named``
    motifs of MoDISco or SIS are shown by both; 0 where no SIS was sought."""

    line: str
    tasks: dict[str, str]
    both: int
    named: int


def agreement(lexicon: pd.DataFrame, members: pd.DataFrame, *, with_sis: bool) -> Agreement:
    """From the tables of ``lexicon.make_lexicon``; ``with_sis``: whether SIS was sought."""
    real = members[~members["null"].astype(bool)]
    seen = _seen(real)
    names = set(lexicon.loc[lexicon["name"] != "", "motif"])
    named = [readings for motif, readings in seen.items() if motif in names]
    named = [readings & {"modisco", "sis"} for readings in named if readings != {"filters"}]
    both = sum(len(readings) == 2 for readings in named)
    line = _line(seen, names)
    if with_sis:
        line += f" MoDISco and SIS both show {both} of {len(named)} named motifs."
    return Agreement(line, dict(_of_tasks(real, names)), both, len(named))


def _seen(members: pd.DataFrame) -> dict[str, set[str]]:
    """Motif -> readings, best supported motif first: ids are numbered by support."""
    return {motif: set(rows["reading"]) for motif, rows in members.groupby("motif")}


def _of_tasks(members: pd.DataFrame, names: set[str]) -> Iterator[tuple[str, str]]:
    asked = members.loc[members["task"] != "", ["model", "task"]].drop_duplicates()
    for model, task in asked.itertuples(index=False):
        own = members[(members["model"] == model) & members["task"].isin([task, ""])]
        yield f"{model}:{task}", _line(_seen(own), names)


def _line(seen: dict[str, set[str]], names: set[str]) -> str:
    alone = {r: [motif for motif, found in seen.items() if found == {r}] for r in READINGS}
    listed = [_listed(alone[reading], names, TITLES[reading]) for reading in ("modisco", "sis")]
    words = ", ".join(filter(None, listed)) or "none"
    return f"Seen by only one reading: {words}; by filters alone: {len(alone['filters'])}."


def _listed(motifs: list[str], names: set[str], title: str) -> str:
    rest = [motif for motif in motifs if motif not in names]
    many = len(rest) > FEW
    shown = [motif for motif in motifs if motif in names or not many]
    counted = [f"{len(rest)} without a name"] if many else []
    return ", ".join(f"{each} ({title})" for each in shown + counted)
