"""DeepLIFT with the Linear and RevealCancel rules (Shrikumar, Greenside and Kundaje, 2017).

The change d of a nonlinearity's input is parted into d+, the sum of all positive products of
weights and changes, and d-. Each part gets its effect on the output averaged over both orders,

    y+ = 1/2 [f(x' + d+) - f(x')] + 1/2 [f(x' + d- + d+) - f(x' + d-)],    y- alike,

which shows inputs that cancel (equation 3.5.3). Layers that have no such rule (products,
recurrent layers, attention, max pooling) merge the parts and go by Rescale: contributions
complete either way.
"""

import tensorflow as tf

from chromolens.attribution.deeplift.deeplift import deeplift
from chromolens.attribution.explanation import Explanation
from chromolens.models.targets import Target


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    pool: str = "cross_max",
    fallback: str | None = None,
) -> Explanation:
    """A multiplier for positive and one for negative parts of a change.

    Shapes and units: see ``attribution.methods``. Hypothetical contributions of base a take,
    for each channel, the multiplier for the sign of its difference from the reference if a
    stood there. At a difference of 0 the multiplier is the mean of the two.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    pool, fallback
        As in ``deeplift_rescale``.
    """
    return deeplift(target, inputs, references, pool=pool, fallback=fallback, parts="revealcancel")
