"""What one network makes of another's subsets (Carter et al., 2019): each subset read by both.

Everything but the subset is masked, and either network is asked. Networks that decide for the same
reasons take each other's subsets for enough. What a network finds enough by itself stands beside:
it reaches its own threshold always.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.attribution.references import unknown
from chromolens.inputs.batches import Inputs, open_inputs
from chromolens.inputs.windows import rows_called
from chromolens.models.batching import batches
from chromolens.models.model import Model, load_folds
from chromolens.models.targets import target_values
from chromolens.sis.files import read_subsets
from chromolens.sis.front import mask_of
from chromolens.sis.search.collection import masked, reached_by
from chromolens.sis.thresholds import Threshold, by_fold, of_windows
from chromolens.tables.sis import EXCHANGED, SUBSETS, THRESHOLDS
from chromolens.ties import TIE

_AT_ONCE = 1024  # subsets


@dataclass(frozen=True)
class Party:
    """One of the models that are compared.

    Attributes
    ----------
    models, thresholds
        Fold -> network, and its threshold as in ``find.find_subsets``.
    inputs
        The windows that it reads.
    subsets
        ``SUBSETS``, as ``find.find_subsets`` gives it.
    """

    models: Mapping[str, Model]
    thresholds: Mapping[str, Threshold]
    inputs: Inputs
    subsets: pd.DataFrame


def open_parties(
    names: Sequence[str],
    task: str,
    threshold: Threshold,
    source: str | Path | None,
    *,
    models: Sequence[Sequence[str]],
    windows: Sequence[str],
    thresholds: Sequence[str],
    subsets: Sequence[str],
) -> dict[str, Party]:
    """Models of a study by name; ``threshold`` and ``source`` are the study's.

    ``models`` are the networks of each, ``windows``, ``thresholds`` and ``subsets`` its tables.
    """
    parties = {}
    for name, *files in zip(names, models, windows, thresholds, subsets, strict=True):
        networks = {fold: first for fold, (first, *_) in load_folds(files[0]).items()}
        limits = by_fold(tables.read(THRESHOLDS, files[2]), task, threshold)
        inputs, found = open_inputs(files[1], source), read_subsets(files[3])
        parties[name] = Party(networks, limits, inputs, found)
    return parties


def exchange(
    parties: Mapping[str, Party],
    *,
    task: int | str,
    target: str = "logit",
    mask: float | np.ndarray | str = 0.25,
) -> pd.DataFrame:
    """``EXCHANGED``: the subsets of every party, each read by every party.

    ``parties`` by name; a window is read by the networks of the fold whose network found the
    subset. ``task``, ``target`` and ``mask`` are as in ``front.sufficient_subsets``.
    """
    settings = {"task": task, "target": target, "mask": mask}
    rows = [
        read.assign(finder=finder, reader=reader)
        for finder, found in parties.items()
        for reader, party in parties.items()
        for read in _read_by(party, found, settings)
    ]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return table.reindex(columns=EXCHANGED.names)


def _read_by(reader: Party, found: Party, settings: Mapping) -> Iterator[pd.DataFrame]:
    for fold, own in found.subsets.groupby("fold", sort=False):
        rows = rows_called(own["id"], found.inputs.windows, "has a subset", SUBSETS.file)
        for part in batches(np.arange(len(own)), _AT_ONCE):
            onehot = found.inputs.arrays(rows[part])
            kept = kept_positions(own["positions"].iloc[part], onehot.shape[1])
            values = readings(reader.models[fold], onehot, kept, **settings)
            limits = of_windows(reader.thresholds[fold], values["whole"], values["masked"])
            # the search evaluated these in batches of another shape, which differ by rounding
            least = reached_by(limits) - 10 * TIE * np.maximum(1.0, np.abs(limits))
            told = {"threshold": limits, "reaches": values["value"] >= least}
            yield own[["id", "fold", "order"]].iloc[part].assign(**values, **told)


def readings(
    model: Model,
    inputs: np.ndarray,
    kept: np.ndarray,
    *,
    task: int | str,
    target: str,
    mask: float | np.ndarray | str,
) -> dict[str, np.ndarray]:
    """Targets (n,) of ``inputs``: ``value`` with all but ``kept`` (n, length) masked, ``whole``,
    ``masked`` throughout."""
    vector = mask_of(mask, model, inputs.shape[1])
    known = ~unknown(inputs, model.declared(inputs))
    asked = {"value": masked(inputs, known & ~kept, vector), "whole": inputs}
    asked["masked"] = masked(inputs, known, vector)
    return {
        name: target_values(model, each, tasks=[task], target=target)[:, 0].astype(np.float64)
        for name, each in asked.items()
    }


def kept_positions(positions: pd.Series, length: int) -> np.ndarray:
    """The column ``positions`` of subsets as bool (n, length)."""
    kept = np.zeros((len(positions), length), dtype=bool)
    for row, text in zip(kept, positions, strict=True):
        row[[int(place) for place in text.split(",")]] = True
    return kept
