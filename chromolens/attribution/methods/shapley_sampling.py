"""Shapley values (Shapley, 1953) of groups of positions, by permutations or exactly.

A player's value is the mean, over all orders in which players may be put from the reference into
the input, of the change of the target as it joins. Over every order the changes add up to
F(x) - F(x'): the values are complete however few orders are drawn (Strumbelj and Kononenko,
2010; Lundberg and Lee, 2017). Orders are drawn in antithetic pairs, one the other backwards
(Mitchell et al., 2022). Up to ``EXACT`` players all coalitions are asked instead:

    value of i = sum over S without i of |S|! (M - |S| - 1)! / M! (F(S and i) - F(S))
"""

from math import comb

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.games.coalitions import every, ranks
from chromolens.attribution.games.players import Game, explain_games, players_of
from chromolens.errors import BadInput
from chromolens.models.targets import Target

EXACT, MOST_EXACT = 10, 16
HYPOTHETICAL = False


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    seeds: tf.Tensor,
    *,
    samples: int = 20,
    group: int = 1,
    exact: bool | None = None,
) -> Explanation:
    """A forward pass for each player, order, input and reference; or for each coalition.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references, seeds
        See ``attribution.methods``.
    samples
        Orders for each input and reference, an even number.
    group
        Positions that make a player; they share its value.
    exact
        Whether to ask all 2^players coalitions; by default where there are at most 10 players.
    """
    players = players_of(inputs, group)
    rule = _enumerated if _is_exact(exact, players) else _sampled(samples)
    return explain_games(target, inputs, references, rule, complete=True, group=group, seeds=seeds)


def _is_exact(exact: bool | None, players: int) -> bool:
    if exact and players > MOST_EXACT:
        raise BadInput(
            f"shapley_sampling: exact values of {players} players",
            expected=f"at most {MOST_EXACT}",
            remedy="put more positions in a group, or sample",
        )
    return players <= EXACT if exact is None else exact or players == 1


def _sampled(samples: int) -> object:
    if not isinstance(samples, int) or samples < 2 or samples % 2:
        raise BadInput(f"shapley_sampling: samples is {samples!r}", expected="2, 4, 6, ...")

    def rule(game: Game) -> tf.Tensor:
        steps = game.players - 1
        drawn = ranks(game, 0, samples // 2)
        places = tf.concat([drawn, steps - drawn], axis=0)

        def joined(some: tf.Tensor) -> tf.Tensor:
            return tf.gather(places, some // steps) <= (some % steps)[:, None]

        inner = tf.reshape(game.values(samples * steps, joined), [samples, steps, -1])
        ends = [tf.repeat(end[None, None], samples, axis=0) for end in (game.empty, game.full)]
        path = tf.concat([ends[0], inner, ends[1]], axis=1)
        gains = tf.gather(path[:, 1:] - path[:, :-1], places, axis=1, batch_dims=1)
        return tf.reduce_mean(gains, axis=0)

    return rule


def _enumerated(game: Game) -> tf.Tensor:
    coalitions = every(game.players)
    inner = game.values(len(coalitions) - 2, lambda some: tf.gather(coalitions, some + 1))
    values = tf.concat([game.empty[None], inner, game.full[None]], axis=0)
    return tf.matmul(tf.constant(shapley_weights(coalitions)), values)


def shapley_weights(coalitions: np.ndarray) -> np.ndarray:
    """Weights (players, coalitions) of the target in the players' values."""
    players, sizes = coalitions.shape[1], coalitions.sum(axis=1)
    joins = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    with_it, without = joins[sizes - 1], -joins[sizes.clip(max=players - 1)]
    return np.where(coalitions, with_it[:, None], without[:, None]).T
