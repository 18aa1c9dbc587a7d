"""What was trained on what: the paragraph below the answer, made of facts and nothing else."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.tables import count, plural, words
from chromolens.tables.motifs import MERGED


def paragraph(study: Contents, data: dict) -> str:
    """What was trained on what, and how many patterns it has; ``data``: of the section of it."""
    return " ".join(filter(None, (_trained(study, data), _learned(study))))


_EXPLAINED = {"bp": "base", "tokens": "token", "markers": "marker of a sample"}


def _trained(study: Contents, data: dict) -> str:
    names = [name for name in study.models if name not in study.nulls]
    given = [name for name in names if name in study.given]
    groups = data["group"]
    folds = plural(len(data["folds"]["rows"]), "fold")
    by = f" by {words(names)}" if names else ""
    unseen = f"each {_EXPLAINED[data['unit']]} is explained by models that never saw its {groups}"
    if given:
        unseen = f"what {words(given)} saw in training, before this study, is not known here"
    return (
        f"{plural(len(data['tasks']), 'task')} ({words(data['tasks'])}) "
        f"{'was' if len(data['tasks']) == 1 else 'were'} "
        f"{'predicted for' if given and given == names else 'learned from'} "
        f"{plural(data['windows'], data['row'])} of {count(data['length'])} {data['unit']} on "
        f"{plural(len(data['groups']), groups)}{by}, in {folds}: {unseen}."
    )


def _learned(study: Contents) -> str:
    ours = [path for key, (path, _) in study.patterns.items() if key[0] not in study.nulls]
    patterns = [tables.read(MERGED, path) for path in ours]
    if not patterns:
        return ""
    names = dict.fromkeys(name for table in patterns for name in _names(table))
    found = f"TF-MoDISco found {plural(sum(map(len, patterns)), 'pattern')}"
    if not any(map(len, patterns)):
        return f"{found}."
    return f"{found}, named as {words(names)}." if names else f"{found}, none with a name."


def _names(table: pd.DataFrame) -> list[str]:
    return table.loc[table["named"].astype(bool), "name"].tolist() if len(table) else []
