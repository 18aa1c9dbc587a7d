"""One small use of every product, normalisation, attention and linear operation with a rule.

See ``layer_cases``: functions of two tensors (n, 8, 6).
"""

import keras
import numpy as np
from keras import layers, ops
from layer_cases import image, positive

WEIGHTS = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)


def gated_attention(x, y):
    attention = layers.MultiHeadAttention(2, 3, value_dim=4, output_shape=5, use_gate=True)
    return attention(x, y, key=x)


def attention_with_scores(x, y):
    out, weights = layers.MultiHeadAttention(2, 3)(x, y, return_attention_scores=True)
    return layers.Concatenate()([layers.Flatten()(out), layers.Flatten()(weights)])


def two_axes(x, y):
    return layers.MultiHeadAttention(2, 3, attention_axes=(1, 2))(image(x), image(y))


def masked_attention(x, y):
    mask = np.random.default_rng(0).random((1, 8, 8)) < 0.7
    return layers.MultiHeadAttention(2, 3)(x, y, attention_mask=mask)


def causal_groups(x, y):
    attention = layers.GroupQueryAttention(3, 4, 2, use_gate=True)
    return attention(x, y, use_causal_mask=True)


def both_strands(x, y):
    """One layer on both strands."""
    shared = layers.Conv1D(3, 3, activation="relu")
    return layers.Maximum()([shared(x), shared(x[:, ::-1, ::-1])[:, ::-1]])


def nested(x, y):
    """A model of two inputs and two outputs."""
    a, b = keras.Input((8, 6)), keras.Input((8, 6))
    inner = keras.Model([a, b], [layers.Multiply()([a, b]), layers.Dense(6, "tanh")(b)])
    return layers.Subtract()(inner([x, inner([y, x])[1]]))


def standardised(x, y):
    """A normalisation written out."""
    centred = x - ops.mean(x, axis=-1, keepdims=True)
    return centred / ops.sqrt(ops.var(x, axis=-1, keepdims=True) + 0.1)


def squeeze_and_excitation(x, y):
    weights = layers.Dense(6, "sigmoid")(ops.mean(x, axis=1))
    return x * ops.expand_dims(weights, 1)


def rearranged(x, y):
    parts = ops.split(ops.swapaxes(x, 1, 2), 2, axis=1)
    moved = ops.moveaxis(ops.stack(parts, axis=1), 1, -1)
    flat = ops.reshape(ops.transpose(moved, (0, 2, 1, 3)), (-1, 48))
    wide = ops.pad(ops.tile(flat, (1, 2)), ((0, 0), (1, 2)))
    return ops.concatenate([wide, ops.squeeze(ops.expand_dims(flat, 1), axis=1)], axis=-1)


def along_positions(x, y):
    summed = ops.cumsum(ops.flip(x, axis=1), axis=1) + ops.roll(y, 2, axis=1)
    taken = ops.take(ops.repeat(summed, 2, axis=1), [0, 3, 5], axis=1)
    return ops.cast(ops.diff(taken, axis=1), "float32") / 3.0 - ops.sum(x, axis=1, keepdims=True)


PRODUCTS = {
    "gate": lambda x, y: layers.Multiply()([x, layers.Activation("sigmoid")(y)]),
    "three_factors": lambda x, y: layers.Multiply()([x, y, layers.Dense(6, "tanh")(x)]),
    "broadcast": lambda x, y: layers.Multiply()([x, y[:, :1]]),
    "dot": lambda x, y: layers.Dot(axes=2)([x, y]),
    "times": lambda x, y: x * y + 2.0 * x - y,
    "divided": lambda x, y: x / (1.0 + positive(y)) + ops.divide(1.0 / (1.0 + positive(x)), 2.0),
    "powers": lambda x, y: x**3 + y**2,
    "matmul": lambda x, y: ops.matmul(x, ops.transpose(y, (0, 2, 1))) @ ops.matmul(y, WEIGHTS),
    "weights": lambda x, y: ops.dot(x, WEIGHTS),
    "einsum": lambda x, y: ops.einsum(
        "nij,njk,kl->nil", x, ops.swapaxes(y, 1, 2), np.ones((8, 2))
    ),
    "variance": lambda x, y: ops.var(x, axis=1) + ops.std(y, axis=1),
}
NORMALISATIONS = {
    "layer_norm": lambda x, y: layers.LayerNormalization()(x),
    "layer_norm_of_all": lambda x, y: layers.LayerNormalization(axis=(1, 2))(x),
    "group_norm": lambda x, y: layers.GroupNormalization(3)(x),
    "group_norm_2d": lambda x, y: layers.GroupNormalization(2, axis=1)(image(x)),
    "rms_norm": lambda x, y: layers.RMSNormalization()(x),
    "unit_norm": lambda x, y: layers.UnitNormalization(axis=-1)(x),
    "standardised": standardised,
}
ATTENTION = {
    "self_attention": lambda x, y: layers.MultiHeadAttention(2, 4)(x, x),
    "cross_attention": lambda x, y: layers.MultiHeadAttention(2, 4)(x, y),
    "causal_attention": lambda x, y: layers.MultiHeadAttention(2, 4)(x, y, use_causal_mask=True),
    "masked_attention": masked_attention,
    "gated_attention": gated_attention,
    "attention_with_scores": attention_with_scores,
    "two_axes": two_axes,
    "causal_groups": causal_groups,
    "attention": lambda x, y: layers.Attention(use_scale=True)([x, y]),
    "causal": lambda x, y: layers.Attention()([x, y, x], use_causal_mask=True),
    "concat_attention": lambda x, y: layers.Attention(True, "concat")([x, y]),
    "additive_attention": lambda x, y: layers.AdditiveAttention()([x, y]),
}
GRAPHS = {
    "both_strands": both_strands,
    "nested": nested,
    "squeeze_and_excitation": squeeze_and_excitation,
    "rearranged": rearranged,
    "along_positions": along_positions,
}
