"""Labels that an objective can't have are refused, with their number and an example."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.batches import of_model, permute_labels
from chromolens.inputs.labels import check_labels

NAN = np.nan


def windows(**labels: list[float]) -> pd.DataFrame:
    count = len(next(iter(labels.values())))
    ids = [f"w{i}" for i in range(count)]
    return pd.DataFrame(
        {"id": ids, "group": "c", "role": "negative", "source": "negative"} | labels
    )


@pytest.mark.parametrize(
    ("objective", "labels", "words"),
    [
        ("binary", [0, 1, 12, NAN, 3], "2 of 4 labels of task 'x'(.|\n)*12(.|\n)*window w2"),
        ("binary", [0, 1, 2, 2], "regression for counts; for classes give a column"),
        ("binary", [-1, 1, -1], "2 of 3(.|\n)*write 0 for -1"),
        ("binary", [0.25, 0, 1], "objective: continuous"),
        ("regression", [0, 3, -0.5, NAN], "1 of 3 (.|\n)*-0.5(.|\n)*objective: continuous"),
    ],
)
def test_labels_that_do_not_fit_are_counted_and_shown(objective, labels, words):
    with pytest.raises(BadInput, match=words):
        of_model(windows(x=labels), ["x"], objective=objective, permuted=False, seed=0)


@pytest.mark.parametrize(
    ("objective", "labels"),
    [
        ("binary", [0, 1, NAN]),
        ("regression", [0, 7.5, NAN]),
        ("continuous", [-3.2, 0, NAN]),
    ],
)
def test_labels_that_fit_pass(objective, labels):
    check_labels(windows(x=labels), ["x"], objective)


@pytest.mark.parametrize(
    "row", [(1, 1, 0), (0, 0, 0), (0, 2, 0), (1, 0.5, 0)], ids=["two", "none", "odd", "part"]
)
def test_a_window_is_of_one_class(row):
    good = np.array([(1, 0, 0), (0, 0, 1), (NAN, 1, 0)])
    check_labels(windows(**dict(zip("abc", good.T, strict=True))), list("abc"), "classes")
    table = np.vstack([good, row])
    with pytest.raises(BadInput, match="1 of 4 windows are not of one class(.|\n)*window w3"):
        check_labels(windows(**dict(zip("abc", table.T, strict=True))), list("abc"), "classes")


def test_permuted_windows_stay_of_one_class():
    classes = np.eye(3)[np.arange(60) % 3]
    table = windows(**dict(zip("abc", classes.T, strict=True)))
    permuted = permute_labels(table, list("abc"), 1, together=True)[list("abc")].to_numpy()
    assert (permuted.sum(axis=1) == 1).all()
    assert (permuted.sum(axis=0) == classes.sum(axis=0)).all()
    assert (permuted != classes).any()
