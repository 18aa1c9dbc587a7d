"""Exact BackSelect (Carter et al., 2019), many inputs in lockstep.

BackSelect masks, again and again, the position whose masking leaves the target highest. What is
left after each step is a subset alone, so its values say at once where FindSIS stops: nothing is
evaluated twice.

Arrays: inputs float32 (n, length, channels); ``free`` bool (n, length), the positions that may
be masked. Positions that are N (all channels zero) are masked already: they keep their zeros
and belong to no subset.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chromolens.errors import BadInput
from chromolens.ties import TIE, first_best

Score = Callable[[np.ndarray], np.ndarray]
"""(n, length, channels) -> (n,): the target of each input."""

MaskedScore = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""(inputs, rows, positions) -> the target of ``inputs[rows[i]]`` with ``positions[i]`` masked."""


@dataclass(frozen=True)
class Order:
    """What BackSelect did to n inputs.

    ``positions`` int (n, steps), masked first to last, -1 where an input has no position left;
    ``values`` float (n, steps), the target after each masking, -inf there.
    """

    positions: np.ndarray
    values: np.ndarray


Search = Callable[..., Order]
"""(inputs, free) -> Order. ``search_with`` gives the one that works for every model."""


def search_with(score: MaskedScore, mask: np.ndarray) -> Search:
    """BackSelect by evaluating every candidate whole: right for any model.

    ``mask`` float (channels,) or (length, channels).
    """

    def search(inputs: np.ndarray, free: np.ndarray) -> Order:
        own = np.broadcast_to(mask, inputs.shape[1:])
        current, left = inputs.copy(), free.copy()
        order = empty_order(free)
        for step in range(order.positions.shape[1]):
            rows, candidates = np.nonzero(left)
            table = np.full(left.shape, -np.inf)
            table[rows, candidates] = score(current, rows, candidates)
            active, chosen = record_step(order, step, table)
            current[active, chosen] = own[chosen]
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
    to be done. Of ties, values within ``TIE`` (relative to the best, absolute below 1), the lowest
    position is chosen. Gives the inputs that had a candidate, and the position chosen in each.
    BadInput where a value is NaN.
    """
    best = values.max(axis=1)
    if np.isnan(best).any():
        raise BadInput(
            f"the target is NaN once {step + 1} positions of an input are masked",
            expected="a finite number",
            remedy="look for NaN among the model's weights, or choose another mask",
        )
    active = np.flatnonzero(best > -np.inf)
    chosen = first_best(values[active], TIE * np.maximum(1.0, np.abs(best[active])))
    order.positions[active, step] = chosen
    order.values[active, step] = values[active, chosen]
    return active, chosen
