"""Walk a network's layers with the input and its reference side by side.

Each tensor of the graph becomes a ``Pair``. One side is on a gradient tape; at every
nonlinearity the tape is given the multiplier of the pair instead of the derivative, so that one
backward pass of the taped side hands contributions back. Multipliers are the same for both
sides: the side with more rows is taped, the other goes forward once, however many it serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path

import keras
import tensorflow as tf

from chromolens.attribution import rules as rules_package
from chromolens.errors import BadInput
from chromolens.models._logits import functional

HandBack = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Pair:
    """The same tensor of the graph on both sides.

    Attributes
    ----------
    taped : float32 (k m, ...)
        The side that gradients flow through.
    other : float32 (m, ...)
        Row i belongs to rows k i .. k (i + 1) - 1 of ``taped``.
    """

    taped: tf.Tensor
    other: tf.Tensor


def walk(network: keras.Model, pair: Pair, rules: dict[type, Callable]) -> list[Pair]:
    """Outputs of ``network``, as pairs; a shared layer is met once at every use."""

    def step(layer: keras.Operation) -> Callable:
        if isinstance(layer, keras.Model):
            return _Nested(functional(layer), rules)
        if type(layer) is keras.layers.TimeDistributed:
            return _AtEachStep(step(layer.layer))
        return _Step(layer, rule_of(layer, rules))

    _check_unmasked(network)
    outputs = network._run_through_graph([pair], operation_fn=step)
    return keras.tree.flatten(outputs)


def rules_for(family: str) -> dict[type, Callable]:
    """Layer class -> rule, from the modules in ``rules/`` that serve ``family``.

    A module says ``FAMILIES`` (names) and ``RULES`` (layer class -> function (layer, *inputs) ->
    Pair, where inputs are a Pair or a list of them).
    """
    found: dict[type, Callable] = {}
    for file in sorted(Path(rules_package.__path__[0]).glob("[!_]*.py")):
        module = import_module(f"{rules_package.__name__}.{file.stem}")
        if family in module.FAMILIES:
            found.update(module.RULES)
    return found


def rule_of(layer: keras.Operation, rules: dict[type, Callable]) -> Callable:
    """The rule of the layer's own class; BadInput where there is none."""
    if type(layer) in rules:
        return rules[type(layer)]
    known = sorted({known.__name__ for known in rules})
    raise no_rule(f"layer {layer.name!r} ({type(layer).__name__})", "one of " + ", ".join(known))


def no_rule(what: str, known: str) -> BadInput:
    """The error of a layer or function that DeepLIFT can't see through."""
    return BadInput(
        f"DeepLIFT has no rule for {what}",
        expected=known,
        remedy="explain this model with integrated_gradients, gradient_x_input or ism, or add "
        "a rule in chromolens/attribution/rules/",
    )


def both(function: Callable, *inputs: Pair | list[Pair]) -> Pair:
    """``function`` applied to each side: right for everything linear (or affine)."""
    sides = ([_side(value, side) for value in inputs] for side in ("taped", "other"))
    taped, other = sides
    return Pair(function(*taped), function(*other))


def rescaled(pair: Pair, function: Callable, hand_back: HandBack) -> Pair:
    """A nonlinearity ``function``, with ``hand_back`` in place of its derivative.

    ``hand_back`` (signal (m, k, ...), taped (m, k, ...), other (m, 1, ...)) -> signal x
    multiplier, shaped like ``taped``, is a ``fused`` function. Multipliers are worked out on the
    way back, as derivatives are: they are never stored.
    """
    values = function(tf.stop_gradient(pair.taped))
    passed = _pass(pair.taped, values, tf.stop_gradient(pair.other), hand_back)
    return Pair(passed, function(pair.other))


def fused(kernel: Callable) -> Callable:
    """``kernel`` compiled into one loop over the elements, once for each set of shapes."""
    return tf.function(kernel, jit_compile=True, autograph=False)


def _pass(taped: tf.Tensor, values: tf.Tensor, other: tf.Tensor, hand_back: HandBack) -> tf.Tensor:
    groups = other.shape[0]

    @tf.custom_gradient
    def step(taped: tf.Tensor, values: tf.Tensor, other: tf.Tensor) -> tuple:
        def backward(signal: tf.Tensor) -> tuple:
            grouped = [tf.reshape(t, [groups, -1, *t.shape[1:]]) for t in (signal, taped)]
            return tf.reshape(hand_back(*grouped, other[:, None]), taped.shape), None, None

        return tf.identity(values), backward

    return step(taped, values, other)


def _check_unmasked(network: keras.Model) -> None:
    for layer in network.operations:
        tensors = [tensor for node in layer._inbound_nodes for tensor in node.output_tensors]
        if any(getattr(tensor, "_keras_mask", None) is not None for tensor in tensors):
            raise no_rule(f"layer {layer.name!r}, which masks steps", "a network without masks")


def _side(value: Pair | list[Pair], side: str) -> object:
    if isinstance(value, Pair):
        return getattr(value, side)
    return [getattr(pair, side) for pair in value]


@dataclass(frozen=True)
class _Step:
    layer: keras.Operation
    rule: Callable

    def __call__(self, *inputs: Pair | list[Pair], **options: object) -> Pair | list[Pair]:
        """Options of a call (a mask, an initial state) are refused unless the rule takes them."""
        given = {
            name: value
            for name, value in options.items()
            if value is not None and value is not False
        }
        try:
            signature(self.rule).bind(self.layer, *inputs, **given)
        except TypeError as error:
            what = f"layer {self.layer.name!r} ({type(self.layer).__name__}) called this way"
            raise no_rule(f"{what}: {error}", "inputs alone") from error
        return self.rule(self.layer, *inputs, **given)


@dataclass(frozen=True)
class _Nested:
    network: keras.Model
    rules: dict[type, Callable]

    def __call__(self, inputs: Pair, **options: object) -> list[Pair]:
        return walk(self.network, inputs, self.rules)


@dataclass(frozen=True)
class _AtEachStep:
    """A layer or network applied to every step (n, steps, ...) alike: each is a row to it."""

    inner: Callable

    def __call__(self, inputs: Pair, **options: object) -> list[Pair]:
        groups, steps = inputs.other.shape[0], inputs.other.shape[1]
        rows = both(partial(_steps_as_rows, groups), inputs)
        found = keras.tree.flatten(self.inner(rows, **options))
        return [both(partial(_rows_as_steps, groups, steps), pair) for pair in found]


def _steps_as_rows(groups: int, values: tf.Tensor) -> tf.Tensor:
    """(groups k, steps, ...) -> (groups steps k, ...): a row's partners stay together."""
    grouped = tf.reshape(values, [groups, -1, *values.shape[1:]])
    return tf.reshape(_swapped(grouped), [-1, *values.shape[2:]])


def _rows_as_steps(groups: int, steps: int, values: tf.Tensor) -> tf.Tensor:
    grouped = tf.reshape(values, [groups, steps, -1, *values.shape[1:]])
    return tf.reshape(_swapped(grouped), [-1, steps, *values.shape[1:]])


def _swapped(values: tf.Tensor) -> tf.Tensor:
    """The second and third axes change places."""
    return tf.transpose(values, [0, 2, 1, *range(3, len(values.shape))])
