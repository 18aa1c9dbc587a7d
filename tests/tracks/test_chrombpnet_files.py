"""A study's contributions in chrombpnet's files, read as its own programs read them."""

import h5py
import numpy as np
import pandas as pd
import pyBigWig
import pytest
from track_fakes import chrombpnet_track

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.scores import Header
from chromolens.tracks.chrombpnet import write_scores

WIDTH = 20
SIZES = {"chr2": 300, "chr10": 200}
SUMMITS = {"chr10": [30, 41, 90], "chr2": [60, 62, 75, 200]}
TASKS = ["profile_X", "counts_X"]


def window(chrom, summit):
    return f"{chrom}:{summit - WIDTH // 2}-{summit + WIDTH // 2}"


@pytest.fixture
def explained(tmp_path):
    """Windows in an order of their own, another for each task; folds have scales."""
    rng = np.random.default_rng(0)
    ids = [window(chrom, summit) for chrom in SUMMITS for summit in SUMMITS[chrom]]
    header = Header("s", "m", "deeplift_rescale", "windows", "", TASKS, {}, [], {}, {})
    path = tmp_path / "windows.h5"
    with scores.written(path, header) as file:
        for task in TASKS:
            group = file.create_group(task)
            sizes = {"window": len(ids), "position": WIDTH, "channel": 4}
            scores.create(group, (*scores.WINDOWS, scores.HYPOTHETICAL), sizes)
            order = rng.permutation(len(ids))
            group["id"][:] = np.array(ids, dtype=object)[order]
            letters = np.random.default_rng(1).integers(0, 4, (len(ids), WIDTH))[order]
            onehot = np.eye(4, dtype=np.int8)[letters]
            onehot[:, 3] = 0  # an N
            group["onehot"][:] = onehot
            sizes = 10.0 ** rng.uniform(
                -7, 2, (len(ids), WIDTH, 4)
            )  # HDF5 itself rounds some wrongly
            group["hypothetical"][:] = sizes * rng.choice([-1, 1], sizes.shape)
            group["scale"][:] = rng.choice([0.5, 2.0], len(ids))
    return path


def regions_of(path):
    """chrombpnet: the summit of a region is its second column and its tenth."""
    table = pd.read_csv(path, sep="\t", header=None)
    assert table.shape[1] == 10
    return list(zip(table[0], table[1] + table[9], strict=True))


def test_arrays_and_regions_stand_in_one_order(explained, tmp_path):
    windows = write_scores(explained, "X", SIZES, tmp_path / "out/X")
    places = regions_of(tmp_path / "out/X.interpreted_regions.bed")
    assert places == [(chrom, summit) for chrom in SIZES for summit in SUMMITS[chrom]]
    assert windows["id"].tolist() == [window(*place) for place in places]
    with h5py.File(explained) as given:
        for head in ("counts", "profile"):
            group = given[f"{head}_X"]
            ids = group["id"].asstr()[:].tolist()
            with h5py.File(tmp_path / f"out/X.{head}_scores.h5") as made:
                for row, place in enumerate(places):
                    own = ids.index(window(*place))
                    raw = group["hypothetical"][own] * group["scale"][own]
                    onehot = group["onehot"][own]
                    np.testing.assert_array_equal(made["raw/seq"][row], onehot.T)
                    np.testing.assert_array_equal(made["shap/seq"][row], np.float16(raw.T))
                    np.testing.assert_array_equal(
                        made["projected_shap/seq"][row], np.float16((raw * onehot).T)
                    )
                types = [
                    made[name].dtype for name in ("raw/seq", "shap/seq", "projected_shap/seq")
                ]
                assert types == [np.int8, np.float16, np.float16]
                assert made["shap/seq"].shape == (len(places), 4, WIDTH)


@pytest.mark.parametrize("head", ["counts", "profile"])
def test_the_track_is_what_chrombpnet_makes_of_these_files(explained, tmp_path, head):
    write_scores(explained, "X", SIZES, tmp_path / "X")
    with h5py.File(tmp_path / f"X.{head}_scores.h5") as file:
        values = file["projected_shap/seq"][:].astype(np.float32).sum(axis=1)
    places = regions_of(tmp_path / "X.interpreted_regions.bed")
    with pyBigWig.open(str(tmp_path / f"X.{head}_scores.bw")) as track:
        assert list(track.chroms().items()) == list(SIZES.items())
        for chrom, size in SIZES.items():
            rows = [row for row, place in enumerate(places) if place[0] == chrom]
            expected = np.full(size, np.nan)
            for base, value in chrombpnet_track(SUMMITS[chrom], values[rows], WIDTH).items():
                expected[base] = value
            assert np.isnan(expected).any() and np.isfinite(expected).any()
            np.testing.assert_array_equal(track.values(chrom, 0, size), expected)
        written = np.concatenate([track.values(c, 0, n, numpy=True) for c, n in SIZES.items()])
    stats = pd.read_csv(tmp_path / f"X.{head}_scores.stats.txt", sep="\t", header=None)
    names = ["Min", ".1%", "1%", "50%", "99%", "99.9%", "99.95%", "99.99%", "Max"]
    assert stats[0].tolist() == names
    shares = [0, 0.001, 0.01, 0.5, 0.99, 0.999, 0.9995, 0.9999, 1]
    known = written[np.isfinite(written)].astype(float)
    np.testing.assert_allclose(stats[1], np.quantile(known, shares), atol=6e-7, rtol=0)


def test_what_cannot_be_written(explained, tmp_path):
    with pytest.raises(BadInput, match="(?s)no log count of 'Y'.*one of X"):
        write_scores(explained, "Y", SIZES, tmp_path / "Y")
    header = Header("s", "m", "ism", "windows", "", TASKS, {}, [], {}, {})
    with scores.written(tmp_path / "bare.h5", header) as file:
        for task in TASKS:
            sizes = {"window": 1, "position": WIDTH, "channel": 4}
            scores.create(file.create_group(task), scores.WINDOWS, sizes)
    with pytest.raises(BadInput, match="(?s)no hypothetical contributions.*deeplift_rescale"):
        write_scores(tmp_path / "bare.h5", "X", SIZES, tmp_path / "X")
    assert not (tmp_path / "X.interpreted_regions.bed").exists()
