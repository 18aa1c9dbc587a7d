"""Networks of the benchmarks, in Keras, with random weights; ``peers.py`` builds them in torch.

``export`` writes a network's weights in the order of its layers, which is the order in which
``peers.py`` reads them.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers


def basset(length: int = 600, padding: str = "same") -> keras.Model:
    """Basset-like: three convolutions with batch normalisation, ReLU and max pooling."""
    inputs = x = keras.Input((length, 4))
    for filters, width, pool in ((300, 19, 3), (200, 11, 4), (200, 7, 4)):
        x = layers.Conv1D(filters, width, padding=padding)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.0)(x))
        x = layers.MaxPooling1D(pool)(x)
    x = layers.Flatten()(x)
    for units in (1000, 1000):
        x = layers.ReLU()(layers.Dense(units)(x))
    return _randomised(keras.Model(inputs, layers.Dense(1)(x), name="basset"))


def bpnet() -> keras.Model:
    """BPNet-like: a residual tower of nine dilated convolutions; 1000 bp, one count."""
    inputs = keras.Input((1000, 4))
    x = layers.ReLU()(layers.Conv1D(64, 25, padding="same")(inputs))
    for power in range(1, 10):
        step = layers.Conv1D(64, 3, padding="same", dilation_rate=2**power)(x)
        x = layers.Add()([x, layers.ReLU()(step)])
    outputs = layers.Dense(1)(layers.GlobalAveragePooling1D()(x))
    return _randomised(keras.Model(inputs, outputs, name="bpnet"))


def cnn_bilstm() -> keras.Model:
    """DanQ-like: convolution, max pooling, bidirectional LSTM, dense; 600 bp."""
    inputs = keras.Input((600, 4))
    x = layers.ReLU()(layers.Conv1D(128, 26)(inputs))
    x = layers.MaxPooling1D(13)(x)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    x = layers.ReLU()(layers.Dense(128)(layers.Flatten()(x)))
    return _randomised(keras.Model(inputs, layers.Dense(1)(x), name="cnn_bilstm"))


MODELS = {"basset": basset, "bpnet": bpnet, "cnn_bilstm": cnn_bilstm}


def export(network: keras.Model, path: Path) -> None:
    """All weights of ``network``, as ``0``, ``1``, ... of an .npz file."""
    np.savez(path, **{str(i): weight for i, weight in enumerate(network.get_weights())})


def sequences(count: int, length: int, seed: int = 0) -> np.ndarray:
    """Random one-hot DNA, float32 (count, length, 4)."""
    codes = np.random.default_rng(seed).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


def _randomised(network: keras.Model) -> keras.Model:
    """Weights that keep activations of moderate size; moving statistics of random sequences."""
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        fan_in = np.prod(weight.shape[:-1])
        scale = np.sqrt(1 / fan_in) if len(weight.shape) > 1 else 0.1
        weight.assign(rng.normal(1 if weight.name == "gamma" else 0, scale, weight.shape))
    # Batch normalisation without momentum takes over the statistics of one batch.
    network(sequences(32, network.input_shape[1]), training=True)
    return network
