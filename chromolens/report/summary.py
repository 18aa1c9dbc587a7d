"""The paragraph at the top of the page, made of facts and nothing else."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.tables import count, decimal, plural, words
from chromolens.tables.models import POOLED
from chromolens.tables.motifs import MERGED

FIRST = {
    "auroc": "AUROC",
    "r2": "R²",
    "pearson": "Pearson correlation",
    "counts_pearson": "Pearson r of counts",
}


def paragraph(study: Contents, sections: dict) -> str:
    """What was trained, how well it did, what it learned, and whether that was enough."""
    sentences = (
        _trained(study, sections["data"]),
        _performed(study),
        _learned(study),
        _nulls(study),
        _judged(sections["verdict"]),
    )
    return " ".join(filter(None, sentences))


_EXPLAINED = {"bp": "base", "tokens": "token", "markers": "marker of a sample"}


def _trained(study: Contents, data: dict) -> str:
    names = [name for name in study.models if name not in study.nulls]
    given = [name for name in names if name in study.given]
    groups = "chromosome" if study.kind == "genome" else "part"
    folds = plural(len(data["folds"]["rows"]), "fold")
    by = f" by {words(names)}" if names else ""
    unseen = f"each {_EXPLAINED[data['unit']]} is explained by models that never saw its {groups}"
    if given:
        unseen = f"what {words(given)} saw in training, before this study, is not known here"
    return (
        f"{plural(len(data['tasks']), 'task')} ({words(data['tasks'])}) "
        f"{'was' if len(data['tasks']) == 1 else 'were'} "
        f"{'predicted for' if given and given == names else 'learned from'} "
        f"{plural(data['windows'], 'window')} of {count(data['length'])} {data['unit']} on "
        f"{plural(len(data['groups']), groups)}{by}, in {folds}: {unseen}."
    )


def _performed(study: Contents) -> str:
    pooled = tables.read_all(POOLED, study.pooled)
    if not len(pooled):
        return ""
    real = pooled[~pooled["model"].isin(study.nulls)]
    for metric, name in FIRST.items():
        rows = real[real["metric"] == metric].dropna(subset="value")
        if len(rows):
            return _range(rows, name)
    return ""


def _range(rows: pd.DataFrame, name: str) -> str:
    best, worst = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    if len(rows) == 1:
        return f"Held-out {name} is {below_one(best['value'])}."
    return (
        f"Held-out {name} runs from {below_one(worst['value'])} ({worst['task']}) to "
        f"{below_one(best['value'])} ({best['task']})."
    )


def below_one(value: float) -> str:
    """Two decimals; more where these would say 1 of less than 1."""
    if 0.995 <= value < 1:
        return decimal(value) if value < 0.9995 else "above 0.999"
    return decimal(value, 2)


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


def _nulls(study: Contents) -> str:
    nulls = [path for key, (path, _) in study.patterns.items() if key[0] in study.nulls]
    if not nulls:
        return ""
    named = sum(len(_names(tables.read(MERGED, path))) for path in nulls)
    return f"The null models found {plural(named, 'named pattern')}."


def _judged(verdict: dict) -> str:
    rows = verdict["rows"]
    if not rows:
        return "Nothing was set down beforehand for the study to show."
    return f"{verdict['passed']} of {plural(len(rows), 'criterion', 'criteria')} are met."
