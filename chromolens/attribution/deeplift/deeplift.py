"""What the DeepLIFT methods share: they differ in their rules alone.

Contributions add up to F(x) - F(x') but for float32 rounding: with ``pool="cross_max"``
always, with ``pool="original"`` only where the reference is the same all over each pool.
"""

from dataclasses import replace

import tensorflow as tf

from chromolens.attribution.deeplift.pair import Pair, Split, signals, sizes
from chromolens.attribution.deeplift.polynomials import GradientFallback
from chromolens.attribution.deeplift.walk import rules_for, walk
from chromolens.attribution.explanation import Explanation, by_multipliers, flat
from chromolens.errors import BadInput
from chromolens.models.targets import Target

POOLS = ("cross_max", "original")
WEIGHTS = ("input", "both")


def deeplift(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    pool: str,
    parts: str | None = None,
    fallback: str | None = None,
    profile_weights: str = "input",
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
    profile_weights
        Whose softmax weighs a profile: ``input``, or ``both``: the mean of the input's and the
        reference's, for each pair. The values are then means over the references.

    Raises
    ------
    BadInput
        An unknown pool, fallback or word for the weights, or a layer without a rule.
    """
    rules, instead = _rules(parts, pool), GradientFallback.of(fallback)
    pair, inputs_are_taped = _sides(inputs, references, pool)
    pair = Split(pair.taped, pair.other, sizes(pair), pure=True) if parts else pair
    leaves = [pair.taped, pair.spread] if parts else [pair.taped]
    with tf.GradientTape(persistent=True) as tape, signals(len(target.picks)):
        tape.watch(leaves)
        outputs = walk(target.graph, pair, rules, instead)
        taped, others = [one.taped for one in outputs], [one.other for one in outputs]
        frozen = target.freeze(taped if inputs_are_taped else others)
        if _is_both(profile_weights):
            frozen = _halfway(frozen, target.freeze(others if inputs_are_taped else taped))
            others = [_spread(one, taped[0].shape[0]) for one in others]
        values = target.read(taped, frozen)
        columns = tf.unstack(values, axis=1)
    rows = [len(columns), inputs.shape[0], references.shape[1], *inputs.shape[1:]]
    multipliers, *of_spread = _gradients(tape, columns, leaves, rows)
    other_values = target.read(others, frozen)
    at_inputs, at_references = values, other_values
    if not inputs_are_taped:
        at_inputs, at_references = other_values, values
    each = tf.reshape(at_inputs, [inputs.shape[0], -1, len(columns)])
    found = by_multipliers(
        multipliers,
        inputs,
        references,
        values=tf.reduce_mean(each, axis=1) if _is_both(profile_weights) else each[:, 0],
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


def _is_both(profile_weights: str) -> bool:
    if profile_weights not in WEIGHTS:
        raise BadInput(
            f"there are no profile_weights {profile_weights!r}",
            expected=f"one of {', '.join(WEIGHTS)}",
        )
    return profile_weights == "both"


def _halfway(one: list[tf.Tensor | None], other: list[tf.Tensor | None]) -> list[tf.Tensor | None]:
    """The mean weights of each pair of rows; those of one input belong to all its references."""
    found: list[tf.Tensor | None] = []
    for a, b in zip(one, other, strict=True):
        if a is None or b is None:
            found.append(None)
        else:
            rows = max(a.shape[0], b.shape[0])
            found.append((_spread(a, rows) + _spread(b, rows)) / 2)
    return found


def _spread(side: tf.Tensor, rows: int) -> tf.Tensor:
    """Each row repeated until there are ``rows``."""
    return side if side.shape[0] == rows else tf.repeat(side, rows // side.shape[0], axis=0)


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
