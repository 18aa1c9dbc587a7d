"""Two models held against each other as in Carter et al. (2019): do they decide for one reason?

Two networks of the same accuracy may read different things. Their sufficient subsets tell:
clustered together, and each read by the other network. The workflow's rules ``compare_models`` and
``cluster_both`` do the same from a study's files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.attribution.front import attribute
from chromolens.checks import agreement
from chromolens.errors import BadInput
from chromolens.genome.onehot import decode
from chromolens.inputs.batches import Inputs, open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import target_values
from chromolens.motifs.names.database import Motif
from chromolens.sis.exchange import Party, exchange
from chromolens.sis.find import find_subsets
from chromolens.sis.motifs.joint import joint_clusters
from chromolens.sis.thresholds import Threshold

_FOLD, _GROUP, _TASK = "given", "given", "task"


@dataclass(frozen=True)
class Comparison:
    """Result of ``compare_models``.

    Attributes
    ----------
    subsets
        Name of each model -> its subsets, a row per subset, with the columns of ``sis.tsv.gz``.
    exchanged
        A row per subset and model that reads it: the model's target when all positions outside the
        subset are masked, and whether this reaches the model's threshold.
    clusters
        A row per mode, cluster and model: members, and their share.
    agreement
        Rank correlation of contributions and of predictions; Jaccard index of the subsets.
    """

    subsets: dict[str, pd.DataFrame]
    exchanged: pd.DataFrame
    clusters: pd.DataFrame
    agreement: pd.DataFrame

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(own)} of {name}" for name, own in self.subsets.items())
        return f"<Comparison: subsets {sizes}>"


def compare_models(
    models: Mapping[str, Model],
    inputs: np.ndarray,
    *,
    threshold: Threshold | Mapping[str, Threshold],
    task: int | str = 0,
    target: str = "logit",
    mask: float | np.ndarray | str = 0.25,
    method: str = "auto",
    max_subsets: int | None = 3,
    contributions: str = "deeplift_rescale",
    ids: Sequence[str] | None = None,
    database: Sequence[Motif] = (),
    **clustering: object,
) -> Comparison:
    """Compare two models by their sufficient input subsets.

    Parameters
    ----------
    models
        Name -> model, two of them.
    inputs : float32 (n, length, 4)
        One-hot DNA that neither model was trained on. An N is four zeros.
    threshold
        In target units: a number, or ``{"relative": share}``, that share of the way from the fully
        masked input's target to the input's. Or name of the model -> its threshold, as two
        networks rarely have the same scale.
    task, target, mask, method, max_subsets
        As in ``chromolens.sufficient_subsets``.
    contributions
        Attribution method whose contributions are compared.
    ids
        Names of the inputs; from ``chrom:start-end`` it is seen which of them overlap.
    database
        Motifs (``motifs.names.database``) that give clusters their names.
    clustering
        Keys of ``sis.clustering`` (config/README.md).

    Raises
    ------
    BadInput
        Not exactly two models, inputs that aren't DNA, or not a threshold.
    """
    given = _opened(models, inputs, ids)
    folds = Folds({_FOLD: {"test": [_GROUP]}})
    limits = {name: {_FOLD: _threshold(threshold, name, models)} for name in models}
    settings = {"task": task, "target": target, "mask": mask}
    rows, found = np.arange(len(given.windows)), {}
    for name, model in models.items():
        search = {"thresholds": limits[name], "max_subsets": max_subsets, "method": method}
        found[name], _ = find_subsets({_FOLD: model}, given, rows, folds, **search, **settings)
    parties = {
        name: Party({_FOLD: model}, limits[name], given, found[name])
        for name, model in models.items()
    }
    onehot = given.arrays(rows)
    explained = [
        attribute(model, onehot, method=contributions, task=task, target=target).contributions
        for model in models.values()
    ]
    values = [
        pd.Series(target_values(model, onehot, tasks=[task], target=target)[:, 0])
        for model in models.values()
    ]
    alike = [agreement.of_contributions(contributions, *explained)]
    alike += [agreement.of_predictions(*values), agreement.of_subsets(*found.values())]
    return Comparison(
        found,
        exchange(parties, **settings),
        joint_clusters(found, database, **clustering),
        agreement.table_of(alike),
    )


def _opened(models: Mapping[str, Model], inputs: np.ndarray, ids: Sequence[str] | None) -> Inputs:
    if len(models) != 2:
        raise BadInput(f"{len(models)} models to compare", expected="two, by name")
    for model in models.values():
        inputs = check_inputs(model, inputs)
    if inputs.shape[2] != 4 or not np.isin(inputs, (0, 1)).all() or inputs.sum(axis=2).max() > 1:
        raise BadInput(
            f"inputs of shape {inputs.shape} are no one-hot DNA",
            expected="0 and 1 of shape (n, length, 4), N as four zeros",
        )
    names = [f"input{row}" for row in range(len(inputs))] if ids is None else list(ids)
    if len(names) != len(inputs) or len(set(names)) != len(names):
        raise BadInput(
            f"{len(names)} ids ({len(set(names))} different) of {len(inputs)} inputs",
            expected="a name of its own for each",
        )
    table = {"id": names, "group": _GROUP, "sequence": [decode(window) for window in inputs]}
    rest = {"role": "positive", "source": _TASK, "gc": 0.5, _TASK: 1}
    return open_inputs(pd.DataFrame(table | rest))


def _threshold(
    threshold: Threshold | Mapping[str, Threshold], name: str, models: Mapping[str, Model]
) -> Threshold:
    """The threshold of the model ``name``, where each may have its own."""
    own = isinstance(threshold, Mapping) and set(threshold) == set(models)
    return threshold[name] if own else threshold
