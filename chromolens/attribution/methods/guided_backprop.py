"""Guided backpropagation (Springenberg et al., 2014): only positive signal, only where it passed.

At a ReLU the signal is handed back where both it and the value before the ReLU are positive.
Times x - x', or by itself. It promises no completeness.
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
        Otherwise the positive signal alone also goes back through tanh and sigmoid, times their
        derivatives, as in deeplift 0.6.
    """
    return by_changed_relu(
        "guided_backprop",
        _back,
        target,
        inputs,
        references,
        times_input=times_input,
        relu_only=relu_only,
    )


def _back(function: Callable, inputs: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        values = function(inputs)
    return tape.gradient(values, inputs, output_gradients=tf.nn.relu(signal))
