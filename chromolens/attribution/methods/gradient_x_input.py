"""Gradient times difference from the reference (Shrikumar et al., 2016).

The first-order guess of what each base adds: dF/dx at the input, times x - x'. With the
``zeros`` reference it is the classical gradient x input. It promises no completeness.
"""

import tensorflow as tf

from chromolens.attribution.explanation import (
    Explanation,
    by_multipliers,
    centre_over_bases,
    reference_values,
    slopes,
)
from chromolens.attribution.settings import check_switch
from chromolens.models.targets import Target


def explain(
    target: Target, inputs: tf.Tensor, references: tf.Tensor, *, centred: bool = False
) -> Explanation:
    """The multipliers are the gradient; hypothetical: what another base adds to first order.

    Shapes and units: see ``attribution.methods``. The hypothetical contributions
    g[a] - sum_c g[c] ref[c] are the gradient centred over the four bases where the reference
    is uniform (Majdandzic et al., 2023).

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    centred
        Take off the gradient's mean over the bases first, which no change of bases can see. It
        changes numbers only where x and x' don't sum to the same (``zeros``).
    """
    check_switch("gradient_x_input", "centred", centred)
    here = slopes(target, inputs)
    multipliers = centre_over_bases(here.gradients) if centred else here.gradients
    return by_multipliers(
        multipliers[:, :, None],
        inputs,
        references,
        values=here.values,
        reference_values=reference_values(target, references, here.frozen),
        complete=False,
    )
