"""Fewer positives: how many, of which groups, and what else goes with them."""

import logging

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.batches import of_model
from chromolens.inputs.limited import limit_positives

# positives of x, of y, of both, negatives
GROUPS = {"a": (40, 10, 5, 110), "b": (8, 20, 2, 60), "c": (25, 0, 0, 50)}


@pytest.fixture
def windows() -> pd.DataFrame:
    rows = []
    for group, (x, y, both, negatives) in GROUPS.items():
        kinds = [("x", 1, 0)] * x + [("y", 0, 1)] * y + [("x,y", 1, 1)] * both
        kinds += [("negative", 0, 0)] * negatives
        rows += [(f"{group}:{i}", group, *kind) for i, kind in enumerate(kinds)]
    table = pd.DataFrame(rows, columns=["id", "group", "source", "x", "y"])
    table["role"] = np.where(table["source"] == "negative", "negative", "positive")
    return table.astype({"x": float, "y": float})


def test_groups_share_the_positives_evenly_and_keep_their_ratio(windows):
    ours = of_model(windows, ["x"], objective="binary", permuted=False, seed=1)
    limited = limit_positives(ours, ["x"], 33, 1)
    positives = limited[limited["x"] == 1].groupby("group").size()
    # by turns: b gives its 10, and the others share what is left of 33
    assert positives["b"] == 10 and sorted(positives[["a", "c"]]) == [11, 12]
    negatives = limited[limited["role"] == "negative"].groupby("group").size()
    for group, there in ours[ours["x"] == 1].groupby("group").size().items():
        exact = GROUPS[group][3] * positives[group] / there
        assert abs(negatives[group] - exact) <= 0.5
    assert limited["id"].is_monotonic_increasing == ours["id"].is_monotonic_increasing
    pd.testing.assert_frame_equal(
        limited, ours[ours["id"].isin(limited["id"])].reset_index(drop=True)
    )


def test_every_task_has_its_own_limit(windows):
    limited = limit_positives(windows, ["x", "y"], 12, 1)
    assert [(limited[task] == 1).sum() for task in ("x", "y")] == [12, 12]
    was = windows.set_index("id").loc[limited["id"], ["x", "y"]].to_numpy()
    now = limited[["x", "y"]].to_numpy()
    masked = np.isnan(now)
    assert (was[masked] == 1).all(), "only a positive that was not drawn is masked"
    assert (now[~masked] == was[~masked]).all()
    positive = (was == 1).any(axis=1)
    assert ((now == 1).any(axis=1) == positive).all(), "a window drawn for no task is gone"


def test_the_draw_depends_on_the_seed_and_not_on_the_order(windows):
    def drawn(table, seed):
        return set(limit_positives(table, ["x", "y"], 12, seed)["id"])

    turned = windows.sample(frac=1, random_state=3)
    assert drawn(windows, 1) == drawn(turned, 1)
    assert drawn(windows, 1) != drawn(windows, 2)


def test_permuted_labels_are_those_of_the_same_windows(windows):
    true, null = (
        of_model(windows, ["x"], objective="binary", permuted=permuted, seed=5, most=20)
        for permuted in (False, True)
    )
    assert list(true["id"]) == list(null["id"]) and (true["x"] != null["x"]).any()
    for _, rows in true.groupby("group"):
        assert rows["x"].sum() == null["x"][rows.index].sum()
    assert true["x"].sum() == 20


def test_a_group_without_positives_is_reduced_like_the_whole(windows):
    windows = windows[(windows["group"] != "b") | (windows["source"] == "negative")]
    limited = limit_positives(windows, ["x"], 35, 1)  # of 70
    others = limited["x"] != 1
    assert (others & (limited["group"] == "b")).sum() == 30


def test_enough_room_changes_nothing_and_the_log_counts(windows, caplog):
    with caplog.at_level(logging.INFO, "chromolens"):
        limited = limit_positives(windows, ["x", "y"], 80, 1)
    pd.testing.assert_frame_equal(limited, windows)
    assert "x 80 of 80, y 37 of 37; 330 of 330 windows stay" in caplog.text


@pytest.mark.parametrize("most", [0, -1])
def test_no_positives_are_refused(windows, most):
    with pytest.raises(BadInput, match=f"at most {most} positives"):
        limit_positives(windows, ["x"], most, 1)


def test_counts_have_no_positives(windows):
    with pytest.raises(BadInput, match="'x' has no positives to draw from: it has the label 7"):
        limit_positives(windows.assign(x=7.0), ["x"], 5, 1)
