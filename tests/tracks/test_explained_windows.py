"""Windows for MoDISco: each from the fold that did not see it, on one scale."""

import h5py
import numpy as np
import pandas as pd
import pytest
from test_partial import Counting, fail
from track_fakes import WINDOW, FakeModel, method, origin, random_sequence, weighted

from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.scores import Header
from chromolens.tracks.scaling import read_scales
from chromolens.tracks.windows import explain_windows

FOLDS = Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"], "training": ["part0"]}})
MODELS = {
    "fold0": [FakeModel(gain=1.0, digest="0"), FakeModel(gain=2.0, digest="1")],
    "fold1": [FakeModel(gain=6.0, digest="2"), FakeModel(gain=6.0, digest="3")],
}
ROWS = {"a": np.array([5, 0, 3, 2]), "b": np.array([1])}
BACKGROUND = np.array([6, 7, 8, 9])


def table() -> pd.DataFrame:
    sequences = [random_sequence(WINDOW, seed) for seed in range(9)] + ["N" * 3 + "ACGTA" * 4]
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(10)],
            "group": ["part0", "part1"] * 5,
            "sequence": [sequence[:WINDOW] for sequence in sequences],
            "role": "positive",
            "source": "a",
            "gc": 0.5,
            "shared": 0,
            "a": [1.0, 0.0, np.nan, 1.0, 0.0] * 2,
            "b": 1.0,
        }
    )


def run(path, **changes):
    inputs = open_inputs(table())
    known = {"rows_by_task": ROWS, "folds": FOLDS, "method": method(), "background": BACKGROUND}
    known |= {"origin": origin("windows", "all"), "windows_at_once": 2} | changes
    explain_windows(known.pop("models", MODELS), inputs, path=str(path), **known)
    return inputs


def gain(row: int) -> float:
    """Mean of the replicates' gains in the fold that tests the row."""
    return 1.5 if row % 2 == 0 else 6.0


def plain(inputs, rows, task: int):
    """What a model of gain 1 answers."""
    return weighted(FakeModel(), inputs.arrays(rows), tasks=["a", "b"], ids=[])[task]


def test_each_window_is_explained_by_the_fold_that_tests_it(tmp_path):
    inputs = run(tmp_path / "w.h5")
    gains = np.array([gain(row) for row in ROWS["a"]])[:, None]
    expected = plain(inputs, ROWS["a"], 0)
    with h5py.File(tmp_path / "w.h5") as file:
        group = file["a"]
        assert group["id"].asstr()[:].tolist() == ["r5", "r0", "r3", "r2"]
        assert group["fold"].asstr()[:].tolist() == ["fold1", "fold0", "fold1", "fold0"]
        np.testing.assert_array_equal(group["label"][:], [1.0, 1.0, 1.0, np.nan])
        np.testing.assert_array_equal(group["onehot"][:], inputs.arrays(ROWS["a"]))
        np.testing.assert_allclose(
            group["contributions"][:], expected.contributions * gains, rtol=1e-5
        )
        np.testing.assert_allclose(group["values"][:], expected.values, rtol=1e-6)
        assert Header.read(file).models == ["0", "1", "2", "3"]


def test_hypothetical_contributions_of_all_folds_are_on_one_scale(tmp_path):
    inputs = run(tmp_path / "w.h5")
    loud = np.sqrt(np.mean(plain(inputs, BACKGROUND, 0).contributions.astype(float) ** 2))
    scales = read_scales(tmp_path / "w.h5", "a")
    assert scales == pytest.approx({"fold0": 1.5 * loud, "fold1": 6.0 * loud}, rel=1e-5)
    with h5py.File(tmp_path / "w.h5") as file:
        np.testing.assert_allclose(file["a/scale"][:], [1.6, 0.4, 1.6, 0.4], rtol=1e-5)
        # The folds differ by their gain alone, so that on one scale they agree.
        np.testing.assert_allclose(
            file["a/hypothetical"][:], plain(inputs, ROWS["a"], 0).hypothetical * 3.75, rtol=1e-5
        )


def test_numbers_do_not_depend_on_the_blocks(tmp_path):
    run(tmp_path / "1.h5", windows_at_once=1)
    run(tmp_path / "9.h5", windows_at_once=9)
    with h5py.File(tmp_path / "1.h5") as one, h5py.File(tmp_path / "9.h5") as other:
        for key in one["a"]:
            np.testing.assert_array_equal(one["a"][key][:], other["a"][key][:], err_msg=key)


@pytest.mark.parametrize("until", [0, 3, 8, 12])
def test_an_interrupted_job_is_continued_to_the_same_bytes(tmp_path, until):
    """In the background (8 calls of two replicates), between it and the windows, and in these."""
    whole, cut, rest = Counting(), Counting(until, fail), Counting()
    run(tmp_path / "whole.h5", method=method(whole))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.h5", method=method(cut))
    assert not (tmp_path / "cut.h5").exists()
    run(tmp_path / "cut.h5", method=method(rest))
    kept = until // 2 * 2  # both replicates of a block
    assert (whole.calls, rest.calls) == (14, 14 - kept)
    assert (tmp_path / "cut.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_journal_of_other_windows_is_started_again(tmp_path, caplog):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "w.h5", method=method(Counting(10, fail)))
    again = Counting()
    run(tmp_path / "w.h5", method=method(again), rows_by_task=ROWS | {"b": np.array([3])})
    assert again.calls == 14 and "is of another job" in caplog.text


def test_a_method_without_hypothetical_contributions_writes_none(tmp_path):
    def without(model, onehot, **asked):
        results = weighted(model, onehot, **asked)
        return [type(r)(**{**vars(r), "hypothetical": None}) for r in results]

    run(tmp_path / "w.h5", method=method(without))
    with h5py.File(tmp_path / "w.h5") as file:
        assert "hypothetical" not in file["a"]
        assert np.isfinite(file["a/contributions"][:]).all()


def test_no_window_for_a_task_is_an_outcome(tmp_path):
    run(tmp_path / "w.h5", rows_by_task={"a": np.array([], dtype=int), "b": np.array([0])})
    with h5py.File(tmp_path / "w.h5") as file:
        assert file["a/contributions"].shape == (0, WINDOW)
        assert file["b/contributions"].shape == (1, WINDOW)


def test_windows_that_no_fold_tests_are_refused(tmp_path):
    with pytest.raises(BadInput, match="'part1' is test in no fold(?s:.*)r5"):
        run(tmp_path / "w.h5", folds=FOLDS.only("fold0"))
    with pytest.raises(BadInput, match="no models of fold1"):
        run(tmp_path / "w.h5", models={"fold0": MODELS["fold0"]})
    assert not list(tmp_path.iterdir())


def test_a_task_may_not_be_named_like_the_scales(tmp_path):
    with pytest.raises(BadInput, match="'scales'"):
        run(tmp_path / "w.h5", rows_by_task={"scales": np.array([0])})
