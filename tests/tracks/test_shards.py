"""Shards: the same bits however the genome is cut, and the right ones."""

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, echo, genome_with_gaps, method, origin, weighted

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.scores import Header
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling, window_starts

GENOME = genome_with_gaps()
MODELS = [FakeModel(gain=1.0, digest="one"), FakeModel(gain=-0.3, digest="two"), FakeModel()]


def cut(size: int) -> list[Interval]:
    """The genome in regions of ``size`` bases."""
    return [
        Interval(chrom, start, min(start + size, length))
        for chrom, length in GENOME.sizes.items()
        for start in range(0, length, size)
    ]


def run(path, regions, *, models=MODELS, tiling=None, ask=None, at_once=8, genome=GENOME, **more):
    explain_shard(
        models,
        genome,
        regions,
        str(path),
        method=ask or method(),
        tiling=tiling or Tiling(WINDOW, 6),
        origin=origin(),
        windows_at_once=at_once,
        **more,
    )
    return path


def whole_track(path, key="contributions") -> dict[str, np.ndarray]:
    """Regions of a shard file put together per chromosome: (T, length)."""
    with h5py.File(path) as file:
        regions = sorted(Interval.from_name(name) for name in file)
        chroms = dict.fromkeys(region.chrom for region in regions)
        return {
            chrom: np.concatenate(
                [file[r.name][key][:] for r in regions if r.chrom == chrom], axis=1
            )
            for chrom in chroms
        }


KEYS = ("contributions", "predictions", "sd", "sign", "values", "completeness_error")


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mean", "centre"])
@pytest.mark.parametrize(("size", "at_once"), [(401, 3), (97, 8), (13, 100), (1000, 11)])
def test_bits_do_not_depend_on_shards_or_stretches(tmp_path, policy, size, at_once):
    tiling = Tiling(WINDOW, 6, policy)
    one = run(tmp_path / "one.h5", cut(1000), tiling=tiling, at_once=10_000)
    many = run(tmp_path / "many.h5", cut(size)[::-1], tiling=tiling, at_once=at_once)
    for key in KEYS:
        expected, found = whole_track(one, key), whole_track(many, key)
        for chrom in GENOME.sizes:
            np.testing.assert_array_equal(found[chrom], expected[chrom], err_msg=f"{key} {chrom}")


def test_the_track_is_the_mean_of_a_double_loop(tmp_path):
    path = run(tmp_path / "s.h5", cut(90), models=MODELS[:1])
    found = whole_track(path)["chrA"]
    total, count = np.zeros((2, 407)), np.zeros(407)
    for start in window_starts(407, WINDOW, 6):
        sequence = GENOME.sequences["chrA"][start : start + WINDOW]
        if sequence.count("N") <= 10:
            window = np.array([[[float(b == c) for c in "ACGT"] for b in sequence]], "float32")
            results = weighted(MODELS[0], window, tasks=["a", "b"], ids=[""])
            for offset in range(WINDOW):
                total[:, start + offset] += [r.contributions[0, offset] for r in results]
                count[start + offset] += 1
    expected = np.divide(total, count, where=count > 0, out=np.full_like(total, np.nan))
    np.testing.assert_array_equal(found, expected.astype("float32"))
    assert np.isnan(found).any(), "the genome's gap must show"
    assert np.isnan(whole_track(path)["tiny"]).all(), "shorter than a window"


@pytest.mark.parametrize("policy", ["mean", "centre"])
def test_every_base_gets_its_own_coordinate(tmp_path, policy):
    ask = method(echo(GENOME))
    regions = [r for r in cut(37) if r.chrom == "chrB"]
    path = run(tmp_path / "s.h5", regions, ask=ask, tiling=Tiling(WINDOW, 7, policy))
    found = whole_track(path)["chrB"]
    np.testing.assert_array_equal(found[0], np.arange(150))
    np.testing.assert_array_equal(found[1], np.arange(150) + 1000)


def test_windows_stand_once_with_their_values(tmp_path):
    path = run(tmp_path / "s.h5", cut(37), ask=method(echo(GENOME)), tiling=Tiling(WINDOW, 7))
    with h5py.File(path) as file:
        groups = [file[r.name] for r in cut(37) if r.chrom == "chrB"]
        starts = np.concatenate([group["window_start"][:] for group in groups])
        values = np.concatenate([group["values"][:] for group in groups], axis=1)
    assert starts.tolist() == window_starts(150, WINDOW, 7).tolist()
    np.testing.assert_array_equal(values[0], starts)


def test_skipped_windows_are_absent_not_zero(tmp_path):
    path = run(tmp_path / "s.h5", [Interval("chrA", 0, 407)])
    with h5py.File(path) as file:
        group = file["chrA-0-407"]
        for start, value in zip(group["window_start"], group["values"][0], strict=True):
            unknown = GENOME.sequences["chrA"][start : start + WINDOW].count("N")
            assert np.isnan(value) == (unknown > WINDOW / 2)


def test_replicates_are_summed_up_by_mean_spread_and_sign(tmp_path):
    region = [Interval("chrB", 0, 150)]
    single = [
        whole_track(run(tmp_path / f"{i}.h5", region, models=[model]))["chrB"].astype(float)
        for i, model in enumerate(MODELS)
    ]
    path = run(tmp_path / "all.h5", region)
    mean = sum(single) / 3
    spread = np.sqrt(sum((one - mean) ** 2 for one in single) / 2)
    share = sum((one > 0) == (mean > 0) for one in single) / 3
    np.testing.assert_allclose(whole_track(path)["chrB"], mean, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(whole_track(path, "sd")["chrB"], spread, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(whole_track(path, "sign")["chrB"], share, rtol=1e-6)
    with h5py.File(tmp_path / "0.h5") as file:
        assert "sd" not in file["chrB-0-150"]


OTHERS = {
    "fold1": [FakeModel(gain=0.5, digest="b"), FakeModel(gain=2.0, digest="c")],
    "fold2": MODELS[1:2],
}


def test_all_folds_are_summed_up_by_mean_spread_and_sign(tmp_path):
    region = [Interval("chrB", 0, 150)]
    of_fold = [
        np.mean([whole_track(run(tmp_path / "1.h5", region, models=[m]))["chrB"] for m in fold], 0)
        for fold in (MODELS[:1], *OTHERS.values())
    ]
    path = run(tmp_path / "all.h5", region, models=MODELS[:1], others=OTHERS)
    mean = sum(of_fold) / 3
    spread = np.sqrt(sum((one - mean) ** 2 for one in of_fold) / 2)
    share = sum(np.sign(one) == np.sign(mean) for one in of_fold) / 3
    assert share.max() < 1, "the folds differ, or nothing is tested"
    np.testing.assert_allclose(whole_track(path, "fold_mean")["chrB"], mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(whole_track(path, "fold_sd")["chrB"], spread, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(whole_track(path, "fold_sign")["chrB"], share, rtol=1e-6)
    alone = run(tmp_path / "alone.h5", region, models=MODELS[:1])
    np.testing.assert_array_equal(whole_track(path)["chrB"], whole_track(alone)["chrB"])
    with h5py.File(path) as file, h5py.File(alone) as without:
        assert Header.read(file).settings["folds"]["fold1"] == ["b", "c"]
        assert "fold_mean" not in without["chrB-0-150"]


def test_bits_of_all_folds_do_not_depend_on_shards(tmp_path):
    one = run(tmp_path / "one.h5", cut(1000), others=OTHERS, at_once=10_000)
    many = run(tmp_path / "many.h5", cut(97)[::-1], others=OTHERS, at_once=3)
    for key in ("contributions", "fold_mean", "fold_sd", "fold_sign"):
        expected, found = whole_track(one, key), whole_track(many, key)
        for chrom in GENOME.sizes:
            np.testing.assert_array_equal(found[chrom], expected[chrom])


def test_both_strands_of_the_mirrored_genome_give_the_mirrored_track(tmp_path):
    turn = str.maketrans("ACGTN", "TGCAN")
    sequence = GENOME.sequences["chrA"][:380]
    forward = type(GENOME)({"c": sequence})
    mirrored = type(GENOME)({"c": sequence.translate(turn)[::-1]})
    tiling, region = Tiling(WINDOW, 6), [Interval("c", 0, 380)]
    assert (380 - WINDOW) % 6 == 0
    paths = [
        run(tmp_path / f"{i}.h5", region, genome=genome, tiling=tiling, ask=method(strands="both"))
        for i, genome in enumerate([forward, mirrored])
    ]
    one, other = (whole_track(path)["c"] for path in paths)
    np.testing.assert_allclose(other[:, ::-1], one, atol=1e-6)
    plain = whole_track(run(tmp_path / "p.h5", region, genome=forward, tiling=tiling))["c"]
    assert np.nanmax(np.abs(plain - one)) > 0.1, "one strand alone is another track"


def test_the_header_says_what_was_done(tmp_path):
    path = run(tmp_path / "s.h5", [Interval("chrB", 0, 150)])
    with h5py.File(path) as file:
        header = Header.read(file)
    assert (header.study, header.method, header.tasks) == ("toy", "fake", ["a", "b"])
    assert header.models == ["one", "two", "fake"]
    assert header.settings["tiling"]["stride"] == 6
    assert header.settings["method"]["strands"] == "forward"
    assert header.run == {"batch_size": 8}


def test_answers_that_are_not_finite_are_refused(tmp_path):
    def broken(model, onehot, **asked):
        results = weighted(model, onehot, **asked)
        results[1].contributions[-1, 3] = np.inf
        return results

    with pytest.raises(BadInput, match=r"task 'b'(?s:.*)chrB:12-32"):
        run(tmp_path / "s.h5", [Interval("chrB", 0, 15)], ask=method(broken))


def test_a_model_of_another_width_or_a_region_outside_is_refused(tmp_path):
    with pytest.raises(BadInput, match="20 bp"):
        run(tmp_path / "s.h5", cut(500), models=[FakeModel(length=21)])
    with pytest.raises(BadInput, match="past the end"):
        run(tmp_path / "s.h5", [Interval("chrB", 0, 151)])


@pytest.mark.parametrize("at_once", [5, 17])
def test_memory_is_bounded_by_the_windows_at_once(tmp_path, at_once):
    asked = []

    def watching(model, onehot, **more):
        asked.append(len(onehot))
        return weighted(model, onehot, **more)

    run(tmp_path / "s.h5", cut(1000), ask=method(watching), at_once=at_once)
    assert max(asked) <= at_once
    assert max(asked) > at_once // 2, "and not by much less"
