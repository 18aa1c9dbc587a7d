"""Runs of N cost nothing: no window of them is asked about, and the others are as without them."""

import h5py
import numpy as np
from track_fakes import FakeGenome, FakeModel, method, origin, random_sequence, weighted

from chromolens.genome.intervals import Interval
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling, window_starts

KNOWN, UNKNOWN = 300, 20_000
BASES = random_sequence(KNOWN, 1)
WITH_N = FakeGenome({"chrA": BASES + "N" * UNKNOWN + BASES})
WITHOUT = FakeGenome({"chrA": BASES})
TILING = Tiling(20, 4, max_n=0.0)


def explained(path, genome) -> tuple[np.ndarray, list[int], list[str]]:
    """Contributions of the first task, windows of each call, and ids of all windows."""
    calls, ids = [], []

    def attribute(model, onehot, **asked):
        calls.append(len(onehot))
        ids.extend(asked["ids"])
        return weighted(model, onehot, **asked)

    region = Interval("chrA", 0, genome.sizes["chrA"])
    explain_shard(
        [FakeModel()], genome, [region], str(path), method=method(attribute), tiling=TILING,
        origin=origin(), windows_at_once=8,
    )  # fmt: skip
    with h5py.File(path) as file:
        return file[region.name]["contributions"][0], calls, ids


def test_runs_of_n_are_not_asked_about(tmp_path):
    found, calls, ids = explained(tmp_path / "n.h5", WITH_N)
    starts = window_starts(WITH_N.sizes["chrA"], 20, 4)
    known = starts[(starts + 20 <= KNOWN) | (starts >= KNOWN + UNKNOWN)]
    assert ids == [f"chrA:{start}-{start + 20}" for start in known]
    # of 2,575 blocks of windows those that hold a known one, and no more
    blocks = {int(index) // 8 for index in np.flatnonzero(np.isin(starts, known))}
    assert len(calls) == len(blocks) < len(starts) // 8 / 10
    alone, _, _ = explained(tmp_path / "alone.h5", WITHOUT)
    assert np.array_equal(found[:KNOWN], alone, equal_nan=True)
    assert np.isnan(found[KNOWN : KNOWN + UNKNOWN]).all()
