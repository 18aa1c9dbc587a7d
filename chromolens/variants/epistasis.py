"""Alleles of one haplotype together, against the sum of each alone, in the same windows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.tables.variants import EPISTASIS
from chromolens.tracks.partial import Pieces
from chromolens.variants.score import score_variants

if TYPE_CHECKING:
    from chromolens.models.model import Model


def score_haplotypes(
    models_by_fold: Mapping[str, Sequence["Model"]],
    genome: Genome,
    phased: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str,
    window: int,
    stands: np.ndarray,
    pieces: Pieces | None = None,
) -> pd.DataFrame:
    """``EPISTASIS``, less its column model, of ``PHASED``.

    Each haplotype is asked of the models that never saw its chromosome. An effect is that of
    ``score_variants`` for the whole stretch from the first to the last allele, so that all of a
    haplotype's windows are at the same places.
    """
    columns = EPISTASIS.after("model")
    if phased.empty:
        return pd.DataFrame(columns=columns)
    scored = score_variants(
        models_by_fold, genome, _versions(phased), tasks=tasks, objective=objective,
        window=window, stands=stands, pieces=pieces,
    )  # fmt: skip
    apart = scored["variant"].str.startswith("alone ")
    keys = [scored["task"], scored["variant"].str.split(" ").str[1]]
    effects = pd.DataFrame({
        "together": scored["effect"].where(~apart).groupby(keys).sum(),
        "apart": scored["effect"].where(apart).groupby(keys).sum(),
    }).rename_axis(["task", "haplotype"])  # fmt: skip
    table = effects.reset_index().merge(phased, on="haplotype")
    table["epistasis"] = table["together"] - table["apart"]
    table["end"] = table["start"] + table["removed"].str.len()
    return table.sort_values(["task", "chrom", "start"], kind="stable")[columns]


def _versions(phased: pd.DataFrame) -> pd.DataFrame:
    """What ``score_variants`` reads: each haplotype with all of its alleles, and with each alone.

    The names are ``together HAPLOTYPE`` and ``alone HAPLOTYPE``.
    """
    together = phased.assign(variant="together " + phased["haplotype"])
    alone = phased.assign(variant="alone " + phased["haplotype"])
    alone = alone.assign(added=alone["alone"].str.split(",")).explode("added")
    versions = pd.concat([together, alone], ignore_index=True).assign(kind="haplotype")
    order = ["chrom", "start", "variant", "added"]
    return versions.sort_values(order, ignore_index=True)
