"""References drawn from a study's own windows.

===============  ==============================================================================
``gc_matched``   windows with the input's share of G and C (to ``GC_WIDTH``; where too few have
                 it, those nearest to it)
``pool``         windows that serve every input
``mean``         one reference: the share of each base at each position
``other_class``  windows whose label of the explained task is another one
===============  ==============================================================================

They come from the groups that a fold's model was trained on: the first two from windows without
events, the others from all but tiles (a study of tiles only has nothing else: from these). What is
drawn for an input depends on its id, the candidates and the seed, never on the other inputs.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.reference_kinds import DRAWN

GC_WIDTH = 0.02  # largest difference in share of G and C that counts as the same


class Drawn:
    """References of one kind for the inputs of one fold.

    Parameters
    ----------
    kind
        One of ``reference_kinds.DRAWN``.
    candidates
        Row numbers of ``inputs.windows`` (m,).
    count
        References of each input; for ``mean`` there is one.

    Raises
    ------
    BadInput
        For fewer than ``count`` candidates.
    """

    def __init__(
        self, kind: str, inputs: Inputs, candidates: np.ndarray, *, count: int = 1, seed: int = 0
    ):
        if len(candidates) < count:
            raise BadInput(
                f"{len(candidates)} windows to draw {count} references {kind!r} from",
                expected="as many or more",
            )
        self.kind, self.inputs, self.candidates = kind, inputs, np.asarray(candidates)
        self.count, self.seed = count, seed
        self.per_task = kind == "other_class"
        self.ids = inputs.windows["id"].to_numpy(dtype=str)
        if kind == "gc_matched":
            self.gc = inputs.windows["gc"].to_numpy(dtype=float)[self.candidates]
        self._shared = self._for_all()

    def __call__(self, onehot: np.ndarray, ids: Sequence[str], task: str) -> np.ndarray:
        """References of inputs float32 (n, length, channels): (n or 1, r, length, channels).

        ``task``: whose labels make classes. BadInput where fewer than ``count`` windows of
        another class can be had, or an input has no label.
        """
        if self._shared is not None:
            return self._shared
        chosen = self._alike(onehot) if self.kind == "gc_matched" else self._others(ids, task)
        drawn = [self._draw(name, rows) for name, rows in zip(ids, chosen, strict=True)]
        return self._read(np.stack(drawn))

    @property
    def digest(self) -> str:
        """Of the windows that can be drawn (sha256)."""
        return hashlib.sha256("\n".join(self.ids[self.candidates]).encode()).hexdigest()

    def _for_all(self) -> np.ndarray | None:
        if self.kind == "mean":
            return mean_input(self.inputs, self.candidates)
        if self.kind == "pool":
            return self._read(np.sort(self._draw("", self.candidates))[None])
        return None

    def _alike(self, onehot: np.ndarray) -> list[np.ndarray]:
        """Candidates of each input's share of G and C; all where it is nothing but N."""
        with np.errstate(invalid="ignore"):
            shares = onehot[..., 1:3].sum(axis=(1, 2)) / onehot.sum(axis=(1, 2))
        apart = (np.nan_to_num(np.abs(self.gc - share)) for share in shares.round(4))
        return [self._near(distance) for distance in apart]

    def _near(self, distance: np.ndarray) -> np.ndarray:
        within = self.candidates[distance <= GC_WIDTH + 1e-9]
        if len(within) > self.count:  # one of them may be the input itself
            return within
        return self.candidates[np.argsort(distance, kind="stable")[: self.count + 1]]

    def _others(self, ids: Sequence[str], task: str) -> list[np.ndarray]:
        labels = dict(zip(self.ids, self.inputs.windows[task], strict=True))
        theirs = self.inputs.labels(self.candidates, [task])[:, 0]
        without = [name for name in ids if np.isnan(labels.get(name, np.nan))]
        if without:
            raise BadInput(f"a window has no label of {task!r}", where=without[0])
        known = ~np.isnan(theirs)
        return [self.candidates[known & (theirs != labels[name])] for name in ids]

    def _draw(self, name: str, rows: np.ndarray) -> np.ndarray:
        """``count`` of ``rows``, never the input itself."""
        rows = rows[self.ids[rows] != name]
        if len(rows) < self.count:
            raise BadInput(
                f"{len(rows)} of {len(self.candidates)} windows can be references {self.kind!r}",
                expected=f"{self.count} or more",
                where=name,
            )
        rng = np.random.default_rng(seed_of(f"{name} drawn", self.seed))
        return rng.choice(rows, self.count, replace=False)

    def _read(self, drawn: np.ndarray) -> np.ndarray:
        found = self.inputs.arrays(drawn.ravel())
        return found.reshape(*drawn.shape, *found.shape[1:])


def by_fold(
    kind: str,
    inputs: Inputs,
    folds: Folds,
    *,
    count: int,
    seed: int,
) -> dict[str, Drawn]:
    """``Drawn`` of each of ``folds``; none where ``kind`` isn't drawn."""
    if kind not in DRAWN:
        return {}
    found = {}
    for fold in folds.roles:
        seen = inputs.for_training(folds.groups(fold, "training"))
        candidates = _candidates(kind, inputs, folds, fold)
        found[fold] = Drawn(kind, seen, candidates, count=count, seed=seed)
    return found


def mean_input(inputs: Inputs, rows: np.ndarray, at_once: int = 4096) -> np.ndarray:
    """Mean input over ``rows``, of DNA shares of bases: float32 (1, 1, length, channels).

    BadInput for tokens, whose numbers have no mean.
    """
    if inputs.arrays(rows[:1]).ndim == 2:
        raise BadInput("tokens have no mean", expected='references="background": the mean vector')
    total = np.zeros((inputs.length, inputs.channels))
    for start in range(0, len(rows), at_once):
        total += inputs.arrays(rows[start : start + at_once]).sum(axis=0, dtype=np.float64)
    return (total / max(len(rows), 1)).astype(np.float32)[None, None]


def _candidates(kind: str, inputs: Inputs, folds: Folds, fold: str) -> np.ndarray:
    inside = folds.rows(inputs.windows, fold, "training")
    role = inputs.windows["role"].to_numpy()[inside]
    wanted = role == "negative" if kind in ("gc_matched", "pool") else role != "tile"
    return inside[wanted] if wanted.any() else inside
