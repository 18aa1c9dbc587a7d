"""Rescale: the multiplier of a one-input nonlinearity is dy / dx (Shrikumar 2017, 3.5.2)."""

from keras import layers

from chromolens.attribution._activations import activate, elementwise

FAMILIES = ("rescale",)
RULES = {
    layers.Activation: activate,
    layers.ReLU: elementwise,
    layers.LeakyReLU: elementwise,
    layers.PReLU: elementwise,
    layers.ELU: elementwise,
}
