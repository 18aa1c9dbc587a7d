"""TensorFlow on one thread: the bits asked for here are those of a CPU job."""

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
