"""Which variants are scored, and by which models; what would fail late is refused here."""

from collections.abc import Mapping, Sequence

import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.planning import sources
from chromolens.variants.listed import settings_of


def settings(config: Mapping, downloaded: str, stages: Sequence[str]) -> dict:
    """``variants`` of the config, its file local, and what reading it takes of the inputs.

    BadInput where there is a file of variants and no genome.
    """
    if not config["variants"]["file"]:
        return config["variants"]
    if "tracks" not in stages:
        kind = config["inputs"]["kind"]
        raise BadInput(
            f"variants are places of a genome, and inputs of kind {kind} have none",
            expected="inputs of kind genome",
            where="the config, variants.file",
        )
    return sources.localise(settings_of(config), downloaded)


def models(chosen: Mapping, models: pd.DataFrame) -> pd.DataFrame:
    """Those of ``models`` that score variants: all that are explained."""
    return models[models["explained"]] if chosen["file"] else models[:0]


def sets(chosen: Mapping) -> list[str]:
    """The sets of variants: ``listed``, and ``nulls`` that they are held against."""
    names = ["listed", "nulls"] if chosen["nulls"] else ["listed"]
    return names if chosen["file"] else []


def scores(models: pd.DataFrame, sets: Sequence[str], folds: Folds) -> dict[str, pd.DataFrame]:
    """Tables ``listed_scores`` and ``null_scores``: a row per model and fold."""
    every = models[["model"]].merge(pd.DataFrame({"fold": list(folds.roles)}), how="cross")
    tables = {"listed_scores": "listed", "null_scores": "nulls"}
    return {
        name: (every if own in sets else every[:0]).assign(set=own) for name, own in tables.items()
    }
