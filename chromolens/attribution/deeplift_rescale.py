"""DeepLIFT with the Linear and Rescale rules (Shrikumar, Greenside and Kundaje, 2017).

Multipliers, the contribution per unit of change, are chained from the target back to the bases:
weights at linear layers, change over change at nonlinearities, the cross-max rule at max
pooling. Contributions add up to F(x) - F(x') but for float32 rounding. Averaged over many
references this is DeepSHAP (Lundberg and Lee, 2017).
"""

import tensorflow as tf

from chromolens.attribution._explanation import Explanation, by_multipliers, flat, gradients_of
from chromolens.attribution._polynomials import GradientFallback
from chromolens.attribution._walk import Pair, rules_for, walk
from chromolens.models.targets import Target


def explain(
    target: Target, inputs: tf.Tensor, references: tf.Tensor, *, fallback: str | None = None
) -> Explanation:
    """One forward pass of each side and one backward pass for each task.

    Shapes and units: see ``chromolens.attribution``. A layer without a rule is refused, or with
    ``fallback="gradient"`` treated by its gradient midway between the two sides, and named in
    the result.
    """
    instead = GradientFallback.of(fallback)
    shared = references.shape[0] == 1 and references.shape[1] == 1
    taped, other = (inputs, references[:, 0]) if shared else (flat(references), inputs)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(taped)
        outputs = walk(target.graph, Pair(taped, other), rules_for("rescale"), instead)
        frozen = target.freeze([pair.taped if shared else pair.other for pair in outputs])
        values = target.read([pair.taped for pair in outputs], frozen)
        columns = tf.unstack(values, axis=1)
    multipliers = gradients_of(tape, columns, taped)
    other_values = target.read([pair.other for pair in outputs], frozen)
    rows = [len(columns), inputs.shape[0], references.shape[1], *inputs.shape[1:]]
    at_inputs, at_references = (values, other_values) if shared else (other_values, values)
    return by_multipliers(
        tf.reshape(multipliers, rows),
        inputs,
        references,
        values=at_inputs,
        reference_values=tf.reshape(at_references, [-1, references.shape[1], len(columns)]),
        complete=True,
        fallbacks=instead.names if instead else (),
    )
