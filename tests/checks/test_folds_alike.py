"""How alike folds explain, against NumPy over all bases at once."""

import h5py
import numpy as np
import pytest

from chromolens import scores
from chromolens.checks.folds import check
from chromolens.scores import Header

TASKS = ["profile_X", "counts_X"]


@pytest.fixture
def shards(tmp_path):
    """Two shards, of one region and of two; some bases are absent."""
    rng, paths, parts = np.random.default_rng(0), [], []
    settings = {"folds": {f"fold{i}": ["digest"] for i in range(3)}}
    for number, sizes in enumerate([[30], [20, 15]]):
        header = Header("s", "m", "ism", f"shard{number}", "fold0", TASKS, settings, [], {}, {})
        paths.append(tmp_path / f"{number}.h5")
        with scores.written(paths[-1], header) as file:
            for size in sizes:
                folds = rng.normal(size=(3, 2, size)) + rng.normal(size=(2, size))
                folds[..., :4] = np.nan
                group = file.create_group(f"chr{number}-0-{size}")
                arrays = (*scores.REGION, *scores.FOLD_AGREEMENT)
                scores.create(group, arrays, {"task": 2, "base": size})
                mean = folds.mean(axis=0)
                group["contributions"][:], group["fold_mean"][:] = folds[0], mean
                group["fold_sd"][:] = folds.std(axis=0, ddof=1)
                sign = (np.sign(folds) == np.sign(mean)).mean(axis=0)
                group["fold_sign"][:] = np.where(np.isnan(mean), np.nan, sign)
                parts.append(folds)
    return paths, np.concatenate(parts, axis=2)


def test_folds_against_numpy(shards):
    paths, folds = shards
    table = check(map(str, paths)).set_index("task")
    assert (table["folds"] == 3).all() and (table["bases"] == 65 - 12).all()
    for number, task in enumerate(TASKS):
        own = folds[:, number][:, ~np.isnan(folds[0, number])]
        mean, weights = own.mean(axis=0), np.abs(own.mean(axis=0))
        share = (np.sign(own) == np.sign(mean)).mean(axis=0)
        row = table.loc[task]
        np.testing.assert_allclose(row["r"], np.corrcoef(own[0], mean)[0, 1], rtol=1e-6)
        np.testing.assert_allclose(row["sign"], np.average(share, weights=weights), rtol=1e-6)
        spread = np.sqrt((own.std(axis=0, ddof=1) ** 2).mean() / (mean**2).mean())
        np.testing.assert_allclose(row["spread"], spread, rtol=1e-6)
        assert 0.5 < row["r"] < 0.95 and row["sign"] < 1


def test_where_nothing_was_explained(shards):
    paths, _ = shards
    with h5py.File(paths[0], "r+") as file:
        for group in file.values():
            for name in group:
                group[name][:] = np.nan
    scores.seal(paths[0])
    row = check([str(paths[0])]).iloc[0]
    assert row["bases"] == 0 and np.isnan([row["r"], row["sign"], row["spread"]]).all()
