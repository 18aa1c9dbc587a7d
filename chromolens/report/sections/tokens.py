"""Texts with their tokens coloured, the tokens that decide for each class, agreement of methods.

Every record is explained for its own class, by the models that never saw it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from chromolens import tables
from chromolens.checks.acceptance import FIRST
from chromolens.checks.tokens import Own, by_token, own_class
from chromolens.inputs.tokens.kmers import bases_of
from chromolens.inputs.windows import read_windows, task_names
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, decimal
from chromolens.tables.inputs import VOCABULARY

NEEDS = ("windows", "vocabulary", "contributions")
SHOWN, NAMED = 8, 3
"""Tokens of a class in its table, and in the sentence of the first screen."""


def context(study: Contents) -> dict:
    """Examples, tables of decisive tokens and of agreement by model."""
    windows = read_windows(study.windows)
    texts = [text.split() for text in windows["text"]]
    models = defaultdict(dict)
    for (model, task, method), path in study.contributions.items():
        models[model].setdefault(method, {})[task] = path
    found = {
        model: {method: own_class(windows, files) for method, files in methods.items()}
        for model, methods in models.items()
    }
    settings = study.config["inputs"]
    tables_of = [
        decisive(windows, texts, own, f"{method}, {model}")
        for model, methods in found.items()
        for method, own in methods.items()
    ]
    return {
        "known": count(len(tables.read(VOCABULARY, study.vocabulary))),
        "bases": bool(settings["kmer"]),
        "examples": {
            model: list(examples(windows, texts, methods, study.loci, settings))
            for model, methods in found.items()
        },
        "decisive": tables_of,
        "first": first_of(tables_of[0]),
        "agreement": agreement(texts, found),
    }


def examples(
    windows: pd.DataFrame,
    texts: list[list[str]],
    methods: Mapping[str, Own],
    number: int,
    settings: Mapping,
) -> Iterator[dict]:
    """Of each class the records at even ranks of the first method's target, the highest first."""
    first = next(iter(methods.values()))
    for task in task_names(windows):
        rows = np.flatnonzero((windows[task] == 1) & ~np.isnan(first.values))
        order = rows[np.argsort(-first.values[rows], kind="stable")]
        ranks = np.linspace(0, len(order) - 1, number + 1)[:-1].astype(int)
        for row in order[np.unique(ranks)] if len(order) else []:
            yield {
                "id": windows["id"].iloc[row],
                "task": task,
                "value": decimal(first.values[row], 2),
                "lines": {
                    method: coloured(texts[row], own.contributions[row], settings)
                    for method, own in methods.items()
                },
            }


def coloured(tokens: list[str], values: np.ndarray, settings: Mapping) -> list[dict]:
    """Pieces of a text, words or bases: text, value, its share of the largest, sign."""
    values = values[: len(tokens)]
    if settings["kmer"]:
        tokens, values = bases_of(tokens, values, settings["step"])
        values = np.nan_to_num(values)  # between k-mers
    most = np.abs(values).max(initial=0) or 1.0
    return [
        {
            "text": token,
            "value": decimal(value, 3),
            "share": round(float(abs(value) / most), 2),
            "sign": "up" if value > 0 else "down",
        }
        for token, value in zip(tokens, values, strict=True)
    ]


def decisive(windows: pd.DataFrame, texts: list[list[str]], own: Own, what: str) -> Table:
    """The tokens that add most to the records of each class."""
    rows = []
    for task in task_names(windows):
        ours = np.flatnonzero((windows[task] == 1) & ~np.isnan(own.values))
        table = of_tokens(texts, own.contributions, ours)
        for token in table.nlargest(SHOWN, "sum").itertuples():
            mean = decimal(token.sum / token.records, 2)
            share = f"{100 * token.first / token.records:.0f} %"
            rows.append([task, token.Index, count(token.records), mean, share])
    header = ["class", "token", "records", "mean contribution", f"among the first {FIRST}"]
    caption = (
        f"Tokens that add most to the records of each class: {what}. Mean contribution to the "
        "target of a record that has the token, and in how many of these it is among the first"
    )
    return Table(caption, header, rows, frozenset(header[2:]))


def first_of(table: Table) -> dict[str, list[str]]:
    """Class -> the first tokens of its rows in a table of ``decisive``."""
    found = defaultdict(list)
    for task, token, *_ in table.rows:
        found[task] += [token] if len(found[task]) < NAMED else []
    return dict(found)


def of_tokens(texts: list[list[str]], contributions: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    """By token, over records ``rows``: sum of contributions, records, those where it is first."""
    parts = []
    for row in rows:
        added = by_token(" ".join(texts[row]), contributions[row])
        first = np.arange(len(added)) < FIRST
        parts.append(pd.DataFrame({"sum": added, "records": 1, "first": first.astype(int)}))
    return pd.concat(parts).groupby(level=0).sum() if parts else pd.DataFrame()


def agreement(texts: list[list[str]], found: Mapping[str, Mapping[str, Own]]) -> Table | None:
    """How alike two methods explain the same records; None where no model has two."""
    rows = []
    for model, methods in found.items():
        for (one, a), (other, b) in combinations(methods.items(), 2):
            ranks, shared = zip(*_alike(texts, a, b), strict=True)
            rows.append([model, one, other, count(len(ranks)), decimal(np.nanmedian(ranks), 2)])
            rows[-1].append(decimal(np.mean(shared), 1))
    header = ["model", "method", "other", "records", "rank agreement", f"shared of {FIRST}"]
    caption = (
        "Agreement of methods within a record: median rank correlation (Spearman) of its tokens, "
        "and how many of the first tokens are the same on average"
    )
    return Table(caption, header, rows, frozenset(header[3:])) if rows else None


def _alike(texts: list[list[str]], a: Own, b: Own) -> Iterator[tuple[float, int]]:
    for row in np.flatnonzero(~np.isnan(a.values) & ~np.isnan(b.values)):
        one, other = (own.contributions[row, : len(texts[row])] for own in (a, b))
        firsts = (set(np.argsort(-part, kind="stable")[:FIRST]) for part in (one, other))
        rank = spearmanr(one, other).statistic if np.ptp(one) and np.ptp(other) else np.nan
        yield float(rank), len(set.intersection(*firsts))
