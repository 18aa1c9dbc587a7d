"""From an order of masking to disjoint sufficient subsets (Carter et al., 2019), proven minimal.

A *finder of subsets* gives one subset of each input. ``exact`` reads it off exact BackSelect;
``by_gradient`` reads a guess off gradient BackSelect and lets ``exact`` make it minimal. A
collection masks the subset found and looks again, while the rest still passes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from chromolens.attribution.references import unknown
from chromolens.brief import brief
from chromolens.errors import BadInput, describe
from chromolens.models.batching import check_places
from chromolens.sis.search.backselect import Order, Score, Search
from chromolens.ties import TIE

WIDER = 2
"""Times the positions in which gradients find a subset are left to the exact search."""

MANY, FINE = 100, 0.02
"""Exact search takes the square of what is left to it: of subsets of more positions gradients ask
again, masking so small a share at a time, and what passes last is left."""


@dataclass(frozen=True)
class Found:
    """One sufficient subset: sorted positions, and the proof that none can be spared.

    ``without_one`` is the highest target that is left once any one of the positions is masked
    too: below the threshold.
    """

    positions: np.ndarray
    without_one: float


FindOne = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], list[Found]]
"""(inputs, free, thresholds, places) -> a subset of each input; all reach their thresholds."""


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
    without_one
        Highest target when one more position of the subset is masked: below the threshold, so
        none of its positions can be spared.
    rest_value
        Target once all these subsets are masked: below the threshold, unless the number of
        subsets was limited.
    """

    subsets: list[np.ndarray] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    without_one: list[float] = field(default_factory=list)
    rest_value: float = float("nan")

    __repr__ = brief


def exact(search: Search) -> FindOne:
    """Subsets by exact BackSelect and FindSIS."""

    def find(
        inputs: np.ndarray, free: np.ndarray, thresholds: np.ndarray, places: np.ndarray
    ) -> list[Found]:
        order = search(inputs, free)
        return list(map(smallest_passing, order.positions, order.values, thresholds))

    return find


def by_gradient(search: Search, finish: FindOne, mask: np.ndarray) -> FindOne:
    """Subsets by gradient BackSelect; ``finish`` (``exact``) searches what it leaves."""

    def find(
        inputs: np.ndarray, free: np.ndarray, thresholds: np.ndarray, places: np.ndarray
    ) -> list[Found]:
        order = search(inputs, free, places)
        # values in batches of another shape differ by rounding: what is kept must surely pass
        sure = thresholds + 10 * TIE * np.maximum(1.0, np.abs(thresholds))
        kept = _promising(order, sure, free, WIDER)
        many = np.flatnonzero(kept.sum(axis=1) > WIDER * MANY)
        if len(many):
            left = masked(inputs[many], (free & ~kept)[many], mask)
            order = search(left, kept[many], places[many], FINE)
            kept[many] = _promising(order, sure[many], kept[many], 1)
        return finish(masked(inputs, free & ~kept, mask), kept, thresholds, places)

    return find


def _promising(order: Order, thresholds: np.ndarray, free: np.ndarray, wider: float) -> np.ndarray:
    """The smallest passing sets of ``wider`` times the positions that seem enough, as ``free``."""
    kept = np.zeros_like(free)
    for row, (positions, values, limit) in enumerate(
        zip(order.positions, order.values, thresholds, strict=True)
    ):
        positions = positions[positions >= 0]
        passing = np.flatnonzero(values[: len(positions) - 1] >= limit) + 1
        sizes = len(positions) - passing
        wide = passing[sizes >= wider * sizes.min(initial=len(positions))]
        kept[row, positions[wide[-1] if len(wide) else 0 :]] = True
    return kept


def smallest_passing(positions: np.ndarray, values: np.ndarray, threshold: float) -> Found:
    """FindSIS for one input: add positions back, last masked first, until the value passes.

    ``positions`` and ``values`` (steps,) as in ``Order``. Gives at least one position: that the
    fully masked input does not pass is known beforehand.
    """
    positions = positions[positions >= 0]
    passing = np.flatnonzero(values[: len(positions) - 1] >= threshold)
    first = passing[-1] + 1 if len(passing) else 0
    return Found(np.sort(positions[first:]), float(values[first]))


def collect(
    score: Score,
    find: FindOne,
    inputs: np.ndarray,
    thresholds: np.ndarray,
    mask: np.ndarray,
    max_subsets: int | None = None,
    places: np.ndarray | None = None,
    declared: np.ndarray | None = None,
    sign: int = 1,
) -> list[Subsets]:
    """Disjoint sufficient subsets of every input (SIS-collection).

    Parameters
    ----------
    thresholds : float (n,)
        An input whose target is below its threshold has no subset; one that equals it has, which
        rounding doesn't decide: see ``reached_by``.
    max_subsets
        Stop after so many per input; None takes all.
    places : int (n,), ascending
        The index of each input in its series (see ``models.batching``); by default 0, 1, ...
    declared : bool (n, length)
        Where nothing is known, as in ``references.unknown``.
    sign
        -1 where ``score`` and ``thresholds`` are negated targets: what is returned and said is
        in target units.

    Raises
    ------
    BadInput
        Where the fully masked input passes (then even the empty subset would suffice), or a
        target is NaN or infinite.
    """
    places, limits = check_places(places, len(inputs)), reached_by(thresholds)
    known = ~unknown(inputs, declared)
    hidden = masked(inputs, known, mask)
    _refuse_passing_mask(_finite(score(hidden), "fully masked "), thresholds, mask, sign)
    rest, free = inputs.copy(), known.copy()
    rest_values = _finite(score(rest))
    found: list[list[Found]] = [[] for _ in inputs]
    for _ in range(inputs.shape[1] if max_subsets is None else max_subsets):
        active = np.flatnonzero(rest_values >= limits)
        if not len(active):
            break
        ones = find(rest[active], free[active], limits[active], places[active])
        for row, one in zip(active, ones, strict=True):
            found[row].append(one)
            free[row, one.positions] = False
        rest[active] = masked(inputs[active], (known & ~free)[active], mask)
        rest_values[active] = score(rest[active])
    values = _values_alone(score, inputs, hidden, found)
    return [
        _subsets(*each, sign) for each in zip(found, values, rest_values.tolist(), strict=True)
    ]


def reached_by(thresholds: np.ndarray) -> np.ndarray:
    """The least values (n,) that reach thresholds (n,): what float32 can't tell from these."""
    return thresholds - TIE * np.maximum(1.0, np.abs(thresholds))


def masked(inputs: np.ndarray, where: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Inputs (n, length, channels) with ``mask`` at ``where``, bool (n, length)."""
    return np.where(where[..., None], mask, inputs).astype(inputs.dtype)


def _subsets(found: list[Found], values: list[float], rest_value: float, sign: int) -> Subsets:
    positions, spared = [one.positions for one in found], [sign * one.without_one for one in found]
    return Subsets(positions, [sign * value for value in values], spared, sign * rest_value)


def _values_alone(
    score: Score, inputs: np.ndarray, hidden: np.ndarray, found: list[list[Found]]
) -> list[list[float]]:
    """Target on each subset alone, for every input."""
    values = []
    for whole, empty, subsets in zip(inputs, hidden, found, strict=True):
        alone = np.repeat(empty[None], len(subsets), axis=0)
        for copy, one in zip(alone, subsets, strict=True):
            copy[one.positions] = whole[one.positions]
        values.append(score(alone).tolist() if subsets else [])
    return values


def _finite(values: np.ndarray, how: str = "") -> np.ndarray:
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise BadInput(
            f"the target of {how}input {row} is {values[row]}",
            expected="a finite number",
            remedy="look for NaN among the model's weights, and at its training log",
        )
    return values


def _refuse_passing_mask(
    values: np.ndarray, thresholds: np.ndarray, mask: np.ndarray, sign: int
) -> None:
    passing = np.flatnonzero(values >= reached_by(thresholds))
    if len(passing):
        row = passing[0]
        raise BadInput(
            f"the fully masked input reaches the threshold: its target is {sign * values[row]:.6g}"
            f", the threshold {sign * thresholds[row]:.6g}; even the empty subset would suffice",
            expected=f"a threshold {'above' if sign > 0 else 'below'} the target of the masked "
            "input",
            where=f"input {row} ({len(passing)} of {len(values)} inputs), "
            f"mask {describe(np.round(mask, 4))}",
            remedy="move the threshold, or choose another mask (a number, one number per "
            "channel, or 'mean')",
        )
