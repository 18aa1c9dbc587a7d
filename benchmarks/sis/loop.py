"""The first sufficient input subset as published: a loop over ``model.predict``.

Carter et al. (2019, arXiv 1810.03805), algorithm 1 and 2, as anybody would write them in Keras:
BackSelect evaluates every remaining candidate, one call of ``predict`` for each step; FindSIS
reads the subset off the values that BackSelect saw, so it costs nothing more.
"""

import keras
import numpy as np


def first_subset(
    network: keras.Model, window: np.ndarray, threshold: float, mask: float = 0.25
) -> list[int]:
    """Sorted positions of ``window`` (length, channels); ``network`` has one output."""
    order, values = back_select(network, window, mask)
    subset = []
    # values[k] is the target once the first k positions of the order are masked
    for step in reversed(range(len(order))):
        subset.append(order[step])
        if values[step] >= threshold:
            break
    return sorted(subset)


def back_select(
    network: keras.Model, window: np.ndarray, mask: float
) -> tuple[list[int], list[float]]:
    """Positions, masked first to last, and the target before each masking."""
    current, left = window.copy(), list(range(len(window)))
    order, values = [], [float(network.predict(window[None], verbose=0)[0, 0])]
    while left:
        copies = np.repeat(current[None], len(left), axis=0)
        copies[np.arange(len(left)), left] = mask
        scores = network.predict(copies, verbose=0)[:, 0]
        best = int(np.argmax(scores))
        values.append(float(scores[best]))
        order.append(left.pop(best))
        current[order[-1]] = mask
    return order, values
