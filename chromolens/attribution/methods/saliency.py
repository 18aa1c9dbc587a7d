"""Saliency (Simonyan, Vedaldi and Zisserman, 2013): the gradient dF/dx at the observed base.

How fast the target moves with the base that is there; compared with nothing, so references only
give ``reference_values``. It promises no completeness.
"""

import tensorflow as tf

from chromolens.attribution.explanation import Explanation, by_slopes, reference_values, slopes
from chromolens.attribution.settings import check_switch
from chromolens.models.targets import Target

HYPOTHETICAL = {"absolute": False}


def explain(
    target: Target, inputs: tf.Tensor, references: tf.Tensor, *, absolute: bool = False
) -> Explanation:
    """Contributions are sum_c g[c] over the channels with x[c] != 0; an N has none.

    Of inputs that aren't letters (genotypes, pixels), over all channels: a 0 is a number there.

    Shapes and units: see ``attribution.methods``. The hypothetical contributions are the
    gradient less its mean over the bases.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    absolute
        Take |g|; there are no hypothetical contributions then.
    """
    check_switch("saliency", "absolute", absolute)
    here = slopes(target, inputs)
    base = reference_values(target, references, here.frozen)
    return by_slopes(here, inputs, base, absolute=absolute)
