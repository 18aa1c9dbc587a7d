"""epsilon-LRP as a gradient: f(z) / (z + epsilon sign z) stands for f'(z) (Ancona et al., 2018).

With relevance R = value x multiplier, linear layers and sums then divide it in proportion to
what each input adds, as in Bach et al. (2015); biases keep their share. At a maximum it goes to
the winner.

Recurrent layers are their equations step by step. Sums and weights are linear there, tanh is a
nonlinearity like others, and gates are products: refused, unless ``gates`` says how they share
(Arras et al., 2017). SimpleRNN has none.
"""

import math
from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.rules.linear import AFFINE
from chromolens.attribution.signals.modified import hand_back, linear_then_activation
from chromolens.errors import BadInput
from chromolens.models.kinds import IDENTITIES, MOVING, WEIGHTED
from chromolens.models.logits import activation_name
from chromolens.models.maxima import MAXIMA, call

GATES = ("refuse", "signal", "deepexplain")
MERGES = {"concat": lambda pair: tf.concat(pair, -1), "sum": sum, "ave": lambda p: sum(p) / 2}


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
        return hand_back(function, values, self._back)

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


ELEMENTWISE = (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)
ELEMENTWISE_OPS = ("Elu", "Gelu", "Relu", "Relu6", "Selu", "Silu", "Softplus", "Tanh")
SIGMOIDS = ("HardSigmoid", "Sigmoid", "hard_sigmoid", "sigmoid")
ACROSS = ("glu", "log_softmax", "softmax", "sparsemax")
"""Activations that look at several channels at once."""
LINEAR_OPS = (
    "Add", "Average", "Concatenate", "ExpandDims", "Flip", "GetItem", "Mean", "Negative", "Pad",
    "Reshape", "Squeeze", "Subtract", "Sum", "Transpose",
)  # fmt: skip


def linear(
    relevance: Relevance, layer: keras.Operation, *inputs: object, **options: object
) -> object:
    """Linear and affine layers, and maxima: their own gradients. A gate reshaped is a gate."""
    values = call(layer, *inputs, **options)
    reshaped = isinstance(layer, MOVING) and relevance.is_gate(inputs[0])
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


def lstm(
    relevance: Relevance,
    layer: layers.LSTM,
    inputs: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
) -> tf.Tensor:
    """LSTM: c = f c + i g, h = o tanh(c)."""
    relevance.check_gates(layer)
    cell = layer.cell

    def step(state: tuple[tf.Tensor, tf.Tensor], arriving: tf.Tensor) -> tuple:
        hidden, memory = state
        parts = tf.split(arriving + hidden @ cell.recurrent_kernel, 4, axis=-1)
        enter, forget, leave = (_gate(relevance, cell, parts[i]) for i in (0, 1, 3))
        memory = forget * memory + enter * relevance.through(cell.activation, parts[2])
        return leave * relevance.through(cell.activation, memory), memory

    return _run(layer, step, inputs, cell.bias, mask, states=2)


def gru(
    relevance: Relevance,
    layer: layers.GRU,
    inputs: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
) -> tf.Tensor:
    """GRU: h = z h + (1 - z) tanh(x + r h); ``reset_after`` says where the weights stand."""
    relevance.check_gates(layer)
    cell = layer.cell
    bias, inner = tf.unstack(cell.bias) if cell.use_bias and cell.reset_after else (cell.bias, 0.0)
    weights = tf.split(tf.convert_to_tensor(cell.recurrent_kernel), 3, axis=-1)
    inner = tf.split(tf.zeros(3 * cell.units) + inner, 3)

    def step(state: tuple[tf.Tensor], arriving: tf.Tensor) -> tuple:
        (hidden,) = state
        parts = tf.split(arriving, 3, axis=-1)
        sums = (parts[i] + hidden @ weights[i] + inner[i] for i in (0, 1))
        keep, reset = (_gate(relevance, cell, values) for values in sums)
        if cell.reset_after:
            recalled = reset * (hidden @ weights[2] + inner[2])
        else:
            recalled = (reset * hidden) @ weights[2]
        proposed = relevance.through(cell.activation, parts[2] + recalled)
        return (keep * hidden + (1 - keep) * proposed,)

    return _run(layer, step, inputs, bias, mask, states=1)


def simple(
    relevance: Relevance,
    layer: layers.SimpleRNN,
    inputs: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
) -> tf.Tensor:
    """SimpleRNN: h = tanh(x + U h)."""
    cell = layer.cell

    def step(state: tuple[tf.Tensor], arriving: tf.Tensor) -> tuple:
        summed = arriving + state[0] @ cell.recurrent_kernel
        return (relevance.through(cell.activation, summed),)

    return _run(layer, step, inputs, cell.bias, mask, states=1)


def bidirectional(
    relevance: Relevance,
    layer: layers.Bidirectional,
    inputs: tf.Tensor,
    *,
    mask: tf.Tensor | None = None,
) -> tf.Tensor:
    """Each direction by the rule of its own, merged by a linear merge."""
    if layer.merge_mode not in MERGES:
        relevance.check_gates(layer)
        raise BadInput(
            f"lrp_epsilon: layer {layer.name!r} merges by {layer.merge_mode!r}",
            expected=f"one of {', '.join(MERGES)}",
        )
    both = layer.forward_layer, layer.backward_layer
    found = [RULES[type(one)](relevance, one, inputs, mask=mask) for one in both]
    if both[1].return_sequences:
        found[1] = tf.reverse(found[1], [1])
    return MERGES[layer.merge_mode](found)


def _gate(relevance: Relevance, cell: keras.layers.Layer, values: tf.Tensor) -> tf.Tensor:
    return relevance.gate(cell.recurrent_activation, values)


def _run(
    layer: layers.RNN,
    step: Callable,
    inputs: tf.Tensor,
    bias: object,
    mask: tf.Tensor | None,
    *,
    states: int,
) -> tf.Tensor:
    """Hidden states (n, length, units), or the last one (n, units), as ``layer`` returns them.

    Where ``mask`` (n, length) is False the state stays.
    """
    if layer.return_state or layer.stateful:
        raise BadInput(
            f"lrp_epsilon has no rule for layer {layer.name!r} with states that go in or out",
            expected="return_state and stateful false",
        )
    arriving = inputs @ tf.convert_to_tensor(layer.cell.kernel)
    times = tf.transpose(arriving + bias if layer.cell.use_bias else arriving, [1, 0, 2])
    start = tuple(tf.zeros([inputs.shape[0], layer.units]) for _ in range(states))
    keep = tf.ones_like(times[..., :1], bool) if mask is None else tf.transpose(mask)[..., None]

    def held(state: tuple, now: tuple[tf.Tensor, tf.Tensor]) -> tuple:
        new = step(state, now[0])
        return tuple(tf.where(now[1], one, old) for one, old in zip(new, state, strict=True))

    found = tf.scan(held, (times, keep), start, reverse=layer.go_backwards)[0]
    if mask is not None and layer.zero_output_for_mask and layer.return_sequences:
        found = tf.where(keep, found, 0.0)
    if not layer.return_sequences:
        return found[0 if layer.go_backwards else -1]
    ordered = found[::-1] if layer.go_backwards else found
    return tf.transpose(ordered, [1, 0, 2])


RULES = {
    **dict.fromkeys((*AFFINE, *MAXIMA, layers.BatchNormalization), linear),
    **dict.fromkeys(IDENTITIES, unchanged),
    **dict.fromkeys(WEIGHTED, fused),
    **dict.fromkeys(ELEMENTWISE, elementwise),
    layers.Activation: activation,
    layers.Multiply: product,
    layers.Bidirectional: bidirectional,
    layers.GRU: gru,
    layers.LSTM: lstm,
    layers.SimpleRNN: simple,
}
