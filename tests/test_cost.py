"""What a study will take: calls counted as a walk makes them, costs worked out by hand."""

import argparse

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.commands.check import seconds
from chromolens.genome.intervals import Interval
from chromolens.inputs.folds import Folds
from chromolens.planning import cost
from chromolens.tables.checks import TRIED
from chromolens.tables.study import SPEED, TRAINING_SPEED
from chromolens.tracks.tiling import touching, window_starts

SIZES = {"chr1": 10_000, "chr2": 4_321, "chr3": 90}
FOLDS = Folds({
    f"fold{i}": {"test": [a], "validation": [b], "training": [c]}
    for i, (a, b, c) in enumerate([("chr1", "chr2", "x"), ("chr2", "chr1", "x")])
})  # fmt: skip
DEVICE = {"start": 5.0, "memory": 900.0, "gpu_memory": np.nan, "machine": "a machine"}


def work(**parts: object) -> cost.Work:
    models = pd.DataFrame([
        {"model": name, "architecture": "cnn", "settings": {}, "objective": "binary",
         "tasks": ["a", "b"], "layout": {}, "file": "", "training": {"epochs": 10},
         "explains": {"a": "a", "b": "b"}, "untrained": False}
        for name in ("main", "permuted")
    ])  # fmt: skip
    shards = pd.DataFrame(
        [("ism", "s1", "fold0", "chr1-0-10000", 10_000),
         ("ism", "s2", "fold1", "chr2-0-4321", 4_321)],
        columns=["method", "shard", "fold", "regions", "bases"],
    )  # fmt: skip
    known = {
        "models": models,
        "methods": pd.DataFrame({"method": ["ism"], "regions": ["genome"], "windows": [400]}),
        "runs": pd.DataFrame({"model": ["main"], "method": ["ism"]}),
        "windowed": pd.DataFrame({"model": ["main", "permuted"], "method": ["ism", "ism"]}),
        "shards": shards,
        "folds": FOLDS,
        "sizes": SIZES,
        "shared": {"window": 100, "keep": 0, "stride": 25},
        "replicates": 1,
        "settled": {},
    }
    return cost.Work(**known | parts)


def speeds(*rows: tuple, setting: str = "") -> pd.DataFrame:
    """``SPEED`` of main by ism, from (asked, rows, seconds, first)."""
    frame = pd.DataFrame(rows, columns=["asked", "rows", "seconds", "first"])
    frame = frame.assign(model="main", method="ism", setting=setting, **DEVICE)
    return frame[SPEED.names]


CALLS = speeds(("shards", 64, 2.0, 1.0), ("scales", 32, 3.0, 4.0), ("windows", 32, 0.5, 0.25))
TRAININGS = pd.DataFrame({
    "model": "main", "fold": ["fold0", "fold1"], "windows": [1000, 2000], "held_out": [300, 500],
    "seconds": [3.0, 6.0], "first": 2.0, **DEVICE,
})[TRAINING_SPEED.names]  # fmt: skip


@pytest.mark.parametrize(("keep", "stride"), [(0, 25), (0, 7), (40, 10), (31, 31)])
def test_calls_are_those_of_a_walk(keep, stride):
    """Windows over a region one by one, and the batches of 16 that their indices fall into."""
    one = Folds({"fold0": {"test": list(SIZES), "validation": ["x"], "training": ["y"]}})
    asked = work(shared={"window": 100, "keep": keep, "stride": stride}, folds=one)
    rng, place = np.random.default_rng(keep + stride), 0
    for chrom, size in SIZES.items():
        starts = window_starts(size, 100, stride)
        cuts = np.unique([0, *rng.integers(1, size, 8), size])
        for start, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            region = Interval(chrom, start, end)
            kept = starts + 50 - (keep or 100) // 2
            near = np.arange(len(starts))[touching(kept, keep or 100, region)]
            found = asked.calls(shard_of(region.name), 16, {})
            assert tuple(found) == (len(np.unique((place + near) // 16)), len(near)), region
        place += len(starts)


def shard_of(*regions: str) -> tuple:
    """A row of the table of shards."""
    row = {"method": "ism", "fold": "fold0", "regions": "+".join(regions)}
    return next(pd.DataFrame([row]).itertuples())


def test_windows_of_short_scaffolds_share_calls():
    sizes = {f"s{number}": 100 + 25 * (number % 5) for number in range(50)}
    folds = Folds({"fold0": {"test": list(sizes), "validation": ["x"], "training": ["y"]}})
    asked = work(sizes=sizes, folds=folds)
    names = [f"{name}-0-{size}" for name, size in sizes.items()]
    windows = 10 * (1 + 2 + 3 + 4 + 5)
    assert tuple(asked.calls(shard_of(*names), 64, {})) == (-(-windows // 64), windows)
    # the third begins at place 3, and the sixth ends before 16
    assert tuple(asked.calls(shard_of(*names[2:6]), 8, {})) == (2, 13)


def test_costs_worked_out_by_hand():
    found = {(one.model, one.by): one for one in work().costs(CALLS, TRAININGS)}
    # 5 s of start, 2 s of graph, 10 epochs of 3 and of 6 s; the null is alike
    for model in ("main", "permuted"):
        training = found[model, "training"]
        assert training.jobs == 2 and training.windows == 30_000
        assert training.seconds == pytest.approx(5 + 2 + 30 + 5 + 2 + 60)
        assert training.longest == pytest.approx(67)
    # chr1 has 397 windows in 7 calls of 64, chr2 170 in 3
    tracks = found["main", "ism"]
    assert tracks.jobs == 2 and tracks.windows == 397 + 170
    assert tracks.seconds == pytest.approx(2 * (5 + 1) + 2 * (7 + 3))
    assert tracks.longest == pytest.approx(5 + 1 + 14)
    # in each fold 10 calls for the 300 windows of the scale, and for each task 7, of 200 windows
    chosen = found["permuted", "ism, in full"]
    assert chosen.seconds == pytest.approx(5 + 2 * (4 + 10 * 3 + 2 * (0.25 + 7 * 0.5)))
    assert len(found) == 5


def test_replicates_are_further_networks():
    one, three = (work(replicates=n).costs(CALLS, TRAININGS) for n in (1, 3))
    seconds = [[cost.seconds for cost in costs] for costs in (one, three)]
    trained, _, tracks, *_ = zip(*seconds, strict=True)
    assert trained[1] == pytest.approx(3 * trained[0])
    assert tracks[1] - 2 * 5 == pytest.approx(3 * (tracks[0] - 2 * 5))  # of the start one


def test_the_largest_shard_fits_the_limit():
    asked = work(sizes=SIZES | {"chr1": 10**9})
    largest = asked.largest_shard(CALLS, 3600)
    seconds = {}
    for size in (largest, round(1.2 * largest)):
        calls, _ = asked.calls(shard_of(f"chr1-1000000-{1_000_000 + size}"), 64, {})
        seconds[size] = 5 + 1 + 2 * calls
    assert seconds[largest] <= 0.8 * 3600 < seconds[round(1.2 * largest)]
    assert len(str(largest).rstrip("0")) <= 2
    assert asked.largest_shard(CALLS, 1) == 0


def test_what_a_pilot_has_chosen_counts_else_what_takes_longest(tmp_path):
    tried = [speeds(("shards", 64, 2.0 * n, 1.0), setting=f"steps={n}") for n in (1, 8, 4)]
    own = work(windowed=pd.DataFrame(columns=["model", "method"]))
    calls = pd.concat(tried, ignore_index=True)
    (most,) = own.costs(calls, tables.empty(TRAINING_SPEED))
    assert most.seconds == pytest.approx(2 * 6 + 16 * 10)
    row = {"windows": 9, "share_flagged": 0.0, "max_error": 0.0}
    table = pd.DataFrame([
        {"setting": "steps", "value": 1, **row, "chosen": False},
        {"setting": "steps", "value": 4, **row, "chosen": True},
    ])  # fmt: skip
    tables.write(TRIED, table[TRIED.names], tmp_path / "settings.tsv")
    index = pd.DataFrame(
        [{"kind": "tried", "model": "main", "method": "ism", "path": "settings.tsv"}]
    )
    settled = cost.settled(str(tmp_path), index)
    assert settled == {("main", "ism"): "steps=4"}
    (found,) = work(windowed=own.windowed, settled=settled).costs(
        calls, tables.empty(TRAINING_SPEED)
    )
    assert found.seconds == pytest.approx(2 * 6 + 8 * 10)


def test_nothing_measured_nothing_said(tmp_path):
    assert cost.lines(work(), [str(tmp_path / "absent.tsv")], [], 10_000) == []


def test_lines_name_the_device_the_costs_and_the_shards(tmp_path, monkeypatch):
    tables.write(SPEED, CALLS, tmp_path / "calls.tsv")
    tables.write(TRAINING_SPEED, TRAININGS, tmp_path / "trainings.tsv")
    monkeypatch.setenv(cost.LIMIT, "7200")
    files = ([str(tmp_path / "calls.tsv")], [str(tmp_path / "trainings.tsv")])
    said = cost.lines(work(), *files, 10_000)
    assert said[0] == "  speed    a machine"
    assert "ism, in full" in "".join(said) and len(said) == 2 + 5 + 1
    assert "10,000 bases take up to 20 s; in 2.0 hours a job can do shard_size: " in said[-1]


def test_models_that_differ_by_labels_alone_are_measured_once():
    runs = pd.DataFrame({"model": ["main"], "method": ["ism"]})
    windowed = pd.DataFrame({"model": ["main", "permuted"], "method": ["ism", "ism"]})
    found = cost.asked(runs, windowed, cost.alike(work().models))
    expected = {("main", "ism", what) for what in ("shards", "scales", "windows")}
    assert set(found.itertuples(index=False, name=None)) == expected and len(found) == 3


def test_limits_are_times():
    assert [seconds(text) for text in ("30min", "4h", "1.5d")] == [1800, 14400, 129600]
    for wrong in ("4", "h", "4 weeks", "0h"):
        with pytest.raises(argparse.ArgumentTypeError, match="say 30min"):
            seconds(wrong)
