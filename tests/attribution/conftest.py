"""TensorFlow on one thread: the bits asked for here are those of a CPU job."""

import pytest
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture
def uncompiled():
    """Without XLA, which takes most of a second for every kernel: other tests compile."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
