"""Shards of windows on regions: gaps, kept parts, and the same bits however they are cut."""

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, echo, genome_with_gaps, method, origin, weighted

from chromolens.genome.intervals import Interval
from chromolens.tracks.bigwig import read_back
from chromolens.tracks.join import join_track
from chromolens.tracks.shards import explain_base, explain_shard
from chromolens.tracks.tiling import POLICIES, Cover, Tiling, touching

GENOME = genome_with_gaps()
# On chrA lies a stretch of N (100 to 163); some windows overlap, one is alone, one at the end.
STARTS = {
    "chrA": np.array([3, 10, 11, 40, 90, 120, 158, 170, 180, 199, 200, 260, 387]),
    "chrB": np.array([64, 66]),
}
KEEP = 8


def series(chrom: str) -> np.ndarray:
    return STARTS.get(chrom, np.zeros(0, np.int64))


def tiling(policy="mean", keep=KEEP):
    return Tiling(WINDOW, 4, policy, keep=keep)


def cut(size: int) -> list[Interval]:
    return [
        Interval(chrom, start, min(start + size, length))
        for chrom, length in GENOME.sizes.items()
        for start in range(0, length, size)
    ]


def run(path, regions, models, *, ask=None, at_once=8, how=None):
    explain_shard(
        models, GENOME, regions, str(path), method=ask or method(), tiling=how or tiling(),
        origin=origin(), series=series, windows_at_once=at_once,
    )  # fmt: skip
    return path


def whole(path, key: str) -> dict[str, np.ndarray]:
    """An array of a file, its regions put together per chromosome."""
    with h5py.File(path) as file:
        regions = sorted(Interval.from_name(name) for name in file)
        return {
            chrom: np.concatenate([file[r.name][key][:] for r in regions if r.chrom == chrom], -1)
            for chrom in GENOME.sizes
        }


def dense(path, key="contributions") -> dict[str, np.ndarray]:
    """An array over the bases of each chromosome (T, length), NaN where none is covered."""
    found = {}
    with h5py.File(path) as file:
        for name in file:
            region, group = Interval.from_name(name), file[name]
            array = found.setdefault(
                region.chrom, np.full((2, GENOME.sizes[region.chrom]), np.nan, "float32")
            )
            ends = zip(group["stretch_start"][:], group["stretch_end"][:], strict=True)
            places = np.concatenate([np.arange(0), *(np.arange(a, b) for a, b in ends)])
            array[:, places] = group[key][:]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("size", "at_once"), [(407, 2), (50, 3), (13, 100)])
def test_bits_do_not_depend_on_shards_or_blocks(tmp_path, policy, size, at_once):
    models = [FakeModel(gain=1.0, digest="one"), FakeModel(gain=-0.3, digest="two")]
    one = run(tmp_path / "one.h5", cut(1000), models, how=tiling(policy), at_once=100)
    many = run(tmp_path / "many.h5", cut(size)[::-1], models, how=tiling(policy), at_once=at_once)
    for key in ("contributions", "predictions", "sd", "sign"):
        expected, found = dense(one, key), dense(many, key)
        for chrom in GENOME.sizes:
            np.testing.assert_array_equal(found[chrom], expected[chrom])
    for key in ("window_start", "values", "completeness_error"):
        expected, found = whole(one, key), whole(many, key)
        for chrom in GENOME.sizes:
            np.testing.assert_array_equal(found[chrom], expected[chrom])


def test_a_base_is_the_mean_of_the_kept_parts_over_it(tmp_path):
    model = FakeModel()
    found = dense(run(tmp_path / "s.h5", cut(60), [model]))
    skip = (WINDOW - KEEP) // 2
    for chrom, starts in STARTS.items():
        total, count = np.zeros((2, GENOME.sizes[chrom])), np.zeros(GENOME.sizes[chrom])
        for start in starts:
            sequence = GENOME.sequences[chrom][start : start + WINDOW]
            if sequence.count("N") <= WINDOW / 2:
                onehot = np.array([[[float(b == c) for c in "ACGT"] for b in sequence]], "float32")
                results = weighted(model, onehot, tasks=["a", "b"], ids=[""])
                kept = slice(start + skip, start + skip + KEEP)
                total[:, kept] += [r.contributions[0, skip : skip + KEEP] for r in results]
                count[kept] += 1
        expected = np.divide(total, count, where=count > 0, out=np.full_like(total, np.nan))
        np.testing.assert_array_equal(found[chrom], expected.astype("float32"))
    assert (np.isnan(found["chrA"]).sum(axis=1) > 200).all(), "most of the genome is a gap"
    assert np.isnan(found["tiny"]).all()


def test_a_base_by_itself_has_the_bits_of_its_shard(tmp_path):
    models, asked = [FakeModel()], {"method": method(), "tiling": tiling(), "series": series}
    found = dense(run(tmp_path / "s.h5", cut(60), models))["chrA"]
    for base in range(0, 407, 9):
        alone = explain_base(models, GENOME, Interval("chrA", base, base + 1), **asked)
        expected = found[:, base : base + 1]
        np.testing.assert_array_equal(
            alone.get("contributions", np.full((2, 1), np.nan)), expected, str(base)
        )


def test_every_base_of_the_track_gets_its_own_coordinate(tmp_path):
    files = [
        run(tmp_path / f"{region.name}.h5", [region], [FakeModel()], ask=method(echo(GENOME)))
        for region in cut(50)
    ]
    join_track(files, tmp_path / "a.bw", GENOME.sizes, task="a")
    values, skip = read_back(tmp_path / "a.bw", "chrB", 0, 150), (WINDOW - KEEP) // 2
    covered = np.zeros(150, bool)
    covered[64 + skip : 66 + skip + KEEP] = True
    np.testing.assert_array_equal(values[covered], np.flatnonzero(covered))
    assert np.isnan(values[~covered]).all()


def test_a_batch_place_is_the_index_on_the_chromosome(tmp_path):
    asked = []

    def watching(model, onehot, *, places, **more):
        asked.extend(places)
        return weighted(model, onehot, **more)

    run(tmp_path / "s.h5", [Interval("chrA", 193, 407)], [FakeModel()], ask=method(watching))
    assert asked == [8, 9, 10, 11, 12]  # from 180 on, which keeps 186 to 194


@pytest.mark.parametrize("region", [(0, 100), (5, 7), (6, 9), (30, 31), (95, 100)], ids=str)
def test_a_cover_is_the_union_of_its_windows(region):
    starts, width, region = np.array([5, 8, 13, 30, 90, 95, 96]), 5, Interval("c", *region)
    covered = sorted(
        {b for s in starts for b in range(s, s + width)} & {*range(region.start, region.end)}
    )
    cover = Cover.of(starts, width, region)
    stretches = list(zip(cover.starts, cover.ends, strict=True))
    assert [b for low, high in stretches for b in range(low, high)] == covered
    assert all(end < start for (_, end), (start, _) in zip(stretches, stretches[1:], strict=False))
    assert len(cover) == len(covered)
    assert cover.places(np.array(covered, int)).tolist() == list(range(len(covered)))
    near = starts[touching(starts, width, region)]
    first = cover.places(near)[near < region.start]
    assert (first < 0).all()
    for low, high in ((0, 100), (7, 33), (50, 60), (20, 31)):
        inside = [b for b in covered if low <= b < high]
        assert [covered[i] for i in range(*cover.columns(low, high).indices(100))] == inside
    for low, high in ((0, len(covered)), (len(covered) // 2, len(covered)), (1, 3), (0, 1)):
        pairs = [
            (base + step, columns.start + step)
            for base, columns in cover.laid_out(low, high)
            for step in range(columns.stop - columns.start)
        ]
        assert pairs == list(zip(covered[low:high], range(high - low), strict=False))
