"""Grad-CAM (Selvaraju et al., 2017): mean gradients times the maps of the last convolution.

With feature maps A, alpha[f] = mean_p dF/dA[p, f], and the map is ReLU(sum_f alpha[f] A[p, f]). It
is compared with nothing, so references only give ``reference_values``.
"""

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.gradients.maps import by_maps, with_maps
from chromolens.attribution.settings import check_switch
from chromolens.errors import BadInput
from chromolens.models.differentiable import call
from chromolens.models.graph import levels, walk
from chromolens.models.kinds import IN_PLACE, Kind, classes
from chromolens.models.targets import Pick, Target

CONVOLUTIONS = (
    *classes(Kind.SLIDES | Kind.WEIGHTS),
    *(layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D),
)
HYPOTHETICAL = False
NOT_FOR_TOKENS = "it maps filters that slide along bases"


def explain(
    target: Target, inputs: tf.Tensor, references: tf.Tensor, *, relu: bool = True
) -> Explanation:
    """One gradient. The map is stretched linearly to the input's length; an N has 0.

    Shapes and units: see ``attribution.methods``. There are no hypothetical contributions.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``. The maps are those after the last convolution's batch
        normalisation and activation, where these follow directly.
    relu
        Drop what is negative, as in the paper.
    """
    check_switch("grad_cam", "relu", relu)
    sources = [_last_maps(target, pick) for pick in target.picks]
    graph = with_maps(target, sources)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        found = walk(graph, inputs, call)
        maps, outputs = found[: len(sources)], found[len(sources) :]
        columns = tf.unstack(target.read(outputs, target.freeze(outputs)), axis=1)
    importance = [_weighted(*pair, tape) for pair in zip(columns, maps, strict=True)]
    importance = [tf.nn.relu(values) for values in importance] if relu else importance
    return by_maps(target, inputs, references, importance, outputs)


def _weighted(column: tf.Tensor, maps: tf.Tensor, tape: tf.GradientTape) -> tf.Tensor:
    alpha = tf.reduce_mean(tape.gradient(column, maps), axis=range(1, len(maps.shape) - 1))
    return tf.einsum("n...f,nf->n...", maps, alpha)


def _last_maps(target: Target, pick: Pick) -> object:
    """The maps (n, ..., filters) of the last convolution before a task's output."""
    graph = keras.Model(target.graph.inputs[0], target.graph.outputs[pick.output])
    _check_is_number(graph, pick)
    last, maps, uses = None, None, 0
    for nodes in levels(graph):
        here = [node for node in nodes if isinstance(node.operation, CONVOLUTIONS)]
        if here:
            last, maps = here[-1].operation, here[-1].outputs[0]
            uses = len(here)
        for node in nodes:
            if isinstance(node.operation, IN_PLACE) and node.input_tensors[0] is maps:
                maps = node.outputs[0]
    _check_one(last, uses)
    return maps


def _check_is_number(graph: keras.Model, pick: Pick) -> None:
    """A profile is its own last map, and as it is centred its mean gradients are 0 there."""
    if pick.column is None:
        raise BadInput(
            f"grad_cam: the target isn't one number of output {graph.output_names[0]!r}",
            expected="a task of an output (n, tasks), no profile",
            remedy="explain it with gradient_x_input or integrated_gradients",
        )


def _check_one(convolution: layers.Layer | None, uses: int) -> None:
    if convolution is None:
        raise BadInput(
            "grad_cam: the network has no convolution",
            expected="a Conv1D or Conv2D layer that is not inside a nested model",
            remedy="explain it with saliency or gradient_x_input",
        )
    if uses > 1:
        raise BadInput(
            f"grad_cam: {uses} convolutions stand side by side in the last place, "
            f"{convolution.name!r} is one of them",
            expected="one last convolution",
        )
