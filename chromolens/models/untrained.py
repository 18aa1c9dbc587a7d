"""The same network with first weights: what its architecture does before it has seen anything.

Every layer is built anew from its config, so that its own initialisers draw its weights: frozen
layers and those that came trained too. Batch normalisation begins at mean 0 and variance 1. What
``Normalization`` layers know of the data is no weight that was learned, and stays.
"""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from chromolens.errors import BadInput, in_words
from chromolens.models.foreign.network import Opaque
from chromolens.models.graph import all_layers, functional, run, single
from chromolens.models.model import Model


def untrained(model: Model, seed: int | Sequence[int]) -> Model:
    """``model`` with first weights, drawn by ``seed`` alone.

    BadInput where a layer can't be built anew: a SavedModel without its layers' configs, a
    function, a class of your own without ``get_config``.
    """
    network, layout = model.given
    # known answers are those of the trained network
    return Model.adapted(_rebuilt(network, seed), replace(layout, check=()), model.facts)


def redraw(model: Model, seed: int | Sequence[int]) -> None:
    """Give ``model``, one of ``untrained``, the first weights of ``seed``; its graphs stay."""
    network, _ = model.given
    network.set_weights(_rebuilt(network, seed).get_weights())


def _rebuilt(network: keras.Model, seed: int | Sequence[int]) -> keras.Model:
    rng = np.random.default_rng(seed)
    made: dict[int, keras.Operation] = {}

    def again(layer: keras.Operation) -> keras.Operation:
        if id(layer) not in made:
            own = isinstance(layer, keras.layers.Layer)
            made[id(layer)] = _first(layer, rng) if own else layer
        return made[id(layer)]

    starts = [
        keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
        for tensor in network.inputs
    ]
    outputs = run(network, starts, again)
    fresh = functional(keras.Model(single(starts), single(outputs), name=network.name))
    for old, new in zip(all_layers(network), all_layers(fresh), strict=True):
        if isinstance(old, keras.layers.Normalization):
            new.set_weights(old.get_weights())
            new.finalize_state()
    return fresh


def _first(layer: keras.layers.Layer, rng: np.random.Generator) -> keras.layers.Layer:
    if isinstance(layer, Opaque):
        raise _not_again(layer, f"its layers aren't known ({layer.reason[:300]})")
    try:
        return type(layer).from_config(_seeded(layer.get_config(), rng))
    except Exception as error:  # whatever a class of somebody else's raises
        raise _not_again(layer, in_words(error)) from error


def _seeded(config: object, rng: np.random.Generator) -> object:
    """``config`` with a new seed wherever it has one: an initialiser's, however deep."""
    if isinstance(config, dict):
        return {
            key: int(rng.integers(2**31)) if key == "seed" else _seeded(value, rng)
            for key, value in config.items()
        }
    return [_seeded(part, rng) for part in config] if isinstance(config, list) else config


def _not_again(layer: keras.layers.Layer, why: str) -> BadInput:
    return BadInput(
        f"layer {layer.name!r} can't be built anew without its weights: {why}",
        expected="layers of Keras, or of classes with get_config and from_config",
    )
