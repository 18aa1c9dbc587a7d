"""Networks that one is held against: made as it was but for one thing, explained, and forgotten.

=============  ============================================================================
``untrained``  with first weights: all draws are one network, its weights drawn anew
``permuted``   trained on traits that are permuted within each part of the samples
``rotated``    trained on the same chromosomes in another order
=============  ============================================================================
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chromolens.inputs.batches import permute_labels
from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.windows import Samples
from chromolens.models.batching import BATCH_SIZE, batches
from chromolens.models.foreign.files import Source
from chromolens.models.model import Model, load_model
from chromolens.models.training.train import train
from chromolens.models.untrained import redraw, untrained
from chromolens.runlog import progress
from chromolens.tables.markers import NULL_MASSES
from chromolens.tracks.jobs import with_drawn
from chromolens.tracks.method import Method


class Draw(NamedTuple):
    """One null: its samples as its networks read them, and the network of each fold."""

    number: int
    inputs: Samples
    networks: Mapping[str, Model]


def null_masses(
    inputs: Samples,
    null: str,
    *,
    model: Mapping[str, Any],
    method: Method,
    folds: Folds,
    seed: int,
    workdir: str | Path,
    given: Source | None = None,
    make: Callable[..., object] = train,
) -> pd.DataFrame:
    """Masses of the markers by networks of one null, as ``NULL_MASSES``.

    Parameters
    ----------
    inputs
        The samples of the model.
    null
        ``untrained``, or a kind and a number from 1: ``permuted_3``.
    model
        As a study's config has it: what is trained, how, and how many ``nulls`` of each kind.
    seed
        Of the study: each draw has its own.
    workdir
        What the folders are called that keep the training in progress: a job that is killed goes
        on from its last epoch.
    given
        A network that isn't trained (``train``).
    make
        Stands in for ``training.train.train``.
    """
    kind, _, number = null.partition("_")
    draws = model["nulls"]
    made = {key: model[key] for key in ("architecture", "objective", "tasks", "layout")}
    made |= {"architecture_settings": model["settings"], "given": given, **model["training"]}
    with TemporaryDirectory() as folder:
        make_in = _Maker(partial(make, **made), folds, Path(folder) / "network.keras", workdir)
        if kind == "untrained":
            drawn = _untrained(make_in, inputs, draws[kind], seed)
        else:
            own = seed + 1_000_000 * int(number)
            if kind == "rotated":
                windows = inputs.rotated(int(number), draws[kind])
            else:
                together = model["objective"] == "classes"
                windows = permute_labels(inputs, model["tasks"], own, together=together)
            changed = Samples(windows, inputs.store.path)
            drawn = _retrained(make_in, changed, int(number), own)
        parts = [_table(draw, folds, method) for draw in drawn]
    table = pd.concat(parts, ignore_index=True).assign(method=method.name, null=kind)
    return table[list(NULL_MASSES.names)]


class _Maker(NamedTuple):
    """Makes networks of folds, each in the place of the one before."""

    make: Callable[..., object]
    folds: Folds
    path: Path
    workdir: str | Path

    def __call__(self, inputs: Samples, fold: str, **how: object) -> Model:
        groups = {f"{role}_groups": self.folds.groups(fold, role)
                  for role in ("training", "validation")}  # fmt: skip
        self.make(inputs, path=self.path, workdir=f"{self.workdir}.{fold}", **groups, **how)
        return load_model(self.path)


def _untrained(make: _Maker, inputs: Samples, draws: int, seed: int) -> Iterator[Draw]:
    # nothing was seen in training, so every fold may ask the same network
    fresh = untrained(make(inputs, next(iter(make.folds.roles)), untrained=True, seed=seed), seed)
    for number in progress(range(1, draws + 1), what="untrained"):
        redraw(fresh, [seed, number])
        yield Draw(number, inputs, dict.fromkeys(make.folds.roles, fresh))


def _retrained(make: _Maker, inputs: Samples, number: int, seed: int) -> Iterator[Draw]:
    yield Draw(number, inputs, {fold: make(inputs, fold, seed=seed) for fold in make.folds.roles})


def _table(draw: Draw, folds: Folds, method: Method) -> pd.DataFrame:
    markers = draw.inputs.markers[["marker", "chrom", "position"]]
    found = held_out_masses(draw.networks, draw.inputs, folds, method)
    parts = [
        markers.assign(task=task, draw=draw.number, mass=mass)
        for task, mass in zip(method.tasks, found, strict=True)
    ]
    return pd.concat(parts)


def held_out_masses(
    networks: Mapping[str, Model], inputs: Samples, folds: Folds, method: Method
) -> np.ndarray:
    """Mean size of the contributions, float64 (tasks, markers), in the order of the inputs.

    Each sample is explained by the network of the fold for which it was test.
    """
    total, count = np.zeros((len(method.tasks), inputs.length)), 0
    method = with_drawn(method, inputs, folds)
    ids = inputs.windows["id"].to_numpy(str)
    for fold, network in networks.items():
        seen = inputs.for_training(folds.groups(fold, "training"))
        rows = folds.rows(inputs.windows, fold, "test")
        for places in batches(np.arange(len(rows)), method.batch_size or BATCH_SIZE):
            asked = rows[places]
            results = method.in_fold(fold).explain(
                network, seen.arrays(asked), ids[asked].tolist(), places
            )
            sizes: Sequence[np.ndarray] = [np.abs(result.contributions) for result in results]
            total += np.stack([size.sum(axis=0, dtype=np.float64) for size in sizes])
        count += len(rows)
    return total / count
