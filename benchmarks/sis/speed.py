"""CPU time of sufficient input subsets, and how far gradient SIS agrees with exact.

Every table is of the first subset of each window, on one thread. Jobs that are compared take
turns; mean CPU seconds (``time.process_time``) count. ``--tables`` picks among

loop      exact and gradient search beside the published loop over ``model.predict``; ``equal``
          counts looped windows whose subset is the same
fallback  exact search of models without a fast path, beside as many bare forward passes
overlap   Jaccard index of gradient and exact subsets, and the share that is identical
long      gradient search of 2,114 bp windows
"""

import chromolens.kernels  # noqa: F401, isort: skip (before anybody imports TensorFlow)
import argparse
import time
from collections.abc import Callable

import keras
import loop
import models
import numpy as np
import tensorflow as tf

from chromolens.models import devices
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.front import BATCH, Finder

GOALS = {
    (101, "exact"): ">= 150",
    (500, "exact"): ">= 300",
    (500, "gradient"): ">= 1200",
}
LOOPS = {101: 4, 500: 1}
SHORT, LONG = 128, 2114


class Case:
    """A trained network and ``count`` windows that reach its threshold."""

    def __init__(self, network: keras.Model, length: int, count: int):
        self.network, self.length, self.model = network, length, Model.of(network)
        inputs = models.windows(2 * count, length, seed=7)
        self.threshold = models.threshold_of(self.model, inputs)
        values = target_values(self.model, inputs, tasks=[0])[:, 0]
        self.inputs = inputs[values >= self.threshold][:count]

    def finder(self, method: str) -> Callable[[np.ndarray], list[np.ndarray]]:
        """First subset of each window, compiled."""
        finder = Finder(self.model, self.length, method=method)

        def first(inputs: np.ndarray) -> list[np.ndarray]:
            return [found.subsets[0] for found in finder.find(inputs, self.threshold, 1)]

        first(self.inputs[:8])  # enough of them for every batch shape
        return first


def timed(job: Callable, *arguments: object) -> tuple[float, object]:
    """CPU seconds of the process, and what the job gave."""
    start = time.process_time()
    result = job(*arguments)
    return time.process_time() - start, result


def overlap(subsets: list[np.ndarray], others: list[np.ndarray]) -> np.ndarray:
    """Jaccard index of each pair."""
    pairs = zip(subsets, others, strict=True)
    return np.array([len(np.intersect1d(a, b)) / len(np.union1d(a, b)) for a, b in pairs])


def beside_the_loop(count: int) -> list[dict]:
    """A row for the loop and for each of our searches, at both lengths."""
    rows = []
    for length, loops in LOOPS.items():
        case = Case(models.trained("three_convolutions", length), length, count)
        jobs = {method: case.finder(method) for method in ("exact", "gradient")}
        costs = {name: [] for name in ("loop", *jobs)}
        looped, found = [], {}
        for window in case.inputs[:loops]:
            for name, job in jobs.items():
                cost, found[name] = timed(job, case.inputs)
                costs[name].append(cost / len(case.inputs))
            cost, subset = timed(loop.first_subset, case.network, window, case.threshold)
            costs["loop"].append(cost)
            looped.append(subset)
        rows += [_row(length, name, costs, looped, found) for name in costs]
    return rows


def _row(length: int, name: str, costs: dict, looped: list, found: dict) -> dict:
    cost = np.mean(costs[name])
    subsets = found.get(name, looped)
    equal = sum(np.array_equal(a, b) for a, b in zip(looped, subsets, strict=False))
    return {
        "length": length,
        "search": name,
        "windows": len(subsets),
        "ms": f"{1e3 * cost:.1f}",
        "faster": f"{np.mean(costs['loop']) / cost:.0f}",
        "goal": GOALS.get((length, name), ""),
        "positions": f"{np.median([len(subset) for subset in subsets]):g}",
        "equal": f"{equal} of {len(looped)}",
    }


def beside_forward_passes(count: int) -> list[dict]:
    """Exact search by whole windows over as many forward passes, 512 windows at a time."""
    rows = []
    for form, length in (("residual", 101), ("recurrent", 101)):
        case = Case(models.trained(form, length, epochs=4), length, 32)
        find, passes = case.finder("exact"), forward_passes(case)
        costs = np.array([[timed(find, case.inputs)[0], timed(passes)[0]] for _ in range(count)])
        ours, bare = costs.mean(axis=0) / len(case.inputs)
        rows.append(
            {
                "model": form,
                "length": length,
                "windows": len(case.inputs),
                "passes": length * (length + 1) // 2,
                "search_s": f"{ours:.2f}",
                "passes_s": f"{bare:.2f}",
                "ratio": f"{ours / bare:.2f}",
                "goal": "<= 1.2",
            }
        )
    return rows


def forward_passes(case: Case) -> Callable[[], None]:
    """As many rows through the network as BackSelect evaluates for the case's windows."""
    batch = tf.constant(models.random_dna(BATCH, case.length, seed=3))
    logits = tf.function(lambda inputs: case.model.logits(inputs, training=False))
    logits(batch)
    calls = len(case.inputs) * case.length * (case.length + 1) / 2 / BATCH

    def run() -> None:
        for _ in range(round(calls)):
            logits(batch)

    return run


def agreement(count: int) -> list[dict]:
    """Gradient subsets beside exact ones."""
    rows = []
    forms = [("three_convolutions", 101, count), ("three_convolutions", 500, count)]
    for form, length, windows in [*forms, ("residual", SHORT, count // 6)]:
        case = Case(models.trained(form, length), length, windows)
        exact, gradient = (case.finder(name)(case.inputs) for name in ("exact", "gradient"))
        shared = overlap(exact, gradient)
        rows.append(
            {
                "model": form,
                "length": length,
                "windows": len(shared),
                "exact": f"{np.median([len(subset) for subset in exact]):g}",
                "gradient": f"{np.median([len(subset) for subset in gradient]):g}",
                "jaccard": f"{shared.mean():.3f}",
                "identical": f"{(shared == 1).mean():.2f}",
            }
        )
    return rows


def long_windows(count: int) -> list[dict]:
    """Gradient search of long windows; the weights are learned on short ones."""
    network = models.longer("residual", models.trained("residual", SHORT), LONG)
    case = Case(network, LONG, count)
    cost, subsets = timed(case.finder("gradient"), case.inputs)
    return [
        {
            "model": "residual",
            "length": LONG,
            "windows": len(subsets),
            "s": f"{cost / len(subsets):.2f}",
            "positions": f"{np.median([len(subset) for subset in subsets]):g}",
        }
    ]


TABLES = {
    "loop": (beside_the_loop, 64),
    "fallback": (beside_forward_passes, 1),
    "overlap": (agreement, 96),
    "long": (long_windows, 32),
}


def show(rows: list[dict]) -> None:
    """Print a table."""
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(flush=True)


def main() -> None:
    """Measure and print."""
    shape = argparse.RawDescriptionHelpFormatter
    options = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    options.add_argument("--tables", nargs="+", default=list(TABLES), choices=TABLES)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for name in options.parse_args().tables:
        table, count = TABLES[name]
        show(table(count))
    print(devices.machine())


if __name__ == "__main__":
    main()
