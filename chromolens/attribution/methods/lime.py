"""LIME (Ribeiro, Singh and Guestrin, 2016): a linear model fitted to masked copies.

Copies keep a random number of random players and have the reference elsewhere. The model
intercept + sum_i c_i z_i is fitted to the target by ridge regression; a copy z weighs

    exp(-D^2 / kernel_width^2),    D = 1 - cos(z, 1) = 1 - sqrt(kept / players)

The intercept bears no penalty, and the default penalty is tiny (the authors' program has 1): on
an additive model c is the exact change. Like all fits to the whole it promises no completeness.
"""

import numpy as np
import tensorflow as tf

from chromolens.attribution.explanation import Explanation
from chromolens.attribution.games.coalitions import check_samples, of_sizes
from chromolens.attribution.games.players import Game, explain_games, players_of
from chromolens.errors import BadInput
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
    kernel_width: float = 0.25,
    alpha: float = 1e-6,
) -> Explanation:
    """A forward pass for each copy, input and reference.

    Shapes and units: see ``attribution.methods``.

    Parameters
    ----------
    target, inputs, references, seeds
        See ``attribution.methods``.
    samples
        Masked copies of each input and reference, by default 2048 + 4 players.
    group
        Positions that make a player; they share its coefficient.
    kernel_width
        How fast a copy's weight falls with its distance D, which is 0 to 1.
    alpha
        Penalty on the squares of the coefficients, beside the sum of weighted squared errors.
    """
    count = check_samples(samples, players_of(inputs, group), "lime")
    for name, value in (("kernel_width", kernel_width), ("alpha", alpha)):
        if not isinstance(value, int | float) or not value > 0:
            raise BadInput(f"lime: {name} is {value!r}", expected="a number above 0")

    def rule(game: Game) -> tf.Tensor:
        kept = of_sizes(game, count, np.ones(game.players + 1))
        values = game.values(count, lambda some: tf.gather(kept, some))
        design = tf.cast(kept, tf.float64)
        distance = 1 - tf.sqrt(tf.reduce_mean(design, axis=1))
        weights = tf.exp(-tf.square(distance / kernel_width))
        return ridge(design * game.plays, values, weights, alpha)

    return explain_games(
        target, inputs, references, rule, complete=False, group=group, seeds=seeds
    )


def ridge(design: tf.Tensor, values: tf.Tensor, weights: tf.Tensor, alpha: float) -> tf.Tensor:
    """Coefficients (players, tasks) of ``values`` (m, tasks) on ``design`` (m, players).

    float64; weights (m,); the intercept, which is fitted too, is not given back.
    """
    share = (weights / tf.reduce_sum(weights))[:, None]
    centred = design - tf.reduce_sum(share * design, axis=0)
    weighted = centred * weights[:, None]
    moments = tf.matmul(weighted, centred, transpose_a=True)
    penalised = moments + alpha * tf.eye(design.shape[1], dtype=design.dtype)
    around = values - tf.reduce_sum(share * values, axis=0)
    return tf.linalg.solve(penalised, tf.matmul(weighted, around, transpose_a=True))
