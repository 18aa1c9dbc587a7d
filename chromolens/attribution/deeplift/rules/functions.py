"""Nonlinear functions, as layers and as operations of ``keras.ops``.

Rescale: the multiplier of a function of one value is dy / dx (Shrikumar 2017, 3.5.2). Softmax and
glu look at several: see ``chromolens.attribution.deeplift.functions``.
"""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift import functions as closed
from chromolens.attribution.deeplift.functions import (
    activate,
    by_quotient,
    elementwise,
    glu,
    inner_axes,
    log_softmax,
    logsumexp,
    mask_scores,
    relu_back,
    softmax,
)
from chromolens.attribution.deeplift.pair import HandBack, Pair, rescale
from chromolens.attribution.deeplift.rules.operations import rank_of, rules_of
from chromolens.attribution.deeplift.walk import both, no_rule
from chromolens.models.foreign.lambdas import LogSumExp


def closed_form(hand_back: HandBack) -> Callable:
    """The rule of a function whose multipliers are ``hand_back``."""

    def rule(op: keras.Operation, inputs: Pair) -> Pair:
        return rescale(inputs, op.call, hand_back)

    return rule


def quotient(smallest: float) -> Callable:
    """The rule of a function of one value, by ``quotient_back``."""

    def rule(op: keras.Operation, inputs: Pair) -> Pair:
        return by_quotient(op.call, inputs, smallest)

    return rule


def along(function: Callable) -> Callable:
    """The rule of softmax, log_softmax and glu over ``op.axis``."""

    def rule(op: keras.Operation, inputs: Pair) -> Pair:
        inner_axes(op.axis, rank_of(inputs))
        return function(inputs, op.axis)

    return rule


def log_sum(op: keras.Operation, inputs: Pair) -> Pair:
    """Logsumexp, as an operation or a layer."""
    found = logsumexp(inputs, op.axis)
    return found if op.keepdims else both(partial(tf.squeeze, axis=_axes(op, inputs)), found)


def _axes(op: keras.Operation, inputs: Pair) -> list[int]:
    return inner_axes(op.axis, rank_of(inputs))


def normalised(layer: layers.Softmax, inputs: Pair, mask: tf.Tensor | None = None) -> Pair:
    """Softmax over the layer's axes, which may not be the batch; a mask is constant."""
    if isinstance(mask, Pair):
        raise no_rule(f"layer {layer.name!r} with a mask that depends on the input", "a constant")
    return softmax(mask_scores(inputs, mask), layer.axis)


SMOOTH = "Arctan Cos Erf Gelu LogSigmoid Silu Sin Softplus Squareplus Tanh TanhShrink"
KINKED = (
    "Celu Clip Elu HardSigmoid HardSilu HardTanh LeakyRelu ReLU Relu6 Selu SoftShrink Softsign "
    "SparsePlus SparseSigmoid"
)
OPERATIONS = {
    **rules_of("Absolute", closed_form(closed.abs_back)),
    **rules_of("Exp Expm1", closed_form(closed.exp_back)),
    **rules_of("Log", closed_form(closed.log_back)),
    **rules_of("Log1p", closed_form(closed.log1p_back)),
    **rules_of("Reciprocal", closed_form(closed.reciprocal_back)),
    **rules_of("Relu", closed_form(relu_back)),
    **rules_of("Rsqrt", closed_form(closed.rsqrt_back)),
    **rules_of("Sigmoid", closed_form(closed.sigmoid_back)),
    **rules_of("Sqrt", closed_form(closed.sqrt_back)),
    **rules_of(SMOOTH, quotient(1e-2)),
    **rules_of(KINKED, quotient(1e-5)),
    **rules_of("HardShrink Threshold", quotient(0)),
    **rules_of("Glu", along(glu)),
    **rules_of("LogSoftmax", along(log_softmax)),
    **rules_of("Softmax", along(softmax)),
    **rules_of("Logsumexp", log_sum),
}
NONLINEARITIES = {
    layers.Activation: activate,
    layers.ReLU: elementwise,
    layers.LeakyReLU: elementwise,
    layers.PReLU: elementwise,
    layers.ELU: elementwise,
}
OTHERS = {layers.Softmax: normalised, LogSumExp: log_sum}
RULES = {"rescale": NONLINEARITIES | OPERATIONS | OTHERS}
