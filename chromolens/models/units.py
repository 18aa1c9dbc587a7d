"""Hidden units: what any layer of a network gives, and one number of it as a target.

A unit is ``LAYER/UNIT``: a layer's name and the place of the unit on the last axis of what the
layer gives, its activation function included. A layer inside a nested network is
``NETWORK/LAYER``. Where a layer has positions it is said how they become one number:

===================  ======================================================================
``LAYER/UNIT``       of a layer without positions, (n, units)
``LAYER/UNIT:max``   its largest value over all positions
``LAYER/UNIT:mean``  its mean
``LAYER/UNIT:P``     its value at position P of the layer, from 0; ``P,Q`` of a layer (n,
                     rows, columns, units)
===================  ======================================================================

The cut is a network of Keras layers, so that every method meets it as it meets an output.
"""

import keras
from keras import layers

from chromolens.errors import BadInput, nearest
from chromolens.models.graph import functional, is_graph, levels, single
from chromolens.models.target_names import Unit

_POOLS = {
    ("max", 3): layers.GlobalMaxPooling1D,
    ("max", 4): layers.GlobalMaxPooling2D,
    ("mean", 3): layers.GlobalAveragePooling1D,
    ("mean", 4): layers.GlobalAveragePooling2D,
}


def unit_graph(network: keras.Model, unit: Unit) -> keras.Model:
    """Input -> (n, units): the layer of ``unit``, its positions as one number.

    Raises
    ------
    BadInput
        A layer, unit or position that doesn't exist, positions that are left open, or are asked
        of a layer that has none.
    """
    tensor = layer_output(network, unit.layer)
    count, sides = tensor.shape[-1], tensor.shape[1:-1]
    if not 0 <= unit.number < count:
        raise BadInput(
            f"layer {unit.layer!r} has no unit {unit.number}", expected=f"0 to {count - 1}"
        )
    if bool(unit.at) != bool(sides):
        name, ways = f"{unit.layer}/{unit.number}", ":max, :mean or :POSITION"
        shape = f"{tuple(tensor.shape)}, {'with' if sides else 'without'} positions"
        raise BadInput(
            f"target {unit.name!r}: layer {unit.layer!r} gives {shape}",
            expected=f"{name!r} and one of {ways}" if sides else repr(name),
        )
    return keras.Model(single(network.inputs), _at(tensor, unit))


def layer_output(network: keras.Model, path: str) -> keras.KerasTensor:
    """What the layer at ``path`` gives (n, ..., units), the first where it gives several.

    Raises
    ------
    BadInput
        No such layer, one that is used more than once, or one that gives no numbers per unit.
    """
    tensor = _found(network, path)
    if tensor is None:
        known = [name for node in _nodes(network) for name in _paths(node)]
        raise BadInput(
            f"the network has no layer {path!r}{nearest(path, known)}",
            expected=f"one of {', '.join(known)}",
        )
    if (
        len(tensor.shape) not in (2, 3, 4)
        or tensor.shape[-1] is None
        or "float" not in str(tensor.dtype)
    ):
        raise BadInput(
            f"layer {path!r} gives {tuple(tensor.shape)} of {tensor.dtype}",
            expected="floats (n, units), (n, positions, units) or (n, rows, columns, units)",
        )
    return tensor


def _found(network: keras.Model, path: str) -> keras.KerasTensor | None:
    name, _, rest = path.partition("/")
    uses = [node for node in _nodes(network) if node.operation.name == name]
    if len(uses) > 1:
        raise BadInput(
            f"layer {name!r} is used {len(uses)} times: it isn't clear which is meant",
            expected="a layer that is used once, such as the one that reads it",
        )
    if not uses or (rest and not is_graph(uses[0].operation)):
        return None
    (node,) = uses
    if not rest:
        return node.outputs[0]
    inner = functional(node.operation)
    found = _found(inner, rest)
    if found is None:
        return None
    return keras.Model(single(inner.inputs), found)(single(node.input_tensors))


def _nodes(network: keras.Model) -> list:
    return [node for level in levels(network) for node in level if node.input_tensors]


def _paths(node: object) -> list[str]:
    layer = node.operation
    below = _nodes(functional(layer)) if is_graph(layer) else []
    return [layer.name, *(f"{layer.name}/{path}" for one in below for path in _paths(one))]


def _at(tensor: keras.KerasTensor, unit: Unit) -> keras.KerasTensor:
    if not unit.at:
        return tensor
    sides = tensor.shape[1:-1]
    if isinstance(unit.at, str):
        return _POOLS[unit.at, len(tensor.shape)]()(tensor)
    inside = len(unit.at) == len(sides) and None not in sides
    if not inside or any(at >= side for at, side in zip(unit.at, sides, strict=True)):
        shown = " x ".join("any number of" if side is None else str(side) for side in sides)
        raise BadInput(
            f"target {unit.name!r}: layer {unit.layer!r} has {shown} positions",
            expected=f"{len(sides)} number{'s' if len(sides) > 1 else ''} below these, from 0"
            if None not in sides
            else "max or mean",
        )
    return tensor[(slice(None), *unit.at)]
