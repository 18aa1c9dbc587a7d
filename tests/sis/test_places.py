"""What is found in a window doesn't depend on which others are searched, to the bit.

``Seat`` (see ``unlike_kernels``) adds a number that depends on the row's place in its batch.
"""

import numpy as np
import pandas as pd
import pytest
import unlike_kernels

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.sis import front
from chromolens.sis.find import find_subsets
from chromolens.sis.front import sufficient_subsets

LENGTH = 30


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.of(unlike_kernels.seated(LENGTH, seed=5), ["a", "b"])


def facts(found):
    return [
        (
            [subset.tolist() for subset in each.subsets],
            each.values,
            each.without_one,
            each.rest_value,
        )
        for each in found
    ]


def threshold_of(model, inputs):
    finder = front.Finder(model, LENGTH)
    values, hidden = finder.score(inputs), finder.masked_values(inputs[:1])[0]
    return (hidden + np.median(values[values > hidden])) / 2


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_other_inputs_change_no_bit(model, method, monkeypatch):
    inputs = unlike_kernels.one_hot(21, LENGTH, seed=4)
    settings = {"threshold": threshold_of(model, inputs), "method": method, "max_subsets": 2}
    whole = facts(sufficient_subsets(model, inputs, **settings))
    assert sum(bool(subsets) for subsets, *_ in whole) >= 5
    for rows in ([20], [3, 4, 7, 19], list(range(0, 21, 2))):
        part = sufficient_subsets(model, inputs[rows], places=rows, **settings)
        assert facts(part) == [whole[row] for row in rows]
    holding_n = inputs.copy()
    holding_n[[2, 9], 5:9] = 0
    other = facts(sufficient_subsets(model, holding_n, **settings))
    assert [one for row, one in enumerate(other) if row not in (2, 9)] == [
        one for row, one in enumerate(whole) if row not in (2, 9)
    ]
    monkeypatch.setattr(front, "BLOCK", 5)
    assert facts(sufficient_subsets(model, inputs, **settings)) == whole


def test_exact_subsets_do_not_depend_on_the_order_either(model):
    inputs = unlike_kernels.one_hot(9, LENGTH, seed=4)
    settings = {"threshold": threshold_of(model, inputs), "max_subsets": 2}
    whole = facts(sufficient_subsets(model, inputs, **settings))
    assert facts(sufficient_subsets(model, inputs[::-1], **settings)) == whole[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_fewer_windows_of_a_study_are_the_same_rows(model, method):
    letters = ["".join("ACGT"[i] for i in x.argmax(1)) for x in unlike_kernels.one_hot(40, LENGTH)]
    facts_of = {"role": "positive", "source": "a", "gc": 0.5, "shared": 0, "a": 1.0, "b": 0.0}
    table = {"id": [f"r{i}" for i in range(40)], "group": ["part0", "part1"] * 20}
    inputs = open_inputs(pd.DataFrame(table | {"sequence": letters} | facts_of))
    folds = Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"]}})
    limit = threshold_of(model, inputs.arrays(np.arange(40)))
    drawn = np.random.default_rng(1).permutation(40)
    tables = []
    for rows in (drawn, drawn[:25]):
        found, _ = find_subsets(
            {"fold0": model, "fold1": model}, inputs, rows, folds, task="a",
            thresholds={"fold0": limit, "fold1": limit - 0.01}, method=method,
        )  # fmt: skip
        tables.append(found.set_index("id"))
    fewer = tables[1]
    assert 3 <= len(fewer) < len(tables[0])
    pd.testing.assert_frame_equal(tables[0].loc[list(dict.fromkeys(fewer.index))], fewer)
