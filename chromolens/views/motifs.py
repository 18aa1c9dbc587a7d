"""What the filters of any layer look for: the bases in their receptive fields at their sites.

The rule of ``models.filters`` for the first layer, carried on to deeper ones: a site of a filter
is a position of the layer where its activation exceeds half of the largest over all inputs. What
that position sees of the input is its receptive field, put together from the windows of all
layers on the way; the bases there, counted column by column, are the filter's motif.
"""

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import UNKNOWN
from chromolens.models.filters import Filters, count_below
from chromolens.models.model import Model, check_inputs
from chromolens.models.reach import field_of
from chromolens.models.units import layer_output
from chromolens.views.activations import activations


def unit_motifs(model: Model | keras.Model, inputs: np.ndarray, layer: str) -> Filters:
    """Sites of each unit of ``layer`` in DNA ``inputs`` (n, length, 4), as the network reads it.

    Returns
    -------
    Filters
        ``counts`` (units, width of the receptive field, 4): bases below the sites, N and what lies
        outside the inputs left out; ``sites`` and ``maxima`` (units,), 0 for a unit that is
        nowhere above 0.

    Raises
    ------
    BadInput
        No such layer, one without positions, or one that sees more than a window.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    inputs = check_inputs(model, inputs)
    tensor = layer_output(model.network, layer)
    if len(tensor.shape) != 3 or model.channels != 4 or not len(inputs):
        raise BadInput(
            f"layer {layer!r} gives {tuple(tensor.shape)} for {len(inputs)} inputs of "
            f"{model.channels} channels",
            expected="(n, positions, units), for one input of DNA or more",
        )
    reach = field_of(tensor)
    excited = activations(model, inputs, layer)
    maxima = np.maximum(excited.max(axis=(0, 1)), 0)
    found = np.nonzero(excited > np.where(maxima, maxima / 2, np.inf))
    counts = np.zeros((len(maxima), reach.size, 5))
    codes = np.where(inputs.any(axis=-1), inputs.argmax(axis=-1), UNKNOWN)
    count_below(counts, found, codes, reach)
    return Filters(counts[..., :4], np.bincount(found[2], minlength=len(maxima)), maxima)
