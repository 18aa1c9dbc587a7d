"""Gradient BackSelect: positions masked a share at a time, in the order a gradient suggests.

Carter et al. (2021, arXiv 2003.08907): to first order, masking position i changes the target by

    s[i] = sum_c dF/dx[i, c] (mask[c] - x[i, c]),

so the positions of the highest s are masked together, and the gradient is asked again. The
order is approximate. What it finds is therefore only a first guess, which exact BackSelect then
makes minimal (``collection.by_gradient``).
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from chromolens.models.batching import batches, place_rows
from chromolens.sis.search.backselect import Order, Search, empty_order
from chromolens.ties import TIE, descending

SHARE = 0.2
"""Share of the positions left that one step masks (at least one), where nothing else is said."""


def gradient_search(
    function: Callable, shape: tuple[int, int], mask: np.ndarray, rows: int
) -> Search:
    """Approximate BackSelect by about ``ln(length) / SHARE`` gradients.

    Parameters
    ----------
    function
        Target of a tensor (m, length, channels): (m, 1).
    shape
        (length, channels).
    mask : float32 (channels,) or (length, channels)
    rows
        Inputs in a call of ``function``, each in its place (see ``models.batching``).

    Returns
    -------
    A search whose ``Order.values`` are known where a step ends and -inf between; it may be told
    the share that a step masks.
    """
    ask, own = _compiled(function, (rows, *shape), mask), np.broadcast_to(mask, shape)

    def search(
        inputs: np.ndarray,
        free: np.ndarray,
        places: np.ndarray | None = None,
        share: float = SHARE,
    ) -> Order:
        current, left, order = inputs.copy(), free.copy(), empty_order(free)
        places = np.arange(len(inputs)) if places is None else places
        done = np.zeros(len(inputs), int)
        while left.any():
            values, slopes = _ask(ask, current, places, rows)
            begun = np.flatnonzero((done > 0) & left.any(axis=1))
            order.values[begun, done[begun] - 1] = values[begun]
            chosen_rows, turns, chosen = _next(np.where(left, slopes, -np.inf), left, share)
            order.positions[chosen_rows, done[chosen_rows] + turns] = chosen
            current[chosen_rows, chosen], left[chosen_rows, chosen] = own[chosen], False
            done = free.sum(axis=1) - left.sum(axis=1)
        return order

    return search


def _next(
    slopes: np.ndarray, left: np.ndarray, share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, turns within the step (0, 1, ...) and positions to mask; ties: the lowest first."""
    count = np.ceil(share * left.sum(axis=1)).astype(int)
    ranking = descending(slopes, TIE * np.abs(np.where(left, slopes, 0)).max(axis=1))
    rows, turns = np.nonzero(np.arange(left.shape[1]) < count[:, None])
    return rows, turns, ranking[rows, turns]


def _ask(
    ask: Callable, inputs: np.ndarray, places: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    values, slopes = np.empty(len(inputs), np.float32), np.empty(inputs.shape[:2], np.float32)
    for part in batches(places, size):
        found = ask(tf.constant(place_rows(inputs[part], places[part], size)))
        values[part], slopes[part] = (each.numpy()[places[part] % size] for each in found)
    return values, slopes


def _compiled(function: Callable, shape: tuple[int, int, int], mask: np.ndarray) -> Callable:
    def ask(inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            values = function(inputs)[:, 0]
        change = tape.gradient(values, inputs) * (mask - inputs)
        return values, tf.reduce_sum(change, axis=-1)

    return tf.function(ask, input_signature=[tf.TensorSpec(shape)], autograph=False)
