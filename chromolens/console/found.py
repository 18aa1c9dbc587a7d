"""What a study found, in three lines: motifs, verdict, and the page to open."""

import pandas as pd

from chromolens import tables
from chromolens.checks.acceptance import failed
from chromolens.study import Study
from chromolens.tables.checks import ACCEPTANCE

ENDED = "CHROMOLENS_ENDED"
"""Environment variable: a file, into which the folder of a study is written that is complete."""

_WIDTH = 98


def found(study: Study) -> list[str]:
    """The last lines of a run: motifs, verdict with what failed, and where the report is."""
    return [*_motifs(study), *verdict(study), f"open {study.place('report')}"]


def verdict(study: Study) -> list[str]:
    """How many criteria passed; a line for each that the study had to meet and did not."""
    table = tables.read(ACCEPTANCE, study.path("acceptance"))
    if table.empty:
        return ["verdict  the study has no acceptance criteria"]
    said = f"verdict  {(table['result'] == 'PASS').sum()} of {len(table)} passed"
    missed = [
        _short(f"  FAIL  {row.name}: {row.value:.3g}, must be {row.bound} ({row.explanation})")
        for row in failed(table).itertuples(index=False)
    ]
    return [said, *missed]


def _motifs(study: Study) -> list[str]:
    """Motifs that MoDISco or subsets show, and those of nulls; nothing without a lexicon."""
    if "lexicon" not in study or not study.place("lexicon").exists():
        return []
    members = study.table("members")
    members = members[members["reading"] != "filters"]  # a filter alone is weak evidence
    lexicon, null = study.table("lexicon"), members["null"].astype(bool)
    ours, theirs = (
        lexicon.loc[lexicon["motif"].isin(members.loc[by, "motif"]), "name"]
        for by in (~null, null)
    )
    said = f"motifs   {_counted(ours)}"
    nulls = f"; null models: {_counted(theirs)}" if null.any() else ""
    return [_short(f"{said}{nulls}")]


def _counted(names: pd.Series) -> str:
    """The names, each once, and how many motifs have none."""
    named = names[names.fillna("") != ""]
    bare = len(names) - len(named)
    said = ", ".join([*dict.fromkeys(named), *([f"{bare} without a name"] if bare else [])])
    return said or "none"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 4]} ..."
