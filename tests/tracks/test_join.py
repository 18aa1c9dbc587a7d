"""Joined tracks: equal bytes however cut, complete, and of one making."""

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, genome_with_gaps, method, origin

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.tracks.bigwig import read_back
from chromolens.tracks.join import join_track
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling

GENOME = genome_with_gaps()
FOLDS = {"chrA": "fold0", "chrB": "fold1", "tiny": "fold1"}


def shard(folder, region: Interval, *, models=None, ask=None, **changes):
    """The file of one region, explained by its fold's model."""
    fold = FOLDS[region.chrom]
    path = folder / f"{region.name}.h5"
    explain_shard(
        models or [FakeModel(gain=1.0 if fold == "fold0" else 3.0, digest=fold)],
        GENOME,
        [region],
        str(path),
        method=ask or method(),
        tiling=Tiling(WINDOW, 6),
        origin=origin(region.name, fold, **changes),
        windows_at_once=30,
    )
    return path


def shards(folder, size: int) -> list:
    folder.mkdir(exist_ok=True)
    return [
        shard(folder, Interval(chrom, start, min(start + size, length)))
        for chrom, length in GENOME.sizes.items()
        for start in range(0, length, size)
    ]


@pytest.mark.parametrize("array", ["contributions", "predictions"])
def test_bytes_do_not_depend_on_the_shards(tmp_path, array):
    made = []
    for size in (1000, 200, 61, 33):
        files = shards(tmp_path / str(size), size)
        for order in (files, files[::-1]):
            made.append(tmp_path / f"{len(made)}.bw")
            join_track(order, made[-1], GENOME.sizes, task="b", array=array)
    assert len({path.read_bytes() for path in made}) == 1


def test_the_track_holds_the_task_asked_for_in_its_place(tmp_path):
    files = shards(tmp_path / "s", 100)
    join_track(files, tmp_path / "b.bw", GENOME.sizes, task="b")
    with h5py.File(tmp_path / "s" / "chrA-200-300.h5") as file:
        expected = file["chrA-200-300/contributions"][1]
    np.testing.assert_array_equal(read_back(tmp_path / "b.bw", "chrA", 200, 300), expected)
    assert np.isnan(read_back(tmp_path / "b.bw", "tiny", 0, 8)).all()


def test_scales_bring_folds_together(tmp_path):
    files = shards(tmp_path / "s", 1000)
    join_track(files, tmp_path / "raw.bw", GENOME.sizes, task="a")
    scales = {"fold0": 0.2, "fold1": 0.6}
    join_track(files, tmp_path / "scaled.bw", GENOME.sizes, task="a", scales=scales)
    for chrom, factor in [("chrA", 0.4 / 0.2), ("chrB", 0.4 / 0.6)]:
        span = (chrom, 0, GENOME.sizes[chrom])
        raw, scaled = (read_back(tmp_path / f"{name}.bw", *span) for name in ("raw", "scaled"))
        np.testing.assert_allclose(scaled, raw * factor, rtol=1e-6)
    with pytest.raises(BadInput, match="fold1"):
        join_track(files, tmp_path / "x.bw", GENOME.sizes, task="a", scales={"fold0": 1.0})


def test_a_missing_and_an_overlapping_shard_are_named(tmp_path):
    files = shards(tmp_path / "s", 100)
    with pytest.raises(BadInput, match="chrA:100-200"):
        join_track(files[:1] + files[2:], tmp_path / "x.bw", GENOME.sizes, task="a")
    more = shard(tmp_path / "s", Interval("chrA", 150, 250))
    with pytest.raises(BadInput, match=r"overlap(?s:.*)chrA-150-250.h5"):
        join_track([*files, more], tmp_path / "x.bw", GENOME.sizes, task="a")
    assert not (tmp_path / "x.bw").exists()


def test_what_was_not_planned_is_named(tmp_path):
    files = shards(tmp_path / "s", 1000)
    planned = [Interval("chrA", 0, 407), Interval("chrB", 0, 120)]
    with pytest.raises(BadInput, match=r"chrB:120-150, tiny:0-8"):
        join_track(files, tmp_path / "x.bw", GENOME.sizes, task="a", planned=planned)
    join_track(files[:1], tmp_path / "a.bw", GENOME.sizes, task="a", planned=planned[:1])
    assert np.isnan(read_back(tmp_path / "a.bw", "chrB", 0, 150)).all()


@pytest.mark.parametrize(
    ("what", "odd"),
    [
        ("study", {"study": "another"}),
        ("model", {"model": "another"}),
        ("provenance", {"provenance": {"code": "older"}}),
        ("settings", {"ask": method(seed=1)}),
        ("tasks", {"ask": method(tasks=("b", "a"))}),
        ("models", {"models": [FakeModel(digest="another")]}),
    ],
)
def test_a_mixture_is_refused_by_name(tmp_path, what, odd):
    files = shards(tmp_path / "s", 100)
    shard(tmp_path / "s", Interval("chrA", 100, 200), **odd)
    with pytest.raises(BadInput, match=rf"1 of \d+ .*'{what}'(?s:.*)chrA-100-200.h5"):
        join_track(files, tmp_path / "x.bw", GENOME.sizes, task="a")


def test_another_batch_shape_is_no_mixture(tmp_path):
    files = shards(tmp_path / "s", 1000)
    shard(tmp_path / "s", Interval("chrB", 0, 150), run={"batch_size": 64})
    join_track(files, tmp_path / "x.bw", GENOME.sizes, task="a")


def test_unknown_tasks_and_arrays_are_refused(tmp_path):
    files = shards(tmp_path / "s", 1000)
    with pytest.raises(BadInput, match="'c' was not explained"):
        join_track(files, tmp_path / "x.bw", GENOME.sizes, task="c")
    with pytest.raises(BadInput, match="replicates"):
        join_track(files, tmp_path / "x.bw", GENOME.sizes, task="a", array="sd")
    with pytest.raises(BadInput, match="no shard"):
        join_track([], tmp_path / "x.bw", GENOME.sizes, task="a")
