"""Targets that are functions of the caller's: named, affine in the outputs, row by row."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput

CustomTarget = Callable[[Mapping[str, tf.Tensor]], tf.Tensor]


def target_name(target: str | CustomTarget) -> str:
    """What results call a target; BadInput for a function without a name."""
    if not callable(target):
        return target
    name = getattr(target, "__name__", "<lambda>")
    if name == "<lambda>":
        raise BadInput(
            "the target is a function without a name", remedy="define it with def: it is recorded"
        )
    return name


def check_affine(function: CustomTarget, names: Sequence[str], outputs: Sequence) -> None:
    """Contributions complete for sums of outputs only, each row for itself."""
    rng = np.random.default_rng(0)
    shapes = [(3, *(size or 8 for size in output.shape[1:])) for output in outputs]
    one, other = ([rng.normal(size=shape).astype(np.float32) for shape in shapes] for _ in "ab")
    middle = [(a + b) / 2 for a, b in zip(one, other, strict=True)]
    cases = [one, other, middle, [array[1:2] for array in one]]
    values = [
        np.asarray(function(dict(zip(names, map(tf.constant, case), strict=True))))
        for case in cases
    ]
    at_one, at_other, at_middle, alone = values
    if at_one.shape != (3,):
        raise BadInput(f"the target has shape {at_one.shape} for 3 inputs", expected="(3,)")
    scale = 1e-4 * max(1.0, np.abs(values[0]).max(), np.abs(values[1]).max())
    if np.abs(at_middle - (at_one + at_other) / 2).max() > scale:
        raise BadInput(
            f"the target {target_name(function)!r} is not affine in the outputs",
            remedy="put the nonlinear part into the network, as a layer with a rule",
        )
    if np.abs(alone - at_one[1:2]).max() > scale:
        raise BadInput(f"a row's target {target_name(function)!r} depends on other rows")
