"""Small networks that the attribution tests share, and sequences for them."""

import keras
import numpy as np
from keras import layers


def sequences(count: int, length: int, seed: int = 0) -> np.ndarray:
    """Random one-hot DNA, float32 (count, length, 4)."""
    codes = np.random.default_rng(seed).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


def randomised(network: keras.Model, seed: int = 0) -> keras.Model:
    """``network`` with every weight drawn anew, biases and moving statistics included."""
    rng = np.random.default_rng(seed)
    for weight in network.weights:
        scale = 1 / np.sqrt(max(1, np.prod(weight.shape[:-1])))
        values = rng.normal(0, scale if len(weight.shape) > 1 else 0.3, weight.shape)
        weight.assign(1 + np.abs(values) if "variance" in weight.path else values)
    return network


def cnn(length: int = 40, tasks: int = 2) -> keras.Model:
    """Convolution, global maximum, dense."""
    inputs = keras.Input((length, 4))
    x = layers.Activation("relu")(layers.Conv1D(8, 7)(inputs))
    x = layers.Dense(6, activation="relu")(layers.GlobalMaxPooling1D()(x))
    logits = layers.Dense(tasks, name="logits")(x)
    return randomised(
        keras.Model(inputs, layers.Activation("sigmoid", name="probability")(logits))
    )


def basset(length: int = 60, tasks: int = 2) -> keras.Model:
    """Convolutions with batch normalisation and adjacent ReLU and max pooling, dense layers."""
    inputs = x = keras.Input((length, 4))
    for filters, kernel, pool in ((20, 9, 3), (16, 5, 4)):
        x = layers.Conv1D(filters, kernel, padding="same")(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling1D(pool, padding="same")(x)
    x = layers.Dropout(0.3)(layers.Dense(33, activation="relu")(layers.Flatten()(x)))
    outputs = layers.Dense(tasks, activation="sigmoid", name="out")(x)
    return randomised(keras.Model(inputs, outputs))


def dilated(length: int = 50, tasks: int = 2) -> keras.Model:
    """A dilated residual tower with pooling over all positions."""
    inputs = keras.Input((length, 4))
    x = layers.Activation("relu")(layers.Conv1D(8, 9, padding="same")(inputs))
    for rate in (2, 4, 8):
        step = layers.Conv1D(8, 3, padding="same", dilation_rate=rate)(x)
        x = layers.Add()([x, layers.Activation("relu")(layers.BatchNormalization()(step))])
    return randomised(keras.Model(inputs, layers.Dense(tasks)(layers.GlobalAveragePooling1D()(x))))


def averaged(length: int = 40, tasks: int = 2) -> keras.Model:
    """Convolution, mean over all positions, dense."""
    inputs = keras.Input((length, 4))
    x = layers.MaxPooling1D(3)(layers.Conv1D(8, 7, activation="relu")(inputs))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling1D()(x))
    return randomised(keras.Model(inputs, layers.Dense(tasks, activation="softmax")(x)))


def profile(length: int = 40) -> keras.Model:
    """A profile output (n, 20, 2) and a counts output (n, 1)."""
    inputs = keras.Input((length, 4))
    x = layers.Conv1D(6, 5, padding="same", activation="relu")(inputs)
    shape = layers.Cropping1D(10)(layers.Conv1D(2, 7, padding="same")(x))
    shape = layers.Identity(name="profile_reb1")(shape)
    counts = layers.Dense(1, name="counts")(layers.GlobalAveragePooling1D()(x))
    return randomised(keras.Model(inputs, [shape, counts]))


def overlapping(length: int = 41) -> keras.Model:
    """Overlapping pools, strided, causal and padded layers, two uses of one layer."""
    inputs = keras.Input((length, 4))
    shared = layers.Conv1D(5, 4, strides=2, padding="causal", activation="tanh")
    a, b = shared(inputs), shared(layers.ZeroPadding1D(2)(layers.Cropping1D(2)(inputs)))
    a = layers.MaxPooling1D(5, strides=2, padding="same")(a)
    b = layers.MaxPooling1D(5, strides=2, padding="same")(b)
    x = layers.Concatenate()([a, b])
    x = layers.AveragePooling1D(2)(layers.Activation("softplus")(layers.Conv1D(4, 3)(x)))
    x = layers.Reshape((-1,))(layers.Permute((2, 1))(x))
    return randomised(keras.Model(inputs, layers.Dense(2)(layers.Dense(7, activation="elu")(x))))


def sequential(length: int = 30) -> keras.Model:
    """A Sequential with a Sequential inside it."""
    tower = keras.Sequential([layers.Conv1D(5, 5, activation="gelu"), layers.MaxPooling1D(4, 3)])
    head = [layers.Flatten(), layers.Dense(3, activation="softmax")]
    return randomised(keras.Sequential([keras.Input((length, 4)), tower, *head]))


def additive(weights: np.ndarray) -> keras.Model:
    """sum of inputs x ``weights[:, :, t]`` for each task t; weights (length, 4, tasks)."""
    length, channels, tasks = weights.shape
    inputs = keras.Input((length, channels))
    dense = layers.Dense(tasks, use_bias=True)
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([weights.reshape(-1, tasks), np.full(tasks, 0.5)])
    return network


def cnn_lstm(length: int = 60, tasks: int = 2) -> keras.Model:
    """Convolution, pooling, a bidirectional LSTM, dense layers."""
    inputs = keras.Input((length, 4))
    x = layers.MaxPooling1D(4)(layers.Conv1D(12, 9, activation="relu")(inputs))
    x = layers.Flatten()(layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x))
    outputs = layers.Dense(tasks, activation="sigmoid")(layers.Dense(8, activation="relu")(x))
    return strong(randomised(keras.Model(inputs, outputs)))


def around(*middle: keras.layers.Layer, steps: int = 12) -> keras.Model:
    """``middle`` between an input (n, steps, 4) and a dense layer of one unit."""
    inputs = x = keras.Input((steps, 4))
    for layer in middle:
        x = layer(x)
        x = layers.Concatenate()(x) if isinstance(x, list | tuple) else x
    return strong(randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))))


def strong(network: keras.Model) -> keras.Model:
    """``network`` with weights so large that the gates of recurrent layers open and close."""
    for weight in network.weights:
        weight.assign(2 * weight)
    return network
