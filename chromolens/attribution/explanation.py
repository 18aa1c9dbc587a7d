"""What a method hands back for one batch, and how multipliers become contributions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import tensorflow as tf

from chromolens.attribution.references import SLACK
from chromolens.models.targets import Target


@dataclass(frozen=True)
class Explanation:
    """One batch, in target units.

    Attributes
    ----------
    contributions : float32 (tasks, n, length)
    hypothetical : float32 (tasks, n, length, channels), or None where the method defines none
    values : float32 (n, tasks)
        The target at the inputs.
    reference_values : float32 (n or 1, r, tasks)
        The target at the references, read with the inputs' frozen weights.
    complete
        Whether contributions are meant to add up to the difference of the two.
    fallbacks
        Names of the layers without a rule, treated as the settings say.
    """

    contributions: tf.Tensor
    hypothetical: tf.Tensor | None
    values: tf.Tensor
    reference_values: tf.Tensor
    complete: bool
    fallbacks: Sequence[str] = ()


@dataclass(frozen=True)
class Slopes:
    """Values (n, tasks) and gradients (tasks, n, length, channels), and the frozen weights."""

    values: tf.Tensor
    gradients: tf.Tensor
    frozen: list[tf.Tensor | None]


def slopes(
    target: Target,
    inputs: tf.Tensor,
    frozen: list[tf.Tensor | None] | None = None,
    forward: Callable[[tf.Tensor], list[tf.Tensor]] | None = None,
) -> Slopes:
    """Gradients of every task at ``inputs``, from one forward pass.

    ``forward`` stands in for ``target.outputs`` where its gradients are not the network's own.
    """
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        outputs = (forward or target.outputs)(inputs)
        frozen = target.freeze(outputs) if frozen is None else frozen
        values = target.read(outputs, frozen)
        columns = tf.unstack(values, axis=1)
    return Slopes(values, gradients_of(tape, columns, inputs), frozen)


def gradients_of(tape: tf.GradientTape, columns: list[tf.Tensor], inputs: tf.Tensor) -> tf.Tensor:
    """Gradients (tasks, *shape of inputs) of each column; 0 where it doesn't depend on them."""
    zero = tf.UnconnectedGradients.ZERO
    return tf.stack(
        [tape.gradient(column, inputs, unconnected_gradients=zero) for column in columns]
    )


def reference_values(
    target: Target, references: tf.Tensor, frozen: list[tf.Tensor | None]
) -> tf.Tensor:
    """The target at references (n or 1, r, length, channels): float32 (n or 1, r, tasks)."""
    values = target(flat(references), frozen)
    return tf.reshape(values, [-1, references.shape[1], len(target.picks)])


def frozen_row(frozen: list[tf.Tensor | None], row: tf.Tensor) -> list[tf.Tensor | None]:
    """The frozen weights that belong to one row."""
    return [None if weights is None else weights[row : row + 1] for weights in frozen]


def flat(references: tf.Tensor) -> tf.Tensor:
    """(n, r, length, channels) -> (n r, length, channels)."""
    return tf.reshape(references, [-1, *references.shape[2:]])


def by_multipliers(
    multipliers: tf.Tensor,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    values: tf.Tensor,
    reference_values: tf.Tensor,
    complete: bool,
    fallbacks: Sequence[str] = (),
) -> Explanation:
    """Contributions sum_c m[c] (x[c] - ref[c]); hypothetical m[a] - sum_c m[c] ref[c].

    ``multipliers`` is (tasks, n, r or 1, length, channels); both results are means over r.
    """
    difference = inputs[:, None] - references
    contributions = tf.reduce_sum(multipliers * difference, axis=-1)
    at_reference = tf.reduce_sum(multipliers * references, axis=-1, keepdims=True)
    return Explanation(
        contributions=tf.reduce_mean(contributions, axis=2),
        hypothetical=tf.reduce_mean(multipliers - at_reference, axis=2),
        values=values,
        reference_values=reference_values,
        complete=complete,
        fallbacks=fallbacks,
    )


def by_slopes(
    here: Slopes, inputs: tf.Tensor, reference_values: tf.Tensor, *, absolute: bool = False
) -> Explanation:
    """Contributions: the gradient at the observed base; hypothetical: centred over the bases.

    Of letters those channels are observed that are not 0; of numbers (genotypes, pixels) all, for
    a 0 is a number too. Absolute values have no hypothetical counterpart.
    """
    gradients = tf.abs(here.gradients) if absolute else here.gradients
    there = tf.reduce_any(inputs != 0, axis=-1)
    numbers = ~_of_letters(inputs) | (tf.cast(known(inputs), tf.bool) & ~there)
    observed = tf.cast((inputs != 0) | numbers[..., None], tf.float32)
    centred = None if absolute else centre_over_bases(gradients)
    return Explanation(
        contributions=tf.reduce_sum(gradients * observed, axis=-1),
        hypothetical=centred,
        values=here.values,
        reference_values=reference_values,
        complete=False,
    )


def centre_over_bases(gradients: tf.Tensor) -> tf.Tensor:
    """Gradients (..., channels) less their mean over the channels (Majdandzic et al., 2023)."""
    return gradients - tf.reduce_mean(gradients, axis=-1, keepdims=True)


def known(inputs: tf.Tensor) -> tf.Tensor:
    """1 where (n, length) there is a base, 0 at an N of DNA; inputs of other kinds have none."""
    if inputs.shape[-1] != 4:
        return tf.ones(inputs.shape[:-1])
    there = tf.reduce_any(inputs != 0, axis=-1)
    return tf.cast(there | ~_of_letters(inputs), tf.float32)


def _of_letters(inputs: tf.Tensor) -> tf.Tensor:
    """Which inputs, bool (n, 1), are shares of letters or nothing at each position."""
    sums = tf.reduce_sum(inputs, axis=-1)
    shares = (tf.abs(sums - 1) < SLACK) & tf.reduce_all(inputs >= 0, axis=-1)
    letters = tf.reduce_all(shares | tf.reduce_all(inputs == 0, axis=-1), axis=-1, keepdims=True)
    return letters & (inputs.shape[-1] > 1)
