"""What the first convolution of a network looks for: the sites that excite each of its filters.

A site is a place where a filter's activation exceeds half of the largest that it reaches over
all windows of its fold (Kelley, Snoek and Rinn, 2016, DOI 10.1101/gr.200535.115; the idea is
that of DeepBind, Alipanahi et al., 2015, DOI 10.1038/nbt.3300). The bases below all sites of a
filter, counted column by column, are its motif. Activations are read behind the batch
normalisation and the activation function that follow the convolution; a filter that is nowhere
above 0 is dead and has no sites. Sequences are read as the network reads them, on their own
strand.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd

from chromolens.brief import brief
from chromolens.genome.onehot import UNKNOWN
from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models.batching import batches, pad_rows
from chromolens.models.foreign.rearranged import Rearranged
from chromolens.models.graph import readers
from chromolens.models.kinds import IDENTITIES, IN_PLACE
from chromolens.models.model import Model
from chromolens.models.reach import Reach, reach_of
from chromolens.runlog import logger
from chromolens.tables.models import FILTER_SITES

BATCH = 32


class Filters(NamedTuple):
    """``counts`` float (filters, width, 4): bases below the sites, N left out; ``sites`` int and
    ``maxima`` float, (filters,)."""

    counts: np.ndarray
    sites: np.ndarray
    maxima: np.ndarray

    __repr__ = brief


def filters_of_folds(
    models: Mapping[str, Sequence[Model]], inputs: Inputs, rows: np.ndarray, folds: Folds
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sites of all filters of each fold's first replicate, in those ``rows`` that it never saw.

    Gives ``FILTER_SITES`` less ``model``, and the counts (width, 4) of those with sites by
    ``motif`` (``fold0_filter_3``). A network without such a convolution has no rows; the log says
    so.
    """
    tables, counts = [pd.DataFrame(columns=FILTER_SITES.after("model"))], {}
    for fold, (model, *_) in sorted(models.items()):
        own = folds.rows(inputs.windows, fold, "test", among=rows)
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
        codes = inputs.codes(block)
        count_below(counts, found, codes, reach_of(node.operation, codes.shape[1]))
    return Filters(counts[..., :4], sites, maxima)


def first_convolution(network: keras.Model) -> object | None:
    """The node of the first Conv1D that reads the input (n, length, channels), or None.

    Layers that change nothing and a change of the channels' order may come before it.
    """
    tensor = network.inputs[0]
    while True:
        users = readers(network, tensor)
        found = [node for node in users if type(node.operation) is keras.layers.Conv1D]
        if found:
            return found[0]
        if len(users) != 1 or not _keeps_places(users[0].operation):
            return None
        tensor = users[0].outputs[0]


def _keeps_places(layer: keras.Operation) -> bool:
    if isinstance(layer, Rearranged):
        return layer.axes == ("length", "channels") and not layer.turned
    return isinstance(layer, IDENTITIES)


def _activation(network: keras.Model, node: object) -> object:
    """What the convolution gives once normalised and passed through its activation function."""
    while True:
        tensor = node.outputs[0]
        users = readers(network, tensor)
        if len(users) != 1 or not isinstance(users[0].operation, IN_PLACE):
            return tensor
        node = users[0]


def _excited(probe: keras.Model, inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """Activations (n, places, filters)."""
    return probe.predict_on_batch(pad_rows(inputs.arrays(rows), BATCH))[: len(rows)]


def count_below(
    counts: np.ndarray, found: tuple[np.ndarray, ...], codes: np.ndarray, reach: Reach
) -> None:
    """Add the bases below the sites ``found`` (rows, places, filters) to ``counts`` (.., 5).

    ``codes`` (rows, length); bases outside them count as N.
    """
    rows, places, filters = found
    around = np.pad(codes, ((0, 0), (reach.span, reach.span)), constant_values=UNKNOWN)
    first = reach.span + places * reach.stride - reach.left
    for column in range(counts.shape[1]):
        base = around[rows, first + column * reach.dilation]
        found_here = np.bincount(filters * 5 + base, minlength=counts[:, column].size)
        counts[:, column] += found_here.reshape(-1, 5)
