"""How fast a method explains on this device: its jobs themselves, on a small part of their work.

A call is one compute batch, full or not, so a job takes as long as its calls. Speed hangs on the
architecture, not on the weights: a network that has hardly been trained will do.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import UNKNOWN
from chromolens.inputs.batches import Inputs, open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.batching import BATCH_SIZE
from chromolens.models.foreign.files import Source
from chromolens.models.model import Model, load_model
from chromolens.runlog import logger
from chromolens.scores import Origin
from chromolens.tables.study import SCALES, SHARDS, SPEED, WINDOWS
from chromolens.tracks.answers import answer
from chromolens.tracks.jobs import explain, with_drawn
from chromolens.tracks.method import Method
from chromolens.tracks.records import shard_of
from chromolens.tracks.tiling import Tiling, touching, window_starts

_SECONDS = 4.0
_MOST = 2048
"""A measurement takes so many seconds, or so many windows, if a call is shorter than that."""
_PLACES = 16
"""Places of a chromosome that are looked at for one without N."""


def measure(
    network: Source,
    source: str | None,
    windows: str,
    folds: Folds,
    *,
    name: str,
    method: Method,
    tiling: Mapping[str, object],
    tries: Mapping[str, Sequence[int]],
    asked: Sequence[str],
    few: int,
) -> pd.DataFrame:
    """One row per kind of call and value that a pilot may choose: ``SPEED``.

    Parameters
    ----------
    network
        Of the model.
    source, windows
        As of ``jobs.explain``.
    name
        Of the model.
    tiling
        Settings of ``tiling.Tiling``; empty without a genome.
    tries
        Setting -> values that a pilot chooses from; empty where it has nothing to choose.
    asked
        Which of ``SHARDS``, ``SCALES`` and ``WINDOWS``.
    few
        Windows in a call about chosen ones; of shards it is the method's ``batch_size``.
    """
    start, inputs, rows = time.process_time(), open_inputs(windows, source), []
    parts = [
        (what, named, _Part(inputs, source, windows, folds, about, tiling, size))
        for named, tried in _tried(method, tries)
        for what, about, size in _calls(tried, asked, few)
    ]
    # the first network of a process takes longer to load and to ask than any other
    what, _, part = parts[0]
    began = time.monotonic()
    part.ask(load_model(network), what, 1)
    whole = time.monotonic() - began
    began = time.monotonic()
    model = load_model(network)
    load = time.monotonic() - began
    for what, named, part in parts:
        seconds, first = timed(partial(part.ask, model, what), _MOST // part.size)
        first += 0.0 if what == WINDOWS else load  # windows come after scales
        rows.append((name, method.name, what, named, part.size, seconds, first))
        logger.info("%s %s %s: %d windows take %.3g s, a network %.3g s more", *rows[-1][1:])
    once = whole - rows[0][-2] - rows[0][-1]
    table = pd.DataFrame(rows, columns=SPEED.names[:7])
    return table.assign(start=start + max(0.0, once), **devices.taken())


def _tried(method: Method, tries: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, Method]]:
    """The method with each value that a pilot may choose, as ``SPEED`` calls it."""
    for setting, values in tries.items():
        for value in values:
            yield f"{setting}={value}", method.with_settings({setting: value})
    if not tries:
        yield "", method


def _calls(method: Method, asked: Sequence[str], few: int) -> Iterator[tuple[str, Method, int]]:
    """Kinds of calls: the method as it is asked, and windows in a call."""
    chosen = replace(method, batch_size=few)
    calls = {
        SHARDS: (method, method.batch_size or BATCH_SIZE),
        SCALES: (chosen, few),
        WINDOWS: (chosen.about(chosen.tasks[0]), few),
    }
    return ((what, *calls[what]) for what in asked)


def timed(work: Callable[[int], int], most: int) -> tuple[float, float]:
    """Seconds of a call, and what the first one takes beside that.

    ``work`` does about so many calls as it is told, and says how many; ``most`` at once.
    """
    first, _ = _clocked(work, 1)
    once, few = _clocked(work, 1)
    each = once / few
    count = int(min(most, _SECONDS // each))
    if count > few:
        spent, many = _clocked(work, count)
        each = (spent - once) / (many - few) if many > 2 * few else spent / many
    return each, max(0.0, first - few * each)


def _clocked(work: Callable[[int], int], calls: int) -> tuple[float, int]:
    began = time.monotonic()
    done = work(calls)
    return time.monotonic() - began, done


@dataclass(frozen=True)
class _Part:
    """Some calls of a job, of ``size`` windows each; the arguments are those of ``measure``."""

    inputs: Inputs
    source: str | None
    windows: str
    folds: Folds
    method: Method
    tiling: Mapping[str, object]
    size: int

    def ask(self, model: Model, what: str, calls: int) -> int:
        """Have ``model`` make about so many calls, and say how many."""
        return self._shard(model, calls) if what == SHARDS else self._chosen(model, calls)

    def _chosen(self, model: Model, calls: int) -> int:
        """Explain windows of the first fold."""
        fold = next(iter(self.folds.roles))
        method = with_drawn(self.method, self.inputs, self.folds.only(fold)).in_fold(fold)
        held_out = self.folds.rows(self.inputs.windows, fold, "test")
        rows = np.resize(held_out, calls * self.size)
        ids = self.inputs.windows["id"].iloc[rows].tolist()
        answer(model, self.inputs.arrays(rows), ids, np.arange(len(rows)), method)
        return calls

    def _shard(self, model: Model, calls: int) -> int:
        """Make a shard of the longest stretch, or of the fold with most records."""
        fold, region, name, done = (self._bases if self.tiling else self._records)(calls)
        folds = self.folds
        if self.tiling:  # calls are counted from the first window of this chromosome
            folds = Folds({fold: {**folds.roles[fold], "test": [region]}})
        with TemporaryDirectory() as folder:
            explain(
                {fold: [model]},
                str(Path(folder, "shard.h5")),
                method=self.method,
                tiling=self.tiling,
                origin=Origin("", "", name, fold, {}, {}),
                source=self.source,
                regions=[region],
                series=[],
                windows=self.windows,
                folds=folds,
            )
        return done

    def _bases(self, calls: int) -> tuple[str, str, str, int]:
        """Fold, region and name of a shard, and how many calls it has."""
        tiling = Tiling(**self.tiling)
        with Genome(self.source) as genome:
            homes = self.folds.homes(genome.sizes)
            longest = max(homes, key=len)
            starts = window_starts(genome.sizes[longest.chrom], tiling.window, tiling.stride)
            kept = starts + tiling.margin
            regions = list(whole_calls(kept, tiling.kept, longest, self.size, calls))
            known = (one for one in regions if not _has_n(genome, one))
            region = next(known, (regions or [longest])[0])
        near = touching(kept, tiling.kept, region)
        done = (near.stop - 1) // self.size - near.start // self.size + 1
        return homes[longest], region.name, region.name, done

    def _records(self, calls: int) -> tuple[str, str, str, int]:
        table = self.inputs.windows
        counts = {one: len(self.folds.rows(table, one, "test")) for one in self.folds.roles}
        fold = max(counts, key=lambda one: counts[one])
        parts = max(1, counts[fold] // (calls * self.size))
        done = -(-len(shard_of(counts[fold], 0, parts)) // self.size)
        return fold, "", f"{fold}-0-{parts}", done


def whole_calls(
    kept: np.ndarray, width: int, within: Interval, size: int, calls: int
) -> Iterator[Interval]:
    """Some regions of ``within`` whose windows are ``calls`` full calls of ``size``.

    ``kept`` are the first bases of the kept parts of all windows, ``width`` bases each. The
    regions lie evenly over the stretch; none where it holds fewer calls.
    """
    own = touching(kept, width, within)
    firsts = np.arange(-(-own.start // size) * size, own.stop - calls * size, size)
    evenly = np.linspace(0, len(firsts) - 1, _PLACES if len(firsts) else 0)
    for first in firsts[np.unique(evenly.astype(int))]:
        begin = within.start if first == own.start else int(kept[first - 1]) + width
        end = int(kept[first + calls * size])
        yield Interval(within.chrom, begin, max(end, begin + 1))


def _has_n(genome: Genome, region: Interval) -> bool:
    return bool((genome.codes(region.chrom, region.start, region.end) == UNKNOWN).any())
