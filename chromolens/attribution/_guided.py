"""What deconvnet and guided backpropagation share: they differ at a ReLU alone."""

from functools import partial

import keras
import tensorflow as tf

from chromolens.attribution._explanation import (
    Explanation,
    by_multipliers,
    by_slopes,
    reference_values,
    slopes,
)
from chromolens.attribution._modified import Back
from chromolens.attribution._settings import check_switch
from chromolens.attribution._walk import rules_for
from chromolens.attribution.rules.guided import RELU, SQUASHING, Changes, other
from chromolens.models.graph import walk
from chromolens.models.targets import Target


def by_changed_relu(
    method: str,
    back: Back,
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    times_input: bool,
    relu_only: bool,
) -> Explanation:
    """The signal that arrives at the input, times x - x' or at the observed base."""
    check_switch(method, "times_input", times_input)
    check_switch(method, "relu_only", relu_only)
    changes = Changes(back, RELU if relu_only else (*RELU, *SQUASHING))
    rules = rules_for("guided")

    def rule(layer: keras.Operation, *inputs: object, **options: object) -> object:
        return rules.get(type(layer), other)(changes, layer, *inputs, **options)

    here = slopes(target, inputs, forward=partial(walk, target.graph, rule=rule))
    base = reference_values(target, references, here.frozen)
    if not times_input:
        return by_slopes(here, inputs, base)
    return by_multipliers(
        here.gradients[:, :, None],
        inputs,
        references,
        values=here.values,
        reference_values=base,
        complete=False,
    )
