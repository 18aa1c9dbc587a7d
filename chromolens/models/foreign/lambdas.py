"""Lambda layers whose function the layout names: layers of ours in their place, no code is run.

Keras 2's own version of each (``of_keras_2``) lets the network be compared with the original.
"""

import keras


@keras.saving.register_keras_serializable("chromolens")
class LogSumExp(keras.layers.Layer):
    """log sum exp over the last axis, which stays with length 1.

    So chrombpnet adds the counts of its bias model to its own, both logarithms.
    """

    axis, keepdims = -1, True

    def call(self, inputs: object) -> object:
        """(..., k) -> (..., 1)."""
        return keras.ops.logsumexp(inputs, axis=self.axis, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Known beforehand: nothing is traced."""
        return (*input_shape[:-1], 1)


FUNCTIONS = {"logsumexp": LogSumExp}
"""Word of a layout -> the layer that it stands for."""


def of_keras_2(names: dict[str, type]) -> dict[str, type]:
    """Name -> a layer of Keras 2 that does the same as that of ``names``, called so."""
    import tensorflow as tf
    import tf_keras

    def call(_: object, inputs: object) -> object:
        return tf.reduce_logsumexp(inputs, axis=LogSumExp.axis, keepdims=LogSumExp.keepdims)

    return {name: type(name, (tf_keras.layers.Layer,), {"call": call}) for name in names}
