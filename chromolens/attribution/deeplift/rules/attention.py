"""Attention: scores and mixtures are products (Shapley shares), the weights a softmax.

A weight times a value changes by the change of either; each has its share. What the weights
change goes on through the softmax (``deeplift.functions``) to the scores, and from these, products
again, to query and key. Masks are constants.
"""

from functools import partial

import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import by_quotient, mask_scores, softmax
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.polynomials import polynomial, product
from chromolens.attribution.deeplift.rules.linear import weighted
from chromolens.attribution.deeplift.walk import both, no_rule


def multi_head(
    layer: layers.MultiHeadAttention,
    query: Pair,
    value: Pair,
    key: Pair | None = None,
    attention_mask: tf.Tensor | None = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Pair | list[Pair]:
    """MultiHeadAttention of a tensor to itself or to others, over any axes."""
    mask = _mask(layer, query, value, attention_mask, use_causal_mask)
    queries, keys, values = _projected(layer, query, value if key is None else key, value)
    scaled = both(partial(tf.multiply, layer._inverse_sqrt_key_dim), queries)
    scores = polynomial(partial(tf.einsum, layer._dot_product_equation), keys, scaled)
    weights = _weights(layer, scores, mask, 2 * len(layer.attention_axes))
    gate = weighted(layer._gate_dense, query) if layer._use_gate else None
    outputs = _mixed(layer, weights, values, gate)
    return [outputs, weights] if return_attention_scores else outputs


def grouped_query(
    layer: layers.GroupQueryAttention,
    query: Pair,
    value: Pair,
    key: Pair | None = None,
    attention_mask: tf.Tensor | None = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Pair | list[Pair]:
    """GroupedQueryAttention: several query heads share the keys and values of one head."""
    mask = _mask(layer, query, value, attention_mask, use_causal_mask)
    queries, *shared = _projected(layer, query, value if key is None else key, value)
    repeated = partial(tf.repeat, repeats=layer.num_repeats, axis=2)
    keys, values = (both(repeated, each) for each in shared)
    scaled = both(partial(tf.multiply, layer._inverse_sqrt_head_dim), queries)
    scores = polynomial(partial(tf.einsum, layer._dot_product_equation), scaled, keys)
    weights = _weights(layer, scores, mask, 2)
    gate = weighted(layer._gate_dense, query) if layer.use_gate else None
    outputs = _mixed(layer, weights, values, gate)
    return [outputs, weights] if return_attention_scores else outputs


def single_head(
    layer: layers.Attention,
    inputs: list[Pair],
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Pair | list[Pair]:
    """Attention and AdditiveAttention: [query, value] or [query, value, key]."""
    query, value, key = inputs if len(inputs) == 3 else (*inputs, inputs[1])
    scores = _scores(layer, query, key)
    mask = layer._calculate_score_mask(scores.other, None, use_causal_mask)
    weights = softmax(mask_scores(scores, mask))
    outputs = polynomial(tf.matmul, weights, value)
    return [outputs, weights] if return_attention_scores else outputs


def _scores(layer: layers.Attention, query: Pair, key: Pair) -> Pair:
    scale = 1.0 if layer.scale is None else layer.scale
    if type(layer) is layers.AdditiveAttention:
        return _additive_scores(query, key, 1.0, scale)
    if layer.score_mode == "concat":
        return _additive_scores(query, key, scale, layer.concat_score_weight)
    scores = polynomial(partial(tf.matmul, transpose_b=True), query, key)
    return both(partial(tf.multiply, scale), scores)


def _additive_scores(query: Pair, key: Pair, inside: object, outside: object) -> Pair:
    """sum over channels of outside x tanh(inside x (query + key)): (n, queries, keys)."""

    def added(query: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        return inside * (query[..., :, None, :] + key[..., None, :, :])

    curved = by_quotient(tf.tanh, both(added, query, key), 1e-2)
    return both(lambda side: tf.reduce_sum(outside * side, axis=-1), curved)


def _mask(
    layer: layers.Layer, query: Pair, value: Pair, given: tf.Tensor | None, causal: bool
) -> tf.Tensor | None:
    """The constant mask (1, queries, keys), or None."""
    if isinstance(given, Pair):
        raise no_rule(f"layer {layer.name!r} with a mask that depends on the input", "a constant")
    return layer._compute_attention_mask(
        query.other, value.other, attention_mask=given, use_causal_mask=causal
    )


def _projected(layer: layers.Layer, query: Pair, key: Pair, value: Pair) -> list[Pair]:
    parts = ((layer._query_dense, query), (layer._key_dense, key), (layer._value_dense, value))
    return [weighted(dense, part) for dense, part in parts]


def _weights(layer: layers.Layer, scores: Pair, mask: tf.Tensor | None, axes: int) -> Pair:
    """Softmax of scores (n, ..., heads, queries, keys); the last ``axes`` axes are attended."""
    while mask is not None and len(mask.shape) < len(scores.taped.shape):
        mask = tf.expand_dims(mask, -axes - 1)
    return softmax(mask_scores(scores, mask), layer._softmax.axis)


def _mixed(layer: layers.Layer, weights: Pair, values: Pair, gate: Pair | None) -> Pair:
    mixed = polynomial(partial(tf.einsum, layer._combine_equation), weights, values)
    return weighted(layer._output_dense, mixed if gate is None else product(mixed, gate))


RULES = {
    "rescale": {
        layers.AdditiveAttention: single_head,
        layers.Attention: single_head,
        layers.GroupQueryAttention: grouped_query,
        layers.MultiHeadAttention: multi_head,
    }
}
