"""What the first convolution of a network looks for: the sites that excite each of its filters.

A site is a place where a filter's activation exceeds half of the largest that it reaches over
all windows of its fold (Kelley, Snoek and Rinn, 2016, DOI 10.1101/gr.200535.115; the idea is
that of DeepBind, Alipanahi et al., 2015, DOI 10.1038/nbt.3300). The bases below all sites of a
filter, counted column by column, are its motif. Activations are read behind the batch
normalisation and the activation function that follow the convolution; a filter that is nowhere
above 0 is dead and has no sites. Sequences are read as the network reads them, on their own
strand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd

from chromolens.genome.onehot import UNKNOWN
from chromolens.inputs.batches import Inputs
from chromolens.models.batching import batches, padded
from chromolens.models.foreign.rearranged import Rearranged
from chromolens.models.model import Model
from chromolens.runlog import logger
from chromolens.tables.models import FILTER_SITES

BATCH = 32

INERT = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
)
"""Layers that change nothing at inference."""
_BEHIND = (
    *INERT,
    keras.layers.BatchNormalization,
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
)


class Filters(NamedTuple):
    """``counts`` float (filters, width, 4): bases below the sites, N left out; ``sites`` int and
    ``maxima`` float, (filters,)."""

    counts: np.ndarray
    sites: np.ndarray
    maxima: np.ndarray


def filters_of_folds(
    models: Mapping[str, Sequence[Model]], inputs: Inputs, rows: np.ndarray, folds: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sites of all filters of each fold's first replicate, in those ``rows`` that it never saw.

    ``folds``: as ``FOLDS``. Gives ``FILTER_SITES`` less ``model``, and the counts (width, 4) of
    those with sites by ``motif``. A network without such a convolution has no rows; the log
    says so.
    """
    tables, counts = [pd.DataFrame(columns=FILTER_SITES.after("model"))], {}
    for fold, (model, *_) in sorted(models.items()):
        test = folds.loc[(folds["fold"] == fold) & (folds["role"] == "test"), "group"]
        own = rows[inputs.windows["group"].iloc[rows].isin(test).to_numpy()]
        found = filter_sites(model, inputs, own)
        number = np.arange(len(found.sites))
        names = [f"{fold}_filter_{place}" for place in number]
        facts = {"filter": number, "sites": found.sites, "max_activation": found.maxima}
        tables.append(pd.DataFrame({"motif": names, "fold": fold, **facts, "windows": len(own)}))
        counts |= {names[place]: found.counts[place] for place in np.flatnonzero(found.sites)}
    table = pd.concat([part for part in tables if len(part)] or tables[:1], ignore_index=True)
    dead = int((table["sites"] == 0).sum())
    logger.info("%d filters, %d of them dead: never above 0", len(table), dead)
    return table, counts


def filter_sites(model: Model, inputs: Inputs, rows: np.ndarray) -> Filters:
    """Sites of each filter of the first convolution in the windows ``rows``.

    Bases outside the window, which padding lets a filter see, count as N.
    """
    node = first_convolution(model.network)
    if node is None or not len(rows):
        reason = "no windows" if node else "no Conv1D reads the sequence first"
        logger.warning("no filters are read: %s", reason)
        return Filters(np.zeros((0, 0, 4)), np.zeros(0, int), np.zeros(0))
    probe = keras.Model(model.network.inputs[0], _activation(model.network, node))
    blocks = [rows[part] for part in batches(np.arange(len(rows)), BATCH)]
    maxima = np.max([_excited(probe, inputs, block).max(axis=(0, 1)) for block in blocks], axis=0)
    maxima = np.maximum(maxima, 0)
    counts = np.zeros((len(maxima), node.operation.kernel_size[0], 5))
    sites = np.zeros(len(maxima), dtype=int)
    for block in blocks:
        found = np.nonzero(_excited(probe, inputs, block) > np.where(maxima, maxima / 2, np.inf))
        sites += np.bincount(found[2], minlength=len(maxima))
        _count(counts, found, inputs.codes(block), node.operation)
    return Filters(counts[..., :4], sites, maxima)


def first_convolution(network: keras.Model) -> object | None:
    """The node of the first Conv1D that reads the input (n, length, channels), or None.

    Dropout and a change of the channels' order may come before it.
    """
    tensor = network.inputs[0]
    while True:
        readers = list(_readers(network, tensor))
        found = [node for node in readers if type(node.operation) is keras.layers.Conv1D]
        if found:
            return found[0]
        if len(readers) != 1 or not _keeps_places(readers[0].operation):
            return None
        tensor = readers[0].outputs[0]


def _readers(network: keras.Model, tensor: object) -> Iterator:
    nodes = (node for level in network._nodes_by_depth.values() for node in level)
    return (node for node in nodes if any(given is tensor for given in node.input_tensors))


def _keeps_places(layer: keras.Operation) -> bool:
    if isinstance(layer, Rearranged):
        return layer.axes == ("length", "channels") and not layer.turned
    return isinstance(layer, INERT)


def _activation(network: keras.Model, node: object) -> object:
    """What the convolution gives once normalised and passed through its activation function."""
    while True:
        tensor = node.outputs[0]
        readers = list(_readers(network, tensor))
        if len(readers) != 1 or not isinstance(readers[0].operation, _BEHIND):
            return tensor
        node = readers[0]


def _excited(probe: keras.Model, inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """Activations (n, places, filters)."""
    return probe.predict_on_batch(padded(inputs.onehot(rows), BATCH))[: len(rows)]


def _count(
    counts: np.ndarray,
    found: tuple[np.ndarray, ...],
    codes: np.ndarray,
    layer: keras.layers.Conv1D,
) -> None:
    """Add the bases below the sites ``found`` (rows, places, filters) to ``counts`` (.., 5)."""
    rows, places, filters = found
    stride, dilation = layer.strides[0], layer.dilation_rate[0]
    span = (layer.kernel_size[0] - 1) * dilation
    around = np.pad(codes, ((0, 0), (span, span)), constant_values=UNKNOWN)
    first = span + places * stride - _left(layer, codes.shape[1], span)
    for column in range(counts.shape[1]):
        base = around[rows, first + column * dilation]
        found_here = np.bincount(filters * 5 + base, minlength=counts[:, column].size)
        counts[:, column] += found_here.reshape(-1, 5)


def _left(layer: keras.layers.Conv1D, length: int, span: int) -> int:
    """Places that padding puts before the sequence."""
    stride = layer.strides[0]
    missing = max((-(-length // stride) - 1) * stride + span + 1 - length, 0)
    return {"valid": 0, "causal": span, "same": missing // 2}[layer.padding]
