"""One small use of every layer and operation that has a DeepLIFT rule.

Each case is a function of two tensors of a network, (n, 8, 6) each, that gives a third of any
shape. Products, attention and linear operations: see ``product_cases``.
"""

import keras
from keras import activations, layers, ops

from chromolens.models.foreign.lambdas import LogSumExp


def image(x):
    """The tensor as (n, 4, 4, 3)."""
    return layers.Reshape((4, 4, 3))(x)


def positive(x):
    return layers.Activation("softplus")(x)


def only_in_training(x, y):
    noise = (layers.Dropout, layers.AlphaDropout, layers.GaussianDropout, layers.GaussianNoise)
    made = [kind(0.5) for kind in (*noise, layers.SpatialDropout1D)]
    made += [layers.ActivityRegularization(), layers.Identity(), layers.Reshape((4, 4, 3))]
    return keras.Sequential([*made, layers.SpatialDropout2D(0.5)])(x)


WEIGHTED = {
    "dense": lambda x, y: layers.Dense(4, "softplus")(x),
    "einsum_dense": lambda x, y: layers.EinsumDense("abc,cd->abd", (8, 5), "relu", "d")(x),
    "conv": lambda x, y: layers.Conv1D(4, 3, padding="same", activation="relu")(x),
    "grouped": lambda x, y: layers.Conv1D(6, 3, groups=3, strides=2, activation="tanh")(x),
    "causal": lambda x, y: layers.Conv1D(4, 3, padding="causal", dilation_rate=2, groups=2)(x),
    "transposed": lambda x, y: layers.Conv1DTranspose(4, 3, strides=2, activation="elu")(x),
    "depthwise": lambda x, y: layers.DepthwiseConv1D(3, 2, "same", 2, activation="relu")(x),
    "separable": lambda x, y: layers.SeparableConv1D(4, 3, activation="tanh")(x),
    "conv_2d": lambda x, y: layers.Conv2D(3, 2, (1, 2), "same", activation="relu")(image(x)),
    "transposed_2d": lambda x, y: layers.Conv2DTranspose(3, 2, 2, "same")(image(x)),
    "depthwise_2d": lambda x, y: layers.DepthwiseConv2D(2, activation="tanh")(image(x)),
    "separable_2d": lambda x, y: layers.SeparableConv2D(3, 2, dilation_rate=2)(image(x)),
}
AFFINE = {
    "batch_norm": lambda x, y: layers.BatchNormalization()(x),
    "normalization": lambda x, y: layers.Normalization(mean=1, variance=2)(x),
    "pools": lambda x, y: layers.AveragePooling1D(3, 2, "same")(layers.ZeroPadding1D(1)(x)),
    "global": lambda x, y: layers.GlobalAveragePooling1D()(layers.Cropping1D(2)(x)),
    "adaptive": lambda x, y: layers.AdaptiveAveragePooling1D(3)(layers.UpSampling1D(2)(x)),
    "pools_2d": lambda x, y: layers.AveragePooling2D(3, 2, "same")(image(x)),
    "padded_2d": lambda x, y: layers.ZeroPadding2D(1)(image(x)),
    "global_2d": lambda x, y: layers.GlobalAveragePooling2D()(layers.Cropping2D(1)(image(x))),
    "adaptive_2d": lambda x, y: layers.AdaptiveAveragePooling2D(2)(image(x)),
    "upsampled_2d": lambda x, y: layers.UpSampling2D(2)(image(x)),
    "merged": lambda x, y: layers.Average()([layers.Add()([x, y]), layers.Subtract()([x, y]), x]),
    "joined": lambda x, y: layers.Concatenate()([layers.Flatten()(x), layers.Flatten()(y)]),
    "turned": lambda x, y: layers.Concatenate()([layers.Permute((2, 1))(x), y[:, :6]]),
    "repeated": lambda x, y: layers.RepeatVector(3)(layers.Flatten()(layers.Rescaling(2.0, 1)(x))),
    "only_in_training": only_in_training,
}
ACTIVATIONS = (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu "
    "log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_plus sparse_sigmoid squareplus tanh tanh_shrink"
).split()
OPERATIONS = (
    "abs absolute arctan celu cos elu erf exp expm1 gelu glu hard_sigmoid hard_silu hard_tanh "
    "leaky_relu log_sigmoid log_softmax relu relu6 selu sigmoid silu sin soft_shrink softmax "
    "softplus softsign sparse_plus sparse_sigmoid square squareplus tanh tanh_shrink negative"
).split()
FUNCTIONS = {
    **{
        f"layer_{kind.__name__}": (lambda x, y, kind=kind: kind()(x))
        for kind in (layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)
    },
    **{
        f"activation_{name}": (lambda x, y, name=name: layers.Activation(name)(x))
        for name in ACTIVATIONS
    },
    **{f"ops_{name}": (lambda x, y, name=name: getattr(ops, name)(x)) for name in OPERATIONS},
    **{
        f"positive_{name}": (lambda x, y, name=name: getattr(ops, name)(positive(x)))
        for name in "log log1p reciprocal rsqrt sqrt".split()
    },
    "threshold": lambda x, y: ops.threshold(ops.hard_shrink(x, 0.1), 0.2, 0.1),
    "clip": lambda x, y: ops.clip(x, -0.3, 0.4),
    "capped_relu": lambda x, y: activations.relu(x, 0.1, 0.8),
    "softmax_over_positions": lambda x, y: layers.Softmax(axis=1)(3 * x),
    "softmax_over_all": lambda x, y: layers.Softmax(axis=(1, 2))(x),
    "logsumexp": lambda x, y: ops.logsumexp(5 * x, axis=1),
    "logsumexp_layer": lambda x, y: LogSumExp()(5 * x),
}
MAXIMA = {
    "max_pool": lambda x, y: layers.MaxPooling1D(3, 2, "same")(x),
    "max_pool_2d": lambda x, y: layers.MaxPooling2D((3, 2), (1, 2), "same")(image(x)),
    "max_pool_2d_valid": lambda x, y: layers.MaxPooling2D(2, 1)(image(x)),
    "global_max": lambda x, y: layers.GlobalMaxPooling1D(keepdims=True)(x),
    "global_max_2d": lambda x, y: layers.GlobalMaxPooling2D()(image(x)),
    "maximum": lambda x, y: layers.Maximum()([x, y, layers.Minimum()([x, 2 * y])]),
    "max": lambda x, y: ops.max(x, axis=1) + ops.min(y, axis=(1,)),
    "amax": lambda x, y: (
        ops.amax(x, axis=(1, 2), keepdims=True) + ops.amin(y, axis=-1, keepdims=True)
    ),
    "extremes": lambda x, y: ops.maximum(ops.minimum(x, y), 0.1) + ops.minimum(0.2, x),
}
