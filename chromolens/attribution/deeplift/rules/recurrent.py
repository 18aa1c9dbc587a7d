"""Recurrent layers: Rescale at each gate, the Shapley value at each product, step by step.

Weights, the multipliers of gates and those of products are chained through time as they are
through layers, so contributions add up. See ``chromolens.attribution.deeplift.recurrence``.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import nonlinearity
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.polynomials import product
from chromolens.attribution.deeplift.recurrence import (
    GRU,
    LSTM,
    Cell,
    GRUResetBefore,
    SimpleRNN,
    recur,
)
from chromolens.attribution.deeplift.walk import both, no_rule


def recurrent(layer: layers.RNN, inputs: Pair, *, mask: Pair | None = None) -> Pair | list[Pair]:
    """LSTM, GRU and SimpleRNN that start from zeros; with ``return_state`` a list.

    What ``mask`` (n, steps) leaves out changes no state.
    """
    _check(layer)
    keep = None if mask is None else both(partial(_kept_steps, layer), mask)
    outputs, *last = recur(_cell(layer), both(partial(_by_steps, layer), inputs), keep)
    if keep is not None and layer.zero_output_for_mask:
        outputs = both(_zeroed, outputs, keep)
    answer = both(_by_rows, outputs) if layer.return_sequences else last[0]
    return [answer, *last] if layer.return_state else answer


def bidirectional(
    layer: layers.Bidirectional, inputs: Pair, *, mask: Pair | None = None
) -> Pair | list[Pair]:
    """Two recurrent layers, one for each direction, and how they are merged."""
    _check(layer)
    known = "one of " + ", ".join(kind.__name__ for kind in CELLS)
    for part in (layer.forward_layer, layer.backward_layer):
        if type(part) not in CELLS:
            raise no_rule(f"{type(part).__name__} in layer {layer.name!r}", known)
    forward = keras.tree.flatten(recurrent(layer.forward_layer, inputs, mask=mask))
    backward = keras.tree.flatten(recurrent(layer.backward_layer, inputs, mask=mask))
    if layer.return_sequences:
        backward[0] = both(partial(tf.reverse, axis=[1]), backward[0])
    merged = _merged(layer.merge_mode, forward[0], backward[0])
    return [*merged, *forward[1:], *backward[1:]]


def _merged(mode: str | None, forward: Pair, backward: Pair) -> list[Pair]:
    if mode is None:
        return [forward, backward]
    if mode == "mul":
        return [product(forward, backward)]
    return [both(MERGES[mode], [forward, backward])]


def _average(two: list[tf.Tensor]) -> tf.Tensor:
    return (two[0] + two[1]) / 2


def _by_steps(layer: layers.RNN, inputs: tf.Tensor) -> tf.Tensor:
    """What inputs (n, steps, features) add to the gates, in the order in which they are read."""
    steps = tf.transpose(inputs, [1, 0, 2])
    steps = tf.reverse(steps, axis=[0]) if layer.go_backwards else steps
    gates = keras.ops.matmul(steps, layer.cell.kernel)
    return gates + _biases(layer)[0]


def _kept_steps(layer: layers.RNN, mask: tf.Tensor) -> tf.Tensor:
    """``mask`` as bool (steps, n, 1), in the order in which steps are read."""
    steps = tf.cast(tf.transpose(mask), bool)[..., None]
    return tf.reverse(steps, axis=[0]) if layer.go_backwards else steps


def _zeroed(outputs: tf.Tensor, keep: tf.Tensor) -> tf.Tensor:
    return tf.where(keep, outputs, 0.0)


def _by_rows(outputs: tf.Tensor) -> tf.Tensor:
    return tf.transpose(outputs, [1, 0, 2])


def _cell(layer: layers.RNN) -> Cell:
    kind = CELLS[type(layer)]
    if kind is GRU and not layer.cell.reset_after:
        kind = GRUResetBefore
    gated = hasattr(layer, "recurrent_activation")
    # The tape watches weights of its own accord, and would keep what the loop over time makes.
    return kind(
        kernel=tf.stop_gradient(layer.cell.recurrent_kernel),
        bias=tf.stop_gradient(_biases(layer)[1]),
        activation=nonlinearity(layer),
        gate=nonlinearity(layer, "recurrent_activation") if gated else None,
    )


def _biases(layer: layers.RNN) -> tuple[tf.Tensor | float, tf.Tensor | float]:
    """Added with the inputs, and with the last output."""
    if not layer.cell.use_bias:
        return 0.0, 0.0
    rows = tf.reshape(layer.cell.bias, [-1, layer.cell.kernel.shape[1]])
    return rows[0], rows[1] if rows.shape[0] == 2 else 0.0


def _check(layer: layers.Layer) -> None:
    if layer.stateful:
        raise no_rule(f"layer {layer.name!r}, which is stateful", "stateful=False")


MERGES = {"concat": partial(tf.concat, axis=-1), "sum": tf.add_n, "ave": _average}
CELLS = {layers.GRU: GRU, layers.LSTM: LSTM, layers.SimpleRNN: SimpleRNN}
RULES = {
    "rescale": {**dict.fromkeys(CELLS, recurrent), layers.Bidirectional: bidirectional},
}
