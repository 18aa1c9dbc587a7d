"""Methods that put positions of an input in the reference, and look at what the target does.

The players of a game are groups of neighbouring positions. A coalition keeps its players as they
are in the input and has all others as they are in the reference. A player that is the same in
both (an N, to begin with) changes nothing: its share is exactly 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation, frozen_row, reference_values
from chromolens.errors import BadInput
from chromolens.models.targets import Target
from chromolens.ties import TIE


@dataclass(frozen=True)
class Game:
    """One input and one of its references.

    Attributes
    ----------
    plays : float64 (players,)
        1 where a player differs between the two, else 0.
    full, empty : float64 (tasks,)
        The target at the input and at the reference.
    seed : int32 (1, 2)
        Of the input, for ``gradients.draws``; None where the method draws nothing.
    number : int32
        Of the reference among those of the input.
    values
        (count, coalitions) -> float64 (count, tasks), where ``coalitions`` maps numbers int32
        (m,) below ``count`` to bool (m, players).
    """

    plays: tf.Tensor
    full: tf.Tensor
    empty: tf.Tensor
    seed: tf.Tensor | None
    number: tf.Tensor
    values: Callable[[int, Callable[[tf.Tensor], tf.Tensor]], tf.Tensor]

    @property
    def players(self) -> int:
        """How many there are, those that change nothing included."""
        return self.plays.shape[0]


def explain_games(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    rule: Callable[[Game], tf.Tensor],
    *,
    complete: bool,
    group: int = 1,
    seeds: tf.Tensor | None = None,
) -> Explanation:
    """Means over the references of what ``rule`` gives the players: float64 (players, tasks).

    A player's share goes in equal parts to those of its ``group`` positions that differ.
    """
    outputs = target.outputs(inputs)
    frozen = target.freeze(outputs)
    values = target.read(outputs, frozen)
    at_references = reference_values(target, references, frozen)
    (rows, length, channels), count = inputs.shape, references.shape[1]

    def play(pair: tf.Tensor) -> tf.Tensor:
        row, number = pair // count, pair % count
        own = row if references.shape[0] > 1 else 0
        present, absent = inputs[row], references[own, number]
        differ = _differing(present, absent, group)
        game = Game(
            plays=tf.cast(tf.reduce_any(differ, axis=1), tf.float64),
            full=tf.cast(values[row], tf.float64),
            empty=tf.cast(at_references[own, number], tf.float64),
            seed=None if seeds is None else seeds[row : row + 1],
            number=number,
            values=_asking(target, present, absent, group, frozen_row(frozen, row), rows * count),
        )
        # rows that pad a batch are zeros
        return tf.cond(
            tf.reduce_any(present != 0) | (channels != 4),
            lambda: _shared(rule(game), differ, length),
            lambda: tf.zeros([values.shape[1], length]),
        )

    found = tf.map_fn(
        play, tf.range(rows * count), fn_output_signature=tf.float32, parallel_iterations=1
    )
    contributions = tf.reduce_mean(tf.reshape(found, [rows, count, -1, length]), axis=1)
    return Explanation(
        contributions=tf.transpose(contributions, [1, 0, 2]),
        hypothetical=None,
        values=values,
        reference_values=at_references,
        complete=complete,
    )


def players_of(inputs: tf.Tensor, group: int) -> int:
    """Number of players in inputs (n, length, channels); BadInput for a group that can't be."""
    length = inputs.shape[1]
    if not isinstance(group, int) or not 1 <= group <= length:
        raise BadInput(f"group is {group!r}", expected=f"1 to {length} positions")
    return -(-length // group)


def _differing(present: tf.Tensor, absent: tf.Tensor, group: int) -> tf.Tensor:
    """Which positions differ, by player: bool (players, group), past the end False."""
    size = tf.maximum(tf.abs(present), tf.abs(absent))
    differ = tf.reduce_any(tf.abs(present - absent) > TIE * size, axis=1)
    differ = tf.pad(differ, [[0, -present.shape[0] % group]])
    return tf.reshape(differ, [-1, group])


def _shared(worth: tf.Tensor, differ: tf.Tensor, length: int) -> tf.Tensor:
    """(players, tasks) -> float32 (tasks, length)."""
    shares = tf.cast(differ, tf.float64)
    shares = tf.math.divide_no_nan(shares, tf.reduce_sum(shares, axis=1, keepdims=True))
    by_position = tf.reshape(tf.transpose(worth)[..., None] * shares, [worth.shape[1], -1])
    return tf.cast(by_position[:, :length], tf.float32)


def _asking(
    target: Target,
    present: tf.Tensor,
    absent: tf.Tensor,
    group: int,
    frozen: list[tf.Tensor | None],
    size: int,
) -> Callable:
    """``Game.values``, by forward passes of ``size`` coalitions each."""

    def values(count: int, coalitions: Callable[[tf.Tensor], tf.Tensor]) -> tf.Tensor:
        def some(numbers: tf.Tensor) -> tf.Tensor:
            kept = tf.repeat(coalitions(numbers), group, axis=1)[:, : present.shape[0], None]
            return target(tf.where(kept, present, absent), frozen)

        runs = -(-count // size)
        numbers = np.arange(runs * size).clip(0, count - 1).reshape(runs, size)
        asked = tf.map_fn(
            some,
            tf.constant(numbers, tf.int32),
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.cast(tf.reshape(asked, [runs * size, len(target.picks)])[:count], tf.float64)

    return values
