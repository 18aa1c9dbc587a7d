"""What models make of variants: predictions for both alleles, and their difference.

Of classifiers the effect is a difference of log-odds, of counts the log2 fold change. It is the
mean over the places in the window and, where the alleles' lengths differ, over both anchors; a
replicate's effect is worked out by itself, and the replicates' mean is given.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import codes_to_onehot
from chromolens.models.judging.metrics import jensen_shannon
from chromolens.tables.variants import SCORED
from chromolens.tracks.partial import Pieces
from chromolens.tracks.replicates import agreement
from chromolens.variants.haplotypes import Haplotypes, haplotypes, stands_of

if TYPE_CHECKING:
    from chromolens.models.model import Model

LOG2 = ("regression", "profile")
"""Objectives whose predictions are logarithms of counts: their effects are log2 fold changes."""
_NUMBERS_IN_MEMORY = 2**24
_MOST = 256
"""Variants of a block: a job that is killed loses the one at work."""


def score_variants(
    models_by_fold: Mapping[str, Sequence["Model"]],
    genome: Genome,
    variants: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str,
    window: int,
    stands: np.ndarray,
    pieces: Pieces | None = None,
) -> pd.DataFrame:
    """``SCORED`` for ``variants``, each by the replicates of its fold.

    Parameters
    ----------
    variants
        ``LISTED``, each variant once (``listed.unique``). A variant's place among those of its
        fold gives its windows their rows in batches, so that it alone decides the last bits.
    window, stands
        Width of the windows (bp), and where in them variants stand.
    pieces
        How the work is done; by default nothing is kept of what isn't finished.
    """
    blocks = list(_blocks(variants["fold"], window, len(stands)))

    def work(block: np.ndarray, rows: int) -> dict[str, np.ndarray]:
        own = variants.iloc[block]
        models = models_by_fold[own["fold"].iloc[0]]
        return score_block(
            models, genome, own, tasks=tasks, objective=objective, window=window, stands=stands,
            rows=rows,
        )  # fmt: skip

    parts = (pieces or Pieces()).each(blocks, work, "blocks of variants")
    back = np.argsort(np.concatenate([*blocks, np.zeros(0, int)]))
    named = variants[["variant", "kind", "fold"]]
    tables = [
        named.assign(task=task, **{
            name: np.concatenate([part[name][:, place] for part in parts] or [np.zeros(0)])[back]
            for name in SCORED.after("variant", "kind", "fold", "task")
        })
        for place, task in enumerate(tasks)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def as_stated(model: Mapping[str, object], settings: Mapping[str, object]) -> dict[str, object]:
    """What a study says of scoring, as keywords: of a model of it, and in ``variants``."""
    stated = {"tasks": model["tasks"], "objective": model["objective"]}
    return stated | {"window": settings["window"], "stands": stands_of(settings)}


def _blocks(folds: pd.Series, window: int, places: int) -> Iterator[np.ndarray]:
    """Rows of variants of one fold, in runs whose windows fit 64 MB as one-hot."""
    size = min(max(1, _NUMBERS_IN_MEMORY // (window * 4 * places * 3)), _MOST)
    for fold in folds.unique():
        own = np.flatnonzero(folds == fold)
        yield from (own[first : first + size] for first in range(0, len(own), size))


def score_block(
    models: Sequence["Model"],
    genome: Genome,
    variants: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str,
    window: int,
    stands: np.ndarray,
    rows: int,
) -> dict[str, np.ndarray]:
    """Columns of ``SCORED`` by ``models``, each float64 (n, tasks), with ``rows`` in a call."""
    from chromolens.models.judging.predict import predict_windows

    asked = haplotypes(genome, variants, window, stands)
    onehot = codes_to_onehot(asked.codes)
    answers = [
        predict_windows(model, onehot, tasks=tasks, objective=objective, batch_size=rows)
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
