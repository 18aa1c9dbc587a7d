"""What a study will take on a device whose speed was measured (``chromolens check --measure``).

A job takes as long as its start, the first call of each of its networks, and its calls: a call is
one compute batch, full or not.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.intervals import Interval
from chromolens.inputs.chosen import BACKGROUND
from chromolens.inputs.folds import Folds
from chromolens.provenance import digest
from chromolens.tables.checks import TRIED
from chromolens.tables.study import SCALES, SHARDS, SPEED, TRAINING_SPEED, WINDOWS

LIMIT = "CHROMOLENS_LIMIT"
"""Environment variable: seconds that a job may take (``chromolens check --limit``)."""
_FILLED = 0.8
"""Share of them that is planned for: not all machines of a cluster are as fast."""
_LEAST = 10_000  # bases of a shard, by its schema
_OF_SPEED = ("architecture", "settings", "objective", "tasks", "layout", "file", "training")


def alike(models: pd.DataFrame) -> dict[str, str]:
    """Model -> the first model that is as fast: labels and weights change nothing."""
    first: dict[str, str] = {}
    keys = {
        row["model"]: digest([row[key] for key in _OF_SPEED]) for row in models.to_dict("records")
    }
    return {model: first.setdefault(key, model) for model, key in keys.items()}


def asked(runs: pd.DataFrame, windowed: pd.DataFrame, twins: Mapping[str, str]) -> pd.DataFrame:
    """What is to be measured: one row per model, method and kind of call (``asked``).

    Parameters
    ----------
    runs, windowed
        Models and methods that make tracks, and that explain chosen windows.
    twins
        What ``alike`` gives: of models that are alike the first is measured.
    """
    parts = [runs.assign(asked=SHARDS), windowed.assign(asked=SCALES)]
    table = pd.concat([*parts, windowed.assign(asked=WINDOWS)], ignore_index=True)
    table = table[["model", "method", "asked"]]
    return table.assign(model=table["model"].map(twins)).drop_duplicates(ignore_index=True)


class Cost(NamedTuple):
    """What jobs of one kind take: how many they are, windows, and seconds of all and of one."""

    model: str
    by: str
    jobs: int
    windows: int
    rate: float
    seconds: float
    longest: float
    memory: float


@dataclass(frozen=True)
class Work:
    """What a study is to do: tables of its plan, and what is known of speed.

    Parameters
    ----------
    models, methods, runs, windowed, shards
        Tables of the plan.
    folds, sizes, shared
        The folds, bases of each chromosome (none: no genome), ``plan.attribution_settings``.
    replicates
        Networks of each fold.
    settled
        What ``settled`` gives.
    """

    models: pd.DataFrame
    methods: pd.DataFrame
    runs: pd.DataFrame
    windowed: pd.DataFrame
    shards: pd.DataFrame
    folds: Folds
    sizes: Mapping[str, int]
    shared: Mapping
    replicates: int
    settled: Mapping[tuple[str, str], str]

    def costs(self, calls: pd.DataFrame, trainings: pd.DataFrame) -> list[Cost]:
        """Costs of all jobs whose speed was measured: ``SPEED``, ``TRAINING_SPEED``."""
        held_out = trainings.groupby("fold")["held_out"].first().to_dict()
        return [
            *self._trained(trainings),
            *self._tracks(calls, held_out),
            *self._windows(calls),
        ]

    def largest_shard(self, calls: pd.DataFrame, limit: float) -> int:
        """Bases of the largest shard whose job takes no more than its share of ``limit`` seconds.

        Two digits of them; 0 where no shard of a genome was measured.
        """
        found = []
        for _, _, call in self._measured(self.runs, calls) if self.sizes else ():
            one = call[SHARDS]
            left = (_FILLED * limit - one.start) / self.replicates - one.first
            # one call more than whole ones, as a shard begins within one
            found.append((left / one.seconds - 1) * one.rows * self.shared["stride"])
        bases = int(max(min(found, default=0), 0))
        unit = 10 ** max(0, len(str(bases)) - 2)
        return bases // unit * unit

    def _trained(self, speed: pd.DataFrame) -> Iterator[Cost]:
        twins = alike(self.models)
        for model in self.models.itertuples():
            own = speed[(speed["model"] == twins[model.model]) & speed["seconds"].notna()]
            if own.empty or model.untrained:
                continue
            each = own["start"] + own["first"] + model.training["epochs"] * own["seconds"]
            windows = int(own["windows"].sum()) * self.replicates * model.training["epochs"]
            rate = (own["windows"] / own["seconds"]).mean()
            jobs, seconds = len(own) * self.replicates, each.sum() * self.replicates
            sizes = (jobs, windows, rate, seconds, each.max(), own["memory"].max())
            yield Cost(model.model, "training", *sizes)

    def _tracks(self, speed: pd.DataFrame, held_out: Mapping[str, int]) -> Iterator[Cost]:
        for model, method, call in self._measured(self.runs, speed):
            one = call[SHARDS]
            own = self.shards[self.shards["method"] == method]
            if self.sizes and not own["bases"].any():
                continue  # a job makes the regions, so their windows aren't counted
            found = [self.calls(shard, int(one.rows), held_out) for shard in own.itertuples()]
            calls, windows = np.array(found).T
            each = one.start + self.replicates * (one.first + calls * one.seconds)
            sizes = (len(own), int(windows.sum()), one.rows / one.seconds / self.replicates)
            yield Cost(model, method, *sizes, each.sum(), each.max(), one.memory)

    def _windows(self, speed: pd.DataFrame) -> Iterator[Cost]:
        """Chosen windows: each fold's scale is measured too, on background, all tasks at once."""
        folds = len(self.folds.roles)
        most = self.methods.set_index("method")["windows"]
        tasks = {row.model: len(row.explains) for row in self.models.itertuples()}
        for model, method, call in self._measured(self.windowed, speed):
            scale, window = call[SCALES], call[WINDOWS]
            networks, count = folds * self.replicates, most[method]
            background = min(count, BACKGROUND)
            of_scales = scale.first + -(-background // scale.rows) * scale.seconds
            of_task = window.first + -(-count // (folds * window.rows)) * window.seconds
            seconds = scale.start + networks * (of_scales + tasks[model] * of_task)
            sizes = (1, count * tasks[model], window.rows / window.seconds, seconds, seconds)
            yield Cost(model, f"{method}, in full", *sizes, scale.memory)

    def _measured(
        self, pairs: pd.DataFrame, speed: pd.DataFrame
    ) -> Iterator[tuple[str, str, dict]]:
        """Those of ``pairs`` that were measured, and their calls by what is asked.

        Where a pilot is still to choose, those of the value that takes longest.
        """
        twins = alike(self.models)
        for pair in pairs.itertuples():
            model, method = pair.model, pair.method
            own = speed[(speed["model"] == twins[model]) & (speed["method"] == method)]
            if len(own):
                settled = own[own["setting"].isin(["", self.settled.get((model, method))])]
                rows = (settled if len(settled) else own).sort_values("seconds").itertuples()
                yield model, method, {row.asked: row for row in rows}

    def calls(self, shard: tuple, rows: int, held_out: Mapping[str, int]) -> tuple[float, float]:
        """Calls of ``rows`` windows, and windows, of a row of ``shards``.

        ``held_out``: records of each fold, where there is no genome.
        """
        if not self.sizes:
            windows = held_out.get(shard.fold, 0) / int(shard.shard.rsplit("-", 1)[1])
            return np.ceil(windows / rows), windows
        regions = shard.regions.split("+")
        kept = self.shared["keep"] or self.shared["window"]
        if shard.method in self._regional:
            # the shard begins and ends within a call
            windows = shard.bases / kept
            return (windows - 1) / rows + 1, windows
        calls, windows, last = 0, 0, -1
        for region in map(Interval.from_name, regions):
            first, behind = self._on_grid(region, kept)
            if behind > first:
                place = self._firsts[shard.fold][region.chrom]
                begin, end = (place + first) // rows, (place + behind - 1) // rows
                # windows of short chromosomes share a call
                calls += end - begin + (begin != last)
                windows, last = windows + behind - first, end
        return calls, windows

    @cached_property
    def _firsts(self) -> dict[str, dict[str, int]]:
        """Fold -> chromosome -> the place of its first window in the fold's series."""
        found: dict[str, dict[str, int]] = {}
        for fold in self.folds.roles:
            names = self.folds.chromosomes(fold, self.sizes)
            ends = np.cumsum([self._windows_on(chrom) for chrom in names])
            found[fold] = dict(zip(names, [0, *ends.tolist()], strict=False))
        return found

    def _windows_on(self, chrom: str) -> int:
        size, window = self.sizes[chrom], self.shared["window"]
        return -(-(size - window) // self.shared["stride"]) + 1 if size >= window else 0

    def _on_grid(self, region: Interval, kept: int) -> tuple[int, int]:
        """The windows whose kept parts touch ``region``: first, and the one behind the last.

        See ``tracks.tiling.touching``.
        """
        window, stride = self.shared["window"], self.shared["stride"]
        margin, size = window // 2 - kept // 2, self.sizes[region.chrom]
        windows = self._windows_on(region.chrom)
        first = max(0, (region.start - kept - margin) // stride + 1)
        behind = min(windows - 1, -(-(region.end - margin) // stride))
        last = size - window + margin  # the last window stands nearer: it ends with the chromosome
        if windows and last < region.end and last + kept > region.start:
            first, behind = min(first, windows - 1), windows
        return first, behind

    @cached_property
    def _regional(self) -> set[str]:
        """Methods that explain regions."""
        return set(self.methods.loc[self.methods["regions"] != "genome", "method"])


def settled(folder: str, index: pd.DataFrame) -> dict[tuple[str, str], str]:
    """(model, method) -> what its pilot has chosen, as ``SPEED`` says it: ``steps=50``.

    Of those pilots of ``index`` whose tables are in the study's ``folder`` already.
    """
    found = {}
    for pilot in index[index["kind"] == "tried"].itertuples():
        for row in read(TRIED, [f"{folder}/{pilot.path}"]).itertuples():
            if row.chosen:
                found[pilot.model, pilot.method] = f"{row.setting}={row.value}"
    return found


def read(table: tables.Table, paths: Sequence[str]) -> pd.DataFrame:
    """Those of ``paths`` that are there, as one table."""
    return tables.read_all(table, [path for path in paths if os.path.exists(path)])


def lines(
    work: Work, speeds: Sequence[str], trainings: Sequence[str], shard_size: int
) -> list[str]:
    """What the study takes, in lines; none where nothing was measured.

    ``speeds`` and ``trainings`` are the paths of ``SPEED`` and ``TRAINING_SPEED``.
    """
    calls, trained = read(SPEED, speeds), read(TRAINING_SPEED, trainings)
    found = work.costs(calls, trained)
    if not found:
        return []
    told = {"speed": "; ".join(dict.fromkeys([*trained["machine"], *calls["machine"]]))}
    all_of_it = _time(sum(one.seconds for one in found))
    told["takes"] = f"{all_of_it} on one such device, and what isn't listed:"
    said = [f"  {name:<9}{text}" for name, text in told.items()]
    said += [f"           {line}" for line in _table(found)]
    return said + _of_limit(work, calls, found, shard_size)


def _of_limit(work: Work, calls: pd.DataFrame, found: list[Cost], shard_size: int) -> list[str]:
    tracked = [one for one in found if one.by in set(work.methods["method"])]
    limit = float(os.environ.get(LIMIT, 0))
    if not (tracked and work.sizes):
        return []
    longest = max(one.longest for one in tracked)
    said = f"  shards   of {shard_size:,} bases take up to {_time(longest)}"
    if limit:
        largest = work.largest_shard(calls, limit)
        said += f"; in {_time(limit)} a job can do "
        said += f"shard_size: {largest}" if largest >= _LEAST else f"less than {_LEAST:,}"
    return [said]


def _table(found: list[Cost]) -> list[str]:
    rows = [
        (
            one.model,
            one.by,
            f"{one.jobs:,} job{'s' * (one.jobs != 1)}",
            f"{one.windows:,} windows",
            f"{one.rate:,.3g}/s" if one.rate < 1000 else f"{one.rate:,.0f}/s",
            _time(one.seconds),
            f"{one.memory / 1000:.1f} GB",
        )
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:,.1f} hours"
