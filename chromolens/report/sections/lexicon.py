"""Lexicon: which motif is seen by which reading, in which task, and by one of them only."""

from dataclasses import replace

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.motifs.lexicon.members import READINGS
from chromolens.motifs.meme import read_motifs
from chromolens.motifs.names.agreement import agreement
from chromolens.report.contents import Contents
from chromolens.report.figures.lexicon import Column, Row, table
from chromolens.report.tables import plural
from chromolens.tables.motifs import LEXICON, MEMBERS

NEEDS = ("lexicon", "members", "lexicon_meme", "merged", "sis", "motif_page")

_MOST, _NAMELESS, _SHORT = 40, 8, 8
"""Motifs drawn, of those without a name, and of those with one on the first screen."""


def context(study: Contents) -> dict:
    """The line of the study and of each task, and the table of motifs."""
    if not study.lexicon:
        return {"made": False}
    lexicon, members = (
        tables.read(kind, study.lexicon[name])
        for name, kind in (("table", LEXICON), ("members", MEMBERS))
    )
    found = agreement(lexicon, members, with_sis=bool(study.sis))
    shown = _shown(lexicon, members)
    ppms, links = read_motifs(study.lexicon["meme"]), _links(study, members)
    rows = _rows(lexicon[lexicon["motif"].isin(shown)], members, ppms, links)
    columns = _columns(study, members)
    return {
        "made": True,
        "line": found.line,
        "tasks": found.tasks if len(found.tasks) > 1 else {},
        "figure": table(rows, columns) if rows else None,
        "short": _short(rows, lexicon, any(c.null and c.reading == "modisco" for c in columns)),
        "left": _left_out(len(lexicon) - len(shown)),
    }


def _shown(lexicon: pd.DataFrame, members: pd.DataFrame) -> list[str]:
    """The best supported motifs that MoDISco or SIS sees in a model with something to learn."""
    real = ~members["null"] & (members["reading"] != "filters")
    seen = lexicon[lexicon["motif"].isin(members.loc[real, "motif"])]
    nameless = (seen["name"] == "").cumsum()
    return seen.loc[(seen["name"] != "") | (nameless <= _NAMELESS), "motif"].tolist()[:_MOST]


def _left_out(number: int) -> str:
    if not number:
        return ""
    what = "only in filters, only in null models, or without a name and with less support"
    return f"{plural(number, 'more motif')} in lexicon.tsv: {what}."


def _columns(study: Contents, members: pd.DataFrame) -> list[Column]:
    """Readings by task, a model's filters behind its tasks, nulls last."""
    asked = [(model, task, "modisco") for model, task, _ in study.patterns]
    asked += [(model, task, "sis") for model, task in study.sis]
    keys = ["model", "task", "reading"]
    asked += members[keys].drop_duplicates().itertuples(index=False, name=None)
    columns = [Column(*key, key[0] in study.nulls) for key in dict.fromkeys(asked)]
    return sorted(columns, key=_place)


def _place(column: Column) -> tuple:
    order = READINGS.index(column.reading)
    return column.null, column.model, not column.task, column.task, order


def _links(study: Contents, members: pd.DataFrame) -> dict[str, str]:
    """Where the best supported pattern of each motif is shown in full, of those with a page."""
    pages = {(model, task): path.name for (model, task, _), path in study.motif_pages.items()}
    best = members.sort_values(["null", "support"], ascending=[True, False], kind="stable")
    own = best[best["reading"] == "modisco"].drop_duplicates("motif")
    return {
        row.motif: f"motifs/{pages[row.model, row.task]}#{row.member}"
        for row in own.itertuples()
        if (row.model, row.task) in pages
    }


def _rows(
    lexicon: pd.DataFrame,
    members: pd.DataFrame,
    ppms: dict[str, np.ndarray],
    links: dict[str, str],
) -> list[Row]:
    sums = members.groupby(["motif", "model", "task", "reading", "null"])["support"]
    support: dict[str, dict[Column, int]] = {}
    for (motif, *key, null), found in sums:
        column = Column(*key, bool(null))
        support.setdefault(motif, {})[column] = _support(column.reading, found)
    return [
        Row(m.motif, _words(m), ppms[m.motif], support[m.motif], links.get(m.motif, ""))
        for m in lexicon.itertuples()
    ]


def _short(rows: list[Row], lexicon: pd.DataFrame, nulls: bool) -> dict | None:
    """The best supported motifs with a name, all tasks together, and whether a null has them."""
    named = set(lexicon.loc[lexicon["name"] != "", "motif"])
    drawn = [replace(row, support=_summed(row)) for row in rows if row.motif in named][:_SHORT]
    columns = [Column("", "", reading, False) for reading in READINGS]
    columns += [Column("", "of nulls", "modisco", True)] * nulls
    return table(drawn, columns) if drawn else None


def _summed(row: Row) -> dict[Column, int]:
    total: dict[Column, int] = {}
    for column, support in row.support.items():
        null = column.null and column.reading == "modisco"
        if null or not column.null:
            own = Column("", "of nulls" if null else "", column.reading, null)
            total[own] = total.get(own, 0) + support
    return total


def _words(motif: object) -> str:
    words = [motif.family or motif.motif_id or "no name"]
    words += ["lowers the target"] if motif.sign == "neg" else []
    words += [f"{motif.composite_sites:.0f} in pairs"] if motif.composite_sites else []
    return ", ".join(words)


def _support(reading: str, sizes: pd.Series) -> int:
    """Seqlets; subsets of the largest cluster, as each is clustered twice; number of filters."""
    return {"modisco": sizes.sum, "sis": sizes.max, "filters": sizes.count}[reading]()
