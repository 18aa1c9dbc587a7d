"""DeepLIFT of overlapping windows in one pass, beside DeepLIFT of each window.

CPU time on one thread, the smallest of ``--rounds`` taken in turns after one to compile. The
network is ``basset`` without padding (600 bp, joint stride 48); both share one uniform reference.
"""

import argparse
from functools import partial

import bench
import models
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from speed import cpu_seconds

from chromolens.attribution import front
from chromolens.attribution.deeplift.overlapping import attribute_overlapping
from chromolens.models import devices
from chromolens.models.model import Model

STEP = 48


def main() -> None:
    """Print both times, their ratio and the largest difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--windows", type=int, default=512)
    arguments = parser.parse_args()
    bench.one_thread()
    model = Model.of(models.basset(padding="valid"))
    length = model.length + STEP * (arguments.windows - 1)
    sequence = models.sequences(1, length, seed=1)[0]
    windows = sliding_window_view(sequence, model.length, axis=0)[::STEP].swapaxes(1, 2)
    options = {"references": "uniform"}
    alone = partial(front.attribute, model, windows.copy(), method="deeplift_rescale", **options)
    together = partial(attribute_overlapping, model, sequence, step=STEP, **options)
    difference = compare(together().contributions[0], alone().contributions)
    times = np.array(
        [[cpu_seconds(alone), cpu_seconds(together)] for _ in range(arguments.rounds)]
    ).min(axis=0)
    print(f"{arguments.windows} windows, {model.length / STEP:.1f}-fold overlap")
    print(
        f"each window {times[0]:.2f} s, in one pass {times[1]:.2f} s: {times[0] / times[1]:.1f}x"
    )
    print(f"largest difference {difference:.1e} of the largest contribution")
    print(devices.machine())


def compare(found: np.ndarray, alone: np.ndarray) -> float:
    """Largest difference of ``found`` (length,) to the mean over windows (n, window)."""
    total, cover = np.zeros(len(found)), np.zeros(len(found))
    for number, row in enumerate(alone):
        place = slice(number * STEP, number * STEP + alone.shape[1])
        total[place] += row
        cover[place] += 1
    return float(np.abs(total / cover - found).max() / np.abs(alone).max())


if __name__ == "__main__":
    main()
