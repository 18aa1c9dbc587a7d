"""Expected gradients (Erion et al., 2021): integrated gradients by random points of the path.

The mean over references x' and uniform a in [0, 1) of (x - x') dF/dx at x' + a (x - x'). The
contributions add up to F(x) - F(x') on average over the draws, so no completeness is promised.
"""

import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.gradients.draws import uniform
from chromolens.attribution.gradients.paths import by_path
from chromolens.attribution.settings import check_count
from chromolens.models.targets import Target


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    seeds: tf.Tensor,
    *,
    samples: int = 50,
) -> Explanation:
    """The multipliers are mean gradients over the points drawn.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references, seeds
        See ``attribution.methods``. Every reference is used alike.
    samples
        Points drawn for each reference. Each costs one gradient of inputs x references.
    """
    check_count("expected_gradients", "samples", samples)

    def fractions(number: tf.Tensor) -> tf.Tensor:
        return uniform(seeds, number, [references.shape[1], 1, 1])

    weights = tf.fill([samples], 1 / samples)
    return by_path(target, inputs, references, weights, fractions, complete=False)
