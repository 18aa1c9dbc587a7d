"""Explain regions of the genome, base by base, in one file that can be continued.

The windows whose kept parts touch a region are worked off in blocks, from left to right. A base is
done once all windows over it are: up to the start of the next block. Windows that reach beyond it
are carried on. A window has its place in a batch by its index in its series on the chromosome (see
``tiling`` and ``models.batching``), and a base is stitched from its windows in their order. So
memory depends on a block, and a base gets the same bits whatever the shards, the blocks and the
interruptions.

A region's arrays hold its covered bases alone, end to end (``tiling.Cover``): between regions that
lie far apart there is nothing to keep. Inside this module a *place* is a base's index there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from chromolens.tracks.partial import Journal, Pace, Stretch, say_resumed, work_off
from chromolens.tracks.replicates import agreement, over_folds
from chromolens.tracks.stitching import stitch
from chromolens.tracks.tiling import Cover, Series, Tiling, grid, touching

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
    others: Mapping[str, Sequence["Model"]] | None = None,
    series: Series | None = None,
    windows_at_once: int | None = None,
) -> None:
    """Write the scores file ``path`` (``scores.REGION``, ``scores.TILING``) of ``regions``.

    Parameters
    ----------
    models
        The replicates of one fold: contributions are their mean; with two or more, ``sd`` and
        ``sign`` are written too.
    others
        Fold -> its replicates, of all other folds: with them ``scores.FOLD_AGREEMENT`` is written.
    series
        All windows of each chromosome; by default those of the tiling's grid.
    windows_at_once
        Most windows per block (``Pace``), for the memory. By default what fits 64 MB per model, at
        most 4096. Changes no number.
    """
    others = others or {}
    theirs = [model for replicates in others.values() for model in replicates]
    _check([*models, *theirs], genome, regions, tiling)
    more: dict = {"tiling": tiling.settings()}
    if others:
        folds = sorted({origin.fold: models, **others}.items())
        more["folds"] = {fold: [str(one.digest) for one in of_fold] for fold, of_fold in folds}
    header = header_of(models, method, origin, more)
    digest = job_digest(header, method, [region.name for region in regions])
    series = series or grid(genome.sizes, tiling)

    def work(found: Journal) -> None:
        size, tasks = found.rows, len(method.tasks)
        asked = _Asked(models, replace(method, fold=origin.fold, batch_size=size), others)
        most = windows_at_once or default_windows(tiling.window, tasks, size)
        walks = [_Walk(region, genome, tiling, series) for region in regions]
        for number, walk in enumerate(walks):
            walk.done = found.done.get(number, 0)
        total = sum(len(walk.starts) for walk in walks)
        before = total - sum(len(walk.left()) for walk in walks)
        covered = sum(len(walk.cover) for walk in walks)
        say_resumed(origin.shard, sum(walk.done for walk in walks), covered)
        pace = Pace(size, most)
        blocks = ((*each, block) for each in enumerate(walks) for block in each[1].blocks(pace))
        told = {"total": total, "what": origin.shard, "before": before}
        for number, walk, block in progress(blocks, weigh=lambda one: len(one[2]), **told):
            begin, arrays = walk.done, walk.explain(asked, block)
            found.add(Stretch(number, begin, walk.done, arrays))
        with scores.written(path, header.after(found.runs)) as file:
            for walk in walks:
                _lay_out(file, walk, asked)
            for stretch in found.stretches():
                _store(file, walks[stretch.part], stretch)

    work_off(path, digest, method.batch_size, header.run, work)


def explain_base(
    models: Sequence["Model"],
    genome: "Genome",
    base: Interval,
    *,
    method: Method,
    tiling: Tiling,
    series: Series | None = None,
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.REGION`` (T, 1) for one base, to the bit those of any shard.

    Empty where no window that is explained lies over it.
    """
    _check(models, genome, [base], tiling)
    walk = _Walk(base, genome, tiling, series or grid(genome.sizes, tiling))
    found: dict[str, np.ndarray] = {}
    at_once = max(1, len(walk.starts))
    for block in walk.blocks(Pace(at_once, at_once)):
        found = walk.explain(_Asked(models, method, {}), block)
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


@dataclass(frozen=True)
class _Asked:
    """Who explains a shard: the replicates of its fold, by ``method``, and perhaps all others."""

    models: Sequence["Model"]
    method: Method
    others: Mapping[str, Sequence["Model"]]

    def answers(self, onehot: np.ndarray, ids: list[str], places: np.ndarray) -> dict:
        """Arrays of ``answers.answer`` with a first axis of replicates.

        ``others``: the contributions of each other fold, (folds, T, n, L).
        """
        own = [answer(model, onehot, ids, places, self.method) for model in self.models]
        found = {key: np.stack([one[key] for one in own]) for key in own[0]}
        means = []
        for fold, models in self.others.items():
            method = self.method.in_fold(fold)
            theirs = [answer(one, onehot, ids, places, method)["contributions"] for one in models]
            means.append(combine("contributions", np.stack(theirs)))
        return found | ({"others": np.stack(means)} if means else {})


class _Walk:
    """A region worked off from left to right; ``done`` is the first place not yet explained.

    ``starts`` are the windows whose kept parts touch the region, ``at`` the places where these
    parts begin (negative before the region), ``first`` the index of the first in its series.
    ``rows`` are the windows explained that reach beyond ``done``, as indices of ``starts``;
    ``answers`` holds what is said of them (``_Asked.answers``): (replicates, T, n, ...).
    """

    def __init__(self, region: Interval, genome: "Genome", tiling: Tiling, series: Series):
        self.region, self.genome, self.tiling, self.done = region, genome, tiling, 0
        starts = series(region.chrom)
        near = touching(starts + tiling.margin, tiling.kept, region)
        self.first, self.starts = near.start, starts[near]
        kept = self.starts + tiling.margin
        self.cover = Cover.of(kept, tiling.kept, region)
        self.at = self.cover.places(kept) if len(kept) else kept
        self.rows = np.zeros(0, dtype=np.int64)
        self.answers: dict[str, np.ndarray] = {}

    def own(self, begin: int = 0, end: int | None = None) -> slice:
        """The windows whose kept parts begin at places [begin, end): each is one region's own."""
        last = len(self.at) if end is None else np.searchsorted(self.at, end)
        return slice(int(np.searchsorted(self.at, begin)), int(last))

    def left(self) -> range:
        """The windows over what is not done, as indices of ``starts``."""
        count = len(self.starts)
        if self.done == len(self.cover):
            return range(count, count)
        reaching = np.searchsorted(self.at, self.done - self.tiling.kept, side="right")
        return range(int(reaching), count)

    def blocks(self, pace: Pace) -> Iterator[range]:
        """What is left in pieces; the series is cut so that batches are whole."""
        left = self.left()
        for rows in pace.blocks(self.first + np.array(left, dtype=np.int64)):
            yield left[rows.start : rows.stop]

    def explain(self, asked: _Asked, block: range) -> dict[str, np.ndarray]:
        """Explain one block, and move ``done`` to the start of the next.

        Gives the arrays of ``scores.REGION`` for the bases passed, and those of ``scores.TILING``
        for the windows whose kept parts begin there.
        """
        self._ask(asked, np.array(block))
        last = block.stop
        end = int(self.at[last]) if last < len(self.at) else len(self.cover)
        if end <= self.done:
            return {}
        passed = Interval(self.region.chrom, self.done, end)
        found = (self._bases(passed) | self._windows(passed)) if len(self.rows) else {}
        self._keep(self.at[self.rows] + self.tiling.kept > end)
        self.done = end
        return found

    def _ask(self, asked: _Asked, rows: np.ndarray) -> None:
        starts, chrom, window = self.starts[rows], self.region.chrom, self.tiling.window
        codes = _read_windows(self.genome, chrom, starts, window)
        explained = self.tiling.keeps(codes)
        if not explained.any():
            return
        ids = [f"{chrom}:{start}-{start + window}" for start in starts[explained]]
        rows = rows[explained]
        fresh = asked.answers(codes_to_onehot(codes[explained]), ids, self.first + rows)
        for key, stack in fresh.items():
            before = self.answers.get(key, stack[:, :, :0])
            self.answers[key] = np.concatenate([before, stack], axis=2)
        self.rows = np.concatenate([self.rows, rows])

    def _keep(self, chosen: np.ndarray) -> None:
        self.rows = self.rows[chosen]
        self.answers = {key: array[:, :, chosen] for key, array in self.answers.items()}

    def _bases(self, passed: Interval) -> dict[str, np.ndarray]:
        width, policy = self.tiling.kept, self.tiling.stitching
        kept = slice(self.tiling.margin, self.tiling.margin + width)

        def stitched(values: np.ndarray) -> np.ndarray:
            return stitch(values, self.at[self.rows], width, passed, policy)

        bases = self.answers["contributions"][..., kept]
        own = np.stack([stitched(one) for one in bases])
        found = agreement(own)
        if "others" in self.answers:
            theirs = [stitched(one) for one in self.answers["others"][..., kept]]
            found |= over_folds(np.stack([own.mean(axis=0), *theirs]))
        predictions = np.stack([stitched(one[..., None]) for one in self.answers["values"]])
        return found | {"predictions": predictions.mean(axis=0).astype(np.float32)}

    def _windows(self, passed: Interval) -> dict[str, np.ndarray]:
        """Per-window arrays (T, windows that begin in ``passed``), NaN for those left out."""
        numbers = self.own(passed.start, passed.end)
        own = np.arange(numbers.start, numbers.stop)
        here = np.isin(self.rows, own)
        found = {}
        for key in PER_WINDOW:
            whole = combine(key, self.answers[key][:, :, here])
            found[key] = np.full((len(whole), len(own)), np.nan, dtype=np.float32)
            found[key][:, np.isin(own, self.rows)] = whole
        return found


def _read_windows(genome: "Genome", chrom: str, starts: np.ndarray, window: int) -> np.ndarray:
    """Codes uint8 (n, window); windows that lie close together are read in one piece."""
    codes = np.empty((len(starts), window), dtype=np.uint8)
    apart = np.flatnonzero(np.diff(starts) > window) + 1
    for part in np.split(np.arange(len(starts)), apart) if len(starts) else ():
        first = int(starts[part[0]])
        piece = genome.codes(chrom, first, int(starts[part[-1]]) + window)
        codes[part] = piece[(starts[part] - first)[:, None] + np.arange(window)]
    return codes


def _lay_out(file: h5py.File, walk: _Walk, asked: _Asked) -> None:
    """Reserve the arrays of a region, and fill in which bases and windows they are of."""
    arrays = [*scores.REGION, *scores.COVER, *scores.TILING]
    arrays += scores.REGION_AGREEMENT if len(asked.models) > 1 else ()
    arrays += scores.FOLD_AGREEMENT if asked.others else ()
    starts, cover = walk.starts[walk.own()], walk.cover
    group = file.create_group(walk.region.name)
    lengths = {"task": len(file.attrs["tasks"]), "base": len(cover), "window": len(starts)}
    scores.create(group, arrays, lengths | {"stretch": len(cover.starts)})
    group["window_start"][:] = starts
    group["stretch_start"][:], group["stretch_end"][:] = cover.starts, cover.ends


def _store(file: h5py.File, walk: _Walk, stretch: Stretch) -> None:
    """Put arrays where they belong; what was not found stays NaN."""
    group = file[walk.region.name]
    first = walk.own(stretch.begin).start - walk.own().start
    for key, array in stretch.arrays.items():
        start = first if key in PER_WINDOW else stretch.begin
        group[key][:, start : start + array.shape[1]] = array
