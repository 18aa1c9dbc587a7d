"""What every attribution method costs, and what it says of two small functions.

``ratio`` is the CPU time of one input (and one reference) on one thread, by the time of a plain
gradient of one input; settings are the defaults. The network is ``basset`` for a shorter input.
Each job runs once to compile and then ``--rounds`` times, those of seconds only once; the smallest
CPU time counts. The functions, at inputs with the reference (0, 0), have the exact Shapley
values (1/2, 1/2):

    or_      1 - relu(1 - a - b) = min(1, a + b) at (1, 1): flat there, either one is enough
    and_     relu(a) - relu(a - b) = min(a, b) at (2, 1): both are needed

``-`` is a method that doesn't take such a network.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import bench
import keras
import models
import numpy as np
import tensorflow as tf
from keras import layers
from speed import cpu_seconds, plain_gradient

from chromolens import plugins
from chromolens.attribution import front, methods
from chromolens.errors import BadInput
from chromolens.models.model import Model

BATCH = 32
SLOW = 2.0
# They ask so often that one input is enough.
PERTURBING = ("occlusion", "ism", "shapley_sampling", "kernel_shap", "lime")


def ratio(model: Model, method: str, inputs: np.ndarray, rounds: int, unit: float) -> str:
    """One cell of the table."""
    chosen = inputs[:1] if method in PERTURBING else inputs
    options = {"method": method, "references": "uniform", "batch_size": BATCH}
    try:
        seconds = best(partial(front.attribute, model, chosen, **options), rounds)
    except BadInput:
        return "-"
    return f"{seconds / len(chosen) / unit:.3g}"


def best(job: Callable, rounds: int) -> float:
    """The smallest CPU time of a job, after one to compile."""
    job()
    times = [cpu_seconds(job)]
    while len(times) < rounds and times[0] < SLOW:
        times.append(cpu_seconds(job))
    return min(times)


def function(hidden: list[list[float]], biases: list[float], out: list[float]) -> Model:
    """out . relu(hidden (a, b) + biases), less its value at (0, 0); a, b: the A of two bases."""
    network = keras.Sequential(
        [
            keras.Input((2, 4)),
            layers.Flatten(),
            layers.Dense(len(biases)),
            layers.ReLU(),
            layers.Dense(1),
        ]
    )
    weights = np.zeros((8, len(biases)))
    weights[[0, 4]] = hidden
    constant = -float(np.maximum(biases, 0) @ out)
    last = np.array(out)[:, None], np.array([constant])
    network.set_weights([weights, np.array(biases), *last])
    return Model.of(network)


def answers(model: Model, method: str) -> str:
    """Contributions of a and b."""
    inputs = np.eye(4, dtype=np.float32)[[[0, 0]]]
    try:
        found = front.attribute(model, inputs, method=method, references="zeros", batch_size=4)
    except BadInput:
        return "-"
    return ", ".join(f"{round(float(value), 2) + 0.0:g}" for value in found.contributions[0])


def main() -> None:
    """Measure, print, write."""
    shape = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    options.add_argument("--output", type=Path, help="TSV to write")
    options.add_argument("--length", type=int, default=200)
    options.add_argument("--rounds", type=int, default=3)
    known = sorted(plugins.names(methods))
    options.add_argument("--methods", nargs="+", default=known, choices=known)
    given = options.parse_args()
    bench.one_thread()
    either = function([[-1], [-1]], [1], [-1])
    both = function([[2, 2], [0, -1]], [0, 0], [1, -1])
    model, inputs = Model.of(models.basset(given.length)), models.sequences(BATCH, given.length)
    gradient, tensor = plain_gradient(model), tf.constant(inputs)
    unit = best(lambda: gradient(tensor), 5 * given.rounds) / BATCH
    rows = []
    for name in given.methods:
        row = {"method": name, "or_": answers(either, name), "and_": answers(both, name)}
        row["ratio"] = ratio(model, name, inputs, given.rounds, unit)
        rows.append(row)
        print(*row.values(), sep="\t", file=sys.stderr, flush=True)
    bench.show(rows, given.output)


if __name__ == "__main__":
    main()
