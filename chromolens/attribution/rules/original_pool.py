"""Max pooling as the deeplift package has it, for ``pool="original"``: the gradient at the input.

The change of the maximum goes to where the input, on the taped side, has its first maximum. That
completes only where the reference is the same all over each pool.
"""

from functools import partial

from keras import layers

from chromolens.attribution._pair import Pair
from chromolens.attribution._walk import both
from chromolens.models.maxima import called

FAMILIES = ("original_pool",)


def pooled(layer: layers.Layer, inputs: Pair) -> Pair:
    """MaxPooling1D and GlobalMaxPooling1D, channels last."""
    return both(partial(called, layer), inputs)


RULES = dict.fromkeys((layers.MaxPooling1D, layers.GlobalMaxPooling1D), pooled)
