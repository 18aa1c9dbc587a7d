"""DeepLIFT as its authors use it on DNA: RevealCancel on dense layers, Rescale on convolutions.

Shrikumar, Greenside and Kundaje (2017), 4.2. Rescale keeps the noise of many small changes out
of a convolution's filters; RevealCancel shows motifs that stand in for each other in the dense
layers. See ``deeplift_rescale`` and ``deeplift_revealcancel`` for the two rules.
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
    """Nonlinearities that follow a dense layer, directly or through affine ones, part changes.

    Shapes and units: see ``attribution.methods``. Hypothetical contributions as in
    ``deeplift_revealcancel``; where the first layer is a convolution both signs have the same
    multiplier.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    pool, fallback
        As in ``deeplift_rescale``.
    """
    return deeplift(target, inputs, references, pool=pool, fallback=fallback, parts="genomics")
