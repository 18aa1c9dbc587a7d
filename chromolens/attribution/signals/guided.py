"""ReLUs of guided backpropagation and deconvnet; everything else keeps its gradient.

ReLU is changed wherever it stands: as a layer, fused into another, or as ``keras.ops.relu``. A
layer without a rule keeps its own gradient, unless the TensorFlow operations that it runs could
make a ReLU: then it is refused by name. LeakyReLU, PReLU, ELU, GELU and their like are other
nonlinearities, and keep their gradients.
"""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.explanation import (
    Explanation,
    by_multipliers,
    by_slopes,
    reference_values,
    slopes,
)
from chromolens.attribution.settings import check_switch
from chromolens.attribution.signals.modified import (
    Back,
    hand_back,
    linear_then_activation,
)
from chromolens.errors import BadInput
from chromolens.models.foreign.tokens import Vectors
from chromolens.models.graph import operations as operations_of
from chromolens.models.graph import walk
from chromolens.models.kinds import WEIGHTED
from chromolens.models.maxima import MAXIMA, call
from chromolens.models.targets import Target


def by_changed_relu(
    method: str,
    back: Back,
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    times_input: bool,
    relu_only: bool,
) -> Explanation:
    """The signal that arrives at the input, times x - x' or at the observed base."""
    check_switch(method, "times_input", times_input)
    check_switch(method, "relu_only", relu_only)
    changes = Changes(back, RELU if relu_only else (*RELU, *SQUASHING))

    def rule(layer: keras.Operation, *inputs: object, **options: object) -> object:
        return RULES.get(type(layer), other)(changes, layer, *inputs, **options)

    here = slopes(target, inputs, forward=partial(walk, target.graph, rule=rule))
    base = reference_values(target, references, here.frozen)
    if not times_input:
        return by_slopes(here, inputs, base)
    return by_multipliers(
        here.gradients[:, :, None],
        inputs,
        references,
        values=here.values,
        reference_values=base,
        complete=False,
    )


RELU = ("Relu", "Relu6", "relu", "relu6")
SQUASHING = ("Sigmoid", "Tanh", "sigmoid", "tanh")
# From any of these a ReLU can be put together: max(x, 0), x (x > 0), (x + |x|) / 2, ...
PIECEWISE = frozenset(
    "Relu Relu6 Maximum Minimum ClipByValue Abs Sign Greater GreaterEqual Less LessEqual "
    "PyFunc EagerPyFunc".split()
)


class Changes:
    """What is changed, and how.

    Parameters
    ----------
    back
        The rule of a changed nonlinearity, see ``modified.hand_back``.
    names
        Of the functions and operations that are changed.
    """

    def __init__(self, back: Back, names: tuple[str, ...]):
        self.back, self.names = back, names
        self.hiding = PIECEWISE | {name for name in names if name[0].isupper()}


def fused(changes: Changes, layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """Linear layers that end with an activation."""
    return linear_then_activation(layer, inputs, partial(_apply, changes, layer))


def activation(changes: Changes, layer: layers.Activation, inputs: tf.Tensor) -> tf.Tensor:
    """An activation by itself."""
    return _apply(changes, layer, layer.activation, inputs)


def relu(changes: Changes, layer: layers.ReLU, inputs: tf.Tensor) -> tf.Tensor:
    """A ReLU layer, also one with a threshold or a ceiling; with a slope it is a LeakyReLU."""
    if layer.negative_slope:
        return layer(inputs)
    return hand_back(layer.call, inputs, changes.back)


def kept(
    changes: Changes, layer: keras.layers.Layer, *inputs: object, **options: object
) -> object:
    """Layers that are known to be no ReLU."""
    return call(layer, *inputs, **options)


def other(changes: Changes, layer: keras.Operation, *inputs: object, **options: object) -> object:
    """Operations (``keras.ops``), and layers without a rule."""
    if type(layer).__name__ in changes.names and not isinstance(layer, layers.Layer):
        return hand_back(layer, inputs[0], changes.back)
    _refuse_hidden(changes, layer, partial(layer, **options), inputs)
    return layer(*inputs, **options)


def _apply(
    changes: Changes, layer: keras.layers.Layer, function: Callable, inputs: tf.Tensor
) -> tf.Tensor:
    if isinstance(function, layers.Layer):
        return RULES.get(type(function), other)(changes, function, inputs)
    name = getattr(function, "__name__", "")
    if getattr(keras.activations, name, None) is not function:
        _refuse_hidden(changes, layer, function, (inputs,))
    elif name in changes.names:
        return hand_back(function, inputs, changes.back)
    return function(inputs)


def _refuse_hidden(
    changes: Changes, layer: keras.Operation, function: Callable, inputs: tuple
) -> None:
    hidden = sorted(changes.hiding & operations(function, inputs))
    if hidden:
        raise BadInput(
            f"layer {layer.name!r} ({type(layer).__name__}) has no rule and runs "
            f"{', '.join(hidden)}: a ReLU may be hidden in it, and its gradient would be wrong",
            expected="ReLU as a layer, as the activation of a layer, or as keras.ops.relu",
            remedy="add a rule in chromolens/attribution/signals/guided.py, or explain this model "
            "with saliency or gradient_x_input",
        )


def operations(function: Callable, inputs: tuple) -> set[str]:
    """Names of the TensorFlow operations on floats that ``function`` runs, in loops too."""
    leaves = keras.tree.flatten(inputs)
    tensors = {place: leaf for place, leaf in enumerate(leaves) if tf.is_tensor(leaf)}

    def of_tensors(*given: tf.Tensor) -> object:
        # what else an operation takes, such as a slice, is no argument of a graph
        filled = {**dict(enumerate(leaves)), **dict(zip(tensors, given, strict=True))}
        return function(*keras.tree.pack_sequence_as(inputs, list(filled.values())))

    specs = [tf.TensorSpec(leaf.shape, leaf.dtype) for leaf in tensors.values()]
    graph = tf.function(of_tensors, autograph=False).get_concrete_function(*specs).graph
    made = graph.as_graph_def()
    nodes = [*made.node, *(node for inner in made.library.function for node in inner.node_def)]
    return {node.op for node in nodes if node.attr["T"].type in (0, tf.float32.as_datatype_enum)}


RULES = {
    **dict.fromkeys(WEIGHTED, fused),
    layers.Activation: activation,
    layers.ReLU: relu,
    **dict.fromkeys((layers.LeakyReLU, layers.PReLU, layers.ELU), kept),
    **dict.fromkeys(set(MAXIMA) - set(operations_of("Maximum Minimum")), kept),
    **dict.fromkeys((layers.Normalization, layers.UnitNormalization, Vectors), kept),
}
