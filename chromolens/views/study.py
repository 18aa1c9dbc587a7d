"""The views of one model of a study, as a table: what tasks and units want, see and keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import BASES, UNKNOWN, sequence_of
from chromolens.inputs.batches import Inputs
from chromolens.models.model import Model
from chromolens.models.reach import field_of
from chromolens.models.units import layer_output
from chromolens.runlog import logger
from chromolens.views.activations import activations, most_exciting
from chromolens.views.ascent import gradient_ascent
from chromolens.views.entropy import maximum_entropy


@dataclass(frozen=True)
class Views:
    """What of a config's ``views`` changes numbers; see the schema.

    Attributes
    ----------
    units
        Hidden units, ``LAYER/UNIT``.
    layer
        Whose activations maximum entropy keeps; empty: the penultimate one.
    windows
        So many are sampled around, a task; and so many are shown, a unit.
    starts, steps
        Of gradient ascent.
    chains, changes
        Of maximum entropy.
    """

    units: Sequence[str] = ()
    layer: str = ""
    windows: int = 3
    starts: int = 4
    steps: int = 300
    chains: int = 8
    changes: int = 8000


def views_of(
    model: Model, inputs: Inputs, rows: Mapping[str, np.ndarray], views: Views, seed: int
) -> pd.DataFrame:
    """``VIEWS`` less ``model``, of one network and windows that it never saw.

    ``rows`` of ``inputs``, by task; units are shown the windows of all tasks.
    """
    every = np.unique(np.concatenate(list(rows.values())))
    parts = [_ascents(model, task, inputs.length, views, seed) for task in rows]
    parts += [_excited(model, unit, inputs, every, views) for unit in views.units if len(every)]
    parts += [_sampled(model, task, inputs, own, views, seed) for task, own in rows.items()]
    if not len(every):
        logger.warning("none of the model's first fold's windows is explained: no unit is shown")
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _ascents(model: Model, task: str, length: int, views: Views, seed: int) -> pd.DataFrame:
    options = {"starts": views.starts, "steps": views.steps, "length": length, "seed": seed}
    found = gradient_ascent(model, task=task, **options)
    facts = {"view": "ascent", "of": task, "id": ""}
    return _table(facts, found.inputs, {"value": found.values})


def _excited(
    model: Model, unit: str, inputs: Inputs, rows: np.ndarray, views: Views
) -> pd.DataFrame:
    layer, _, number = unit.rpartition("/")
    tensor = layer_output(model.network, layer)
    if len(tensor.shape) > 3:
        raise BadInput(f"layer {layer!r} gives {tuple(tensor.shape)}", expected="no image")
    along = len(tensor.shape) == 3
    arrays = inputs.arrays(rows)
    best = most_exciting(
        model, arrays, target=f"{unit}:max" if along else unit, count=views.windows
    )
    shown = arrays[best.rows]
    facts = {"view": "unit", "of": unit, "id": inputs.windows["id"].to_numpy()[rows[best.rows]]}
    heights = np.full(shown.shape[:2], np.nan)
    if along:
        excited = activations(model, shown, layer)[..., int(number)]
        places = _middles(tensor, excited.shape[1], shown.shape[1])
        bases, ends = np.arange(shown.shape[1]), {"left": np.nan, "right": np.nan}
        heights = np.stack([np.interp(bases, places, row, **ends) for row in excited])
    return _table(facts, shown, {"value": best.values}, heights, shown)


def _middles(tensor: object, count: int, length: int) -> np.ndarray:
    """Where in the window (bp) a layer's positions look: the middles of their fields."""
    try:
        reach = field_of(tensor)
    except BadInput:  # each sees everything: spread evenly
        return (np.arange(count) + 0.5) * length / count - 0.5
    return np.arange(count) * reach.stride - reach.left + reach.span / 2


def _sampled(
    model: Model, task: str, inputs: Inputs, rows: np.ndarray, views: Views, seed: int
) -> pd.DataFrame:
    rows = rows[: views.windows]
    if not len(rows):
        return pd.DataFrame()
    ids, arrays = inputs.windows["id"].to_numpy()[rows], inputs.arrays(rows)
    options = {"chains": views.chains, "steps": views.changes, "seed": seed}
    options |= {"layer": views.layer or None, "ids": list(ids)}
    found = maximum_entropy(model, arrays, task=task, **options)
    facts = {"view": "entropy", "of": task, "id": ids}
    numbers = {"acceptance": found.acceptance.min(axis=1), "r_hat": found.r_hat}
    return _table(facts, found.frequencies, numbers, found.importance, arrays)


def _table(
    facts: Mapping[str, object],
    shares: np.ndarray,
    numbers: Mapping[str, np.ndarray],
    heights: np.ndarray | None = None,
    windows: np.ndarray | None = None,
) -> pd.DataFrame:
    """A row per rank and position, from arrays (ranks, length, ...) and numbers (ranks,)."""
    ranks, length = shares.shape[:2]
    each = {
        name: np.repeat(np.broadcast_to(np.asarray(value, object), ranks), length)
        for name, value in facts.items()
    }
    each |= {"rank": np.repeat(np.arange(ranks), length)}
    for name in ("value", "acceptance", "r_hat"):
        each[name] = np.repeat(numbers.get(name, np.full(ranks, np.nan)), length)
    each |= {"position": np.tile(np.arange(length), ranks), "base": ""}
    if windows is not None:
        codes = np.where(windows.any(axis=-1), windows.argmax(axis=-1), UNKNOWN)
        each["base"] = np.array(list(sequence_of(codes.reshape(-1).astype(np.uint8))))
    each |= {base: shares[..., place].reshape(-1) for place, base in enumerate(BASES)}
    each["height"] = np.full(ranks * length, np.nan) if heights is None else heights.reshape(-1)
    return pd.DataFrame(each)
