"""Concordance: which named motif was found for which task, and by which reading."""

from collections.abc import Iterator

from chromolens.report.study import Study, read


def context(study: Study) -> dict:
    """Motif by task, with the support of each reading in the cells."""
    found = [*_patterns(study), *_subsets(study)]
    asked = [*(key[:2] for key in study.patterns), *study.sis]
    columns = dict.fromkeys((task, model, model in study.nulls) for model, task in asked)
    columns = sorted(columns, key=_null)
    readings = list(dict.fromkeys(reading for _, reading, *_ in found))
    names = sorted(dict.fromkeys(name for *_, name, _ in found), key=str.lower)
    cells: dict[tuple, int] = {}
    for column, reading, name, support in found:
        cells[name, column, reading] = cells.get((name, column, reading), 0) + support
    rows = [
        (
            name,
            [[(r, cells[name, c, r]) for r in readings if (name, c, r) in cells] for c in columns],
        )
        for name in names
    ]
    return {"columns": columns, "rows": sorted(rows, key=_first_column)}


def _null(column: tuple[str, str, bool]) -> bool:
    return column[2]


def _first_column(row: tuple[str, list]) -> int:
    """Motifs come in the order of the tasks that they belong to."""
    strength = [sum(support for _, support in cell) for cell in row[1]]
    return strength.index(max(strength))


def _patterns(study: Study) -> Iterator[tuple[tuple, str, str, int]]:
    several = len({method for *_, method in study.patterns}) > 1
    for (model, task, method), (table, _) in study.patterns.items():
        reading = f"MoDISco, {method}" if several else "MoDISco"
        for row in _named(table):
            yield (task, model, model in study.nulls), reading, row.name, int(row.seqlets)


def _subsets(study: Study) -> Iterator[tuple[tuple, str, str, int]]:
    for (model, task), paths in study.sis.items():
        for row in _named(paths["motifs"]) if "motifs" in paths else ():
            mode = row.motif.partition("_")[0]
            yield (task, model, model in study.nulls), f"SIS, {mode}", row.name, int(row.support)


def _named(path: object) -> list:
    table = read(path)
    return list(table[table["named"].astype(bool)].itertuples()) if len(table) else []
