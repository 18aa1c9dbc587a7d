"""Losses, entry by entry, and the weights that mask and balance them.

A masked label has weight 0. Weights are scaled to a mean of 1 over all entries (n, tasks) of a
set of windows, so that the plain mean of weight x loss, which Keras takes, is the mean over the
unmasked entries of the set, whatever batches it is cut into.
"""

import keras
import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput


@keras.saving.register_keras_serializable("chromolens")
def binary(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of each entry (n, tasks), in nats, from logits."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)


@keras.saving.register_keras_serializable("chromolens")
def one_class(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of a softmax over the tasks, in nats: entries (n, tasks) whose mean it is."""
    return -labels * tf.nn.log_softmax(logits) * logits.shape[-1]


@keras.saving.register_keras_serializable("chromolens")
def squared(labels: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Squared difference of each entry (n, tasks)."""
    return tf.square(labels - values)


@keras.saving.register_keras_serializable("chromolens")
def multinomial(counts: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Negative log-likelihood (n,) of profiles, in nats, summed over strands.

    Parameters
    ----------
    counts : (n, length, strands)
        Observed; each strand is a multinomial of its own (Avsec et al., 2021).
    logits : (n, length, strands)
    """
    log_share = tf.nn.log_softmax(logits, axis=1)
    ways = tf.math.lgamma(tf.reduce_sum(counts, axis=1) + 1) - tf.reduce_sum(
        tf.math.lgamma(counts + 1), axis=1
    )
    return -tf.reduce_sum(ways + tf.reduce_sum(counts * log_share, axis=1), axis=1)


def balance(labels: np.ndarray, tasks: list[str]) -> np.ndarray:
    """Weights (2, tasks) of labels 0 and 1 that give both the same sum, with mean weight 1.

    Parameters
    ----------
    labels : (n, tasks)
        0, 1, or NaN where masked.

    Raises
    ------
    BadInput
        A task has no positive or no negative windows.
    """
    counts = np.stack([(labels == 0).sum(axis=0), (labels == 1).sum(axis=0)])
    for task, (negatives, positives) in zip(tasks, counts.T, strict=True):
        if not (negatives and positives):
            raise BadInput(
                f"task {task} has {positives} positive and {negatives} negative training windows",
                expected="at least one of each",
                remedy="check its peaks against the training chromosomes, or leave it out",
            )
    return counts.sum(axis=0) / (2 * counts)


def balance_classes(labels: np.ndarray, tasks: list[str]) -> np.ndarray:
    """Weights (2, tasks) of labels 0 and 1 that give all classes the same sum, mean weight 1.

    Parameters
    ----------
    labels : (n, tasks)
        1 for one of the tasks and 0 for the others; NaN in the whole row where masked.

    Raises
    ------
    BadInput
        A class without windows.
    """
    counts = (labels == 1).sum(axis=0)
    if not counts.all():
        raise BadInput(
            f"class {tasks[int(counts.argmin())]} has no training windows",
            expected="at least one of each class",
            remedy="leave it out, or use fewer folds",
        )
    return np.stack([np.ones(len(tasks)), counts.sum() / (len(tasks) * counts)])


def entry_weights(labels: np.ndarray, classes: np.ndarray | None = None) -> np.ndarray:
    """Weights (n, tasks) float32 of entries: 0 where masked, mean 1 over all.

    Parameters
    ----------
    labels : (n, tasks)
        NaN where masked.
    classes : (2, tasks) or None
        Weights of labels 0 and 1 (``balance``); None: all equal.

    Raises
    ------
    BadInput
        Every label is masked.
    """
    known = ~np.isnan(labels)
    if not known.any():
        raise BadInput(
            f"none of the labels of {len(labels)} windows is known",
            remedy="check the tasks' events on these chromosomes",
        )
    weights = known.astype("float32")
    if classes is not None:
        weights *= np.where(labels == 1, classes[1], classes[0])
    return (weights / weights.mean()).astype("float32")


def best_constant(labels: np.ndarray, weights: np.ndarray, objective: str) -> np.ndarray:
    """Prediction (tasks,) with the lowest loss that doesn't look at the sequence.

    The weighted mean label, as log-odds for ``binary``, as logarithm for ``classes``; 0 for a task
    without weight.

    Parameters
    ----------
    labels, weights : (n, tasks)
        As from ``objectives.Scalars.entries``.
    """
    total = weights.sum(axis=0, dtype="float64")
    mean = (weights * labels).sum(axis=0, dtype="float64") / np.maximum(total, 1e-12)
    if objective == "classes":
        return np.log((weights * labels).sum(axis=0) / (weights * labels).sum())
    if objective != "binary":
        return mean
    chance = np.where(total > 0, np.clip(mean, 1e-3, 1 - 1e-3), 0.5)
    return np.log(chance / (1 - chance))
