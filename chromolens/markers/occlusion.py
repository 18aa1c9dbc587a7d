"""What a network loses with a chromosome: held-out predictions once its markers say nothing.

Contributions say what a network looks at, not what it knows. Here every marker of a chromosome is
put to the mean dosage of the fold's training samples, and the held-out samples are predicted
again: a chromosome that the predictions owe nothing to can hold much of the mass, not of the fall.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.windows import Samples
from chromolens.models.judging import metrics
from chromolens.models.judging.evaluate import Question, average_replicates, questions
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.tables.markers import OCCLUDED

RESAMPLES = 1000


def occlude_chromosomes(
    models: Mapping[str, Sequence[Model]],
    inputs: Samples,
    folds: Folds,
    *,
    tasks: Sequence[str],
    objective: str,
    seed: int,
) -> pd.DataFrame:
    """Hide each chromosome in turn from the networks of all folds.

    Parameters
    ----------
    models
        Fold -> its networks, one per replicate: their predictions are averaged.
    tasks, objective
        Of the networks. The metric is the objective's first (``metrics.BY_OBJECTIVE``), over the
        held-out samples of all folds together.
    seed
        Of the bootstrap over samples: each resample counts them alike with the chromosome and
        without it.

    Returns
    -------
    DataFrame
        ``OCCLUDED``, a row per task and chromosome, these in the order of the inputs.
    """
    seen = {fold: inputs.for_training(folds.groups(fold, "training")) for fold in models}

    def asked(views: Mapping[str, Samples]) -> list[Question]:
        """The main metric of each task."""
        parts = [
            predict_groups(
                model, views[fold], tasks=[*tasks], groups=folds.groups(fold, "test"),
                objective=objective,
            )
            for fold, replicates in models.items()
            for model in replicates
        ]  # fmt: skip
        table = average_replicates(pd.concat(parts, ignore_index=True))
        main = next(iter(metrics.BY_OBJECTIVE[objective]))
        return [one for one in questions(table, [*tasks], objective) if one.name == main]

    whole, rows = asked(seen), []
    chroms = inputs.markers["chrom"].unique().tolist()
    for chrom in progress(chroms, what="chromosomes"):
        hidden = asked({fold: view.without(chrom) for fold, view in seen.items()})
        rows += [
            {"task": own.task, "chrom": chrom, "metric": own.name, **_fall(own, other, seed)}
            for own, other in zip(whole, hidden, strict=True)
        ]
    table = pd.DataFrame(rows, columns=OCCLUDED.names)
    order = table["task"].map({task: place for place, task in enumerate(tasks)})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _fall(whole: Question, without: Question, seed: int) -> dict[str, float]:
    """The numbers of a row."""
    before, after = (metrics.once(one.metric, one.values, one.labels) for one in (whole, without))
    both = np.stack([whole.values, without.values], axis=1)
    low, high = metrics.interval(
        _difference(whole.metric), both, whole.labels, resamples=RESAMPLES, seed=seed
    )
    numbers = {"whole": before, "without": after, "fall": before - after, "low": low, "high": high}
    return {"n": len(both), **numbers}


def _difference(metric: metrics.Metric) -> Callable:
    """``metric`` of the first column of values (n, 2) less that of the second."""

    def difference(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
        first, second = (metric(column, labels, weights) for column in values.T)
        return first - second

    return difference
