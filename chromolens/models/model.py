"""One saved network and what is known about it: the thing that is explained.

A network is a Keras functional or Sequential model of one input (n, length, channels). Its
outputs, flattened in model order, are its tasks: an output (n, T) holds T of them, a profile
(n, positions, strands) is one.

Names of a network's tasks, from its outputs, and the shape of its input.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from chromolens.errors import BadInput, describe, nearest
from chromolens.models.foreign.files import Source, digest_of, parts_of, read_facts, read_network
from chromolens.models.foreign.layout import Layout, adapt, image_sides, layout_of
from chromolens.models.foreign.network import checked_network, only_asked, opaque
from chromolens.models.foreign.sound import (
    check_masks,
    check_repeats,
    check_stateless,
    check_weights,
)
from chromolens.models.foreign.tokens import Vectors, vectors_of
from chromolens.models.graph import functional
from chromolens.models.grouped import cut_groups
from chromolens.models.logits import logits_of


def task_names(canonical: list[str], named: list[str]) -> list[str]:
    """Names of the tasks: those given; a profile network has ``counts_NAME`` beside each."""
    if len(named) == len(canonical):
        return list(named)
    counts = {f"counts/{index}": f"counts_{name}" for index, name in enumerate(named)}
    return [counts.get(name, name) for name in canonical]


def input_shape(network: keras.Model) -> tuple[int | None, int]:
    """Length (None: any) and channels of the one input; BadInput where it has others."""
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][2] is None:
        raise BadInput(f"the model's inputs are {shapes}", expected="one: (n, length, channels)")
    return shapes[0][1], shapes[0][2]


def canonical_names(network: keras.Model) -> list[str]:
    """``output/index`` of each task; a profile is one task of its output's name."""
    names: list[str] = []
    for name, output in zip(network.output_names, network.outputs, strict=True):
        if len(output.shape) not in (2, 3) or output.shape[-1] is None:
            raise BadInput(
                f"output {name!r} has shape {tuple(output.shape)}",
                expected="(n, tasks) or a profile (n, positions, strands)",
            )
        names += [name] if len(output.shape) == 3 else _numbered(name, output.shape[-1])
    return names


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}/{index}" for index in range(count)]


class Model:
    """A network with named tasks; make one with ``load_model`` or ``Model.of``.

    Attributes
    ----------
    network : keras.Model
        As saved, as a functional graph; of vectors where it was of tokens.
    logits : keras.Model
        The same outputs before a final sigmoid or softmax; shares the weights.
    unclear
        Place of each output without a logit -> why it has none.
    joined
        Places of outputs whose columns aren't the logits of one softmax.
    softmax
        Places of outputs that are one softmax.
    length, channels
        Of the input; ``length`` is None where the network takes any.
    vectors
        The layer ``foreign.tokens.Vectors`` that reads tokens for the network; None for others.
    tasks
        One name for each task; ``canonical`` holds ``output/index`` for the same tasks.
    background
        Frequencies of A, C, G, T in the training windows, or None.
    digest
        sha256 of the .keras file, empty for a network made in memory.
    image : (int, int) or None
        Height and width, of a network of images: its positions are their pixels, row by row.
    given : (keras.Model, Layout)
        The network as it came, whose weights these are, and its layout.
    """

    def __init__(
        self,
        network: keras.Model,
        facts: dict,
        digest: str,
        declared: frozenset[int] = frozenset(),
    ):
        self.network = functional(network)
        cut_groups(self.network)
        check_weights(self.network)
        check_stateless(self.network)
        check_masks(self.network)
        found = logits_of(self.network, declared)
        self.logits, self.unclear = found.network, found.unclear
        self.joined, self.softmax = found.joined, found.softmax
        self.length, self.channels = input_shape(self.network)
        self.vectors = vectors_of(self.network)
        self.canonical = canonical_names(self.network)
        self.tasks = task_names(self.canonical, facts.get("tasks") or [])
        self.background = facts.get("background")
        self.facts, self.digest = facts, digest
        self.image: tuple[int, int] | None = None
        self.given = self.network, Layout()
        self._compiled: dict[object, Callable] = {}
        self._repeats = False

    def __repr__(self) -> str:
        length = "any length" if self.length is None else f"length {self.length}"
        shown = self.tasks if len(self.tasks) <= 6 else [*self.tasks[:5], f"... {len(self.tasks)}"]
        return f"<Model: inputs of {length} x {self.channels}, tasks {', '.join(shown)}>"

    @classmethod
    def of(
        cls,
        network: keras.Model,
        tasks: Sequence[str] | None = None,
        layout: str | Mapping | None = None,
    ) -> "Model":
        """Wrap a network in memory, its tasks named by ``tasks`` where given.

        ``layout`` is as in ``load_model``. BadInput where a weight is NaN.
        """
        facts = {"tasks": list(tasks or [])}
        model = cls.adapted(functional(checked_network(network)), layout_of(layout), facts)
        if tasks is not None and len(tasks) != len(model.canonical):
            raise BadInput(f"{len(tasks)} names for {len(model.canonical)} tasks")
        return model

    @classmethod
    def adapted(
        cls, network: keras.Model, layout: Layout, facts: dict, digest: str = ""
    ) -> "Model":
        """A model of ``network``, which is as ``layout`` says; ``facts`` are known of it."""
        layout = layout.named(network.output_names)
        model = cls(adapt(network, layout), facts, digest, layout.logits_in(network))
        model.image = image_sides(network, layout)
        model.given = network, layout
        return model

    @classmethod
    def of_function(
        cls,
        function: Callable[[np.ndarray], np.ndarray],
        length: int,
        channels: int = 4,
        tasks: Sequence[str] | None = None,
    ) -> "Model":
        """A model that is only asked: any function float32 (n, length, channels) -> (n, tasks).

        It has no gradient, so that methods which need one refuse it; it is explained by
        ``occlusion``, ``ism``, ``shapley_sampling``, ``kernel_shap`` and ``lime``, and by
        subsets, with ``target="output"``.
        """
        answer = np.asarray(function(np.zeros((2, length, channels), np.float32)))
        if answer.ndim != 2 or len(answer) != 2:
            raise BadInput(
                f"the function gives the shape {answer.shape} for 2 inputs", expected="(2, tasks)"
            )
        asked = partial(only_asked, function, answer.shape[1])
        shape, outputs = (None, length, channels), [("output", (None, answer.shape[1]))]
        network = opaque(
            asked, inputs=[("input", shape)], outputs=outputs, variables=(), reason="a function"
        )
        return cls.of(network, tasks)

    def task_index(self, task: int | str) -> int:
        """Place of a task (index, name, ``output/index``, or name of a profile) in the order."""
        if isinstance(task, int | np.integer) and not isinstance(task, bool):
            return self._checked_index(int(task))
        if not isinstance(task, str):
            raise BadInput(f"a task is {describe(task)}", expected="an index or a name")
        for names in (self.tasks, self.canonical, self._short_names()):
            if task in names:
                return names.index(task)
        raise self._unknown_task(task)

    def output_of(self, task: int) -> tuple[int, int | None]:
        """Output that holds task number ``task``, and its column there (None for a profile)."""
        places = []
        for place, output in enumerate(self.network.outputs):
            columns = [None] if len(output.shape) == 3 else range(output.shape[-1])
            places += [(place, column) for column in columns]
        return places[task]

    def declared(self, inputs: np.ndarray, unknown: np.ndarray | None = None) -> np.ndarray | None:
        """``unknown`` and, among vectors of tokens, padding: bool (n, length), or None."""
        if self.vectors is None:
            return unknown
        padding = inputs[..., -1] == 0
        return padding if unknown is None else padding | np.asarray(unknown, bool)

    def compiled(self, key: object, make: Callable[[], Any]) -> Any:
        """The function kept under ``key``, made at first use: a graph is traced once."""
        if key not in self._compiled:
            self._compiled[key] = make()
        return self._compiled[key]

    def check_repeats(self, inputs: np.ndarray) -> None:
        """BadInput where the network gives other answers at the second asking; asked once."""
        if not self._repeats and len(inputs):
            check_repeats(self.network, inputs[:1])
            self._repeats = True

    def _checked_index(self, task: int) -> int:
        if 0 <= task < len(self.tasks):
            return task
        raise BadInput(
            f"there is no task number {task}", expected=f"0 to {len(self.tasks) - 1}: {self.tasks}"
        )

    def _short_names(self) -> list[str]:
        return [name.removeprefix("profile_") for name in self.canonical]

    def _unknown_task(self, task: object) -> BadInput:
        known = list(dict.fromkeys([*self.tasks, *self.canonical]))
        return BadInput(
            f"the model has no task {task!r}{nearest(task, known)}",
            expected=f"one of {', '.join(known)}",
        )


def load_model(
    source: Source, custom_objects: dict | None = None, layout: str | Mapping | None = None
) -> Model:
    """Read a model and, where there is one, the ``.json`` beside it (tasks, background, layout).

    Parameters
    ----------
    source
        A .keras archive, an HDF5 file, a pair (architecture .json, weights .h5) or a SavedModel
        folder, of Keras 2 or 3. What can be rebuilt is a Keras 3 network, whose answers were
        compared with those of Keras 2 (1e-5); a SavedModel without its layers' configs only has
        outputs and gradients. No code in a file is run.
    custom_objects
        Name -> class or function of Keras 3, for layers of your own; for a Lambda layer the
        name of the layer. Losses aren't needed.
    layout
        Order of the input's axes (``length_channels``, ``channels_length``, ...), or a mapping;
        see ``chromolens.models.foreign.layout``.

    Raises
    ------
    BadInput
        Missing or unreadable file, Lambda or unknown layers, weights that are missing or NaN,
        inputs that aren't as the layout says, a sidecar of another file.
    """
    paths = parts_of(source)
    digest = digest_of(paths)
    facts = read_facts(paths[-1], digest)
    known = layout_of(facts.get("layout") if layout is None else layout)
    classes = known.custom_objects() | (custom_objects or {})
    return Model.adapted(functional(read_network(paths, classes)), known, facts, digest)


def load_folds(paths: Sequence[Source]) -> dict[str, list[Model]]:
    """The replicates of each fold, by the fold that each model's sidecar names."""
    folds: dict[str, list[Model]] = {}
    for path in paths:
        model = load_model(path)
        folds.setdefault(model.facts["fold"], []).append(model)
    return folds


def check_inputs(model: Model, inputs: np.ndarray) -> np.ndarray:
    """``inputs`` as float32, or BadInput where they can't be the model's.

    One-hot integers and bools are taken as the floats that they are, tokens as their vectors,
    images as their pixels in a row.
    """
    inputs = in_a_row(model, np.asarray(inputs))
    if model.vectors is not None and inputs.shape[2:] != (model.channels,):
        inputs = _read_vectors(model.vectors, model.length, inputs)
    sides = ", ".join(map(str, model.image or (model.length or "length",)))
    expected = f"float32 (n, {sides}, {model.channels})"
    if inputs.dtype.kind not in "fiub":
        raise BadInput(f"inputs are {inputs.dtype}", expected=expected, remedy="one-hot encode")
    wanted = (model.length or (inputs.shape[1] if inputs.ndim == 3 else None), model.channels)
    if inputs.ndim != 3 or inputs.shape[1:] != wanted:
        remedy = "one-hot encode" if inputs.ndim == 2 else ""
        raise BadInput(f"inputs have shape {inputs.shape}", expected=expected, remedy=remedy)
    if not np.isfinite(inputs).all():
        row = int(np.argwhere(~np.isfinite(inputs))[0, 0])
        raise BadInput("inputs hold NaN or infinity", expected=expected, where=f"row {row}")
    inputs = inputs.astype(np.float32, copy=False)
    model.check_repeats(inputs)
    return inputs


def in_a_row(model: Model, array: np.ndarray) -> np.ndarray:
    """Images (..., height, width, channels) as their pixels; anything else as it is."""
    if model.image and array.shape[-3:] == (*model.image, model.channels):
        return array.reshape(*array.shape[:-3], -1, model.channels)
    return array


def _read_vectors(vectors: Vectors, length: int | None, tokens: np.ndarray) -> np.ndarray:
    if tokens.ndim != 2 or tokens.shape[1] != (length or tokens.shape[1]):
        one_hot = tokens.ndim == 3
        raise BadInput(
            f"inputs have shape {tokens.shape}",
            expected=f"tokens, integers (n, {length or 'length'})",
            remedy="of one-hot tokens take tokens.argmax(axis=-1)" if one_hot else "",
        )
    return vectors.read(tokens)
