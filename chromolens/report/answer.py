"""The first screen: what the networks read, in one sentence, and four numbers to judge it by."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.sections.data import row_of
from chromolens.report.tables import count, decimal, plural, significant, words
from chromolens.tables.checks import BASELINES, COMPLETENESS, TILES
from chromolens.tables.models import POOLED
from chromolens.tables.motifs import LEXICON

_FIRST = {
    "auroc": "AUROC",
    "r2": "R²",
    "pearson": "Pearson correlation",
    "counts_pearson": "Pearson r of counts",
}
_TASKS = 8
"""Tasks whose motifs the sentence lists; of more, how many have some."""


def answer(study: Contents, sections: dict) -> dict:
    """``sentence`` (empty where nothing is to be said); ``numbers``: label, value and ``beside``.

    ``figure``: the best supported motifs; ``locus``: one example; None where there is none.
    """
    lexicon = tables.read_all(LEXICON, [study.lexicon["table"]] if study.lexicon else [])
    groups = sections.get("loci", {}).get("groups", [])
    sentences = [_read(study, lexicon), *_paired(sections), _shown_by_nulls(study, lexicon)]
    if not study.lexicon:
        sentences = [_read_tokens(sections.get("tokens", {}).get("first", {}))]
        sentences += sections.get("markers", {}).get("said", [])
    numbers = (_performed(study), _on_tiles(study), _complete(study), _null_names(study, lexicon))
    return {
        "sentence": " ".join(filter(None, sentences)),
        "numbers": [number for number in numbers if number],
        "figure": sections.get("lexicon", {}).get("short"),
        "locus": groups[0] | {"where": groups[0]["figures"][0]["where"]} if groups else None,
    }


def _names(study: Contents, lexicon: pd.DataFrame) -> dict[str, list[str]]:
    """Task -> names of the motifs that MoDISco or SIS sees there, in models that aren't nulls."""
    named = lexicon[lexicon["name"] != ""]
    asked = [*study.patterns, *study.sis]
    found: dict[str, list[str]] = {key[1]: [] for key in asked if key[0] not in study.nulls}
    for row in named.itertuples():
        for model, task in (each.split(":", 1) for each in row.tasks.split(",") if each):
            if model not in study.nulls and row.name not in found.get(task, [row.name]):
                found[task].append(row.name)
    return found


def _read(study: Contents, lexicon: pd.DataFrame) -> str:
    found = _names(study, lexicon)
    having = {task: names for task, names in found.items() if names}
    if not having:
        return "No motif with a name was found." if found else ""
    if len(found) == 1:
        ((task, names),) = having.items()
        return f"To predict {task}, the network reads {words(names)}."
    if len(found) > _TASKS:
        return f"Motifs with a name were found for {len(having)} of {len(found)} tasks."
    without = [task for task in found if task not in having]
    rest = f"; no motif with a name for {words(without)}" if without else ""
    return f"The network reads {_for_tasks(having)}{rest}."


def _read_tokens(found: dict[str, list[str]]) -> str:
    """``found``: class -> the tokens that add most to its records."""
    if not 0 < len(found) <= _TASKS:
        return ""
    return f"The network reads above all the tokens {_for_tasks(found)}."


def _for_tasks(names: dict[str, list[str]]) -> str:
    return "; ".join(f"{words(own)} for {task}" for task, own in names.items())


def _paired(sections: dict) -> list[str]:
    pairs = (sections.get("hits", {}).get("pairs") or {}).get("names", [])
    return [f"{one} and {other} stand together, {apart} apart." for one, other, apart in pairs]


def _null_motifs(study: Contents, lexicon: pd.DataFrame) -> int:
    """Named motifs that MoDISco or SIS sees in a null model."""
    tasks = lexicon.loc[lexicon["name"] != "", "tasks"].str.split(",")
    return sum(any(each.split(":")[0] in study.nulls for each in own) for own in tasks)


def _read_nulls(study: Contents) -> bool:
    """Whether motifs were sought in a null model: an unread one shows nothing either way."""
    return any(key[0] in study.nulls for key in (*study.patterns, *study.sis))


def _shown_by_nulls(study: Contents, lexicon: pd.DataFrame) -> str:
    if not _read_nulls(study):
        return ""
    found = _null_motifs(study, lexicon)
    if not found:
        return "A network with nothing true to learn shows none of them."
    return f"A network with nothing true to learn shows {plural(found, 'named motif')} too."


def _performed(study: Contents) -> dict | None:
    pooled = tables.read_all(POOLED, study.pooled)
    real = pooled[~pooled["model"].isin(study.nulls)]
    held_out = f"on held-out {row_of(study)}s"
    for metric, name in _FIRST.items():
        rows = real[real["metric"] == metric].dropna(subset="value").sort_values("value")
        if len(rows):
            worst, best = rows.iloc[0], rows.iloc[-1]
            if len(rows) == 1:
                digits = 4 if best["low"] > 0.99 else 3
                interval = [decimal(best[end], digits) for end in ("low", "high")]
                beside = f"95 % interval {' to '.join(interval)}"
                return _number(f"{name} {held_out}", decimal(best["value"], 2), beside)
            value = f"{decimal(worst['value'], 2)} to {decimal(best['value'], 2)}"
            tasks = f"{worst['task']} to {best['task']}"
            return _number(f"{name} {held_out}", value, tasks)
    return None


def _on_tiles(study: Contents) -> dict | None:
    table = tables.read_all(TILES, study.tiles)
    table = table[~table["model"].isin(study.nulls)]
    own = table[table["metric"] == "auprc"]
    if own.empty:
        return None
    means = table.groupby("metric")["value"].mean()
    beside = [
        f"{words_} {decimal(means[f'auprc_{name}'], 2)}" for name, words_ in BASELINES.items()
    ]
    tasks = f", mean of {len(own)} tasks" if len(own) > 1 else ""
    return _number(
        f"AUPRC over all of the held-out genome{tasks}",
        decimal(means["auprc"], 2),
        "; ".join(beside),
    )


def _complete(study: Contents) -> dict | None:
    table = tables.read_all(COMPLETENESS, study.completeness)
    table = table[~table["model"].isin(study.nulls)].dropna(subset="max_error")
    if table.empty:
        return None
    value = f"{count(table['flagged'].sum())} of {count(table['windows'].sum())}"
    error = f"largest error {significant(table['max_error'].max())}"
    return _number("Windows whose contributions don't add up to the prediction", value, error)


def _null_names(study: Contents, lexicon: pd.DataFrame) -> dict | None:
    if not _read_nulls(study) or not study.lexicon:
        return None
    found = len({name for names in _names(study, lexicon).values() for name in names})
    shown = str(_null_motifs(study, lexicon))
    return _number("Named motifs in null networks", shown, f"{found} in the other networks")


def _number(label: str, value: str, beside: str) -> dict:
    return {"label": label, "value": value, "beside": beside}
