"""What the layers of a network give for chosen inputs, and the inputs that excite a unit most."""

from typing import NamedTuple

import keras
import numpy as np

from chromolens.attribution.settings import check_count
from chromolens.brief import brief
from chromolens.models.batching import BATCH_SIZE, batches, pad_rows
from chromolens.models.graph import single
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import CustomTarget, target_values
from chromolens.models.units import layer_output
from chromolens.ties import TIE, descending


class Exciting(NamedTuple):
    """The inputs with the largest targets, the largest first; of equals the first.

    ``rows`` int (count,), places among the inputs; ``values`` float32 (count,), target units.
    """

    rows: np.ndarray
    values: np.ndarray

    __repr__ = brief


def activations(
    model: Model | keras.Model, inputs: np.ndarray, layer: str, *, batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Output of ``layer`` for ``inputs``, after its activation function.

    Parameters
    ----------
    inputs : float32 (n, length, channels)
    layer
        A layer's name, ``NETWORK/LAYER`` inside a nested network.

    Returns
    -------
    float32 (n, units), (n, positions, units) or (n, rows, columns, units).

    Raises
    ------
    BadInput
        No such layer, with the nearest name.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    inputs = check_inputs(model, inputs)
    check_count("activations", "batch_size", batch_size)
    tensor = layer_output(model.network, layer)
    probe = model.compiled(
        ("layer", layer), lambda: keras.Model(single(model.network.inputs), tensor)
    )
    found = [
        probe.predict_on_batch(pad_rows(inputs[rows], batch_size))[: len(rows)]
        for rows in batches(np.arange(len(inputs)), batch_size)
    ]
    sides = [size or 0 for size in tensor.shape[1:]]
    return np.concatenate(found) if found else np.zeros((0, *sides), np.float32)


def most_exciting(
    model: Model | keras.Model,
    inputs: np.ndarray,
    *,
    target: str | CustomTarget = "logit",
    task: int | str = 0,
    count: int = 10,
) -> Exciting:
    """The ``count`` of ``inputs`` whose target is largest, such as ``target="conv2/7:max"``.

    Fewer where there are fewer inputs. See ``chromolens.attribute`` for the arguments.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    check_count("most_exciting", "count", count)
    values = target_values(model, inputs, tasks=[task], target=target)[:, 0]
    slack = TIE * np.abs(values).max(initial=0)
    rows = descending(values[None], np.array([slack]))[0, :count]
    return Exciting(rows, values[rows])
