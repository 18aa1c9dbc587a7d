"""Samples as networks read them: dosages in the order of the markers, traits without covariates.

What is estimated comes from the training samples of a fold alone (``for_training``): the mean
dosage that stands for a missing one, and what covariates and principal components explain of the
traits.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.inputs.genotypes.store import Store
from chromolens.provenance import digest, file_digest
from chromolens.tables.inputs import COVARIATES

_MARKERS_AT_ONCE = 4096


class Samples(Inputs):
    """The samples of a study: a position is a marker, its number the coded dosage.

    Parameters
    ----------
    windows
        A table of samples (``tables.inputs.SAMPLE_WINDOWS``). Where it has the column ``first``,
        the markers begin with that one and go on from the last to the first: a null that moves
        the chromosomes.
    source
        The prepared genotypes (``store.Store``), with their tables beside them.

    Attributes
    ----------
    store
        The genotypes.
    rows_in_store
        Row of the store of each sample, int (samples,).
    """

    def __init__(self, windows: pd.DataFrame, source: str | Path):
        self.store = Store(source)
        beside = Path(source).with_name("covariates.tsv.gz")
        self.content = digest([file_digest(source), file_digest(beside)])
        super().__init__(windows, self.store.shape[1], channels=1)
        self.rows_in_store = windows["row"].to_numpy(dtype=np.int64)
        self._first = int(windows["first"].iloc[0]) if "first" in windows else 0
        table = tables.read(COVARIATES, beside)
        known = table.set_index("id").reindex(windows["id"])
        for name in windows["id"][known.isna().any(axis=1).to_numpy()][:1]:
            raise BadInput(
                f"sample {name!r} has no covariates",
                where=str(beside),
                remedy="the files were not made together: remove them and run again",
            )
        self._covariates = known.to_numpy(dtype=np.float64)
        self._training: np.ndarray | None = None
        self._means = np.zeros(0)
        self._nuisance = np.zeros((len(windows), 0))
        self._hidden = np.zeros(self.length, bool)

    @property
    def markers(self) -> pd.DataFrame:
        """The table of markers (``tables.inputs.MARKERS``) in the order of the positions."""
        markers = self.store.markers
        return markers.iloc[self.in_order(np.arange(len(markers)))].reset_index(drop=True)

    @property
    def means(self) -> np.ndarray:
        """Mean dosage float64 (markers,) of the training samples, in the order of the positions.

        BadInput before ``for_training``.
        """
        self._check_training("mean dosages are those of the training samples")
        return self.in_order(self._means)

    def rotated(self, draw: int, draws: int) -> pd.DataFrame:
        """Return the windows table of the same samples with the chromosomes in another order.

        They go round: of ``draws`` orders, number ``draw`` (from 1) begins a like step further on,
        with the first marker of a chromosome.
        """
        chroms = self.store.markers["chrom"].to_numpy(str)
        starts = np.flatnonzero(np.r_[True, chroms[1:] != chroms[:-1]])
        if len(starts) <= draws:
            raise BadInput(
                f"{draws} other orders of {len(starts)} chromosomes",
                expected=f"at most {len(starts) - 1}",
                where="the config, nulls.rotated of a model",
            )
        return self.windows.assign(first=int(starts[draw * len(starts) // (draws + 1)]))

    def calls(self, rows: np.ndarray) -> np.ndarray:
        """Return dosages float32 (n, markers) in the order of the positions; NaN is missing."""
        return self.in_order(self.store.dosage(self.rows_in_store[np.asarray(rows)]))

    def for_training(self, groups: Iterable[str]) -> "Samples":
        """Return these samples as a training on ``groups`` sees them."""
        seen = copy(self)
        seen._training = np.flatnonzero(self.windows["group"].isin(list(groups)))
        if not len(seen._training):
            raise BadInput("there are no samples to train on", where=", ".join(groups))
        seen._means = self.store.mean(self.rows_in_store[seen._training])
        absent = np.isnan(seen._means)
        if absent.any():  # no training sample is called there: all samples stand for them
            seen._means[absent] = self.store.mean(self.rows_in_store)[absent]
        parts = [self._covariates]
        if self.store.components:
            parts.append(_components(seen, self.store.components))
        seen._nuisance = np.concatenate(parts, axis=1)
        return seen

    def without(self, chrom: str) -> "Samples":
        """Return these samples, all with the training samples' mean dosages on ``chrom``.

        Traits stay as they are. BadInput before ``for_training``.
        """
        self._check_training("a chromosome is given the mean dosages of the training samples")
        chroms = self.store.markers["chrom"].to_numpy(str)
        if chrom not in chroms:
            known = ", ".join(dict.fromkeys(chroms.tolist()))
            raise BadInput(f"no marker lies on {chrom!r}", expected=f"one of {known}")
        rest = copy(self)
        rest._hidden = chroms == chrom
        return rest

    def arrays(
        self,
        rows: np.ndarray,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return coded dosages float32 (n, markers, 1); there is nothing to shift or turn."""
        return self.in_order(self.dosage(rows))[..., None]

    def dosage(self, rows: np.ndarray, columns: slice = slice(None)) -> np.ndarray:
        """Return dosages float32 (n, markers) in the order of the store, none missing.

        BadInput before ``for_training``, which says what stands for a missing one.
        """
        values = self.store.dosage(self.rows_in_store[np.asarray(rows)], columns)
        missing = np.isnan(values) | self._hidden[columns]
        if missing.any():
            self._check_training("a missing dosage is given the mean of the training samples")
            means = np.broadcast_to(self._means[columns].astype(np.float32), values.shape)
            values[missing] = means[missing]
        return values

    def labels(self, rows: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
        """Return traits float32 (n, number of ``tasks``), NaN where masked.

        What covariates and components explain of them is taken away: by least squares over the
        training samples, about these samples' means, so that a trait keeps its units and mean.
        """
        values = super().labels(rows, tasks)
        if self._covariates.shape[1] or self.store.components:
            self._check_training("covariates are regressed out on the training samples")
            rows = np.asarray(rows)
            for place, task in enumerate(tasks):
                values[:, place] -= self._explained(task)[rows]
        return values

    def _explained(self, task: str) -> np.ndarray:
        """What the nuisances explain of a trait in every sample, float64 (samples,)."""
        trait = self.windows[task].to_numpy(dtype=np.float64)
        known = self._training[~np.isnan(trait[self._training])]
        centred = self._nuisance - self._nuisance[known].mean(axis=0)
        effects = np.linalg.lstsq(centred[known], trait[known] - trait[known].mean(), rcond=None)
        return centred @ effects[0]

    def in_order(self, values: np.ndarray) -> np.ndarray:
        """Return ``values`` (..., markers) of the store in the order of the positions."""
        return np.roll(values, -self._first, axis=-1) if self._first else values

    def _check_training(self, why: str) -> None:
        if self._training is None:
            raise BadInput(f"{why}, and these are not said", expected="for_training(groups) first")


def _components(samples: Samples, count: int) -> np.ndarray:
    """Scores of all samples on the training samples' first principal components.

    float64 (samples, count). Dosages are standardised by the training samples (Price et al. 2006,
    with their own standard deviation); markers that don't vary among them are left out.
    """
    everyone, training = np.arange(len(samples.windows)), samples._training
    alike = np.zeros((len(everyone), len(training)))
    for start in range(0, samples.length, _MARKERS_AT_ONCE):
        values = samples.dosage(everyone, slice(start, start + _MARKERS_AT_ONCE)).astype(float)
        mean, sd = values[training].mean(axis=0), values[training].std(axis=0)
        varied = sd > 0
        standard = (values[:, varied] - mean[varied]) / sd[varied]
        alike += standard @ standard[training].T
    if count >= len(training):
        raise BadInput(
            f"{count} principal components of {len(training)} training samples",
            expected="fewer components than samples",
        )
    lengths, directions = np.linalg.eigh(alike[training])
    return alike @ directions[:, ::-1][:, :count] / np.sqrt(lengths[::-1][:count])
