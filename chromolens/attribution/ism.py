"""In-silico mutagenesis (Zhou and Troyanskaya, 2015): the target after every substitution.

With f[a] the target when base a stands at a position and all else stays as it is,

- hypothetical: f[a] - mean over the four bases of f;
- contribution: f(x) - sum_a ref[a] f[a], the change on averaging the base away (on an additive
  model w (x - x')). Where the reference's row sums to less than the input's (zeros), the rest
  of its weight goes to f with nothing at that position.

At an N nothing is substituted: both are exactly 0. No completeness is promised.
"""

import tensorflow as tf

from chromolens.attribution._explanation import Explanation, reference_values
from chromolens.models.targets import Target


def explain(target: Target, inputs: tf.Tensor, references: tf.Tensor) -> Explanation:
    """Brute force: one forward pass for each position and other base, all tasks at once.

    Shapes and units: see ``chromolens.attribution``. Rows of ``inputs`` are one-hot or zero.
    """
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    values = target.read(outputs, frozen)
    mean_reference = tf.reduce_mean(references, axis=1)
    changes, erased = _scan(target, inputs, mean_reference, values, frozen)
    expected = tf.reduce_sum(mean_reference * changes, axis=-1)
    missing = tf.reduce_sum(inputs, axis=-1) - tf.reduce_sum(mean_reference, axis=-1)
    known = tf.reduce_any(inputs != 0, axis=-1)
    return Explanation(
        contributions=tf.where(known, -(expected + _unless_rounding(missing) * erased), 0.0),
        hypothetical=changes - tf.reduce_mean(changes, axis=-1, keepdims=True),
        values=values,
        reference_values=reference_values(target, references, frozen),
        complete=False,
    )


def _scan(
    target: Target,
    inputs: tf.Tensor,
    reference: tf.Tensor,
    values: tf.Tensor,
    frozen: list[tf.Tensor | None],
) -> tuple[tf.Tensor, tf.Tensor]:
    """Changes of the target by base (tasks, n, length, channels) and on erasure (.., length)."""
    rows, length, channels = inputs.shape
    missing = tf.reduce_sum(inputs, axis=-1) - tf.reduce_sum(reference, axis=-1)
    erasing = tf.reduce_any(_unless_rounding(missing) != 0)

    def change_by(position: tf.Tensor, bases: tf.Tensor) -> tf.Tensor:
        there = tf.one_hot(position, length)[None, :, None]
        mutants = inputs * (1 - there) + bases[:, None] * there
        return target(mutants, frozen) - values

    def at(position: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        base = inputs[:, position]
        total = tf.zeros([rows, len(target.picks), channels])
        for shift in range(1, channels):
            other = tf.roll(base, shift, axis=-1)
            total += change_by(position, other)[..., None] * other[:, None]
        nothing = tf.zeros_like(values)
        erased = tf.cond(
            erasing, lambda: change_by(position, tf.zeros_like(base)), lambda: nothing
        )
        return total, erased

    shapes = (tf.float32, tf.float32)
    changes, erased = tf.map_fn(
        at, tf.range(length), fn_output_signature=shapes, parallel_iterations=1
    )
    return tf.transpose(changes, [2, 1, 0, 3]), tf.transpose(erased, [2, 1, 0])


def _unless_rounding(missing: tf.Tensor) -> tf.Tensor:
    """Missing weight, 0 where it is only the rounding of frequencies that sum to 1."""
    return tf.where(tf.abs(missing) < 1e-5, 0.0, missing)
