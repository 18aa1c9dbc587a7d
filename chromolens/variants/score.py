"""What models make of variants: predictions for both alleles, and their difference.

Of classifiers the effect is a difference of log-odds, of counts the log2 fold change. It is the
mean over the places in the window and, where the alleles' lengths differ, over both anchors; a
replicate's effect is worked out by itself, and the replicates' mean is given.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import codes_to_onehot
from chromolens.models.batching import halving
from chromolens.models.judging.metrics import jensen_shannon
from chromolens.runlog import progress
from chromolens.tables.variants import SCORED
from chromolens.tracks.replicates import agreement
from chromolens.variants.haplotypes import Haplotypes, haplotypes

if TYPE_CHECKING:
    from chromolens.models.model import Model

LOG2 = ("regression", "profile")
"""Objectives whose predictions are logarithms of counts: their effects are log2 fold changes."""
_NUMBERS_IN_MEMORY = 2**24


def score_variants(
    models: Sequence["Model"],
    genome: Genome,
    variants: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str,
    window: int,
    stands: np.ndarray,
    batch_size: int = 128,
) -> pd.DataFrame:
    """``SCORED`` for ``variants`` by ``models``, the replicates of one fold.

    Parameters
    ----------
    variants
        ``LISTED``, each variant once (``listed.unique``). A variant's place in this table gives
        its windows their rows in batches, so that it alone decides the last bits.
    window, stands
        Width of the windows (bp), and where in them variants stand.
    """
    blocks = list(_blocks(len(variants), window, len(stands)))

    def scored(rows: int) -> list[dict[str, np.ndarray]]:
        return [
            _score(models, haplotypes(genome, variants.iloc[block], window, stands), tasks,
                   objective, rows)
            for block in progress(blocks, total=len(blocks), what="variants")
        ]  # fmt: skip

    parts = halving(scored, batch_size)
    named = variants[["variant", "kind", "fold"]]
    tables = [
        named.assign(task=task, **{
            name: np.concatenate([part[name][:, place] for part in parts] or [np.zeros(0)])
            for name in SCORED.after("variant", "kind", "fold", "task")
        })
        for place, task in enumerate(tasks)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _blocks(count: int, window: int, places: int) -> Iterator[slice]:
    """Runs of variants whose windows fit 64 MB as one-hot; their size depends on nothing else."""
    size = max(1, _NUMBERS_IN_MEMORY // (window * 4 * places * 3))
    return (slice(first, first + size) for first in range(0, count, size))


def _score(
    models: Sequence["Model"], asked: Haplotypes, tasks: list[str], objective: str, batch_size: int
) -> dict[str, np.ndarray]:
    """Columns of ``SCORED``, each float64 (n, tasks)."""
    from chromolens.models.judging.predict import predict_windows

    onehot = codes_to_onehot(asked.codes)
    answers = [
        predict_windows(model, onehot, tasks=tasks, objective=objective, batch_size=batch_size)
        for model in models
    ]
    values = np.stack([scalars for scalars, _ in answers])
    reference = values[:, asked.reference]  # replicates, variants, places, tasks
    anchored = values[:, asked.alternative]  # ... places, anchors, tasks
    scale = 1 / np.log(2) if objective in LOG2 else 1.0
    changes = scale * (anchored.mean(axis=3) - reference)
    effects = agreement(changes.mean(axis=2))
    missing = np.full(changes.shape[1::2], np.nan)
    both = scale * (anchored[..., 0, :] - anchored[..., 1, :]).mean(axis=(0, 2))
    longer = (asked.alternative[:, 0, 0] != asked.alternative[:, 0, 1])[:, None]
    several = changes.shape[2] > 1
    return {
        "reference": reference.mean(axis=(0, 2)),
        "alternative": anchored.mean(axis=(0, 2, 3)),
        "effect": changes.mean(axis=(0, 2)),
        "places_sd": changes.mean(axis=0).std(axis=1, ddof=1) if several else missing,
        "anchors": np.where(longer, both, np.nan),
        "jsd": _distances(asked, [shares for _, shares in answers], tasks, missing),
        "sd": effects.get("sd", missing),
        "sign": effects.get("sign", missing),
    }


def _distances(
    asked: Haplotypes, answers: list[dict[str, np.ndarray]], tasks: list[str], missing: np.ndarray
) -> np.ndarray:
    """Jensen-Shannon distance, base 2, of the alleles' profiles: mean over all that is asked."""
    if not answers[0]:
        return missing
    count, places, anchors = asked.alternative.shape
    pairs = np.broadcast_to(asked.reference[..., None], asked.alternative.shape).ravel()
    others = asked.alternative.ravel()
    found = [
        [jensen_shannon(shares[task][pairs], shares[task][others]) for task in tasks]
        for shares in answers
    ]
    each = np.reshape(found, (len(answers), len(tasks), count, places * anchors))
    return each.mean(axis=(0, 3)).T / np.sqrt(np.log(2))
