"""How a network of somebody else takes DNA and gives answers, and a network in our order.

A layout says, where the network differs from (n, length, channels A C G T) and one output
column a task:

========================  ===================================================================
``axes``                  the input's axes after the batch: ``length_channels`` (the default),
                          ``channels_length``, or with further axes of size 1
                          (``1_length_channels``, ``channels_length_1``, ...); of images
                          ``height_width_channels``, taken for granted where no other fits
``channels``              order of the bases in the channels, ``"ACGT"`` by default
``inputs``                one word for each input of the network: ``sequence``,
                          ``reverse_complement`` (the same bases, the other strand) or ``zeros``
``outputs``               name, or place from 0 -> ``profile`` (logits at every position, without
                          an axis for strands) or ``logits`` (needed where no logit can be seen)
``lambdas``               name of a Lambda layer -> the function that it is: ``logsumexp``, over
                          the last axis; code in a file is not run
``check``                 list of {sequence, outputs: {name: numbers}}: answers that are known
``padding``               of networks of tokens: the token that is padding, 0 by default, or null
========================  ===================================================================

Nothing tells a wrong order of the bases but an answer that is known: ``check`` is compared with
what the network says, and has to differ under every other order.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations

import keras
import numpy as np

from chromolens.errors import BadInput, nearest
from chromolens.genome.onehot import BASES, encode
from chromolens.models.foreign.floats import of_floats
from chromolens.models.foreign.lambdas import FUNCTIONS
from chromolens.models.foreign.rearranged import Rearranged, Zeros
from chromolens.models.foreign.tokens import of_vectors, vectors_of
from chromolens.models.graph import producer, run, single

INPUTS = ("sequence", "reverse_complement", "zeros")
OUTPUTS = ("profile", "logits")
IMAGE = "height_width_channels"
TOLERANCE = 1e-4  # of the largest expected number: files were written by other machines


@dataclass(frozen=True)
class Layout:
    """See the module; ``axes`` None: (length, channels) of any alphabet, nothing declared."""

    axes: str | None = None
    channels: str = BASES
    inputs: tuple[str, ...] = ("sequence",)
    outputs: Mapping[str, str] = field(default_factory=dict)
    lambdas: Mapping[str, str] = field(default_factory=dict)
    check: tuple[Mapping, ...] = ()
    padding: int | None = 0

    def named(self, names: Sequence[str]) -> "Layout":
        """The same layout with its outputs by their ``names`` instead of their places."""
        places = {str(place): name for place, name in enumerate(names)}
        by_name = {
            key if key in names else places.get(str(key), key): word
            for key, word in self.outputs.items()
        }
        return replace(self, outputs=by_name)

    def custom_objects(self) -> dict[str, type]:
        """Name of each Lambda layer -> the class that stands for it."""
        return {name: FUNCTIONS[word] for name, word in self.lambdas.items()}

    def logits_in(self, network: keras.Model) -> frozenset[int]:
        """Places of the outputs of ``network`` that are declared to be logits as they are."""
        return frozenset(network.output_names.index(name) for name in self.outputs)


def layout_of(declared: str | Mapping | None) -> Layout:
    """A layout from the name of its axes, or a mapping of the keys above.

    Raises
    ------
    BadInput
        Unknown keys or words.
    """
    if declared is None or isinstance(declared, str):
        declared = {"axes": declared}
    known = tuple(Layout.__dataclass_fields__)
    for key in declared:
        if key not in known:
            hint = nearest(key, known)
            raise BadInput(f"a layout has no key {key!r}{hint}", expected=", ".join(known))
    lists = {key: tuple(declared[key]) for key in ("inputs", "check") if key in declared}
    layout = Layout(**{**declared, **lists})
    _check_words(layout)
    return layout


def _check_words(layout: Layout) -> None:
    words = (layout.axes or "length_channels").split("_")
    if layout.axes != IMAGE and (
        sorted(set(words) | {"1"}) != ["1", "channels", "length"]
        or len(words) - words.count("1") != 2
    ):
        raise BadInput(
            f"layout {layout.axes!r} is not supported",
            expected="length and channels, and 1 for an axis of size 1, joined by _: "
            f"length_channels, channels_length, 1_length_channels, ...; or {IMAGE}",
        )
    if sorted(layout.channels) != sorted(BASES):
        raise BadInput(
            f"channels are {layout.channels!r}", expected="the letters of ACGT, each once"
        )
    stated = {INPUTS: layout.inputs, OUTPUTS: layout.outputs.values()}
    stated[tuple(FUNCTIONS)] = layout.lambdas.values()
    for known, words in stated.items():
        for word in words:
            if word not in known:
                raise BadInput(f"the layout says {word!r}", expected=f"one of {', '.join(known)}")


def adapt(network: keras.Model, layout: Layout) -> keras.Model:
    """``network`` behind layers that bring (n, length, A C G T) into its own order.

    Tokens (n, length) become the vectors of their embeddings.
    Weights and layers are shared with ``network``.

    Raises
    ------
    BadInput
        Inputs or outputs that aren't as declared, answers that differ from ``check``.
    """
    network = of_floats(of_vectors(network, layout.padding))
    sides = image_sides(network, layout)
    if sides:
        network, layout = _of_pixels(network, sides), replace(layout, axes=None)
    elif vectors_of(network) is None:
        _check_shapes(network, layout)
    _check_outputs(network, layout)
    check_answers(network, layout)
    if "profile" not in layout.outputs.values() and _is_ours(layout):
        return network
    sequence, feeds = feeds_of(network, layout, layout.channels)
    outputs = run(network, feeds, lambda layer: layer)
    for place, name in enumerate(network.output_names):
        if layout.outputs.get(name) == "profile":
            outputs[place] = _as_profile(name, outputs[place])
    return keras.Model(sequence, outputs)


def image_sides(network: keras.Model, layout: Layout) -> tuple[int, int] | None:
    """Height and width of the images that ``network`` takes; None where it takes a sequence."""
    shape = tuple(network.inputs[0].shape)[1:]
    if len(network.inputs) != 1 or len(shape) != 3 or None in shape:
        return None
    return shape[:2] if layout.axes == IMAGE or not (layout.axes or _near(shape)) else None


def _of_pixels(network: keras.Model, sides: tuple[int, int]) -> keras.Model:
    """``network`` of its images' pixels in a row, (n, height x width, channels)."""
    channels = network.inputs[0].shape[-1]
    pixels = keras.Input((math.prod(sides), channels), name="pixels")
    image = keras.layers.Reshape((*sides, channels), name="image_of_pixels")(pixels)
    return keras.Model(pixels, run(network, [image], lambda layer: layer))


def _is_ours(layout: Layout) -> bool:
    axes = layout.axes or "length_channels"
    return (axes, layout.channels, layout.inputs) == ("length_channels", BASES, ("sequence",))


def _as_profile(name: str, output: object) -> object:
    """(n, positions[, 1][, strands]) -> (n, positions, strands)."""
    sides = [size for size in output.shape[1:] if size != 1]
    if len(sides) not in (1, 2) or None in sides:
        raise BadInput(
            f"output {name!r} has shape {tuple(output.shape)}",
            expected="a profile: (n, positions) or (n, positions, strands)",
        )
    shape = sides if len(sides) == 2 else [*sides, 1]
    return keras.layers.Reshape(shape, name=f"profile_{name}")(output)


def _check_shapes(network: keras.Model, layout: Layout) -> None:
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    if len(shapes) != len(layout.inputs):
        raise BadInput(
            f"the model's inputs are {shapes}",
            expected=f"{len(layout.inputs)}: {', '.join(layout.inputs)}",
            remedy=f'say what each is: layout={{"inputs": [...]}}, of {", ".join(INPUTS)}',
        )
    for shape, word in zip(shapes, layout.inputs, strict=True):
        if word != "zeros" and not _fits(shape[1:], layout):
            raise _other_shape(shape, layout)


def _fits(shape: tuple, layout: Layout) -> bool:
    words = (layout.axes or "length_channels").split("_")
    if len(shape) != len(words) or layout.axes == IMAGE:
        return False
    sizes = dict(zip(words, shape, strict=True))
    ones = all(size == 1 for word, size in zip(words, shape, strict=True) if word == "1")
    if layout.axes is None and layout.channels == BASES:
        turned = sizes["length"] == 4 and sizes["channels"] != 4  # other alphabets are welcome
        return ones and sizes["channels"] is not None and not turned
    return ones and sizes["channels"] == 4


def _near(shape: tuple) -> list[str]:
    return [axes for axes in _all_axes(len(shape)) if _fits(shape, Layout(axes))]


def _other_shape(shape: tuple, layout: Layout) -> BadInput:
    near = _near(shape[1:])
    return BadInput(
        f"the model's inputs are {shape}",
        expected=f"(n, {(layout.axes or 'length_channels').replace('_', ', ')})",
        remedy=f"declare the order of its axes: layout={' or '.join(map(repr, near))}"
        if near
        else "explain the part of the model that takes a sequence, or an image of a known size: "
        "(height, width, channels)",
    )


def _all_axes(rank: int) -> list[str]:
    words = ["length", "channels", *["1"] * (rank - 2)][:rank]
    return sorted({"_".join(order) for order in permutations(words)}) if rank > 1 else []


def _check_outputs(network: keras.Model, layout: Layout) -> None:
    for name in layout.outputs:
        if name not in network.output_names:
            raise BadInput(
                f"the model has no output {name!r}{nearest(name, network.output_names)}",
                expected=f"one of {', '.join(network.output_names)}",
                where="layout, outputs",
            )


def feeds_of(network: keras.Model, layout: Layout, channels: Sequence[str]) -> tuple:
    """A new input (n, length, A C G T), and what each input of ``network`` gets from it.

    Axes and words for the inputs are those of ``layout``, the order of the bases is ``channels``.
    """
    order = [BASES.index(base) for base in channels]
    shapes = [tuple(tensor.shape)[1:] for tensor in network.inputs]
    axes = (layout.axes or "length_channels").split("_")
    first = next(s for s, word in zip(shapes, layout.inputs, strict=True) if word != "zeros")
    sizes = dict(zip(axes, first, strict=True))
    sequence = keras.Input((sizes["length"], sizes["channels"]), name="sequence")
    return sequence, [
        Zeros(shape)(sequence)
        if word == "zeros"
        else Rearranged(axes, order, word == "reverse_complement")(sequence)
        for word, shape in zip(layout.inputs, shapes, strict=True)
    ]


def check_answers(network: keras.Model, layout: Layout, where: str = "layout, check") -> None:
    """BadInput unless known answers agree in the declared order of the bases, and in no other.

    ``where`` the answers are stated.
    """
    if not layout.check:
        return
    for number, known in enumerate(layout.check):
        _check_known(network, layout, known, f"{where}, entry {number + 1}")
    agreeing = ["".join(order) for order in permutations(BASES) if _agrees(network, layout, order)]
    if layout.channels not in agreeing:
        raise BadInput(
            f"the model's answers are not those of {where}, with channels {layout.channels}",
            expected=f"channels {' or '.join(agreeing)}"
            if agreeing
            else "another layout or model",
        )
    if len(agreeing) > 1:
        raise BadInput(
            f"{where} can't tell the orders {', '.join(agreeing)} apart",
            remedy="give sequences whose answers change when bases are exchanged",
        )


def _check_known(network: keras.Model, layout: Layout, known: Mapping, where: str) -> None:
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


def _agrees(network: keras.Model, layout: Layout, order: tuple[str, ...]) -> bool:
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
