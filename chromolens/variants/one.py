"""One variant, asked of a finished study as if it had stood in its file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import task_names
from chromolens.models.nulls import is_null
from chromolens.plugins import check_one
from chromolens.study import Study, open_study
from chromolens.tables.variants import SCORED
from chromolens.variants.judge import judge
from chromolens.variants.listed import Reading, settings_of
from chromolens.variants.reading import STATED
from chromolens.variants.score import as_stated, score_variants


def one_variant(study: str | Path, change: str, *, model: str = "") -> list[dict[str, Any]]:
    """What the models of a study make of one variant.

    Parameters
    ----------
    study
        The study's folder, ``results/STUDY``.
    change
        ``chrom:position:ref:alt``, the first base is 1.
    model
        Only this one; all but nulls where empty.

    Returns
    -------
    A dict per model and task: ``VARIANTS``, without what is empty. p is there where the study has
    drawn nulls; q is of many variants, and never there.

    Raises
    ------
    BadInput
        No such folder or model, a study without a genome, or a variant that can't be scored.
    """
    stated, opened = _stated(change), open_study(study)
    config = opened.config
    if config["inputs"]["kind"] != "genome":
        raise BadInput("variants are places of a genome", where=str(study))
    if "variants" not in config:
        raise BadInput(
            "the study's config says nothing of variants",
            where=str(study),
            remedy="it was made by an earlier version: run the study again",
        )
    names = [name for name, one in config["models"].items() if not is_null(one)]
    if model:
        check_one(model, list(config["models"]), "model", str(study))
        names = [model]
    settings = settings_of(config)
    with opened.genome() as genome:
        reading = Reading(genome, Folds.of_table(opened.table("folds")), settings)
        listed, _ = reading.taken(stated, change)
        return [row for name in names for row in _asked(opened, name, genome, listed, settings)]


def _stated(change: str) -> pd.DataFrame:
    found = re.fullmatch(r"(.+):([\d,]+):([^:>]+)[:>]([^:>]+)", change)
    if not found:
        raise BadInput(
            f"{change!r} is no variant",
            expected="chrom:position:ref:alt, the first base is 1: chr1:12345:A:G",
        )
    place = found[1], int(found[2].replace(",", ""))
    alleles = found[3].upper(), found[4].upper()
    return pd.DataFrame([(0, 1, ".", *place, *alleles)], columns=STATED)


def _asked(
    study: Study, model: str, genome: Genome, listed: pd.DataFrame, settings: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    config, fold = study.config["models"][model], listed["fold"].iloc[0]
    tasks = config["tasks"] or task_names(study.windows(model))
    replicates = range(study.config["folds"]["replicates"])
    scored = score_variants(
        {fold: [study.model(model, fold, replicate) for replicate in replicates]},
        genome,
        listed,
        **as_stated(config | {"tasks": tasks}, settings),
    )
    known = "null_scores" in study.kinds and model in set(study.files("null_scores")["model"])
    paths = study.paths("null_scores", ("fold",), model=model).values() if known else ()
    nulls = tables.read_all(SCORED, [path for path in paths if path.exists()])
    predictions = study.table("predictions", model=model)
    for row in (
        judge(listed, scored, nulls, predictions, tasks).drop(columns="q").to_dict("records")
    ):
        told = {name: value for name, value in row.items() if not pd.isna(value) and value != ""}
        yield {"model": model, **told}
