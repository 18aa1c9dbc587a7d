"""The layers that an input passes one after the other, before a network branches."""

import keras


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
