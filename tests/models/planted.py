"""Inputs whose answer is known: sequences with planted motifs, and a toy genome with signals."""

import numpy as np
import pandas as pd

from chromolens.inputs.batches import Inputs, open_inputs

MOTIFS = {"alpha": "TGACTCA", "beta": "CCGGAAG"}
LETTERS = np.array(list("ACGTN"))


def sequences(count: int = 600, length: int = 50, seed: int = 0, mask: float = 0.1) -> Inputs:
    """Records in four parts; a third each hold either motif (on any strand) or none."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, size=(count, length))
    kind = np.arange(count) % 3
    for row in np.flatnonzero(kind < 2):
        motif = np.array(["ACGT".index(base) for base in list(MOTIFS.values())[kind[row]]])
        motif = 3 - motif[::-1] if rng.random() < 0.5 else motif
        place = rng.integers(0, length - len(motif))
        codes[row, place : place + len(motif)] = motif
    labels = np.stack([kind == 0, kind == 1], axis=1).astype("float32")
    labels[rng.random(labels.shape) < mask] = np.nan
    sources = np.array(["alpha", "beta", "negative"])[kind]
    table = {
        "id": [f"record{i}" for i in range(count)],
        "group": [f"part{i // 3 % 4}" for i in range(count)],
        "sequence": ["".join(row) for row in LETTERS[codes]],
        "role": np.where(kind == 2, "negative", "positive"),
        "source": sources,
        "gc": 0.5,
        "shared": (np.arange(count) % 10 == 0).astype(int),
        "alpha": labels[:, 0],
        "beta": labels[:, 1],
    }
    return open_inputs(pd.DataFrame(table))


class ToyGenome:
    """One chromosome in memory with a plus and a minus signal, asked like ``Inputs``.

    Each ``TGACTCA`` on the forward strand has reads 3 bases before it (plus) and 9 after its
    start (minus), and the mirror image on the other strand.
    """

    channels, tasks, dna, content = 4, ["alpha"], True, ""

    def for_training(self, groups):
        return self

    def __init__(self, length: int = 60, count: int = 200, seed: int = 0):
        rng = np.random.default_rng(seed)
        self.length, self.spacing = length, 2 * length
        size = (count + 1) * self.spacing
        self.codes_ = rng.integers(0, 4, size=size).astype("uint8")
        self.signal = rng.poisson(0.02, size=(size, 2)).astype("float32")
        self.starts = np.arange(count) * self.spacing + self.spacing // 2
        for start in self.starts + rng.integers(20, length - 27, size=count):
            self._plant(start, rng)
        self.windows = pd.DataFrame(
            {
                "id": [f"c:{start}-{start + length}" for start in self.starts],
                "group": [f"part{i % 4}" for i in range(count)],
                "chrom": "c",
                "role": "positive",
                "source": "alpha",
                "alpha": 1.0,
            }
        )

    def _plant(self, start: int, rng: np.random.Generator) -> None:
        motif = np.array(["ACGT".index(base) for base in MOTIFS["alpha"]])
        self.codes_[start : start + 7] = motif
        self.signal[start - 3, 0] += rng.poisson(30)
        self.signal[start + 9, 1] += rng.poisson(30)

    def select(self, tasks, groups):
        return np.flatnonzero(self.windows["group"].isin(groups))

    def labels(self, rows, tasks):
        return self.windows[tasks].to_numpy("float32")[rows]

    def _places(self, rows, shifts, first, length):
        shifts = 0 if shifts is None else np.asarray(shifts)[:, None]
        return self.starts[rows][:, None] + shifts + first + np.arange(length)

    def codes(self, rows, margin=0):
        return self.codes_[self._places(rows, None, -margin, self.length + 2 * margin)]

    def arrays(self, rows, shifts=None, reverse=None):
        codes = self.codes_[self._places(rows, shifts, 0, self.length)]
        onehot = np.eye(4, dtype="float32")[codes]
        turned = np.zeros(len(rows), bool) if reverse is None else reverse
        return np.stack(
            [x[::-1, ::-1] if turn else x for x, turn in zip(onehot, turned, strict=True)]
        )

    def profiles(self, rows, task, length, shifts=None, reverse=None):
        first = (self.length - length) // 2
        counts = self.signal[self._places(rows, shifts, first, length)]
        turned = np.zeros(len(rows), bool) if reverse is None else reverse
        return np.stack(
            [x[::-1, ::-1] if turn else x for x, turn in zip(counts, turned, strict=True)]
        )
