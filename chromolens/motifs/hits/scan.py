"""Scanning sequence with a position weight matrix: log-odds of every place and strand.

A PPM is float (width, 4) in the order A, C, G, T; scores are natural-log odds against a
background, and a place that holds an N scores minus infinity.
"""

import numpy as np

from chromolens.genome.onehot import UNKNOWN

BLOCK = 1 << 20


def log_odds(ppm: np.ndarray, background: np.ndarray, pseudocount: float = 0.001) -> np.ndarray:
    """Weights (width, 4) of a PPM against ``background`` (4,)."""
    smoothed = (ppm + pseudocount) / (1 + 4 * pseudocount)
    return np.log(smoothed / np.asarray(background))


def scan(codes: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores (length - width + 1,) of ``codes`` (length,), forward and reverse strand.

    Entry i is the score of the bases [i, i + width), whichever the strand.
    """
    return _scores(codes, weights), _scores(codes, weights[::-1, ::-1])


def best(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Better of the two strands at every place of ``codes`` (..., length)."""
    if codes.ndim == 1:
        return np.maximum(*scan(codes, weights))
    return np.stack([np.maximum(*scan(row, weights)) for row in codes])


def _scores(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    width = len(weights)
    table = np.full((width, UNKNOWN + 1), -np.inf)
    table[:, :UNKNOWN] = weights
    places = len(codes) - width + 1
    scores = np.zeros(max(places, 0))
    for start in range(0, places, BLOCK):
        stop = min(start + BLOCK, places)
        for offset in range(width):
            scores[start:stop] += table[offset, codes[start + offset : stop + offset]]
    return scores
