"""Walk a network's layers with the input and its reference side by side.

Each tensor of the graph becomes a ``Pair``: one backward pass of its taped side hands
contributions back. Multipliers are the same for both sides: the side with more rows is taped, the
other goes forward once, however many it serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path

import keras
import tensorflow as tf

from chromolens.attribution.deeplift import rules as rules_package
from chromolens.attribution.deeplift.pair import Pair
from chromolens.errors import BadInput
from chromolens.models.graph import functional, is_graph, masks, run


class NoRule(BadInput):
    """A layer, or a setting of one, that DeepLIFT can't see through."""


def walk(
    network: keras.Model,
    inputs: Pair | list[Pair],
    rules: dict[type, Callable],
    fallback: Callable | None = None,
) -> list[Pair]:
    """Outputs of ``network``, as pairs; a shared layer is met once at every use.

    A layer without a rule raises ``NoRule``, or goes to ``fallback`` (layer, *inputs, **options)
    -> Pair where one is given. Masks are pairs too, of which both sides are equal.
    """

    def step(layer: keras.Operation) -> Callable:
        if is_graph(layer):
            return _Nested(functional(layer), rules, fallback)
        if type(layer) is keras.layers.TimeDistributed:
            return _AtEachStep(layer, step(layer.layer))
        return _Step(layer, rules, fallback)

    return run(network, inputs, step)


def supported_layers(family: str) -> list[str]:
    """Names of the layers (``Conv1D``) and operations (``ops.Relu``) that have a rule."""
    found = rules_for(family)
    return sorted({_title(known) for known in found})


def rules_for(family: str) -> dict[type, Callable]:
    """Layer class -> rule, from the modules in ``rules/`` that serve ``family``.

    A module says ``RULES``: family -> layer class -> function (layer, *inputs) -> Pair, where
    inputs are a Pair or a list of them.
    """
    found: dict[type, Callable] = {}
    for file in sorted(Path(rules_package.__path__[0]).glob("[!_]*.py")):
        module = import_module(f"{rules_package.__name__}.{file.stem}")
        found.update(module.RULES.get(family, {}))
    return found


def rule_of(layer: keras.Operation, rules: dict[type, Callable]) -> Callable:
    """The rule of the layer's own class; BadInput where there is none."""
    if type(layer) in rules:
        return rules[type(layer)]
    known = sorted({_title(known) for known in rules})
    raise no_rule(f"layer {layer.name!r} ({_title(type(layer))})", "one of " + ", ".join(known))


def no_rule(what: str, expected: str = "") -> NoRule:
    """The error of a layer, setting or function that DeepLIFT can't see through."""
    return NoRule(
        f"DeepLIFT has no rule for {what}",
        expected=expected,
        remedy="explain this model with integrated_gradients, gradient_x_input or ism, add a "
        'rule in attribution/deeplift/rules/, or ask for fallback="gradient": the layer is '
        "then treated by its gradient, and recorded",
    )


def both(function: Callable, *inputs: object) -> Pair | list[Pair]:
    """``function`` applied to each side: right for everything linear (or affine).

    Inputs are Pairs, nested lists of them, and constants; several outputs become a list.
    """
    taped, other = (function(*side_of(inputs, side)) for side in ("taped", "other"))
    found = list(map(Pair, keras.tree.flatten(taped), keras.tree.flatten(other)))
    return found if keras.tree.is_nested(taped) else found[0]


def side_of(value: object, side: str) -> object:
    """``value`` (nested) with each Pair replaced by its ``taped`` or its ``other`` side."""
    return keras.tree.map_structure(
        lambda leaf: getattr(leaf, side) if isinstance(leaf, Pair) else leaf, value
    )


def pairs_in(value: object) -> list[Pair]:
    """The Pairs of a nested value, in order."""
    return [leaf for leaf in keras.tree.flatten(value) if isinstance(leaf, Pair)]


def _rows(pair: Pair) -> list[int]:
    return [*pair.taped.shape[:1], *pair.other.shape[:1]]


def _title(kind: type) -> str:
    """``Conv1D`` for a layer, ``ops.Relu`` for an operation."""
    return kind.__name__ if issubclass(kind, keras.layers.Layer) else f"ops.{kind.__name__}"


@dataclass(frozen=True)
class _Step:
    layer: keras.Operation
    rules: dict[type, Callable]
    fallback: Callable | None

    def __call__(self, *inputs: object, **options: object) -> Pair | list[Pair]:
        if options.pop("training", False):
            raise BadInput(
                f"layer {self.layer.name!r} is called with training=True: it may be random",
                expected="a network that gives the same answer every time",
            )
        # a rule needs to know those options only that say something
        options = {name: value for name, value in options.items() if value is not None}
        try:
            found = self._by_rule(inputs, options)
        except NoRule:
            given = options.get("mask")  # without a gradient, and to be the same on both sides
            if self.fallback is None or masks(self.layer) or isinstance(given, Pair):
                raise
            found = self.fallback(self.layer, *inputs, **options)
        self._check_rows(pairs_in([inputs, options])[0], found)
        return found

    def _by_rule(self, inputs: tuple, options: dict) -> Pair | list[Pair]:
        rule = rule_of(self.layer, self.rules)
        try:
            signature(rule).bind(self.layer, *inputs, **options)
        except TypeError as error:
            what = f"layer {self.layer.name!r} ({_title(type(self.layer))}) called this way"
            raise no_rule(f"{what}: {error}") from error
        return rule(self.layer, *inputs, **options)

    def _check_rows(self, before: Pair, found: Pair | list[Pair]) -> None:
        for after in pairs_in(found):
            if _rows(after) != _rows(before):
                raise no_rule(f"layer {self.layer.name!r}, which mixes the rows of a batch")


@dataclass(frozen=True)
class _Nested:
    network: keras.Model
    rules: dict[type, Callable]
    fallback: Callable | None

    def __call__(self, inputs: Pair | list[Pair], **options: object) -> list[Pair]:
        return walk(self.network, inputs, self.rules, self.fallback)


@dataclass(frozen=True)
class _AtEachStep:
    """A layer or network applied to every step (n, steps, ...) alike: each is a row to it."""

    layer: keras.layers.TimeDistributed
    inner: Callable

    def __call__(self, inputs: Pair, **options: object) -> list[Pair]:
        if options.get("mask") is not None:
            raise no_rule(f"layer {self.layer.name!r} (TimeDistributed) of masked steps")
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
