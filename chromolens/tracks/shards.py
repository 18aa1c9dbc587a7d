"""Explain regions of the genome, base by base, in one file that can be continued.

The windows whose kept parts touch a region are worked off in blocks, from left to right. A base is
done once all windows over it are: up to the start of the next block. Windows that reach beyond it
are carried on. A window has its place in a batch by its index in the series of its fold: the
windows of one chromosome after another (see ``tiling`` and ``models.batching``), so that windows
of short scaffolds share batches. A base is stitched from its windows in their order. So memory
depends on a block, and a base gets the same bits whatever the shards, the blocks and the
interruptions.

A region's arrays hold its covered bases alone, end to end (``tiling.Cover``): between regions that
lie far apart there is nothing to keep. Inside this module a *place* is a base's index there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.genome.circular import wrapped
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
from chromolens.tracks.tiling import Cover, Series, Tiling, firsts, grid, on_circles, touching

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
    chromosomes: Sequence[str] = (),
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
    chromosomes
        On which the fold is test, in the order in which their windows are counted
        (``Folds.chromosomes``); by default all of the genome.
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
    where = (genome, regions, tiling, series, chromosomes)
    parts = [f"{walk.region.name} {walk.place}" for walk in _walks(*where)]
    digest = job_digest(header, method, parts)

    def work(found: Journal) -> None:
        size, tasks = found.rows, len(method.tasks)
        asked = _Asked(models, replace(method, fold=origin.fold, batch_size=size), others)
        most = windows_at_once or default_windows(tiling.window, tasks, size)
        walks = _walks(*where)
        for number, walk in enumerate(walks):
            walk.done = found.done.get(number, 0)
        total = sum(len(walk.starts) for walk in walks)
        before = total - sum(len(walk.left()) for walk in walks)
        covered = sum(len(walk.cover) for walk in walks)
        say_resumed(origin.shard, sum(walk.done for walk in walks), covered)
        told = {"total": total, "what": origin.shard, "before": before}
        for block in progress(_blocks(walks, Pace(size, most)), weigh=_windows_of, **told):
            _ask(asked, walks, block)
            for number, rows in block.items():
                walk = walks[number]
                begin, arrays = walk.done, walk.pass_over(rows)
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
    chromosomes: Sequence[str] = (),
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.REGION`` (T, 1) for one base, to the bit those of any shard.

    Empty where no window that is explained lies over it.
    """
    _check(models, genome, [base], tiling)
    walks = _walks(genome, [base], tiling, series, chromosomes)
    whole = {0: walks[0].left()}
    _ask(_Asked(models, method, {}), walks, whole)
    found = walks[0].pass_over(whole[0])
    return {key: array for key, array in found.items() if key not in PER_WINDOW}


def _walks(
    genome: "Genome",
    regions: Sequence[Interval],
    tiling: Tiling,
    series: Series | None,
    chromosomes: Sequence[str],
) -> list["_Walk"]:
    """A walk for each of ``regions``, by the places of their windows."""
    series = series or grid(genome.sizes, tiling, genome.circular)
    series = on_circles(series, genome.circular, tiling.window)
    first = firsts(series, chromosomes or list(genome.sizes))
    walks = [_Walk(region, genome, tiling, series, first[region.chrom]) for region in regions]
    return sorted(walks, key=lambda walk: (walk.place, walk.region.start))


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
    parts begin (negative before the region), ``place`` the index of the first in its series, of
    which the chromosome's begin at ``first``.
    ``rows`` are the windows explained that reach beyond ``done``, as indices of ``starts``;
    ``answers`` holds what is said of them (``_Asked.answers``): (replicates, T, n, ...).
    """

    def __init__(
        self, region: Interval, genome: "Genome", tiling: Tiling, series: Series, first: int
    ):
        self.region, self.genome, self.tiling, self.done = region, genome, tiling, 0
        starts = series(region.chrom)
        near = touching(starts + tiling.margin, tiling.kept, region)
        self.place, self.starts = first + near.start, starts[near]
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

    def read(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Those of ``rows`` that are explained, their codes uint8 (n, window) and their names."""
        starts, chrom, window = self.starts[rows], self.region.chrom, self.tiling.window
        codes = _read_windows(self.genome, chrom, starts, window)
        explained = self.tiling.keeps(codes)
        named = wrapped(chrom, starts, self.genome.circular)[explained]
        ids = [f"{chrom}:{start}-{start + window}" for start in named]
        return rows[explained], codes[explained], ids

    def take(self, rows: np.ndarray, answers: Mapping[str, np.ndarray]) -> None:
        """Carry on with the ``answers`` about ``rows``: (replicates, T, n, ...)."""
        for key, stack in answers.items():
            before = self.answers.get(key, stack[:, :, :0])
            self.answers[key] = np.concatenate([before, stack], axis=2)
        self.rows = np.concatenate([self.rows, rows])

    def pass_over(self, block: range) -> dict[str, np.ndarray]:
        """Move ``done`` to the start of what follows ``block``, which was asked about.

        Gives the arrays of ``scores.REGION`` for the bases passed, and those of ``scores.TILING``
        for the windows whose kept parts begin there.
        """
        last = block.stop
        end = int(self.at[last]) if last < len(self.at) else len(self.cover)
        if end <= self.done:
            return {}
        passed = Interval(self.region.chrom, self.done, end)
        found = (self._bases(passed) | self._windows(passed)) if len(self.rows) else {}
        self._keep(self.at[self.rows] + self.tiling.kept > end)
        self.done = end
        return found

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


Block = Mapping[int, range]
"""Number of a walk -> which of its windows are asked about, with those of other walks."""


def _blocks(walks: Sequence[_Walk], pace: Pace) -> Iterator[Block]:
    """What is left of ``walks`` in pieces; the series is cut so that batches are whole."""
    for run in _runs(walks):
        left = {number: walks[number].left() for number in run}
        places = [walks[number].place + np.array(rows) for number, rows in left.items()]
        ends = np.cumsum([len(rows) for rows in left.values()])
        for rows in pace.blocks(np.concatenate(places)):
            block = {}
            for (number, own), end in zip(left.items(), ends.tolist(), strict=True):
                first, last = rows.start - end + len(own), rows.stop - end + len(own)
                if first < len(own) and last > 0:
                    block[number] = own[max(first, 0) : last]
            yield block


def _runs(walks: Sequence[_Walk]) -> Iterator[list[int]]:
    """Numbers of the walks that can share batches: no window is asked about twice in a run."""
    run: list[int] = []
    behind = 0
    for number, walk in enumerate(walks):
        left = walk.left()
        if left and run and walk.place + left.start < behind:
            yield run
            run = []
        if left:
            run.append(number)
            behind = walk.place + left.stop
    if run:
        yield run


def _windows_of(block: Block) -> int:
    return sum(map(len, block.values()))


def _ask(asked: _Asked, walks: Sequence[_Walk], block: Block) -> None:
    """Have the windows of ``block`` explained, and each walk take the answers about its own."""
    read = {
        number: walks[number].read(np.arange(rows.start, rows.stop))
        for number, rows in block.items()
    }
    explained = {number: one for number, one in read.items() if len(one[0])}
    if not explained:
        return
    rows, codes, ids = zip(*explained.values(), strict=True)
    places = [walks[number].place + one for number, one in zip(explained, rows, strict=True)]
    found = asked.answers(
        codes_to_onehot(np.concatenate(codes)), [*chain(*ids)], np.concatenate(places)
    )
    ends = np.cumsum([len(one) for one in rows])
    for number, own, end in zip(explained, rows, ends.tolist(), strict=True):
        here = slice(end - len(own), end)
        walks[number].take(own, {key: stack[:, :, here] for key, stack in found.items()})


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
    starts = wrapped(walk.region.chrom, starts, walk.genome.circular)
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
