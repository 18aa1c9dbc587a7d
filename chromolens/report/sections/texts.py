"""Texts with the tokens marked that are enough for their class; what such sets have in common."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.inputs.tokens.kmers import bases_of
from chromolens.inputs.windows import read_windows
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, decimal
from chromolens.tables.tokens import (
    KEPT_TOKENS,
    SET_CLUSTERS,
    SET_TOKENS,
    SOUGHT_TEXTS,
    TOKEN_SETS,
)

NEEDS = ("sought_texts", "token_sets", "set_tokens", "kept_tokens", "set_clusters")
SHOWN = 6
"""Tokens in a class's table."""
EXAMPLES = 2
"""Texts of a class and side."""
SIDES = {"surely": False, "barely": True}
"""And whether the smallest margin comes first."""


def context(study: Contents) -> dict:
    """Examples and tables of each model; none where no sets were sought."""
    if not study.text_sets:
        return {"models": []}
    texts = read_windows(study.windows).set_index("id")["text"].str.split()
    settings = study.config["inputs"]
    return {
        "models": [
            _model(model, files, texts, settings) for (model,), files in study.text_sets.items()
        ],
        "way": f"{100 * study.config['sis']['threshold']['relative']:.0f} %",
        "bases": bool(settings["kmer"]),
    }


def _model(model: str, files: Mapping, texts: pd.Series, settings: Mapping) -> dict:
    sets = tables.read(TOKEN_SETS, files["token_sets"])
    members = tables.read(SET_TOKENS, files["set_tokens"])
    return {
        "model": model,
        "sought": sought(tables.read(SOUGHT_TEXTS, files["sought_texts"]), sets, model),
        "kept": kept(tables.read(KEPT_TOKENS, files["kept_tokens"]), model),
        "clusters": clusters(tables.read(SET_CLUSTERS, files["set_clusters"]), model),
        "examples": list(examples(sets, members, texts, settings)),
    }


def sought(found: pd.DataFrame, sets: pd.DataFrame, model: str) -> Table:
    """A row per class: what became of its records, and how large the sets are."""
    rows = []
    for task, own in found.groupby("task", sort=False):
        ours = sets[(sets["task"] == task) & (sets["tokens"] > 0)]
        quartiles = [decimal(ours["tokens"].quantile(share), 0) for share in (0.25, 0.5, 0.75)]
        numbers = own[["records", "misclassified", "asked", "with_set"]].sum()
        rows.append([task, *map(count, numbers), ", ".join(quartiles),
                     f"{(ours['alone'] == task).sum()} of {len(ours)}"])  # fmt: skip
    header = ["class", "held-out records", "misclassified", "asked", "with a set"]
    header += ["tokens: quartiles", "own class from the set alone"]
    return Table(f"Sufficient tokens, {model}", header, rows, frozenset(header[1:]))


def kept(found: pd.DataFrame, model: str) -> Table:
    """The tokens of each class that are in the sets of most records."""
    rows = [
        [row.task, row.token, count(row.records), f"{100 * row.share:.0f} %"]
        for row in found.groupby("task", sort=False).head(SHOWN).itertuples()
    ]
    header = ["class", "token", "records", "of those with a set"]
    caption = f"Tokens most often in a sufficient set, {model}"
    return Table(caption, header, rows, frozenset(header[2:]))


def clusters(found: pd.DataFrame, model: str) -> Table | None:
    """Groups of sets that share tokens; None without any."""
    rows = [
        [row.task, count(row.cluster), count(row.sets), row.tokens or "none is in half of them"]
        for row in found.itertuples()
    ]
    header = ["class", "cluster", "sets", "tokens of half of them or more"]
    caption = f"Clusters of sets that share tokens (Jaccard), {model}"
    return Table(caption, header, rows, frozenset(header[1:3])) if rows else None


def examples(
    sets: pd.DataFrame, members: pd.DataFrame, texts: pd.Series, settings: Mapping
) -> Iterator[dict]:
    """Of each class the texts that are most and least surely right, their first sets marked."""
    firsts = sets[(sets["order"] == 0) & (sets["tokens"] > 0)]
    places = members[members["order"] == 0].groupby("id")["place"].agg(list)
    for task, ours in firsts.groupby("task", sort=False):
        for side, ascending in SIDES.items():
            own = ours[ours["side"] == side]
            own = own.sort_values("margin", ascending=ascending, kind="stable")
            for row in own.head(EXAMPLES).itertuples():
                yield {
                    "id": row.id,
                    "task": task,
                    "side": side,
                    "margin": decimal(row.margin, 2),
                    "tokens": count(row.tokens),
                    "alone": row.alone,
                    "pieces": list(marked(texts[row.id], places[row.id], settings)),
                }


def marked(tokens: list[str], places: list[int], settings: Mapping) -> Iterator[dict]:
    """Pieces of a text, words or runs of bases: text, and whether they are in the set."""
    inside = np.isin(np.arange(len(tokens)), places)
    if not settings["kmer"]:
        yield from ({"text": one, "kept": kept} for one, kept in zip(tokens, inside, strict=True))
        return
    letters, shares = bases_of(tokens, inside.astype(float), settings["step"])
    under = np.nan_to_num(shares) > 0
    ends = [*(np.flatnonzero(np.diff(under)) + 1), len(letters)]
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        yield {"text": letters[start:end], "kept": bool(under[start])}
