"""Nonlinear operations of ``keras.ops``: functions of one value, softmax."""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf

from chromolens.attribution import _functions as closed
from chromolens.attribution._activations import by_quotient, relu_back
from chromolens.attribution._pair import HandBack, Pair, rescaled
from chromolens.attribution._softmax import glu, inner_axes, log_softmax, logsumexp, softmax
from chromolens.attribution._walk import both
from chromolens.attribution.rules._operations import rank_of, rules_of

FAMILIES = ("rescale",)


def closed_form(hand_back: HandBack) -> Callable:
    """The rule of a function whose multipliers are ``hand_back``."""

    def rule(op: keras.Operation, inputs: Pair) -> Pair:
        return rescaled(inputs, op.call, hand_back)

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
    """Logsumexp."""
    found = logsumexp(inputs, op.axis)
    return found if op.keepdims else both(partial(tf.squeeze, axis=_axes(op, inputs)), found)


def _axes(op: keras.Operation, inputs: Pair) -> list[int]:
    return inner_axes(op.axis, rank_of(inputs))


SMOOTH = "Arctan Cos Erf Gelu LogSigmoid Silu Sin Softplus Squareplus Tanh TanhShrink"
KINKED = (
    "Celu Clip Elu HardSigmoid HardSilu HardTanh LeakyRelu ReLU Relu6 Selu SoftShrink Softsign "
    "SparsePlus SparseSigmoid"
)
RULES = {
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
