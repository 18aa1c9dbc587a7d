"""Recurrent layers under epsilon-LRP: their equations step by step, with its rules inside.

Sums and weights are linear, tanh is a nonlinearity like others, and gates are products: refused,
unless ``gates`` says how they share (Arras et al., 2017). SimpleRNN has none.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.signals.lrp import Relevance
from chromolens.errors import BadInput

MERGES = {"concat": lambda pair: tf.concat(pair, -1), "sum": sum, "ave": lambda p: sum(p) / 2}


def lstm(relevance: Relevance, layer: layers.LSTM, inputs: tf.Tensor) -> tf.Tensor:
    """LSTM: c = f c + i g, h = o tanh(c)."""
    relevance.check_gates(layer)
    cell = layer.cell

    def step(state: tuple[tf.Tensor, tf.Tensor], arriving: tf.Tensor) -> tuple:
        hidden, memory = state
        parts = tf.split(arriving + hidden @ cell.recurrent_kernel, 4, axis=-1)
        enter, forget, leave = (_gate(relevance, cell, parts[i]) for i in (0, 1, 3))
        memory = forget * memory + enter * relevance.through(cell.activation, parts[2])
        return leave * relevance.through(cell.activation, memory), memory

    return _run(layer, step, _arriving(cell, inputs, cell.bias), states=2)


def gru(relevance: Relevance, layer: layers.GRU, inputs: tf.Tensor) -> tf.Tensor:
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

    return _run(layer, step, _arriving(cell, inputs, bias), states=1)


def simple(relevance: Relevance, layer: layers.SimpleRNN, inputs: tf.Tensor) -> tf.Tensor:
    """SimpleRNN: h = tanh(x + U h)."""
    cell = layer.cell

    def step(state: tuple[tf.Tensor], arriving: tf.Tensor) -> tuple:
        summed = arriving + state[0] @ cell.recurrent_kernel
        return (relevance.through(cell.activation, summed),)

    return _run(layer, step, _arriving(cell, inputs, cell.bias), states=1)


def bidirectional(
    relevance: Relevance, layer: layers.Bidirectional, inputs: tf.Tensor
) -> tf.Tensor:
    """Each direction by the rule of its own, merged by a linear merge."""
    if layer.merge_mode not in MERGES:
        relevance.check_gates(layer)
        raise BadInput(
            f"lrp_epsilon: layer {layer.name!r} merges by {layer.merge_mode!r}",
            expected=f"one of {', '.join(MERGES)}",
        )
    both = layer.forward_layer, layer.backward_layer
    found = [RULES[type(one)](relevance, one, inputs) for one in both]
    if both[1].return_sequences:
        found[1] = tf.reverse(found[1], [1])
    return MERGES[layer.merge_mode](found)


def _gate(relevance: Relevance, cell: keras.layers.Layer, values: tf.Tensor) -> tf.Tensor:
    return relevance.gate(cell.recurrent_activation, values)


def _arriving(cell: keras.layers.Layer, inputs: tf.Tensor, bias: object) -> tf.Tensor:
    summed = inputs @ tf.convert_to_tensor(cell.kernel)
    return summed + bias if cell.use_bias else summed


def _run(layer: layers.RNN, step: Callable, arriving: tf.Tensor, *, states: int) -> tf.Tensor:
    """Hidden states (n, length, units), or the last one (n, units), as ``layer`` returns them."""
    if layer.return_state or layer.stateful:
        raise BadInput(
            f"lrp_epsilon has no rule for layer {layer.name!r} with states that go in or out",
            expected="return_state and stateful false",
        )
    times = tf.transpose(arriving, [1, 0, 2])
    start = tuple(tf.zeros([arriving.shape[0], layer.units]) for _ in range(states))
    found = tf.scan(step, times, start, reverse=layer.go_backwards)[0]
    if not layer.return_sequences:
        return found[0 if layer.go_backwards else -1]
    ordered = found[::-1] if layer.go_backwards else found
    return tf.transpose(ordered, [1, 0, 2])


RULES = {
    layers.Bidirectional: bidirectional,
    layers.GRU: gru,
    layers.LSTM: lstm,
    layers.SimpleRNN: simple,
}
