"""Walking through a network, layer by layer.

The layers that an input passes one after the other, before a network branches.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module

import keras

from chromolens.errors import BadInput
from chromolens.models.logits import functional


def walk(network: keras.Model, inputs: object, rule: Callable) -> list:
    """Outputs of ``network``, every layer or operation called as ``rule(layer, *inputs, ...)``.

    Networks inside it are walked through as well. BadInput for a layer called with
    ``training=True``.
    """

    def step(layer: keras.Operation) -> Callable:
        if isinstance(layer, keras.Model) and hasattr(functional(layer), "_run_through_graph"):
            return lambda inputs, **options: walk(functional(layer), inputs, rule)
        return partial(_call, rule, layer)

    outputs = network._run_through_graph(keras.tree.flatten(inputs), operation_fn=step)
    return keras.tree.flatten(outputs)


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


def chain(graph: keras.Model) -> list:
    """Nodes from the input on, each of one input and each feeding the next one only.

    The last one may feed several; outputs of the graph are left out, so that
    ``keras.Model(node.outputs[0], graph.outputs)`` is what comes behind a node. Its layer is
    ``node.operation``.
    """
    nodes = {id(node) for level in graph._nodes_by_depth.values() for node in level}
    ends = {id(output) for output in graph.outputs}
    found, layer = [], graph.inputs[0]._keras_history.operation
    while True:
        following = [node for node in layer._outbound_nodes if id(node) in nodes]
        if len(following) != 1 or len(following[0].input_tensors) != 1:
            return found
        if id(following[0].outputs[0]) in ends:
            return found
        found.append(following[0])
        layer = following[0].operation
