"""How a network of layers is read: its nodes, what makes a tensor, who reads it, a walk.

A network is a graph. A node is one use of a layer or an operation: ``node.operation`` of
``node.input_tensors`` gives ``node.outputs``. Keras keeps most of this to itself; this module
alone touches its private names, so that a new Keras is met here and nowhere else.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple

import keras

from chromolens.errors import BadInput

FUNCTIONAL, SEQUENTIAL = "keras.src.models.functional", "keras.src.models.sequential"
"""Where Keras has its two classes of networks, as files of Keras 3 say it."""


class Made(NamedTuple):
    """What makes a tensor: ``operation`` of the tensors ``inputs``, as its output ``place``."""

    operation: keras.Operation
    inputs: list
    place: int


def functional(network: keras.Model) -> keras.Model:
    """A Sequential as a graph of layers; a functional model as it is.

    A network of a class of its own becomes a graph of one layer, by the shape that it was built
    for. BadInput where it wasn't built.
    """
    if isinstance(network, keras.Sequential) and network.built:
        return keras.Model(single(network.inputs), network.outputs)
    if hasattr(network, "_run_through_graph"):
        return network
    shapes = list((getattr(network, "_build_shapes_dict", None) or {}).values())
    sides = shapes[0][1:] if len(shapes) == 1 and isinstance(shapes[0], tuple | list) else [None]
    if not network.built or not all(isinstance(size, int) for size in sides):
        raise BadInput(
            f"the network {network.name!r} isn't built: the shape of its input isn't known",
            expected="a network with one input of a known shape",
            remedy="call it once on inputs, or begin it with keras.Input((length, channels))",
        )
    start = keras.Input(tuple(sides))
    return keras.Model(start, network(start))


def is_graph(layer: keras.Operation) -> bool:
    """Whether ``layer`` is a network whose own layers can be walked through."""
    known = isinstance(layer, keras.Sequential) or hasattr(layer, "_run_through_graph")
    return known and isinstance(layer, keras.Model)


def single(inputs: list) -> object:
    """The one input by itself: Keras wants to be called with the structure it was given."""
    return inputs[0] if len(inputs) == 1 else inputs


def run(network: keras.Model, inputs: object, called: Callable) -> list:
    """Outputs of ``network``, where ``called(layer)`` is called in the place of every layer.

    ``inputs``, nested or flat, are whatever these take: tensors of a graph, numbers, pairs.
    """
    outputs = network._run_through_graph(keras.tree.flatten(inputs), operation_fn=called)
    return keras.tree.flatten(outputs)


def walk(network: keras.Model, inputs: object, rule: Callable) -> list:
    """Outputs of ``network``, every layer or operation called as ``rule(layer, *inputs, ...)``.

    Networks inside it are walked through as well. BadInput for a layer called with
    ``training=True``.
    """

    def step(layer: keras.Operation) -> Callable:
        if is_graph(layer):
            return lambda inputs, **options: walk(functional(layer), inputs, rule)
        return partial(_call, rule, layer)

    return run(network, inputs, step)


def _call(rule: Callable, layer: keras.Operation, *inputs: object, **options: object) -> object:
    if options.pop("training", False):
        raise BadInput(
            f"layer {layer.name!r} is called with training=True: it may be random",
            expected="a network that gives the same answer every time",
        )
    options = {name: value for name, value in options.items() if value is not None}
    return rule(layer, *inputs, **options)


def operations(names: str) -> list[type]:
    """The operation classes ``names`` that this version of Keras has.

    ``x + y``, ``x[:, ::-1]`` or ``ops.mean(x, axis=1)`` in a functional model are operations, each
    of a class of its own, which Keras keeps to itself.
    """
    homes = [import_module(f"keras.src.{home}") for home in _HOMES]
    classes = (vars(home).get(name) for name in names.split() for home in homes)
    return [known for known in classes if isinstance(known, type)]


_HOMES = ("ops.numpy", "ops.nn", "ops.math", "ops.core", "activations.activations")


def all_layers(network: keras.Model) -> list[keras.layers.Layer]:
    """The layers of ``network``, and those of the networks and layers inside it."""
    return list(network._flatten_layers(include_self=False, recursive=True))


def levels(network: keras.Model) -> list[list]:
    """Nodes by their distance from the outputs, the farthest first: what a node reads is above."""
    found = network._nodes_by_depth
    return [found[depth] for depth in sorted(found, reverse=True)]


def readers(network: keras.Model, tensor: object) -> list:
    """The nodes of ``network`` that read ``tensor``, a tensor of its graph."""
    nodes = (node for level in network._nodes_by_depth.values() for node in level)
    return [node for node in nodes if any(given is tensor for given in node.input_tensors)]


def producer(tensor: object) -> Made:
    """What makes ``tensor``, a tensor of a graph."""
    operation, node, place = tensor._keras_history
    return Made(operation, operation._inbound_nodes[node].input_tensors, place)


def remade(tensor: object, inputs: list) -> object:
    """``tensor`` made once more by what makes it, of ``inputs`` (tensors, numbers) for its own."""
    operation, number, place = tensor._keras_history
    node = operation._inbound_nodes[number]
    given = {id(old): new for old, new in zip(node.input_tensors, inputs, strict=True)}
    positional, named = node.arguments.fill_in(given)
    return keras.tree.flatten(operation(*positional, **named))[place]


def takes_constants(tensor: object) -> bool:
    """Whether what makes ``tensor`` takes more than tensors of the graph: numbers, arrays."""
    operation, number, _ = tensor._keras_history
    node = operation._inbound_nodes[number]
    return len(keras.tree.flatten(node.arguments.args)) > len(node.input_tensors)


def masks(layer: keras.Operation) -> bool:
    """Whether an output of ``layer``, at any of its uses, is a mask of steps or carries one."""
    tensors = [tensor for node in layer._inbound_nodes for tensor in node.output_tensors]
    return any(
        tensor.dtype == "bool" or getattr(tensor, "_keras_mask", None) is not None
        for tensor in tensors
    )


def masked_inside(network: keras.Model) -> list[keras.Model]:
    """The networks inside ``network`` that are given masks of steps."""
    nodes = (node for level in levels(network) for node in level if is_graph(node.operation))
    return [node.operation for node in nodes if node.arguments.kwargs.get("mask") is not None]


def chain(graph: keras.Model) -> list:
    """Nodes from the input on, each of one input and each feeding the next one only.

    The last one may feed several; outputs of the graph are left out, so that
    ``keras.Model(node.outputs[0], graph.outputs)`` is what comes behind a node. Its layer is
    ``node.operation``. A layer called with ``training=True`` ends the chain: no setting of a
    layer says so.
    """
    nodes = {id(node) for level in levels(graph) for node in level}
    ends = {id(output) for output in graph.outputs}
    found, layer = [], producer(graph.inputs[0]).operation
    while True:
        following = [node for node in layer._outbound_nodes if id(node) in nodes]
        if len(following) != 1 or len(following[0].input_tensors) != 1:
            return found
        if id(following[0].outputs[0]) in ends or following[0].arguments.kwargs.get("training"):
            return found
        found.append(following[0])
        layer = following[0].operation
