"""Whether a network reads the bases in the order that is declared: answers that are known."""

from collections.abc import Mapping
from itertools import permutations
from typing import TYPE_CHECKING

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import BASES, encode
from chromolens.models.foreign.rearranged import feeds_of
from chromolens.models.graph import producer, single

if TYPE_CHECKING:
    from chromolens.models.foreign.layout import Layout

TOLERANCE = 1e-4  # of the largest expected number: files were written by other machines


def check_answers(network: keras.Model, layout: "Layout") -> None:
    """BadInput unless known answers agree in the declared order of the bases, and in no other."""
    if not layout.check:
        return
    for number, known in enumerate(layout.check):
        _check_known(network, layout, known, f"layout, check, entry {number + 1}")
    agreeing = ["".join(order) for order in permutations(BASES) if _agrees(network, layout, order)]
    if layout.channels not in agreeing:
        raise BadInput(
            f"the model's answers are not those of layout, check, with channels {layout.channels}",
            expected=f"channels {' or '.join(agreeing)}"
            if agreeing
            else "another layout or model",
        )
    if len(agreeing) > 1:
        raise BadInput(
            f"layout, check can't tell the orders {', '.join(agreeing)} apart",
            remedy="give sequences whose answers change when bases are exchanged",
        )


def _check_known(network: keras.Model, layout: "Layout", known: Mapping, where: str) -> None:
    if set(known) != {"sequence", "outputs"} or not known["outputs"]:
        raise BadInput(
            f"keys are {', '.join(known)}",
            expected="sequence, outputs: {NAME: numbers}",
            where=where,
        )
    length = feeds_of(network, layout, BASES)[0].shape[1]
    if length not in (None, len(known["sequence"])):
        raise BadInput(
            f"the sequence has {len(known['sequence'])} bases", expected=f"{length}", where=where
        )
    sizes = dict(zip(network.output_names, network.outputs, strict=True))
    for name, numbers in known["outputs"].items():
        if name not in sizes or np.size(numbers) != np.prod(sizes[name].shape[1:]):
            expected = [f"{name}: {np.prod(o.shape[1:])}" for name, o in sizes.items()]
            raise BadInput(
                f"{np.size(numbers)} numbers for output {name!r}",
                expected=f"numbers of {', '.join(expected)}",
                where=where,
            )


def _agrees(network: keras.Model, layout: "Layout", order: tuple[str, ...]) -> bool:
    for known in layout.check:
        onehot = encode(known["sequence"])[None].astype(np.float32)
        _, feeds = feeds_of(network, layout, order)
        values = [producer(feed).operation(onehot) for feed in feeds]
        found = keras.tree.flatten(network(single(values)))
        found = dict(zip(network.output_names, found, strict=True))
        for name, numbers in known["outputs"].items():
            expected = np.ravel(numbers)
            difference = np.ravel(found[name]) - expected
            if np.abs(difference).max() > TOLERANCE * max(1e-3, np.abs(expected).max()):
                return False
    return True
