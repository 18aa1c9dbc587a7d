"""Occlusion (Zeiler and Fergus, 2014): the change of the target on hiding a stretch.

A stretch of ``window`` positions is replaced by the reference; F(x) - F(x with it hidden) goes
in equal parts to those of its positions that differ from the reference. Where stretches overlap,
a position gets the mean over those that hold it. It promises no completeness, and no
hypothetical contributions: what another base would do is never asked.
"""

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.games.players import Game, explain_games
from chromolens.errors import BadInput
from chromolens.models.targets import Target

HYPOTHETICAL = False


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    window: int = 1,
    stride: int = 1,
) -> Explanation:
    """One forward pass for each stretch, input and reference.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    window
        Positions hidden together; of an image a square of so many rows and columns.
    stride
        From one stretch to the next; the last one is moved back to end with the input.
    """
    hidden = patches(target.image or (inputs.shape[1],), window, stride)

    def rule(game: Game) -> tf.Tensor:
        values = game.values(len(hidden), lambda some: tf.gather(~hidden, some))
        held = tf.constant(hidden, tf.float64)
        differing = tf.linalg.matvec(held, game.plays)
        shares = tf.math.divide_no_nan(game.full - values, differing[:, None])
        return tf.matmul(held / hidden.sum(axis=0), shares, transpose_a=True)

    return explain_games(target, inputs, references, rule, complete=False)


def patches(sides: tuple[int, ...], window: int, stride: int) -> np.ndarray:
    """What is hidden, bool (patches, positions): stretches along each side, crossed."""
    hidden = np.ones((1, 1), bool)
    for side in sides:
        along = stretches(side, window, stride)
        hidden = hidden[:, None, :, None] & along[None, :, None, :]
        hidden = hidden.reshape(hidden.shape[0] * len(along), -1)
    return hidden


def stretches(length: int, window: int, stride: int) -> np.ndarray:
    """Which positions each stretch hides, bool (stretches, length); BadInput for a bad setting."""
    for name, value, most in (("window", window, length), ("stride", stride, window)):
        if not isinstance(value, int) or not 1 <= value <= most:
            raise BadInput(f"occlusion: {name} is {value!r}", expected=f"1 to {most} positions")
    first = np.append(np.arange(0, length - window, stride), length - window)
    place = np.arange(length) - first[:, None]
    return (place >= 0) & (place < window)
