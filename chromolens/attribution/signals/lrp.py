"""epsilon-LRP as a gradient: f(z) / (z + epsilon sign z) stands for f'(z) (Ancona et al., 2018).

With relevance R = value x multiplier, linear layers and sums then divide it in proportion to
what each input adds, as in Bach et al. (2015); biases keep their share. At a maximum it goes to
the winner.
"""

import math
from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.rules.linear import AFFINE
from chromolens.attribution.signals.modified import handed_back, linear_then_activation
from chromolens.errors import BadInput
from chromolens.models.kinds import IDENTITIES, WEIGHTED
from chromolens.models.logits import activation_name
from chromolens.models.maxima import MAXIMA, called

GATES = ("refuse", "signal", "deepexplain")


class Relevance:
    """What the settings of ``lrp_epsilon`` say.

    Parameters
    ----------
    epsilon
        Stabiliser of the quotients, in units of what they divide by.
    gates
        Who gets the relevance of gate x signal: see ``lrp_epsilon``.

    Attributes
    ----------
    decided
        Layers with gates, which the setting decided and not LRP: ``NAME (gates by signal)``.
    """

    def __init__(self, epsilon: float, gates: str):
        self.epsilon, self.gates = epsilon, gates
        self.decided: list[str] = []
        self._squashed: list[tf.Tensor] = []

    def through(self, function: Callable, values: tf.Tensor) -> tf.Tensor:
        """An elementwise nonlinearity, handing back f(z) / (z + epsilon sign z) of its signal."""
        return handed_back(function, values, self._back)

    def gate(self, function: Callable, values: tf.Tensor) -> tf.Tensor:
        """A sigmoid inside a layer with gates."""
        return self.gated(self.through(function, values))

    def gated(self, gate: tf.Tensor) -> tf.Tensor:
        """A gate as a factor: with ``signal`` nothing goes back through it."""
        return tf.stop_gradient(gate) if self.gates == "signal" else gate

    def mark(self, gate: tf.Tensor) -> tf.Tensor:
        """Remember that ``gate`` comes from a sigmoid."""
        self._squashed.append(gate)
        return gate

    def is_gate(self, values: object) -> bool:
        """Whether ``values`` were marked."""
        return any(values is gate for gate in self._squashed)

    def check_gates(self, layer: keras.Operation) -> None:
        """Record ``layer``, which has gates; BadInput unless the settings say who gets what."""
        if self.gates == "refuse":
            raise BadInput(
                f"lrp_epsilon: layer {layer.name!r} ({type(layer).__name__}) multiplies what it "
                "gets, and LRP doesn't say how two factors share their relevance",
                expected="sums, linear layers, pooling and elementwise nonlinearities",
                remedy='ask for gates="signal" (all to the signal) or gates="deepexplain" (the '
                "gradient), or explain this model with integrated_gradients",
            )
        told = f"{layer.name} (gates by {self.gates})"
        if told not in self.decided:
            self.decided.append(told)

    def _back(self, function: Callable, values: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
        away = tf.where(values >= 0, self.epsilon, -self.epsilon)
        return signal * function(values) / (values + away)


RESHAPING = (layers.Flatten, layers.Permute, layers.RepeatVector, layers.Reshape)
ELEMENTWISE = (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)
ELEMENTWISE_OPS = ("Elu", "Gelu", "Relu", "Relu6", "Selu", "Silu", "Softplus", "Tanh")
SIGMOIDS = ("HardSigmoid", "Sigmoid", "hard_sigmoid", "sigmoid")
ACROSS = ("glu", "log_softmax", "softmax", "sparsemax")
"""Activations that look at several channels at once."""
LINEAR_OPS = (
    "Add", "Average", "Concatenate", "ExpandDims", "Flip", "GetItem", "Mean", "Negative", "Pad",
    "Reshape", "Squeeze", "Subtract", "Sum", "Transpose",
)  # fmt: skip


def linear(relevance: Relevance, layer: keras.Operation, *inputs: object) -> object:
    """Linear and affine layers, and maxima: their own gradients. A gate reshaped is a gate."""
    values = called(layer, *inputs)
    reshaped = isinstance(layer, RESHAPING) and relevance.is_gate(inputs[0])
    return relevance.mark(values) if reshaped else values


def unchanged(relevance: Relevance, layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """Layers that only act in training."""
    return inputs


def fused(relevance: Relevance, layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """Linear layers that end with an activation."""
    return linear_then_activation(layer, inputs, partial(_apply, relevance, layer))


def activation(relevance: Relevance, layer: layers.Activation, inputs: tf.Tensor) -> tf.Tensor:
    """An activation by itself."""
    return _apply(relevance, layer, layer.activation, inputs)


def elementwise(relevance: Relevance, layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """A layer that is an elementwise nonlinearity."""
    return relevance.through(layer.call, inputs)


def product(relevance: Relevance, layer: keras.Operation, inputs: list[tf.Tensor]) -> tf.Tensor:
    """Gate x signal; gates are outputs of a sigmoid."""
    relevance.check_gates(layer)
    signals = sum(not relevance.is_gate(values) for values in inputs)
    if relevance.gates == "signal" and signals != 1:
        raise BadInput(
            f"lrp_epsilon: {signals} inputs of layer {layer.name!r} are no outputs of a sigmoid, "
            'and with gates="signal" one of them has to get all',
            expected="one signal; every other input the output of a sigmoid",
        )
    factors = [relevance.gated(v) if relevance.is_gate(v) else v for v in inputs]
    return math.prod(factors[1:], start=factors[0])


def other(
    relevance: Relevance, layer: keras.Operation, *inputs: object, **options: object
) -> object:
    """Operations (``keras.ops``) by their names; BadInput for all else."""
    name = type(layer).__name__
    if isinstance(layer, layers.Layer):
        raise _no_rule(layer)
    if name in (*ELEMENTWISE_OPS, *SIGMOIDS):
        values = relevance.through(layer, inputs[0])
        return relevance.mark(values) if name in SIGMOIDS else values
    if name == "Multiply" and all(map(tf.is_tensor, inputs)):
        return product(relevance, layer, list(inputs))
    if name in (*LINEAR_OPS, "Multiply"):
        return layer(*inputs, **options)
    raise _no_rule(layer)


def _apply(
    relevance: Relevance, layer: keras.layers.Layer, function: Callable, inputs: tf.Tensor
) -> tf.Tensor:
    if isinstance(function, layers.Layer):
        return RULES.get(type(function), other)(relevance, function, inputs)
    name = activation_name(layer)
    if name == "linear":
        return inputs
    if name in ACROSS or getattr(keras.activations, name, None) is not function:
        raise _no_rule(layer)
    values = relevance.through(function, inputs)
    return relevance.mark(values) if name in SIGMOIDS else values


def _no_rule(layer: keras.Operation) -> BadInput:
    return BadInput(
        f"lrp_epsilon has no rule for layer {layer.name!r} ({type(layer).__name__})",
        expected=f"one of {', '.join(sorted(known.__name__ for known in RULES))}",
        remedy="explain this model with integrated_gradients or gradient_x_input, or add a rule "
        "in chromolens/attribution/signals/lrp.py",
    )


RULES = {
    **dict.fromkeys((*AFFINE, *MAXIMA, layers.BatchNormalization), linear),
    **dict.fromkeys(IDENTITIES, unchanged),
    **dict.fromkeys(WEIGHTED, fused),
    **dict.fromkeys(ELEMENTWISE, elementwise),
    layers.Activation: activation,
    layers.Multiply: product,
}
