"""Operations of ``keras.ops`` that carry the parts of a change along: entries are only moved.

Their own rules (``operations``), with the spread in the place of the taped side too.
"""

from collections.abc import Callable
from functools import wraps

import keras

from chromolens.attribution._pair import Pair
from chromolens.attribution._split import Split, is_pure, spread_of
from chromolens.attribution._walk import pairs_in
from chromolens.attribution.rules.operations import RULES as LINEAR

FAMILIES = ("revealcancel", "genomics")
MOVING = (
    "Concatenate", "ExpandDims", "Flip", "GetItem", "Moveaxis", "Repeat", "Reshape", "Roll",
    "Split", "Squeeze", "Stack", "Swapaxes", "Take", "Tile", "Transpose",
)  # fmt: skip


def moving(rule: Callable) -> Callable:
    """``rule``, of an operation that moves, copies or drops entries, for parts as well."""

    @wraps(rule)
    def parted(op: keras.Operation, *inputs: object) -> Pair | list[Pair]:
        outputs, pairs = rule(op, *inputs), pairs_in(inputs)
        if not any(isinstance(pair, Split) for pair in pairs):
            return outputs
        pure = all(map(is_pure, pairs))
        spreads = rule(op, *keras.tree.map_structure(_with_spread_taped, inputs))

        def split(pair: Pair, spread: Pair) -> Split:
            return Split(pair.taped, pair.other, spread.taped, pure)

        return keras.tree.map_structure(split, outputs, spreads)

    return parted


def _with_spread_taped(leaf: object) -> object:
    return Pair(spread_of(leaf), leaf.other) if isinstance(leaf, Pair) else leaf


RULES = {kind: moving(rule) for kind, rule in LINEAR.items() if kind.__name__ in MOVING}
