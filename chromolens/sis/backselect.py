"""Exact BackSelect and the SIS collection (Carter et al., 2019), many inputs in lockstep.

BackSelect masks, again and again, the position whose masking leaves the target highest. What is
left after each step is a subset alone, so its values say at once where FindSIS stops: nothing is
evaluated twice. A collection masks the subset found and starts again while the rest still
passes; its subsets are therefore disjoint.

Arrays: inputs float32 (n, length, channels); ``free`` bool (n, length), the positions that may
be masked. Positions that are N (all channels zero) are masked already: they keep their zeros
and belong to no subset.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from chromolens.errors import BadInput

Score = Callable[[np.ndarray], np.ndarray]
"""(n, length, channels) -> (n,): the target of each input."""

TIE = 2e-6
"""Values this close (relative to the best, absolutely below 1) are ties: float32 can't tell."""


@dataclass(frozen=True)
class Order:
    """What BackSelect did to n inputs.

    ``positions`` int (n, steps), masked first to last, -1 where an input has no position left;
    ``values`` float (n, steps), the target after each masking, -inf there.
    """

    positions: np.ndarray
    values: np.ndarray


Search = Callable[[np.ndarray, np.ndarray], Order]
"""(inputs, free) -> Order. ``search_with`` gives the one that works for every model."""


@dataclass(frozen=True)
class Subsets:
    """The disjoint sufficient subsets of one input.

    Attributes
    ----------
    subsets
        Sorted int arrays of positions, in the order of extraction; empty where the whole input
        does not reach the threshold.
    values
        Target on each subset alone, everything else masked (target units).
    rest_value
        Target once all these subsets are masked: below the threshold, unless the number of
        subsets was limited.
    """

    subsets: list[np.ndarray] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    rest_value: float = float("nan")


def search_with(score: Score, mask: np.ndarray, batch_size: int) -> Search:
    """BackSelect by evaluating every candidate whole: right for any model.

    ``mask`` float (channels,); at most ``batch_size`` masked copies are in memory at a time.
    """

    def search(inputs: np.ndarray, free: np.ndarray) -> Order:
        current, left = inputs.copy(), free.copy()
        order = empty_order(free)
        for step in range(order.positions.shape[1]):
            rows, candidates = np.nonzero(left)
            values = _masked_values(score, current, rows, candidates, mask, batch_size)
            table = np.full(left.shape, -np.inf)
            table[rows, candidates] = values
            active, chosen = record_step(order, step, table)
            current[active, chosen] = mask
            left[active, chosen] = False
        return order

    return search


def empty_order(free: np.ndarray) -> Order:
    """An order to be filled: as many steps as the freest input has free positions."""
    shape = (len(free), int(free.sum(axis=1).max(initial=0)))
    return Order(np.full(shape, -1), np.full(shape, -np.inf))


def record_step(order: Order, step: int, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Choose each input's position to mask and write it into ``order``.

    ``values`` float (n, length): the target with each position masked, -inf where that is not
    to be done. Ties go to the lowest position. Gives the inputs that had a candidate, and the
    position chosen in each.
    """
    best = values.max(axis=1)
    active = np.flatnonzero(best > -np.inf)
    near = best[active] - TIE * np.maximum(1.0, np.abs(best[active]))
    chosen = (values[active] >= near[:, None]).argmax(axis=1)
    order.positions[active, step] = chosen
    order.values[active, step] = values[active, chosen]
    return active, chosen


def smallest_passing(positions: np.ndarray, values: np.ndarray, threshold: float) -> np.ndarray:
    """FindSIS for one input: add positions back, last masked first, until the value passes.

    ``positions`` and ``values`` (steps,) as in ``Order``. Gives sorted positions, at least one:
    that the fully masked input does not pass is known beforehand.
    """
    positions = positions[positions >= 0]
    passing = np.flatnonzero(values[: len(positions) - 1] >= threshold)
    first = passing[-1] + 1 if len(passing) else 0
    return np.sort(positions[first:])


def collect(
    score: Score,
    search: Search,
    inputs: np.ndarray,
    thresholds: np.ndarray,
    mask: np.ndarray,
    max_subsets: int | None = None,
) -> list[Subsets]:
    """Disjoint sufficient subsets of every input (SIS-collection).

    Parameters
    ----------
    thresholds : float (n,)
        An input whose target is below its threshold has no subset; one that equals it has.
    max_subsets
        Stop after so many per input; None takes all.

    Raises
    ------
    BadInput
        Where the fully masked input passes (then even the empty subset would suffice), or a
        target is NaN or infinite.
    """
    known = inputs.any(axis=-1)
    hidden = masked(inputs, known, mask)
    _refuse_passing_mask(score(hidden), thresholds, mask)
    rest, free = inputs.copy(), known.copy()
    rest_values = _finite(score(rest))
    found: list[list[np.ndarray]] = [[] for _ in inputs]
    for _ in range(inputs.shape[1] if max_subsets is None else max_subsets):
        active = np.flatnonzero(rest_values >= thresholds)
        if not len(active):
            break
        order = search(rest[active], free[active])
        for row, positions, values in zip(active, order.positions, order.values, strict=True):
            found[row].append(smallest_passing(positions, values, thresholds[row]))
            free[row, found[row][-1]] = False
        rest[active] = masked(inputs[active], (known & ~free)[active], mask)
        rest_values[active] = score(rest[active])
    values = _values_alone(score, inputs, hidden, found)
    return [Subsets(*each) for each in zip(found, values, rest_values.tolist(), strict=True)]


def masked(inputs: np.ndarray, where: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Inputs (n, length, channels) with ``mask`` at ``where``, bool (n, length)."""
    return np.where(where[..., None], mask, inputs).astype(inputs.dtype)


def _masked_values(
    score: Score,
    inputs: np.ndarray,
    rows: np.ndarray,
    positions: np.ndarray,
    mask: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Target of ``inputs[rows[i]]`` with ``positions[i]`` masked, for every i."""
    values = []
    for start in range(0, len(rows), batch_size):
        part = slice(start, start + batch_size)
        batch = inputs[rows[part]]
        batch[np.arange(len(batch)), positions[part]] = mask
        values.append(score(batch))
    return np.concatenate(values)


def _values_alone(
    score: Score, inputs: np.ndarray, hidden: np.ndarray, found: list[list[np.ndarray]]
) -> list[list[float]]:
    """Target on each subset alone, for every input."""
    values = []
    for whole, empty, subsets in zip(inputs, hidden, found, strict=True):
        alone = np.repeat(empty[None], len(subsets), axis=0)
        for copy, subset in zip(alone, subsets, strict=True):
            copy[subset] = whole[subset]
        values.append(score(alone).tolist() if subsets else [])
    return values


def _finite(values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise BadInput(f"the target of input {row} is {values[row]}", expected="a finite number")
    return values


def _refuse_passing_mask(values: np.ndarray, thresholds: np.ndarray, mask: np.ndarray) -> None:
    passing = np.flatnonzero(values >= thresholds)
    if len(passing):
        row = passing[0]
        raise BadInput(
            f"the fully masked input reaches the threshold: its target is {values[row]:.6g}, the "
            f"threshold {thresholds[row]:.6g}; even the empty subset would suffice",
            expected="a threshold above the target of the masked input",
            where=f"input {row} ({len(passing)} of {len(values)} inputs), "
            f"mask {np.round(mask, 4).tolist()}",
            remedy="raise the threshold, or choose another mask (a number, one number per "
            "channel, or 'mean')",
        )
