"""SmoothGrad (Smilkov et al., 2017): the mean gradient over disturbed inputs, times x - x'.

DNA is disturbed by random substitutions, so that every disturbed input is DNA again; inputs of
other kinds by normal noise, as in the paper. It promises no completeness.
"""

from collections.abc import Callable

import tensorflow as tf

from chromolens.attribution.explanation import (
    Explanation,
    by_multipliers,
    reference_values,
    slopes,
)
from chromolens.attribution.gradients.draws import normal, uniform
from chromolens.attribution.settings import check_count, check_number
from chromolens.errors import BadInput
from chromolens.models.targets import Target

NOT_FOR_TOKENS = "noise would reach what says which tokens are padding"


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    seeds: tf.Tensor,
    *,
    samples: int = 50,
    rate: float = 0.1,
    noise: float = 0.0,
) -> Explanation:
    """The multipliers are mean gradients over the disturbed inputs.

    Shapes and units: see ``attribution.methods``. The weights of a profile target are those
    of the input itself.

    Parameters
    ----------
    target, inputs, references, seeds
        See ``attribution.methods``.
    samples
        Disturbed copies of each input. Each costs one gradient.
    rate
        Probability that a base (of DNA, 4 channels) becomes one of the three others; an N stays.
    noise
        Where above 0: standard deviation of normal noise, in place of substitutions, as a share
        of the input's range (its largest less its smallest value).
    """
    _check(samples, rate, noise, inputs.shape[-1])
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    disturbed = _noisy(inputs, seeds, noise) if noise else _mutated(inputs, seeds, rate)

    def add(total: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
        return total + slopes(target, disturbed(number), frozen).gradients

    nothing = tf.zeros([len(target.picks), *inputs.shape])
    total = tf.foldl(add, tf.range(samples), nothing, parallel_iterations=1)
    return by_multipliers(
        (total / samples)[:, :, None],
        inputs,
        references,
        values=target.read(outputs, frozen),
        reference_values=reference_values(target, references, frozen),
        complete=False,
    )


def _mutated(inputs: tf.Tensor, seeds: tf.Tensor, rate: float) -> Callable:
    def disturbed(number: tf.Tensor) -> tf.Tensor:
        """One draw decides whether (below ``rate``) and to which other base (its third of it)."""
        drawn = uniform(seeds, number, [inputs.shape[1], 1])
        third = 1 + tf.minimum(tf.floor(3 * drawn / rate), 2)
        shift = tf.where(drawn < rate, third, 0)
        rolled = (tf.where(shift == by, tf.roll(inputs, by, axis=-1), 0) for by in range(4))
        return sum(rolled)

    return disturbed


def _noisy(inputs: tf.Tensor, seeds: tf.Tensor, noise: float) -> Callable:
    axes = (1, 2)
    highest = tf.reduce_max(inputs, axis=axes, keepdims=True)
    scale = noise * (highest - tf.reduce_min(inputs, axis=axes, keepdims=True))
    return lambda number: inputs + scale * normal(seeds, number, inputs.shape[1:])


def _check(samples: int, rate: float, noise: float, channels: int) -> None:
    check_count("smoothgrad", "samples", samples)
    check_number("smoothgrad", "rate", rate, above=0, upto=1)
    if noise != 0:
        check_number("smoothgrad", "noise", noise, above=0)
    elif channels != 4:
        raise BadInput(
            f"smoothgrad: inputs have {channels} channels, so there are no bases to substitute",
            expected="noise above 0 for inputs other than DNA",
        )
