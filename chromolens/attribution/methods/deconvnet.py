"""Deconvnet (Zeiler and Fergus, 2014): a ReLU is applied to the signal on its way back.

So only positive signal goes on, whether or not anything went through on the way forward. Times
x - x', or by itself. It promises no completeness.
"""

from collections.abc import Callable

import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.signals.guided import by_changed_relu
from chromolens.models.targets import Target


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    times_input: bool = True,
    relu_only: bool = True,
) -> Explanation:
    """The multipliers are the signal that arrives at the input.

    Shapes and units: see ``attribution.methods``. A layer that may hide a ReLU is refused.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    times_input
        Contributions m (x - x'); otherwise m at the observed base, like saliency.
    relu_only
        Otherwise tanh and sigmoid are applied to the signal too, as in deeplift 0.6.
    """
    return by_changed_relu(
        "deconvnet",
        _back,
        target,
        inputs,
        references,
        times_input=times_input,
        relu_only=relu_only,
    )


def _back(function: Callable, inputs: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
    return function(signal)
