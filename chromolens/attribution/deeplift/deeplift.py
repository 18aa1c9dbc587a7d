"""What the DeepLIFT methods share: they differ in their rules alone.

Contributions add up to F(x) - F(x') but for float32 rounding: with ``pool="cross_max"``
always, with ``pool="original"`` only where the reference is the same all over each pool.
"""

from dataclasses import replace

import tensorflow as tf

from chromolens.attribution.deeplift.pair import Pair, Split, sizes
from chromolens.attribution.deeplift.polynomials import GradientFallback
from chromolens.attribution.deeplift.walk import rules_for, walk
from chromolens.attribution.explanation import Explanation, by_multipliers, flat
from chromolens.errors import BadInput
from chromolens.models.targets import Target

POOLS = ("cross_max", "original")


def deeplift(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    pool: str,
    parts: str | None = None,
    fallback: str | None = None,
) -> Explanation:
    """One forward pass of each side and one backward pass for each task.

    Parameters
    ----------
    target, inputs, references
        See ``chromolens.attribution``.
    pool
        ``cross_max``, or ``original`` (the change of a maximum goes to where the input has it).
    parts
        The family of rules that keeps positive and negative parts apart. Layers without a rule
        there go by Rescale, as all do for None.
    fallback
        ``"gradient"``: layers without any rule are treated by their gradient midway between the
        two sides, and named in the result; None: they are refused.

    Raises
    ------
    BadInput
        An unknown pool or fallback, or a layer without a rule.
    """
    rules, instead = _rules(parts, pool), GradientFallback.of(fallback)
    pair, inputs_are_taped = _sides(inputs, references, pool)
    pair = Split(pair.taped, pair.other, sizes(pair), pure=True) if parts else pair
    leaves = [pair.taped, pair.spread] if parts else [pair.taped]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(leaves)
        outputs = walk(target.graph, pair, rules, instead)
        frozen = target.freeze([one.taped if inputs_are_taped else one.other for one in outputs])
        values = target.read([one.taped for one in outputs], frozen)
        columns = tf.unstack(values, axis=1)
    rows = [len(columns), inputs.shape[0], references.shape[1], *inputs.shape[1:]]
    multipliers, *of_spread = _gradients(tape, columns, leaves, rows)
    other_values = target.read([one.other for one in outputs], frozen)
    at_inputs, at_references = values, other_values
    if not inputs_are_taped:
        at_inputs, at_references = other_values, values
    found = by_multipliers(
        multipliers,
        inputs,
        references,
        values=at_inputs[:: at_inputs.shape[0] // inputs.shape[0]],
        reference_values=tf.reshape(at_references, [-1, references.shape[1], len(columns)]),
        complete=True,
        fallbacks=instead.names if instead else (),
    )
    for slope in of_spread:
        found = _with_signs(found, slope if inputs_are_taped else -slope, inputs, references)
    return found


def _sides(inputs: tf.Tensor, references: tf.Tensor, pool: str) -> tuple[Pair, bool]:
    """Inputs and references side by side, and whether the inputs are taped.

    The side with more rows is taped; but the original pooling looks at the input alone, and has
    it taped, once for each reference.
    """
    if references.shape[0] == 1 and references.shape[1] == 1:
        return Pair(inputs, references[:, 0]), True
    if pool == "original":
        return Pair(tf.repeat(inputs, references.shape[1], axis=0), flat(references)), True
    return Pair(flat(references), inputs), False


def _rules(parts: str | None, pool: str) -> dict:
    if pool not in POOLS:
        raise BadInput(f"there is no pool {pool!r}", expected=f"one of {', '.join(POOLS)}")
    rules = rules_for("rescale")
    if parts:
        rules |= rules_for(parts)
    if pool == "original":
        rules = {kind: rule for kind, rule in rules.items() if "MaxPool" not in kind.__name__}
        rules |= rules_for("original_pool")
    return rules


def _gradients(
    tape: tf.GradientTape, columns: list[tf.Tensor], leaves: list[tf.Tensor], shape: list[int]
) -> list[tf.Tensor]:
    """For each leaf the gradients of all columns, shaped (tasks, n, r, length, channels)."""
    zero = tf.UnconnectedGradients.ZERO
    slopes = [tape.gradient(column, leaves, unconnected_gradients=zero) for column in columns]
    return [tf.reshape(tf.stack(each), shape) for each in zip(*slopes, strict=True)]


def _with_signs(
    found: Explanation, slope: tf.Tensor, inputs: tf.Tensor, references: tf.Tensor
) -> Explanation:
    """Multipliers m + s for positive and m - s for negative differences from the reference.

    What s (``slope``) adds to the observed contributions is sum_c s[c] |x[c] - ref[c]|, and to
    the hypothetical ones of base a the same with the one-hot row of a in place of x.
    """
    observed = tf.reduce_sum(slope * tf.abs(inputs[:, None] - references), axis=-1)
    absent = tf.abs(references)
    present = tf.abs(1 - references) - absent
    each = slope * present + tf.reduce_sum(slope * absent, axis=-1, keepdims=True)
    return replace(
        found,
        contributions=found.contributions + tf.reduce_mean(observed, axis=2),
        hypothetical=found.hypothetical + tf.reduce_mean(each, axis=2),
    )
