"""A circular chromosome has no first base: turned, it has the same track, turned."""

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, method, origin, random_sequence

from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval
from chromolens.tracks.shards import explain_base, explain_shard
from chromolens.tracks.tiling import Tiling

SIZE, STRIDE = 240, 6
BASES = random_sequence(SIZE, 3)
STARTS = np.array([2, 31, 118, 225, 233, 239])  # of windows on regions; three cross the origin


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Circles turned by any number of bases."""
    folder, genomes = tmp_path_factory.mktemp("circles"), {}

    def turned(by: int) -> Genome:
        if by not in genomes:
            raw = folder / f"{by}.fa"
            raw.write_text(f">c\n{BASES[by:] + BASES[:by]}\n")
            prepare_fasta(raw, f"{raw}.gz", circular=["c"])
            genomes[by] = Genome(f"{raw}.gz")
        return genomes[by]

    yield turned
    for genome in genomes.values():
        genome.close()


def explained(path, genome, size=SIZE, tiling=None, series=None):
    """All arrays of a shard, put together in the order of their regions."""
    regions = [Interval("c", s, min(s + size, SIZE)) for s in range(0, SIZE, size)]
    explain_shard(
        [FakeModel()], genome, regions, str(path), method=method(), origin=origin(),
        tiling=tiling or Tiling(WINDOW, STRIDE), series=series, windows_at_once=8,
    )  # fmt: skip
    with h5py.File(path) as file:
        parts = [file[region.name] for region in regions]
        keys = ("contributions", "predictions", "values", "window_start", "stretch_start")
        return {key: np.concatenate([part[key][:] for part in parts], axis=-1) for key in keys}


@pytest.mark.parametrize("policy", ["mean", "centre", "nearest_summit"])
def test_a_turned_circle_has_the_turned_track(tmp_path, opened, policy):
    tiling = Tiling(WINDOW, STRIDE, policy, keep=12)
    whole = explained(tmp_path / "a.h5", opened(0), tiling=tiling)
    assert np.isfinite(whole["contributions"]).all()
    for by in (STRIDE, 10 * STRIDE):
        turned = explained(tmp_path / f"{by}.h5", opened(by), tiling=tiling)
        for key in ("contributions", "predictions"):
            np.testing.assert_array_equal(turned[key], np.roll(whole[key], -by, axis=-1), key)
        # each window is one shard's own, wherever the origin lies
        own = (whole["window_start"] - by) % SIZE
        assert sorted(turned["window_start"]) == sorted(own) == list(range(0, SIZE, STRIDE))
        np.testing.assert_array_equal(
            turned["values"][:, np.argsort(turned["window_start"])],
            whole["values"][:, np.argsort(own)],
        )


def test_windows_on_regions_cross_the_origin(tmp_path, opened):
    tiling = Tiling(WINDOW, 4, keep=8)
    tracks = []
    for by in (0, 60):
        starts = np.sort((STARTS - by) % SIZE)
        asked = {"tiling": tiling, "series": {"c": starts}.get}
        found = explained(tmp_path / f"{by}.h5", opened(by), **asked)
        kept = {(start + 6 + offset) % SIZE for start in starts.tolist() for offset in range(8)}
        track = np.full((2, SIZE), np.nan)
        track[:, sorted(kept)] = found["contributions"]
        tracks.append(np.roll(track, by, axis=1))
    np.testing.assert_array_equal(*tracks)


@pytest.mark.parametrize("size", [7, 50, 119])
def test_bits_do_not_depend_on_shards(tmp_path, opened, size):
    one, many = (
        explained(tmp_path / "a.h5", opened(0)),
        explained(tmp_path / "b.h5", opened(0), size),
    )
    for key in ("contributions", "predictions", "values", "window_start"):
        np.testing.assert_array_equal(many[key], one[key])
    for base in (0, 5, SIZE - 1):
        asked = {"method": method(), "tiling": Tiling(WINDOW, STRIDE)}
        alone = explain_base([FakeModel()], opened(0), Interval("c", base, base + 1), **asked)
        np.testing.assert_array_equal(alone["contributions"][:, 0], one["contributions"][:, base])
