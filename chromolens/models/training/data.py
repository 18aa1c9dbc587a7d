"""Batches of windows for training: read once, then shifted and turned over in memory.

What is drawn at random (order, shifts, strands) depends on the seed and the epoch alone, so a
training that was interrupted goes on as if it had not been.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.runlog import progress

CHUNK = 4096
"""Windows read at a time."""

MEMORY_LIMIT = 2**30
"""Bytes of windows held; beyond, each batch is read from the files again."""

_ONEHOT = np.vstack([np.eye(4, dtype="float32"), np.zeros((1, 4), "float32")])
_COMPLEMENT = np.array([3, 2, 1, 0, 4], dtype="uint8")


class Files:
    """Windows read when they are asked for; nothing is held.

    Parameters
    ----------
    rows
        Rows of the windows; an index below is a place in ``rows``.
    tasks, profile_length
        Profiles to read with them, and their width in bp (none for ``tasks=[]``).
    """

    def __init__(self, inputs: Inputs, rows: np.ndarray, tasks: list[str], profile_length: int):
        self._inputs, self._rows = inputs, rows
        self._tasks, self._length = tasks, profile_length

    def arrays(self, index: np.ndarray, shifts: np.ndarray, reverse: np.ndarray) -> np.ndarray:
        """``Inputs.arrays`` of the windows at ``index``, moved by ``shifts`` positions."""
        return self._inputs.arrays(self._rows[index], shifts=shifts, reverse=reverse)

    def profiles(
        self, index: np.ndarray, shifts: np.ndarray, reverse: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Task -> float32 (n, profile_length, strands) counts of the same stretches."""
        rows = self._rows[index]
        return {
            task: self._inputs.profiles(rows, task, self._length, shifts=shifts, reverse=reverse)
            for task in self._tasks
        }


class Memory:
    """The same windows, held with ``margin`` bp on both sides so that shifts need no reading."""

    def __init__(
        self,
        inputs: Inputs,
        rows: np.ndarray,
        tasks: list[str],
        profile_length: int,
        margin: int,
    ):
        self._margin, self._length, self._profile_length = margin, inputs.length, profile_length
        pieces = chunks(rows, "reading windows")
        self._codes = np.concatenate([inputs.codes(piece, margin) for piece in pieces])
        wide = profile_length + 2 * margin
        self._profiles = {
            task: np.concatenate([inputs.profiles(piece, task, wide) for piece in split(rows)])
            for task in tasks
        }

    def arrays(self, index: np.ndarray, shifts: np.ndarray, reverse: np.ndarray) -> np.ndarray:
        """One-hot float32 (n, length, 4) of the windows at ``index``, moved by ``shifts`` bp."""
        codes = self._moved(self._codes, self._length, index, shifts)
        codes[reverse] = _COMPLEMENT[codes[reverse, ::-1]]
        return _ONEHOT[codes]

    def profiles(
        self, index: np.ndarray, shifts: np.ndarray, reverse: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Task -> float32 (n, profile_length, strands) counts of the same stretches."""
        found = {}
        for task, wide in self._profiles.items():
            counts = self._moved(wide, self._profile_length, index, shifts)
            counts[reverse] = counts[reverse, ::-1, ::-1]
            found[task] = counts
        return found

    def _moved(
        self, wide: np.ndarray, length: int, index: np.ndarray, shifts: np.ndarray
    ) -> np.ndarray:
        columns = self._margin + shifts[:, None] + np.arange(length)
        return wide[index[:, None], columns]


def hold(
    inputs: Inputs,
    rows: np.ndarray,
    *,
    margin: int = 0,
    tasks: list[str] | None = None,
    profile_length: int = 0,
    strands: int = 1,
    limit: int = MEMORY_LIMIT,
) -> Files | Memory:
    """Windows ``rows`` in memory if they are DNA of up to ``limit`` bytes, else left in files.

    Parameters
    ----------
    margin
        Largest shift that will be asked for, in bp.
    tasks, profile_length, strands
        Profiles that will be asked for; their width in bp and their channels.
    """
    tasks = tasks or []
    profile_bytes = 4 * len(tasks) * strands * (profile_length + 2 * margin)
    fits = inputs.dna and len(rows) * (inputs.length + 2 * margin + profile_bytes) <= limit
    # The margin of a profile may not reach beyond the window that Inputs can centre it in.
    if fits and (not tasks or profile_length + 2 * margin <= inputs.length):
        return Memory(inputs, rows, tasks, profile_length, margin)
    return Files(inputs, rows, tasks, profile_length)


@dataclass(frozen=True)
class Draw:
    """Windows of one epoch: all of the ``positive`` (n,), and ``negatives`` of the others to each.

    Where there are fewer others all are taken. Called with a generator it gives their numbers.
    """

    positive: np.ndarray
    negatives: float

    def __call__(self, rng: np.random.Generator) -> np.ndarray:
        every, others = np.flatnonzero(self.positive), np.flatnonzero(~self.positive)
        count = min(len(others), round(self.negatives * len(every)))
        return np.concatenate([every, rng.choice(others, count, replace=False)])


class Batches(keras.utils.PyDataset):
    """Batches (inputs, labels, weights) of one epoch.

    Parameters
    ----------
    windows, count
        From ``hold``; how many they are.
    labels, weights : (n, tasks)
        In the order of the held rows, no NaN; None for profiles, which bring their own labels
        ``{"profile_{task}": counts (n, length, strands), "counts": log(1 + totals) (n, tasks)}``.
    shift
        Largest random shift, in bp.
    reverse_complement
        Whether each window is turned over with probability 1/2.
    seed, epoch
        What the order, the shifts, the strands and the windows of ``among`` are drawn from; None
        as ``epoch``: nothing is drawn (validation).
    among
        From a generator the windows of this epoch (``Draw``); None: all of them.
    """

    def __init__(
        self,
        windows: Files | Memory,
        count: int,
        batch_size: int,
        *,
        labels: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        shift: int = 0,
        reverse_complement: bool = False,
        seed: int = 0,
        epoch: int | None = None,
        among: Callable[[np.random.Generator], np.ndarray] | None = None,
    ):
        super().__init__()
        self._windows, self._batch = windows, batch_size
        self._labels, self._weights = labels, weights
        self._epoch = epoch
        self._order = np.arange(count)
        self._shifts = np.zeros(count, dtype=int)
        self._reverse = np.zeros(count, dtype=bool)
        if epoch is not None:
            rng = np.random.default_rng([seed, epoch])
            self._order = rng.permutation(among(rng) if among else count)
            self._shifts = rng.integers(-shift, shift + 1, size=count)
            self._reverse = (rng.random(count) < 0.5) & reverse_complement

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch)

    def __getitem__(self, i: int) -> tuple:
        index = self._order[i * self._batch : (i + 1) * self._batch]
        moves = (index, self._shifts[index], self._reverse[index])
        batch = self._windows.arrays(*moves)
        if self._labels is None:
            return batch, profile_labels(self._windows.profiles(*moves))
        return batch, self._labels[index], self._weights[index]


def profile_labels(profiles: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What a profile network is fitted to: each profile, and log(1 + total) of all (n, tasks)."""
    totals = [counts.sum(axis=(1, 2)) for counts in profiles.values()]
    named = {f"profile_{task}": counts for task, counts in profiles.items()}
    return {**named, "counts": np.log1p(np.stack(totals, axis=1))}


def select(inputs: Inputs, tasks: list[str], groups: list[str], what: str) -> np.ndarray:
    """Rows of the windows of ``tasks`` on ``groups``; BadInput if there are none."""
    rows = np.asarray(inputs.select(tasks, groups))
    if not len(rows):
        raise BadInput(
            f"no {what} windows for {', '.join(tasks)}",
            where=", ".join(groups),
            remedy="check the folds against the peaks, or use fewer folds",
        )
    return rows


def transform(labels: np.ndarray, objective: str) -> np.ndarray:
    """Labels (n, tasks) as the network sees them: log(1 + count) in a regression."""
    return np.log1p(labels) if objective == "regression" else labels


def background(inputs: Inputs, rows: np.ndarray) -> list[float]:
    """Frequencies of A, C, G and T over the windows ``rows``, without N."""
    counts = np.zeros(5)
    for chunk in chunks(rows, "counting bases"):
        counts += np.bincount(inputs.codes(chunk, 0).ravel(), minlength=5)
    return (counts[:4] / counts[:4].sum()).tolist()


def check_moves(inputs: Inputs, shift: int, reverse_complement: bool) -> None:
    """Raise BadInput for shifts without a genome beside the windows, and strands of no DNA."""
    if shift and "chrom" not in inputs.windows:
        raise BadInput(
            f"training.shift is {shift}, but these inputs have nothing beside them to shift into",
            expected="0 for inputs without a genome",
        )
    if reverse_complement and not inputs.dna:
        raise BadInput(
            "training.reverse_complement is true, but only DNA has a reverse complement",
            expected="false for these inputs",
        )


def chunks(rows: np.ndarray, what: str) -> Iterator[np.ndarray]:
    """``split(rows)`` with a progress bar named ``what``."""
    return progress(split(rows), what=what)


def split(rows: np.ndarray) -> list[np.ndarray]:
    """``rows`` in pieces of ``CHUNK`` whose windows fit into memory."""
    return np.split(rows, range(CHUNK, len(rows), CHUNK))
