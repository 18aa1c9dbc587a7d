"""The front door to sufficient input subsets: a model, inputs and a threshold in, subsets out.

Exact BackSelect is ``local`` for models whose convolutions see little of the input at a time, and
evaluates every candidate whole for all others: the subsets are the same. ``method="gradient"``
lets gradients choose which positions exact BackSelect looks at.
"""

import logging
from collections.abc import Callable, Sequence

import numpy as np

from chromolens.attribution import references
from chromolens.errors import BadInput, describe
from chromolens.models.batching import batches, check_places
from chromolens.models.foreign.tokens import Vectors
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import target_function
from chromolens.sis.search.backselect import search_with
from chromolens.sis.search.collection import Subsets, by_gradient, collect, exact, masked
from chromolens.sis.search.compiled import compiled_masked_score, compiled_score
from chromolens.sis.search.gradient import gradient_search
from chromolens.sis.search.local import local_search

logger = logging.getLogger("chromolens")

BATCH = 512
"""Most masked copies of an input evaluated together: where TensorFlow is as fast as it gets."""

CELLS = 2**22
"""Most numbers in these copies: of long inputs fewer are evaluated together."""

KEEP = {"above": 1, "below": -1}
"""What a subset keeps the target at or above, or below; and the sign of what is then searched."""

TOGETHER = 16
"""Inputs in one call of gradient search, each in its place."""

SHORT = 150
"""Up to this length "auto" searches exactly, whatever the model (``length^2 / 2`` evaluations)."""

METHODS = ("exact", "gradient", "auto")

BLOCK = 64
"""Inputs taken through BackSelect together: memory depends on this, not on their number."""


def sufficient_subsets(
    model: Model,
    inputs: np.ndarray,
    *,
    threshold: float | np.ndarray,
    task: int | str = 0,
    target: str = "logit",
    mask: float | np.ndarray | str | None = None,
    keep: str = "above",
    method: str = "exact",
    seed: int = 0,
    batch_size: int | None = None,
    max_subsets: int | None = None,
    places: Sequence[int] | None = None,
    unknown: np.ndarray | None = None,
) -> list[Subsets]:
    """Disjoint minimal sets of positions that alone keep the target at or above a threshold.

    The SIS-collection of Carter et al. (2019, arXiv 1810.03805): BackSelect, ties masked lowest
    position first (values within 2e-6 of each other, which float32 can't tell apart, are ties);
    each subset is sufficient, and none of its positions can be masked without
    falling below the threshold.

    Parameters
    ----------
    inputs : float32 (n, length, channels)
        A position of DNA that is N (four zeros), or ``unknown``, counts as masked already: it
        stays as it is and is part of no subset. So does padding; tokens are integers (n, length).
    threshold
        In target units: one number, or one per input (n,). An input below it has no subset.
    keep
        "above": sets that keep the target at or above the threshold; "below": at or below it.
    task, target
        As in ``chromolens.attribute``.
    mask
        What replaces a masked position: a number for all channels, an array (channels,), an array
        (length, channels) with values for each position, or "mean", the model's background
        frequencies. For tokens the name of a vector ("mean", "zeros", "padding"). By default 0.25
        for DNA, else "mean".
    method
        "exact"; "gradient", for long inputs and wide receptive fields: gradients first mask the
        positions that seem to matter least, then exact BackSelect searches the others. Its subsets
        are verified in the same way, and mostly the same; "auto": exact where that is fast.
    seed
        Not used: nothing is drawn.
    batch_size
        Largest number of masked copies in one call (512); it changes speed and memory, no result.
    max_subsets
        Largest number of subsets per input; None: all.
    places
        Ascending integers (n,), by default 0, 1, ...: as in ``chromolens.attribute``. Read by
        gradient search only.
    unknown
        bool (n, length), as in ``chromolens.attribute``.

    Raises
    ------
    BadInput
        Inputs of a wrong shape or with NaN, a threshold that is not a number, an unknown task,
        mask or method, or a fully masked input that passes the threshold.
    """
    inputs = check_inputs(model, inputs)
    finder = Finder(
        model,
        inputs.shape[1],
        task=task,
        target=target,
        mask=mask,
        keep=keep,
        method=method,
        batch_size=batch_size,
    )
    return finder.find(inputs, threshold, max_subsets, places, unknown)


class Finder:
    """``sufficient_subsets`` for inputs of one length, compiled once, to be asked many times."""

    def __init__(
        self,
        model: Model,
        length: int,
        *,
        task: int | str = 0,
        target: str = "logit",
        mask: float | np.ndarray | str | None = None,
        keep: str = "above",
        method: str = "exact",
        batch_size: int | None = None,
    ):
        _check_method(method)
        if keep not in KEEP:
            raise BadInput(f"subsets can't keep {keep!r}", expected=" or ".join(KEEP))
        self.model, self.mask = model, mask_of(mask, model, length)
        self.task, self.target, self.sign = model.task_index(task), target, KEEP[keep]
        asked, shape = target_function(model, [task], target), (length, model.channels)
        function = asked if self.sign > 0 else _negated(asked)
        self.search_score = compiled_score(function, shape)
        alike = self.mask.ndim == 1 and self.sign > 0
        self.local = local_search(model, length, self.task, target, self.mask) if alike else None
        self.method = _chosen(method, self.local is not None or length <= SHORT)
        together = batch_size or max(1, min(BATCH, CELLS // (length * model.channels)))
        whole = compiled_masked_score(function, shape, self.mask, together)
        self.search = self.local or search_with(whole, self.mask)
        self._find = exact(self.search)
        if self.method == "gradient":
            guess = gradient_search(function, shape, self.mask, TOGETHER)
            self._find = by_gradient(guess, self._find, self.mask)
        logger.info("SIS: %s, by %s", self.method, "changes" if self.local else "whole inputs")

    def find(
        self,
        inputs: np.ndarray,
        threshold: float | np.ndarray,
        max_subsets: int | None = None,
        places: Sequence[int] | None = None,
        unknown: np.ndarray | None = None,
    ) -> list[Subsets]:
        """Subsets of each input; see ``sufficient_subsets``."""
        inputs, seats = check_inputs(self.model, inputs), check_places(places, len(inputs))
        thresholds = self.sign * _thresholds(threshold, len(inputs))
        blank = references.unknown(inputs, self.model.declared(inputs, unknown))
        found: list[Subsets] = []
        for part in batches(seats, BLOCK):
            block = inputs[part], thresholds[part], self.mask, max_subsets, seats[part]
            found += collect(self.search_score, self._find, *block, blank[part], self.sign)
        return found

    def score(self, inputs: np.ndarray) -> np.ndarray:
        """Target of each input: (n,)."""
        return self.sign * self.search_score(inputs)

    def masked_values(self, inputs: np.ndarray) -> np.ndarray:
        """Target of each input with all its known positions masked: (n,)."""
        return self.score(self._hidden(inputs))

    def alone(self, one: np.ndarray, subsets: Sequence[np.ndarray]) -> np.ndarray:
        """The input (length, channels) with only the positions of a subset, for each of them."""
        kept = np.repeat(self._hidden(one[None]), len(subsets), axis=0)
        for copy, subset in zip(kept, subsets, strict=True):
            copy[subset] = one[subset]
        return kept

    def _hidden(self, inputs: np.ndarray) -> np.ndarray:
        known = ~references.unknown(inputs, self.model.declared(inputs))
        return masked(inputs, known, self.mask)


def _negated(function: Callable) -> Callable:
    def negated(inputs: object) -> object:
        return -function(inputs)

    return negated


def mask_of(
    mask: float | np.ndarray | str | None, model: Model, length: int | None = None
) -> np.ndarray:
    """What a masked position becomes: float32 (channels,); (length, channels) as it is given."""
    if mask is None:
        mask = 0.25 if model.vectors is None else "mean"
    if model.vectors is not None:
        return _vector_mask(mask, model.vectors, model.background)
    if isinstance(mask, str):
        mask = _mean_mask(mask, model)
    values = np.asarray(mask, dtype=np.float32)
    if values.ndim == 0:
        values = np.full(model.channels, values)
    shapes = {(model.channels,), (length, model.channels)}
    if values.shape not in shapes or not np.isfinite(values).all():
        raise BadInput(
            f"{describe(mask)} can't be the mask",
            expected=f"a finite number, an array of {model.channels} (one per channel) or of "
            f"shape {length, model.channels}, or 'mean'",
        )
    return values


def _vector_mask(mask: object, vectors: Vectors, background: list[float] | None) -> np.ndarray:
    kinds = {"mean": "background", "zeros": "zeros", "padding": "padding"}
    if not isinstance(mask, str) or mask not in kinds:
        raise BadInput(
            f"the mask of tokens is {describe(mask)}", expected=f"one of {', '.join(kinds)}"
        )
    return vectors.reference_rows(kinds[mask], background)


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
    if method not in METHODS:
        raise BadInput(
            f"there is no SIS method named {method!r}", expected=f"one of {', '.join(METHODS)}"
        )


def _chosen(method: str, exact_is_fast: bool) -> str:
    if method != "auto":
        return method
    return "exact" if exact_is_fast else "gradient"


def _thresholds(threshold: float | np.ndarray, count: int) -> np.ndarray:
    values = np.asarray(threshold, dtype=np.float64)
    if values.shape not in {(), (count,)} or not np.isfinite(values).all():
        raise BadInput(
            f"{describe(threshold)} can't be the threshold",
            expected=f"a finite number in target units, or one for each of the {count} inputs",
        )
    return np.broadcast_to(values, (count,))
