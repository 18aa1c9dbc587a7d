"""Explain regions of the genome, base by base, in one file that can be continued.

The windows that touch a region are worked off in blocks, from left to right. A base is done once
all windows over it are: up to the start of the next block. Windows that reach beyond it are
carried on. A window has its place in a batch by its index on the chromosome (see
``models.batching``), and a base is the sum of its windows in their order. So memory depends on a
block, and a base gets the same bits whatever the shards, the blocks and the interruptions.

Windows that overlap are stitched by one of two policies:

``mean``    the mean over all windows that cover the base. Summed in float64 in ascending order
            of the windows' starts, divided, rounded once: the same bits for any shard that
            was given all windows over the base (sums in another order differ in the last bits).
``centre``  the number of the window whose centre is nearest; of two equally near, the first.

A base that no window covers is NaN.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval, check_inside
from chromolens.genome.onehot import codes_to_onehot
from chromolens.runlog import progress
from chromolens.tracks.answers import (
    PER_WINDOW,
    answer,
    combine,
    default_windows,
    header_of,
    job_digest,
)
from chromolens.tracks.method import Method
from chromolens.tracks.partial import record, resumable
from chromolens.tracks.replicates import agreement
from chromolens.tracks.tiling import Tiling, starting_in, touching, window_starts

if TYPE_CHECKING:
    from chromolens.genome.fasta import Genome
    from chromolens.models.model import Model


def explain_shard(
    models: Sequence["Model"],
    genome: "Genome",
    regions: Sequence[Interval],
    path: str,
    *,
    method: Method,
    tiling: Tiling,
    origin: scores.Origin,
    windows_at_once: int | None = None,
) -> None:
    """Write the scores file ``path`` (``scores.REGION``, ``scores.TILING``) of ``regions``.

    Parameters
    ----------
    models
        The replicates of one fold: contributions are their mean; with two or more, ``sd`` and
        ``sign`` are written too.
    windows_at_once
        Windows per block: memory, and how much a killed job loses. By default what fits
        64 MB per model, at most 4096. Changes no number.
    """
    _check(models, genome, regions, tiling)
    header = header_of(models, method, origin, {"tiling": tiling.settings()})
    names = [region.name for region in regions]
    digest = job_digest(header, method, names)
    size = windows_at_once or default_windows(tiling.window, len(method.tasks), method.batch_size)
    create = _layout(header, regions, genome.sizes, tiling, len(models))
    with resumable(path, digest, create) as file:
        header.note_run(file)
        begun = zip(regions, file["finished"][:].tolist(), strict=True)
        walks = [_Walk(region, genome, tiling, region.start + done) for region, done in begun]
        left = [(number, walk) for number, walk in enumerate(walks) if walk.done < walk.region.end]
        work = [(*each, block) for each in left for block in each[1].blocks(size)]
        for number, walk, block in progress(work, total=len(work), what=origin.shard):
            begin, found = walk.done, walk.explain(models, method, *block)
            _store(file[names[number]], begin, found)
            record(file, file["finished"], number, walk.done - walk.region.start)


def explain_base(
    models: Sequence["Model"], genome: "Genome", base: Interval, *, method: Method, tiling: Tiling
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.REGION`` (T, 1) for one base, to the bit those of any shard.

    Empty where no window that is explained lies over it.
    """
    _check(models, genome, [base], tiling)
    walk = _Walk(base, genome, tiling, base.start)
    found: dict[str, np.ndarray] = {}
    for block in walk.blocks(max(1, len(walk.starts))):
        found = walk.explain(models, method, *block)
    return {key: array for key, array in found.items() if key not in PER_WINDOW}


def _check(
    models: Sequence["Model"], genome: "Genome", regions: Sequence[Interval], tiling: Tiling
) -> None:
    for region in regions:
        check_inside(region, genome.sizes)
    for model in models:
        if model.length != tiling.window:
            raise BadInput(
                f"the model reads {model.length} bp, the tiling has windows of {tiling.window} bp",
                where=f"model {model.digest}",
            )


def _layout(
    header: scores.Header,
    regions: Sequence[Interval],
    sizes: dict[str, int],
    tiling: Tiling,
    replicates: int,
) -> Callable[[h5py.File], None]:
    """A function that lays out an empty file for ``regions``."""
    arrays = [*scores.REGION, *scores.TILING]
    arrays += scores.REGION_AGREEMENT if replicates > 1 else ()

    def create(file: h5py.File) -> None:
        header.write(file)
        for region in regions:
            starts = _own_starts(region, sizes, tiling)
            group = file.create_group(region.name)
            lengths = {"task": len(header.tasks), "base": len(region), "window": len(starts)}
            scores.create(group, arrays, lengths)
            group["window_start"][:] = starts
        finished = scores.Array("finished", "int64", ("region",), "bp", "explained so far")
        scores.create(file, [finished], {"region": len(regions)})

    return create


def _own_starts(region: Interval, sizes: dict[str, int], tiling: Tiling) -> np.ndarray:
    starts = window_starts(sizes[region.chrom], tiling.window, tiling.stride)
    return starting_in(starts, region)


class _Walk:
    """A region worked off from left to right; ``done`` is its first base not yet explained.

    ``numbers`` are the windows explained that reach beyond ``done``, as indices of ``starts``;
    ``answers`` holds what all replicates say of them, by name: (replicates, T, n, ...).
    """

    def __init__(self, region: Interval, genome: "Genome", tiling: Tiling, done: int):
        self.region, self.genome, self.tiling, self.done = region, genome, tiling, done
        self.starts = window_starts(genome.sizes[region.chrom], tiling.window, tiling.stride)
        self.numbers = np.zeros(0, dtype=np.int64)
        self.answers: dict[str, np.ndarray] = {}

    def blocks(self, size: int) -> Iterator[tuple[int, int]]:
        """First and last (exclusive) of the windows over what is left, cut at every ``size``."""
        rest = Interval(self.region.chrom, self.done, self.region.end)
        near = touching(self.starts, self.tiling.window, rest)
        first = int(np.searchsorted(self.starts, near[0])) if len(near) else 0
        last = first + len(near)
        return pairwise([first, *range(size * (first // size + 1), last, size), last])

    def explain(
        self, models: Sequence["Model"], method: Method, first: int, last: int
    ) -> dict[str, np.ndarray]:
        """Explain one block, and move ``done`` to the start of the next.

        Gives the arrays of ``scores.REGION`` for the bases passed, and those of ``scores.TILING``
        for the windows that start there.
        """
        self._ask(models, method, np.arange(first, last))
        next_start = self.starts[last] if last < len(self.starts) else self.region.end
        end = min(int(next_start), self.region.end)
        if end <= self.done:
            return {}
        passed = Interval(self.region.chrom, self.done, end)
        found = (self._bases(passed) | self._windows(passed)) if len(self.numbers) else {}
        self._keep(self.starts[self.numbers] + self.tiling.window > end)
        self.done = end
        return found

    def _ask(self, models: Sequence["Model"], method: Method, numbers: np.ndarray) -> None:
        starts, chrom, window = self.starts[numbers], self.region.chrom, self.tiling.window
        codes = _read_windows(self.genome, chrom, starts, window)
        kept = self.tiling.keeps(codes)
        if not kept.any():
            return
        ids = [f"{chrom}:{start}-{start + window}" for start in starts[kept]]
        asked = codes_to_onehot(codes[kept]), ids, numbers[kept], method
        fresh = [answer(model, *asked) for model in models]
        for key in fresh[0]:
            stack = np.stack([one[key] for one in fresh])
            before = self.answers.get(key, stack[:, :, :0])
            self.answers[key] = np.concatenate([before, stack], axis=2)
        self.numbers = np.concatenate([self.numbers, numbers[kept]])

    def _keep(self, chosen: np.ndarray) -> None:
        self.numbers = self.numbers[chosen]
        self.answers = {key: array[:, :, chosen] for key, array in self.answers.items()}

    def _bases(self, passed: Interval) -> dict[str, np.ndarray]:
        def stitched(values: np.ndarray) -> np.ndarray:
            starts = self.starts[self.numbers]
            return stitch(values, starts, self.tiling.window, passed, self.tiling.stitching)

        found = agreement(np.stack([stitched(one) for one in self.answers["contributions"]]))
        predictions = np.stack([stitched(one[..., None]) for one in self.answers["values"]])
        return found | {"predictions": predictions.mean(axis=0).astype(np.float32)}

    def _windows(self, passed: Interval) -> dict[str, np.ndarray]:
        """Per-window arrays (T, windows that start in ``passed``), NaN for those left out."""
        own = np.flatnonzero((self.starts >= passed.start) & (self.starts < passed.end))
        here = np.isin(self.numbers, own)
        found = {}
        for key in PER_WINDOW:
            whole = combine(key, self.answers[key][:, :, here])
            found[key] = np.full((len(whole), len(own)), np.nan, dtype=np.float32)
            found[key][:, np.isin(own, self.numbers)] = whole
        return found


def _read_windows(genome: "Genome", chrom: str, starts: np.ndarray, window: int) -> np.ndarray:
    """Codes uint8 (n, window), read from the genome in one piece."""
    if not len(starts):
        return np.zeros((0, window), dtype=np.uint8)
    piece = genome.codes(chrom, int(starts[0]), int(starts[-1]) + window)
    return piece[(starts - starts[0])[:, None] + np.arange(window)]


def _store(group: h5py.Group, begin: int, found: dict[str, np.ndarray]) -> None:
    """Put arrays where they belong, from base ``begin`` on; what was not found stays NaN."""
    offset = begin - Interval.from_name(group.name.strip("/")).start
    first = int(np.searchsorted(group["window_start"][:], begin))
    for key, array in found.items():
        start = first if key in PER_WINDOW else offset
        group[key][:, start : start + array.shape[1]] = array


def stitch(
    values: np.ndarray, starts: np.ndarray, window: int, region: Interval, policy: str
) -> np.ndarray:
    """Stitch windows over ``region``.

    Parameters
    ----------
    values : float32 (T, n, window), or (T, n, 1) for one number per window
    starts : int (n,), ascending
        All windows that share a base with the region; others would only cost time.
    window
        Width in bp.
    policy
        ``mean`` or ``centre``.

    Returns
    -------
    float64 (T, len(region)), NaN where no window covers
    """
    values = np.broadcast_to(values, (*values.shape[:2], window))
    return {"mean": _mean, "centre": _centre}[policy](values, starts, region)


def _mean(values: np.ndarray, starts: np.ndarray, region: Interval) -> np.ndarray:
    total = np.zeros((len(values), len(region)))
    count = np.zeros(len(region))
    for i, start in enumerate(starts):
        here, inside = _overlap(start, values.shape[2], region)
        total[:, here] += values[:, i, inside]
        count[here] += 1
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _centre(values: np.ndarray, starts: np.ndarray, region: Interval) -> np.ndarray:
    window = values.shape[2]
    # Twice the distance to the centre, so that it is a whole number for even widths too.
    distance = np.abs(2 * np.arange(window) - (window - 1))
    nearest = np.full(len(region), window + 1)
    chosen = np.full((len(values), len(region)), np.nan)
    for i, start in enumerate(starts):
        here, inside = _overlap(start, window, region)
        nearer = distance[inside] < nearest[here]
        nearest[here][nearer] = distance[inside][nearer]
        chosen[:, here][:, nearer] = values[:, i, inside][:, nearer]
    return chosen


def _overlap(start: int, window: int, region: Interval) -> tuple[slice, slice]:
    """The shared bases as a slice of the region and a slice of the window; may be empty."""
    low = max(start, region.start)
    high = max(min(start + window, region.end), low)
    return slice(low - region.start, high - region.start), slice(low - start, high - start)
