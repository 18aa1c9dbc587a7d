"""In-silico mutagenesis (Zhou and Troyanskaya, 2015): the target after every substitution.

With f[a] the target when base a stands at a position and all else stays as it is,

- hypothetical: f[a] - mean over the four bases of f;
- contribution: f(x) - sum_a ref[a] f[a], the change on averaging the base away (on an additive
  model w (x - x')). Where the reference's row sums to less than the input's (zeros), the rest
  of its weight goes to f with nothing at that position.

At an N nothing is substituted: both are exactly 0. No completeness is promised.

Where the network begins with a chain of Conv1D, batch normalisation, functions of each position
and poolings, on to Flatten and Dense, a global pooling or any other layer, only what a
substitution changes is worked out; elsewhere, or where that takes no less, every mutant is a
forward pass. Which of the two is chosen by itself. Neither approximates: they differ by rounding.
"""

import tensorflow as tf

from chromolens.attribution.explanation import Explanation, frozen_row, reference_values
from chromolens.attribution.mutants.mutants import Scan, scanner
from chromolens.errors import BadInput
from chromolens.models.targets import Target

NOT_FOR_GENOTYPES = "there is no other base to put in a marker's place; ask for occlusion"
NOT_FOR_TOKENS = "there is no other base to put in their place; ask for occlusion"


def explain(target: Target, inputs: tf.Tensor, references: tf.Tensor) -> Explanation:
    """All tasks at once, row by row.

    Shapes and units: see ``attribution.methods``. Rows of ``inputs`` are one-hot or zero.
    """
    if inputs.shape[-1] < 2:
        raise BadInput(
            "ism puts other letters in the place of each, and inputs of one channel have none",
            expected="one-hot letters: two channels or more",
            remedy="take occlusion, or another method",
        )
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    values = target.read(outputs, frozen)
    mean_reference = tf.reduce_mean(references, axis=1)
    known = tf.reduce_any(inputs != 0, axis=-1)
    missing = tf.reduce_sum(inputs, axis=-1) - tf.reduce_sum(mean_reference, axis=-1)
    # what is left by the rounding of frequencies that sum to 1 is nothing
    missing = tf.where(known & (tf.abs(missing) > 1e-5), missing, 0.0)
    scan = scanner(target, inputs.shape[1], inputs.shape[0] * references.shape[1])
    changes, erased = _changes(scan, inputs, missing, values, frozen)
    expected = tf.reduce_sum(mean_reference * changes, axis=-1)
    return Explanation(
        contributions=tf.where(known, -(expected + missing * erased), 0.0),
        hypothetical=changes - tf.reduce_mean(changes, axis=-1, keepdims=True),
        values=values,
        reference_values=reference_values(target, references, frozen),
        complete=False,
    )


def _changes(
    scan: Scan, inputs: tf.Tensor, missing: tf.Tensor, values: tf.Tensor, frozen: list
) -> tuple[tf.Tensor, tf.Tensor]:
    """Changes of the target by base (tasks, n, length, channels) and on erasure (.., length).

    Erasure is asked for only in rows where ``missing`` (n, length) is more than 0 somewhere.
    """

    def of_row(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        row, own = inputs[place], frozen_row(frozen, place)
        others = tf.stack([tf.roll(row, shift, axis=-1) for shift in range(1, row.shape[1])], 1)
        found = scan(row, own, others) - values[place]
        changes = tf.reduce_sum(found[..., None] * others[:, :, None], axis=1)
        erased = tf.cond(
            tf.reduce_any(missing[place] != 0),
            lambda: scan(row, own, tf.zeros_like(others[:, :1]))[:, 0] - values[place],
            lambda: tf.zeros_like(found[:, 0]),
        )
        return tf.transpose(changes, [1, 0, 2]), tf.transpose(erased)

    def nothing() -> tuple[tf.Tensor, tf.Tensor]:
        shape = [values.shape[1], *inputs.shape[1:]]
        return tf.zeros(shape), tf.zeros(shape[:2])

    def unless_padding(place: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cond(tf.reduce_any(inputs[place] != 0), lambda: of_row(place), nothing)

    changes, erased = tf.map_fn(
        unless_padding,
        tf.range(inputs.shape[0]),
        fn_output_signature=(tf.float32, tf.float32),
        parallel_iterations=1,
    )
    return tf.transpose(changes, [1, 0, 2, 3]), tf.transpose(erased, [1, 0, 2])
