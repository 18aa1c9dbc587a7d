"""Integrated gradients (Sundararajan, Taly and Yan, 2017).

The mean gradient along the straight line from the reference to the input, times x - x'. The
contributions add up to F(x) - F(x') but for the error of the quadrature, which is reported.
"""

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.gradients.paths import by_path
from chromolens.attribution.settings import check_choice, check_count
from chromolens.models.targets import Target

PILOT = {"steps": [50, 100, 200, 400, 800]}
TOLERANCE = 0.05  # of the effect: what the paper asks of the number of steps (section 5)
QUADRATURES = ("midpoint", "trapezoid", "left", "right", "gauss_legendre")


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    steps: int = 50,
    quadrature: str = "midpoint",
) -> Explanation:
    """The multipliers are mean gradients over the path.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    steps
        Parts of the path. Each costs one gradient of inputs x references. A study that explains
        the whole genome and states none finds out how many it needs (``checks.pilot``).
    quadrature
        Where the gradients are taken: at the ``midpoint`` of each part, its ``left`` end (towards
        the reference) or ``right`` end, both (``trapezoid``: one more than ``steps``), or at the
        nodes of ``gauss_legendre``, exact for polynomials of degree up to 2 steps - 1.
    """
    check_count("integrated_gradients", "steps", steps)
    check_choice("integrated_gradients", "quadrature", quadrature, QUADRATURES)
    fractions, weights = (tf.constant(a, tf.float32) for a in nodes(steps, quadrature))
    return by_path(
        target, inputs, references, weights, lambda number: fractions[number], complete=True
    )


def nodes(steps: int, quadrature: str) -> tuple[np.ndarray, np.ndarray]:
    """Fractions of the path in [0, 1] and their weights, which sum to 1: float64 (points,)."""
    if quadrature == "gauss_legendre":
        at, weights = np.polynomial.legendre.leggauss(steps)
        return (at + 1) / 2, weights / 2
    if quadrature == "trapezoid":
        weights = np.full(steps + 1, 1 / steps)
        weights[[0, -1]] /= 2
        return np.arange(steps + 1) / steps, weights
    offset = {"left": 0, "midpoint": 0.5, "right": 1}[quadrature]
    return (np.arange(steps) + offset) / steps, np.full(steps, 1 / steps)
