"""Products of tensors of the network: each factor gets its Shapley share.

Of two factors each change counts with the mean of the other's two values; in a matrix product
this holds for every product of two entries. See ``chromolens.attribution._polynomials``.
"""

from keras import layers

from chromolens.attribution._pair import Pair
from chromolens.attribution._polynomials import polynomial
from chromolens.attribution._walk import no_rule

FAMILIES = ("rescale",)


def multiplied(layer: layers.Multiply, inputs: list[Pair]) -> Pair:
    """Multiply: gates, squeeze-and-excitation, any number of factors."""
    return polynomial(layer, inputs, degree=len(inputs))


def dotted(layer: layers.Dot, inputs: list[Pair]) -> Pair:
    """Dot of two tensors; with normalize=True there is no rule."""
    if layer.normalize:
        raise no_rule(f"layer {layer.name!r} with normalize=True", "UnitNormalization before it")
    return polynomial(layer, inputs)


RULES = {layers.Multiply: multiplied, layers.Dot: dotted}
