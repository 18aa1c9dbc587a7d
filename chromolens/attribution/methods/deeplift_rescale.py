"""DeepLIFT with the Linear and Rescale rules (Shrikumar, Greenside and Kundaje, 2017).

Multipliers, the contribution per unit of change, are chained from the target back to the bases:
weights at linear layers, change over change at nonlinearities, the cross-max rule at max
pooling. Contributions add up to F(x) - F(x') but for float32 rounding. Averaged over many
references this is DeepSHAP (Lundberg and Lee, 2017).
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
    profile_weights: str = "input",
) -> Explanation:
    """The same multiplier for positive and negative parts of a change.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    pool
        ``cross_max``; or ``original``, as the deeplift package does it: the change of a maximum
        goes to where the input has it. That completes only for references that are the same
        all over each pool, and is there to compare with old results.
    fallback
        None: a layer without a rule is refused. ``"gradient"``: it is treated by its gradient
        midway between the two sides, and named in the result.
    profile_weights
        Whose softmax weighs a profile's logits: ``input``, as BPNet's authors describe it; or
        ``both``, the mean of the input's and the reference's, as chrombpnet's version of shap
        computes it (its rule for a product of which both factors vary).
    """
    options = {"pool": pool, "fallback": fallback, "profile_weights": profile_weights}
    return deeplift(target, inputs, references, **options)
