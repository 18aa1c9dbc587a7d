"""KernelSHAP (Lundberg and Lee, 2017, theorem 2): Shapley values by a weighted linear fit.

    minimise sum over coalitions z of w(z) (F(z) - F(x') - sum_i value_i z_i)^2
    subject to sum_i value_i = F(x) - F(x'),    w(z) = (M - 1) / (C(M, |z|) |z| (M - |z|))

Over all coalitions the solution is the Shapley values, exactly. Otherwise coalitions are drawn
as often as w says, each with its complement (Covert and Lee, 2021), and the solution is found in
float64 with the constraint built in: values are complete in any case.
"""

from math import comb

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.games.coalitions import check_samples, every, of_sizes
from chromolens.attribution.games.players import Game, explain_games, players_of
from chromolens.models.targets import Target

HYPOTHETICAL = False


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    seeds: tf.Tensor,
    *,
    samples: int | None = None,
    group: int = 1,
) -> Explanation:
    """A forward pass for each coalition, input and reference.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references, seeds
        See ``attribution.methods``.
    samples
        Coalitions drawn for each input and reference, by default 2048 + 4 players; where there
        are no more than that, all are asked, once.
    group
        Positions that make a player; they share its value.
    """
    players = players_of(inputs, group)
    count = check_samples(samples, players, "kernel_shap")

    def rule(game: Game) -> tf.Tensor:
        if players == 1:
            return (game.full - game.empty)[None]
        enumerated = players < 32 and 2**players - 2 <= count
        kept, weights = _all(players) if enumerated else _drawn(game, count)
        values = game.values(kept.shape[0], lambda some: tf.gather(kept, some))
        return fitted(kept, values, weights, game)

    return explain_games(target, inputs, references, rule, complete=True, group=group, seeds=seeds)


def fitted(kept: tf.Tensor, values: tf.Tensor, weights: tf.Tensor, game: Game) -> tf.Tensor:
    """The constrained fit of ``values`` (coalitions, tasks); players that don't play have 0."""
    plays, total = game.plays, game.full - game.empty
    design = tf.cast(kept, tf.float64) * plays
    weighted = design * weights[:, None]
    moments = tf.matmul(weighted, design, transpose_a=True) + tf.linalg.diag(1 - plays)
    effects = tf.matmul(weighted, values - game.empty, transpose_a=True)
    solved = tf.linalg.solve(moments, tf.concat([effects, plays[:, None]], axis=1))
    free, pull = solved[:, :-1], solved[:, -1:]
    excess = tf.linalg.matvec(free, plays, transpose_a=True) - total
    return free - pull * tf.math.divide_no_nan(excess, tf.reduce_sum(plays[:, None] * pull))


def _all(players: int) -> tuple[tf.Tensor, tf.Tensor]:
    coalitions = every(players)[1:-1]
    sizes = coalitions.sum(axis=1)
    each = [0, *(1 / (comb(players, s) * s * (players - s)) for s in range(1, players))]
    return tf.constant(coalitions), tf.constant(np.array(each)[sizes])


def _drawn(game: Game, count: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Half of them drawn by size, with chances w(z) times the coalitions of that size."""
    sizes = np.arange(1, game.players)
    chances = np.pad(1 / (sizes * (game.players - sizes)), 1)
    half = of_sizes(game, -(-count // 2), chances)
    kept = tf.concat([half, ~half], axis=0)
    return kept, tf.ones(kept.shape[0], tf.float64)
