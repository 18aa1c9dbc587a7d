"""The front door to sufficient input subsets: a model, inputs and a threshold in, subsets out.

``sufficient_subsets`` chooses the fast exact search (``local``) for models whose convolutions
see little of the input at a time, and the search that evaluates every candidate whole for all
others: the subsets are the same.
"""

import logging
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models.model import Model, batches, check_inputs, padded
from chromolens.models.targets import target_function
from chromolens.sis.backselect import Score, Subsets, collect, masked, search_with
from chromolens.sis.local import local_search

logger = logging.getLogger("chromolens")

BATCH = 512
"""Masked copies evaluated together: where TensorFlow reaches the machine's speed."""

BLOCK = 32
"""Inputs taken through BackSelect together: memory depends on this, not on their number."""


def sufficient_subsets(
    model: Model,
    inputs: np.ndarray,
    *,
    threshold: float | np.ndarray,
    task: int | str = 0,
    target: str = "logit",
    mask: float | np.ndarray | str = 0.25,
    method: str = "exact",
    seed: int = 0,
    batch_size: int | None = None,
    max_subsets: int | None = None,
) -> list[Subsets]:
    """Disjoint minimal sets of positions that alone keep the target at or above a threshold.

    The SIS-collection of Carter et al. (2019, arXiv 1810.03805): BackSelect, ties masked lowest
    position first (values within 2e-6 of each other, which float32 can't tell apart, are ties);
    each subset is sufficient, and none of its positions can be masked without
    falling below the threshold.

    Parameters
    ----------
    inputs : float32 (n, length, channels)
        A position that is N (all channels zero) counts as masked already: it keeps its zeros
        and is part of no subset.
    threshold
        In target units: one number, or one per input (n,). An input below it has no subset.
    task, target
        As in ``chromolens.attribute``.
    mask
        What a masked position becomes: a number in all channels, an array (channels,), or
        "mean", the model's background frequencies.
    method
        "exact".
    seed
        Not used by the exact method, which draws nothing.
    batch_size
        Masked copies evaluated together (512): speed and memory, not results.
    max_subsets
        At most so many per input; None takes all.

    Raises
    ------
    BadInput
        Inputs of another shape or with NaN, a threshold that is no number, an unknown task,
        mask or method, and a fully masked input that passes the threshold.
    """
    inputs = check_inputs(model, inputs)
    finder = Finder(
        model,
        inputs.shape[1],
        task=task,
        target=target,
        mask=mask,
        method=method,
        batch_size=batch_size,
    )
    return finder.find(inputs, threshold, max_subsets)


class Finder:
    """``sufficient_subsets`` for inputs of one length, compiled once, to be asked many times."""

    def __init__(
        self,
        model: Model,
        length: int,
        *,
        task: int | str = 0,
        target: str = "logit",
        mask: float | np.ndarray | str = 0.25,
        method: str = "exact",
        batch_size: int | None = None,
    ):
        _check_method(method)
        self.model, self.mask = model, mask_of(mask, model)
        index, batch = model.task_index(task), batch_size or BATCH
        shape = (length, model.channels)
        self.score = compiled_score(target_function(model, [index], target), shape, batch)
        self._search = local_search(model, length, index, target, self.mask)
        self.fast = self._search is not None
        if not self.fast:
            self._search = search_with(self.score, self.mask, batch)
        logger.info("SIS: %s search", "local" if self.fast else "whole-input")

    def find(
        self, inputs: np.ndarray, threshold: float | np.ndarray, max_subsets: int | None = None
    ) -> list[Subsets]:
        """Subsets of each input; see ``sufficient_subsets``."""
        inputs = check_inputs(self.model, inputs)
        thresholds = _thresholds(threshold, len(inputs))
        found = []
        for start in range(0, len(inputs), BLOCK):
            part = slice(start, start + BLOCK)
            found += collect(
                self.score, self._search, inputs[part], thresholds[part], self.mask, max_subsets
            )
        return found

    def masked_values(self, inputs: np.ndarray) -> np.ndarray:
        """Target of each input with all its known positions masked: (n,)."""
        return self.score(masked(inputs, inputs.any(axis=-1), self.mask))


def compiled_score(function: Callable, shape: tuple[int, int], batch: int) -> Score:
    """``function``, tensor (batch, length, channels) -> (batch, 1), on arrays (n, ...) -> (n,).

    Compiled for two batch shapes: ``batch``, and an eighth of it for what is left over (padded),
    so that little is computed in vain.
    """
    small = max(1, batch // 8)
    compiled = {size: _compiled(function, (size, *shape)) for size in (batch, small)}

    def score(inputs: np.ndarray) -> np.ndarray:
        values, whole = np.empty(len(inputs), np.float32), len(inputs) // batch * batch
        for rows in batches(whole, batch):
            values[rows] = compiled[batch](tf.constant(inputs[rows[0] : rows[-1] + 1]))[:, 0]
        for rows in batches(len(inputs) - whole, small):
            part = padded(inputs[whole + rows], small)
            values[whole + rows] = compiled[small](tf.constant(part))[: len(rows), 0]
        return values

    return score


def _compiled(function: Callable, shape: tuple[int, ...]) -> Callable:
    return tf.function(
        function, input_signature=[tf.TensorSpec(shape, tf.float32)], autograph=False
    )


def mask_of(mask: float | np.ndarray | str, model: Model) -> np.ndarray:
    """What a masked position becomes, float32 (channels,)."""
    if isinstance(mask, str):
        mask = _mean_mask(mask, model)
    values = np.asarray(mask, dtype=np.float32)
    if values.ndim == 0:
        values = np.full(model.channels, values)
    if values.shape != (model.channels,) or not np.isfinite(values).all():
        raise BadInput(
            f"{mask!r} can't be the mask",
            expected=f"a finite number, an array of {model.channels} (one per channel), or 'mean'",
        )
    return values


def _mean_mask(mask: str, model: Model) -> np.ndarray:
    if mask != "mean":
        raise BadInput(f"there is no mask named {mask!r}", expected="a number, an array or 'mean'")
    if model.background is None:
        raise BadInput(
            "the mask 'mean' needs the model's background frequencies, and this model has none",
            remedy="give the mean of the training inputs as an array, or the number 0.25",
        )
    return np.asarray(model.background)


def _check_method(method: str) -> None:
    if method == "gradient":
        raise BadInput(
            "method 'gradient' is not there yet: it comes with a later version",
            remedy="use method 'exact'",
        )
    if method != "exact":
        raise BadInput(f"there is no SIS method named {method!r}", expected="'exact'")


def _thresholds(threshold: float | np.ndarray, count: int) -> np.ndarray:
    values = np.asarray(threshold, dtype=np.float64)
    if values.shape not in {(), (count,)} or not np.isfinite(values).all():
        raise BadInput(
            f"{threshold!r} can't be the threshold",
            expected=f"a finite number in target units, or one for each of the {count} inputs",
        )
    return np.broadcast_to(values, (count,))
