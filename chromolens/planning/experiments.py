"""Which experiments in silico are made; what would fail late is refused here."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from chromolens.errors import BadInput
from chromolens.experiments.motifs import motif_of
from chromolens.planning.plan import nulls

WHERE = "the config, experiments"
_ABLATED = ["model", "task", "method", "hits_model", "hits_method"]


def settings(config: Mapping) -> dict[str, Any]:
    """What ``experiments.chosen.Experiments`` is asked for."""
    return {name: value for name, value in config["experiments"].items() if name != "enabled"}


def tried(
    config: Mapping, settings: Mapping, stages: Sequence[str], pairs: pd.DataFrame
) -> pd.DataFrame:
    """Those of ``pairs`` (model, task) that are asked: all of them, nulls too, or none.

    Raises
    ------
    BadInput
        Inputs without a lexicon of motifs; letters that are no motif or don't fit; a gap longer
        than the window; an even number of places.
    """
    asked = config["experiments"]
    if not asked["enabled"]:
        return pairs[:0]
    if "lexicon" not in stages:
        raise BadInput(
            f"inputs of kind {settings['kind']} have no motifs to put in or take away",
            expected="kind genome or sequences",
            where=WHERE,
        )
    length = settings.get("window") or settings.get("length") or 0
    for name, letters in asked["letters"].items():
        width = len(motif_of(letters).ppm)
        if length and width > length:
            raise BadInput(
                f"{name} has {width} letters, and windows have {length} bp",
                expected=f"at most {length} letters",
                where=f"{WHERE}.letters.{name}",
            )
    if length and asked["gap"] >= length:
        raise BadInput(
            f"no two motifs stand {asked['gap']} bp apart in windows of {length} bp",
            expected=f"less than {length} bp, by the width of the motifs",
            where=f"{WHERE}.gap",
        )
    if asked["places"] % 2 == 0:
        raise BadInput(
            f"{asked['places']} places",
            expected="an odd number: one is in the middle of the window",
            where=f"{WHERE}.places",
        )
    return pairs


def seen_by(models: pd.DataFrame) -> list[str]:
    """The models whose motifs are tried: those with something to learn, else all."""
    names = list(models["model"])
    return [name for name in names if name not in nulls(models)] or names


def ablated(tried: pd.DataFrame, windowed: pd.DataFrame, searched: pd.DataFrame) -> pd.DataFrame:
    """One row per model, task and method whose explained windows lose hits.

    ``hits_model`` and ``hits_method`` say whose hits: its own, or of a model that isn't searched
    (a null) those of the first that is, in the same task. Without any there is no row.
    """
    pairs = tried.merge(windowed[["model", "method"]], on="model")
    rows = []
    for pair in pairs.itertuples():
        known = searched[searched["task"] == pair.task]
        own = known[known["model"] == pair.model]
        for hits in (own if len(own) else known)[:1].itertuples():
            rows.append((pair.model, pair.task, pair.method, hits.model, hits.method))
    return pd.DataFrame(rows, columns=_ABLATED)
