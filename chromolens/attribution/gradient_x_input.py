"""Gradient times difference from the reference (Shrikumar et al., 2016).

The first-order guess of what each base adds: dF/dx at the input, times x - x'. With the
``zeros`` reference it is the classical gradient x input. It promises no completeness.
"""

import tensorflow as tf

from chromolens.attribution._explanation import (
    Explanation,
    by_multipliers,
    reference_values,
    slopes,
)
from chromolens.models.targets import Target


def explain(target: Target, inputs: tf.Tensor, references: tf.Tensor) -> Explanation:
    """The multipliers are the gradient; hypothetical: what another base adds to first order.

    Shapes and units: see ``chromolens.attribution``. The hypothetical contributions
    g[a] - sum_c g[c] ref[c] are the gradient centred over the four bases where the reference
    is uniform (Majdandzic et al., 2023).
    """
    here = slopes(target, inputs)
    return by_multipliers(
        here.gradients[:, :, None],
        inputs,
        references,
        values=here.values,
        reference_values=reference_values(target, references, here.frozen),
        complete=False,
    )
