"""Networks as chrombpnet saves them: the published architecture and losses, of any size.

Keras 2 with weights drawn at random (so large that the ReLUs matter), or the paper's size:
``bpnet(2114, 1000, filters=512, layers=8)``.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras
from tf_keras import layers

LENGTH, PROFILE = 200, 40
PROFILE_HEAD = "wo_bias_bpnet_logits_profile_predictions"


def multinomial_nll(true_counts: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """The published loss of a profile: the multinomial's log likelihood, constants left out."""
    return -tf.reduce_mean(tf.reduce_sum(true_counts * tf.nn.log_softmax(logits), axis=-1))


def bpnet(
    length: int = LENGTH,
    profile: int = PROFILE,
    *,
    filters: int = 6,
    dilated: int = 3,
    seed: int = 0,
    prefix: str = "wo_bias_",
    name: str = "model_wo_bias",
) -> tf_keras.Model:
    """(n, length, 4) -> profile logits (n, profile) and log counts (n, 1)."""
    start = x = layers.Input((length, 4), name="sequence")
    x = layers.Conv1D(filters, 21, activation="relu", name=f"{prefix}bpnet_1st_conv")(x)
    for i in range(1, dilated + 1):
        options = {"dilation_rate": 2**i, "activation": "relu"}
        conv = layers.Conv1D(filters, 3, name=f"{prefix}bpnet_{i}conv", **options)(x)
        cut = (x.shape[1] - conv.shape[1]) // 2
        x = layers.add([conv, layers.Cropping1D(cut, name=f"{prefix}bpnet_{i}crop")(x)])
    wide = layers.Conv1D(1, 75, name=f"{prefix}prof_out_precrop")(x)
    cropped = layers.Cropping1D((wide.shape[1] - profile) // 2)(wide)
    called = f"{prefix}bpnet_" if prefix else ""
    logits = layers.Flatten(name=f"{called}logits_profile_predictions")(cropped)
    pooled = layers.GlobalAvgPool1D(name="gap")(x)
    counts = layers.Dense(1, name=f"{called}logcount_predictions")(pooled)
    return compiled(drawn(tf_keras.Model(start, [logits, counts], name=name), seed))


def chrombpnet(whole: tf_keras.Model, bias: tf_keras.Model) -> tf_keras.Model:
    """A network and its bias model together: logits added, counts added as logarithms."""
    for layer in bias.layers:
        layer.trainable = False
    start = layers.Input(whole.input_shape[1:], name="sequence")
    ours, its = whole(start), bias(start)
    logits = layers.Add(name="logits_profile_predictions")([ours[0], its[0]])
    both = layers.Concatenate(axis=-1)([ours[1], its[1]])
    counts = layers.Lambda(
        lambda x: tf.math.reduce_logsumexp(x, axis=-1, keepdims=True), name="logcount_predictions"
    )(both)
    return compiled(tf_keras.Model(start, [logits, counts]))


def compiled(network: tf_keras.Model) -> tf_keras.Model:
    """``network`` with the published losses, which are saved with it."""
    network.compile("adam", loss=[multinomial_nll, "mse"], loss_weights=[1, 0.1])
    return network


def drawn(network: tf_keras.Model, seed: int) -> tf_keras.Model:
    """``network`` with weights that keep the numbers of every layer near 1, whatever its size."""
    rng = np.random.default_rng(seed)
    fresh = []
    for weights in network.get_weights():
        inputs = np.prod(weights.shape[:-1]) if weights.ndim > 1 else 25
        fresh.append(rng.normal(0, np.sqrt(2 / inputs), weights.shape))
    network.set_weights(fresh)
    return network


def saved_set(folder: Path, folds: int, **options: object) -> dict[str, Path]:
    """A network without bias for each fold, in ``fold_N.h5``."""
    paths = {f"fold{i}": folder / f"fold_{i}.h5" for i in range(folds)}
    for number, path in enumerate(paths.values()):
        bpnet(seed=number, **options).save(path)
    return paths
