"""Threads, seeds, precision and devices of TensorFlow, set in one place.

Threads and TF32 belong to the process: a job calls ``configure`` before anything else.
"""

import math
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf
from tensorflow.python.util import _pywrap_util_port

from chromolens.errors import BadInput
from chromolens.kernels import processor
from chromolens.models.gpus import check_given, names, take

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


def configure(*, threads: int = 1, tf32: bool = False) -> None:
    """Fix what a process may use, of several GPUs one; call it before the first tensor is made.

    Parameters
    ----------
    threads
        CPU threads of one operation. With one, a result doesn't depend on how many cores the
        machine has; and one job per core is faster than several threads in a job.
    tf32
        Whether GPUs may round products to 10 bits: harmless in training; off for attribution,
        which takes differences of nearly equal numbers.

    Raises
    ------
    RuntimeError
        TensorFlow has already started with another number of threads.
    BadInput
        The job was given a GPU that TensorFlow can't use.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    if tf.config.threading.get_inter_op_parallelism_threads() != 1:
        tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        check_given()
    if len(gpus) > 1:
        known = names(len(gpus))
        gpus = [gpus[known.index(take(known))]]
        tf.config.set_visible_devices(gpus, "GPU")
    for gpu in gpus:
        # Several jobs may share a GPU: take memory as it is needed.
        tf.config.experimental.set_memory_growth(gpu, True)


def describe() -> dict[str, str | int | bool]:
    """What this process computes with, for provenance: what the last bits of numbers hang on."""
    gpus = tf.config.get_visible_devices("GPU")
    models = [tf.config.experimental.get_device_details(gpu)["device_name"] for gpu in gpus]
    on_cpu = "oneDNN" if _pywrap_util_port.IsMklEnabled() else "Eigen"
    return {
        "device": ", ".join(models) or "CPU",
        **processor(),
        "kernels": "CUDA" if gpus else on_cpu,
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
    }


def machine() -> str:
    """``describe`` in one line, to stand beside measured figures."""
    facts = describe()
    threads = facts["threads"] or "all"
    return (
        f"{facts['device']}: {facts['processor']} ({facts['instructions']}), "
        f"{facts['kernels']} kernels, {threads} threads, TensorFlow {facts['tensorflow']}"
    )


def taken() -> dict[str, float | str]:
    """The ``machine``, and the most memory that this process took of it so far, in MB.

    ``gpu_memory`` is NaN without a GPU.
    """
    gpus = tf.config.get_visible_devices("GPU")
    of_gpu = tf.config.experimental.get_memory_info("GPU:0")["peak"] / 1e6 if gpus else math.nan
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"memory": resident, "gpu_memory": of_gpu, "machine": machine()}


def make_deterministic(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, and forbid operations whose result may vary."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Build layers within the block in one of ``PRECISIONS``; BadInput for another name."""
    if name not in PRECISIONS:
        raise BadInput(f"unknown precision {name!r}", expected=f"one of {', '.join(PRECISIONS)}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
