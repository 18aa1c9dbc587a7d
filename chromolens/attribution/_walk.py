"""Walk a network's layers with the input and its reference side by side.

Each tensor of the graph becomes a ``Pair``: one backward pass of its taped side hands
contributions back. Multipliers are the same for both sides: the side with more rows is taped, the
other goes forward once, however many it serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import keras

from chromolens.attribution import rules as rules_package
from chromolens.attribution._pair import HandBack as HandBack
from chromolens.attribution._pair import Pair as Pair
from chromolens.attribution._pair import fused as fused
from chromolens.attribution._pair import rescaled as rescaled
from chromolens.errors import BadInput
from chromolens.models._logits import functional


def walk(network: keras.Model, pair: Pair, rules: dict[type, Callable]) -> list[Pair]:
    """Outputs of ``network``, as pairs; a shared layer is met once at every use."""

    def step(layer: keras.Operation) -> Callable:
        if isinstance(layer, keras.Model):
            return _Nested(functional(layer), rules)
        return _Step(layer, rule_of(layer, rules))

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
    raise no_rule(f"layer {layer.name!r} ({type(layer).__name__})", ", ".join(known))


def no_rule(what: str, known: str) -> BadInput:
    """The error of a layer or function that DeepLIFT can't see through."""
    return BadInput(
        f"DeepLIFT has no rule for {what}",
        expected=f"one of {known}",
        remedy="explain this model with integrated_gradients, gradient_x_input or ism, or add "
        "a rule in chromolens/attribution/rules/",
    )


def both(function: Callable, *inputs: Pair | list[Pair]) -> Pair:
    """``function`` applied to each side: right for everything linear (or affine)."""
    sides = ([_side(value, side) for value in inputs] for side in ("taped", "other"))
    taped, other = sides
    return Pair(function(*taped), function(*other))


def _side(value: Pair | list[Pair], side: str) -> object:
    if isinstance(value, Pair):
        return getattr(value, side)
    return [getattr(pair, side) for pair in value]


@dataclass(frozen=True)
class _Step:
    layer: keras.Operation
    rule: Callable

    def __call__(self, *inputs: Pair | list[Pair], **options: object) -> Pair:
        """Options of a call (training, mask) are those of inference: none."""
        return self.rule(self.layer, *inputs)


@dataclass(frozen=True)
class _Nested:
    network: keras.Model
    rules: dict[type, Callable]

    def __call__(self, inputs: Pair, **options: object) -> list[Pair]:
        return walk(self.network, inputs, self.rules)
