"""Which windows are flagged, by hand; and that shards of either kind are read."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from chromolens.checks.acceptance import unsound
from chromolens.checks.completeness import check, judge
from chromolens.scores import Header, seal


def test_a_window_is_flagged_beyond_both_tolerances() -> None:
    values = np.array([0.0, 10.0, 1.0, np.nan])  # range 10: 1e-5 of it is 1e-4
    references = np.zeros(4)
    errors = np.array([5e-5, 9e-4, 2e-4, np.nan])  # below; 1e-4 of the effect is 1e-3; beyond
    judged = judge(values, references, errors)
    assert (judged["windows"], judged["flagged"]) == (3, 1)
    assert judged["share_flagged"] == pytest.approx(1 / 3)
    assert judged["max_error"] == pytest.approx(9e-4)


def test_a_method_may_have_a_tolerance_of_its_own() -> None:
    values, errors = np.array([0.0, 10.0, 1.0]), np.array([0.04, 0.6, 0.051])
    # 5 % of the effects 0, 10 and 1, or 0.5 % of the range of 10: 0.05, 0.5, 0.05
    assert judge(values, np.zeros(3), errors, 0.05)["flagged"] == 2


def test_methods_that_promise_no_sum_are_not_judged() -> None:
    judged = judge(np.ones(3), np.zeros(3), np.full(3, np.nan))
    assert (judged["flagged"], judged["share_flagged"]) == (0, 0)
    assert np.isnan(judged["max_error"])


@pytest.fixture
def shards(tmp_path: Path) -> list[str]:
    paths = []
    for number, error in enumerate((0.0, 1.0)):
        paths.append(str(tmp_path / f"{number}.h5"))
        with h5py.File(paths[-1], "w") as file:
            shard = f"chr1-{number}-{number + 1}"
            names = {"study": "s", "model": "m", "method": "d", "shard": shard, "fold": "fold0"}
            Header(**names, tasks=["t"], settings={}, models=["x"], provenance={}, run={}).write(
                file
            )
            group = file.create_group(shard)
            group["values"] = np.array([[1.0, 2.0]], np.float32)
            group["reference_values"] = np.zeros((1, 2), np.float32)
            group["completeness_error"] = np.array([[0, error]], np.float32)
        seal(paths[-1])
    return paths


def test_shards_are_pooled_and_too_many_flags_are_said(shards: list[str], caplog) -> None:
    table = check(shards, max_flagged=0.5)
    assert table.loc[0, ["windows", "flagged", "share_flagged"]].tolist() == [4, 1, 0.25]
    assert not len(unsound(table)) and not caplog.text
    assert len(unsound(check(shards, max_flagged=0.1))) == 1
    assert "task t don't add up in 25.0%" in caplog.text
