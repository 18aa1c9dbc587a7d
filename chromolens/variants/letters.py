"""Contributions about the clearest variants, with the one allele and with the other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import codes_to_onehot, sequence_of
from chromolens.runlog import progress
from chromolens.tables.variants import ALLELES
from chromolens.tracks.method import Method
from chromolens.variants.haplotypes import haplotypes
from chromolens.variants.judge import clearest

if TYPE_CHECKING:
    from chromolens.models.model import Model

REACH = 40
"""Bases that are told on either side of a variant's first, as far as the window goes."""


def explain_variants(
    models_by_fold: Mapping[str, Sequence["Model"]],
    genome: Genome,
    variants: pd.DataFrame,
    *,
    method: Method,
    labels: Mapping[str, str],
    window: int,
    most: int,
) -> pd.DataFrame:
    """``ALLELES`` without its column model, of the ``most`` clearest variants of each task.

    Parameters
    ----------
    models_by_fold
        The replicates of each fold; a variant is explained by those of its own.
    variants
        ``VARIANTS`` of one model.
    labels
        Task of the network -> task of the study; of a profile the counts, which are the later of
        its two, are explained: effects are on them.
    window
        Width (bp). The variant stands in its middle; both alleles by the left anchor.
    """
    of_network = {task: own for own, task in labels.items()}
    chosen = [
        (task, of_network[task], row)
        for task, own in variants.groupby("task", sort=False)
        for row in clearest(own).head(most).to_dict("records")
    ]
    parts = [
        _explained(models_by_fold[row["fold"]], genome, row, method.about(own), window, task)
        for task, own, row in progress(chosen, total=len(chosen), what="alleles")
    ]
    names = ALLELES.after("model")
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _explained(
    models: Sequence["Model"], genome: Genome, row: dict, method: Method, window: int, task: str
) -> pd.DataFrame:
    middle = window // 2
    asked = haplotypes(genome, pd.DataFrame([row]), window, np.array([middle]))
    codes = asked.codes[[asked.reference[0, 0], asked.alternative[0, 0, 0]]]
    onehot, ids = codes_to_onehot(codes), [row["variant"]] * 2  # one seed for both alleles
    answers = [method.in_fold(row["fold"]).explain(model, onehot, ids) for model in models]
    values = np.mean([result.contributions for (result,) in answers], axis=0)
    shown = slice(max(0, middle - REACH), middle + REACH + 1)
    told = {"task": task, "variant": row["variant"]}
    parts = [
        pd.DataFrame({
            **told,
            "allele": allele,
            "position": np.arange(window)[shown] - middle,
            "base": list(sequence_of(own[shown])),
            "contribution": theirs[shown],
        })
        for allele, own, theirs in zip(("reference", "alternative"), codes, values, strict=True)
    ]  # fmt: skip
    return pd.concat(parts)
