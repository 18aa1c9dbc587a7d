"""Whether a network can be explained at all: finite weights, and the same answer twice."""

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.models.foreign.network import Opaque
from chromolens.models.graph import all_layers, masked_inside
from chromolens.models.kinds import Kind, classes

NOISE = 1e-6  # of the largest output: sums in another order, on a GPU


def check_weights(network: keras.Model) -> None:
    """BadInput, naming the layer, where a weight is NaN or infinite."""
    for layer in all_layers(network):
        weights = layer.foreign if isinstance(layer, Opaque) else layer.weights
        for weight in weights:
            if not np.isfinite(weight.numpy()).all():
                raise BadInput(
                    f"weight {weight.name!r} of layer {layer.name!r} holds NaN or infinity",
                    remedy="take the weights of an epoch before the training failed",
                )


def check_masks(network: keras.Model) -> None:
    """BadInput where a network inside is given masks: its layers could not be told which."""
    for inner in masked_inside(network):
        raise BadInput(
            f"layer {inner.name!r} is a network that gets masked steps",
            expected="masks for layers of the network itself",
            remedy="build the network of its layers, or without mask_zero",
        )


def check_stateless(network: keras.Model) -> None:
    """BadInput where a recurrent layer carries its state from one batch to the next."""
    for layer in all_layers(network):
        if getattr(layer, "stateful", False):
            raise BadInput(
                f"layer {layer.name!r} is stateful: an answer depends on the batch before it",
                remedy="build the network with stateful=False and copy the weights",
            )


def check_repeats(network: keras.Model, inputs: np.ndarray) -> None:
    """BadInput where the network answers ``inputs`` differently at the second asking."""
    first, second = (keras.tree.flatten(network(inputs)) for _ in range(2))
    for name, one, other in zip(network.output_names, first, second, strict=True):
        one, other = np.asarray(one), np.asarray(other)
        if np.abs(one - other).max() > NOISE * np.abs(one).max():
            raise BadInput(
                f"output {name!r} is random: the same input gives {one.flat[0]:g}, then "
                f"{other.flat[0]:g}",
                expected="a network without random layers at inference",
                where=", ".join(_suspects(network)) or "a layer of your own",
                remedy="call Dropout and noise layers without training=True",
            )


def _suspects(network: keras.Model) -> list[str]:
    known = classes(Kind.RANDOM)
    return [layer.name for layer in all_layers(network) if isinstance(layer, known)]
