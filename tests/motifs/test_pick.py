"""Which windows are picked: counted by hand on small tables."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.chosen import background_rows, pick_windows

SIZES = {"chr1": 60, "chr2": 5, "chr3": 30}


@pytest.fixture
def windows() -> pd.DataFrame:
    """Positives of sizes SIZES, as many negatives, and masked windows and tiles to be left out."""
    rows = []
    for group, size in SIZES.items():
        for place in range(size):
            rows += [(f"{group}:{place}p", group, "positive", 1)]
            rows += [(f"{group}:{place}n", group, "negative", 0)]
            rows += [(f"{group}:{place}m", group, "positive", np.nan)]
            rows += [(f"{group}:{place}t", group, "tile", 1)]
    return pd.DataFrame(rows, columns=["id", "group", "role", "factor"])


def pick(windows, predictions=None, **changed):
    settings = {"task": "factor", "groups": list(SIZES), "count": 25, "seed": 0} | changed
    return pick_windows(windows, predictions, **settings)


def counts(ids) -> dict[str, int]:
    return pd.Series(ids).str.split(":").str[0].value_counts().to_dict()


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (3, {"chr1": 1, "chr2": 1, "chr3": 1}),
        (25, {"chr1": 10, "chr2": 5, "chr3": 10}),
        (75, {"chr1": 40, "chr2": 5, "chr3": 30}),
        (1000, SIZES),
    ],
)
def test_groups_take_turns(windows, count, expected):
    ids = pick(windows, count=count)
    assert counts(ids) == expected
    assert len(set(ids)) == len(ids)
    assert all(name.endswith("p") for name in ids)


def test_left_out_groups_are_left_out(windows):
    assert set(counts(pick(windows, groups=["chr1", "chr3"]))) == {"chr1", "chr3"}


def test_the_seed_decides_and_the_order_of_the_table_does_not(windows):
    turned = windows.sample(frac=1, random_state=1)
    assert pick(windows) == pick(turned)
    assert pick(windows) != pick(windows, seed=1)
    assert set(pick(windows)) != set(pick(windows, seed=1))


def test_the_order_is_not_by_group(windows):
    groups = [name.split(":")[0] for name in pick(windows, count=1000)]
    changes = sum(a != b for a, b in zip(groups, groups[1:], strict=False))
    assert changes > 20
    # nor are the groups that have most left to the end
    assert set(groups[-30:]) > {"chr1"}


def test_by_prediction_takes_the_highest_of_each_group(windows):
    rng = np.random.default_rng(0)
    predictions = windows[["id"]].assign(factor=rng.permutation(len(windows)).astype(float))
    groups = windows["group"].to_numpy()
    ids = pick(windows, predictions, count=9, by="predicted")
    expected = predictions.groupby(groups)["factor"].nlargest(3).index.get_level_values(1)
    assert set(ids) == set(windows.loc[expected, "id"])
    assert ids != windows.loc[expected, "id"].tolist()


def test_background_is_negatives_in_turns(windows):
    rows = background_rows(windows, 25, seed=0)
    chosen = windows.iloc[rows]
    assert (chosen["role"] == "negative").all()
    assert chosen["group"].value_counts().to_dict() == {"chr1": 10, "chr2": 5, "chr3": 10}
    assert (np.diff(rows) > 0).all()
    assert set(rows) != set(background_rows(windows, 25, seed=1))


def test_background_without_negatives_is_tiles(windows):
    without = windows[windows["role"] != "negative"]
    chosen = without.iloc[background_rows(without, 25, seed=0)]
    assert (chosen["role"] == "tile").all()
    assert chosen["group"].value_counts().to_dict() == {"chr1": 10, "chr2": 5, "chr3": 10}


def test_background_where_every_window_is_of_a_class_is_of_all(windows):
    classes = windows[windows["role"] == "positive"]
    chosen = classes.iloc[background_rows(classes, 25, seed=0)]
    assert sorted(chosen["group"].value_counts()) == [8, 8, 9]


def test_nothing_to_pick(windows):
    assert pick(windows[windows["role"] == "negative"]) == []
    assert len(background_rows(windows.iloc[:0], 5, seed=0)) == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"task": "other"}, "no task 'other'"),
        ({"by": "luck"}, "positives or predicted"),
        ({"by": "predicted"}, "no predictions"),
    ],
)
def test_impossible_picks(windows, changed, message):
    with pytest.raises(BadInput, match=message):
        pick(windows, **changed)


def test_numbers_as_labels_have_no_positives(windows):
    with pytest.raises(BadInput, match="predicted"):
        pick(windows.assign(factor=0.5))
