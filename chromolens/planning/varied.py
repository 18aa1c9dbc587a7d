"""Which variants are scored, and by which models; what would fail late is refused here."""

from collections.abc import Mapping, Sequence

import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.planning import sources
from chromolens.variants.listed import settings_of


def settings(config: Mapping, downloaded: str, stages: Sequence[str]) -> dict:
    """``variants`` of the config, its files local, and what reading them takes of the inputs.

    BadInput where there is a file of variants, or of regions, and no genome.
    """
    if config["variants"]["haplotypes"] and not config["variants"]["file"]:
        raise BadInput(
            "haplotypes are asked for, and no file of variants is named",
            expected="a VCF or BCF with phased genotypes",
            where="the config, variants.file",
        )
    asked = [key for key in ("file", "saturation") if config["variants"][key]]
    if not asked:
        return config["variants"]
    if "tracks" not in stages:
        kind = config["inputs"]["kind"]
        raise BadInput(
            f"variants are places of a genome, and inputs of kind {kind} have none",
            expected="inputs of kind genome",
            where=f"the config, variants.{asked[0]}",
        )
    return sources.localise(settings_of(config), downloaded)


def models(chosen: Mapping, models: pd.DataFrame) -> pd.DataFrame:
    """Those of ``models`` that score variants: all that are explained."""
    return models[models["explained"]] if chosen["file"] else models[:0]


def phased(chosen: Mapping, models: pd.DataFrame) -> pd.DataFrame:
    """Those of ``models`` that score alleles of one haplotype together."""
    return models[models["explained"]] if chosen["haplotypes"] else models[:0]


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


def saturated(chosen: Mapping, models: pd.DataFrame, folds: Folds) -> pd.DataFrame:
    """A row per job of ``variants.saturation``: model, fold and part of the fold's blocks."""
    parts = list(range(chosen["saturation_parts"])) if chosen["saturation"] else []
    jobs = [(fold, part) for fold in folds.roles for part in parts]
    table = pd.DataFrame(jobs, columns=["fold", "part"])
    return models.loc[models["explained"], ["model"]].merge(table, how="cross")


def saturated_tasks(saturated: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """A row per model of ``saturated`` and task of the study: of a profile its counts."""
    own = models.loc[models["model"].isin(saturated["model"]), ["model", "tasks"]]
    return own.explode("tasks").rename(columns={"tasks": "task"})
