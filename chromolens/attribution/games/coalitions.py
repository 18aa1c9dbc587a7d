"""Coalitions of players, all of them or drawn at random.

A coalition is bool (players,): who is kept.
"""

import numpy as np
import tensorflow as tf

from chromolens.attribution.games.players import Game
from chromolens.attribution.gradients.draws import uniform
from chromolens.errors import BadInput


def every(players: int) -> np.ndarray:
    """All coalitions, bool (2 ** players, players): player i is bit i of a coalition's number."""
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)


def ranks(game: Game, number: int, draws: int) -> tf.Tensor:
    """Draw ``number``: places of the players in random orders, int32 (draws, players)."""
    drawn = uniform(game.seed, 2 * game.number + number, [draws, game.players])[0]
    return tf.argsort(tf.argsort(drawn, axis=1), axis=1)


def of_sizes(game: Game, draws: int, chances: np.ndarray) -> tf.Tensor:
    """Random coalitions, bool (draws, players); ``chances`` (players + 1,) of sizes 0, 1, ..."""
    drawn = uniform(game.seed, 2 * game.number + 1, [draws])[0]
    bounds = tf.constant(np.cumsum(chances / chances.sum())[:-1], tf.float32)
    sizes = tf.searchsorted(bounds, drawn, side="right")
    return ranks(game, 0, draws) < sizes[:, None]


def check_samples(samples: int | None, players: int, method: str) -> int:
    """How many coalitions to fit: by default 2048 and 4 for each player."""
    if samples is None:
        return 2048 + 4 * players
    if not isinstance(samples, int) or samples < 4 * players:
        raise BadInput(
            f"{method}: samples is {samples!r} for {players} players",
            expected=f"{4 * players} or more",
            remedy="ask for more, or put more positions in a group",
        )
    return samples
