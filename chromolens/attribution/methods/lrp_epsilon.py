"""Layer-wise relevance propagation, epsilon rule (Bach et al., 2015), with the zero reference.

R_i = sum_j x_i w_ij / (z_j + epsilon sign z_j) R_j, from R = F(x) down to the bases, in the form
of a modified gradient (Ancona et al., 2018): contributions are x m, where m is the gradient with
f(z) / (z + epsilon sign z) for f'(z). Biases keep their share, so no completeness is promised.
"""

from functools import partial

import keras
import tensorflow as tf

from chromolens.attribution.explanation import Explanation, reference_values, slopes
from chromolens.attribution.settings import check_choice, check_number
from chromolens.attribution.signals.lrp import GATES, RULES, Relevance, other
from chromolens.models.graph import walk
from chromolens.models.targets import Target

HYPOTHETICAL = False


def explain(
    target: Target,
    inputs: tf.Tensor,
    references: tf.Tensor,
    *,
    epsilon: float = 1e-4,
    gates: str = "refuse",
) -> Explanation:
    """One forward and one backward pass; references only give ``reference_values``.

    Shapes and units: see ``attribution.methods``. There are no hypothetical contributions. A
    layer without a rule is refused; layers whose gates ``gates`` decides stand in ``fallbacks``.

    Parameters
    ----------
    target, inputs, references
        See ``attribution.methods``.
    epsilon
        Stabiliser at the nonlinearities, in units of what goes into them.
    gates
        At products of a gate and a signal (LSTM, GRU, Multiply), where LRP says nothing:
        ``refuse``; ``signal``, the signal takes all (Arras et al., 2017); ``deepexplain``, the
        plain gradient of the product, by which each factor takes all, as in DeepExplain.
    """
    check_number("lrp_epsilon", "epsilon", epsilon, above=0)
    check_choice("lrp_epsilon", "gates", gates, GATES)
    relevance = Relevance(epsilon, gates)

    def rule(layer: keras.Operation, *inputs: object, **options: object) -> object:
        return RULES.get(type(layer), other)(relevance, layer, *inputs, **options)

    here = slopes(target, inputs, forward=partial(walk, target.graph, rule=rule))
    return Explanation(
        contributions=tf.reduce_sum(here.gradients * inputs, axis=-1),
        hypothetical=None,
        values=here.values,
        reference_values=reference_values(target, references, here.frozen),
        complete=False,
        fallbacks=relevance.decided,
    )
