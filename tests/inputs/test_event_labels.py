"""Labels against a double loop over windows and events."""

import math

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.labels import distances, drop_near, keep_chromosomes, label, read_events
from chromolens.inputs.windows import Tally


def random_events(rng, n, used=None):
    return pd.DataFrame(
        {
            "task": rng.choice(["t", "u"], n),
            "chrom": rng.choice(["chrA", "chrB"], n),
            "position": rng.integers(0, 5000, n),
            "used": rng.random(n) < 0.7 if used is None else used,
        }
    )


def by_hand(events, chrom, start, window, within):
    centre = start + window // 2
    here = [event for event in events.itertuples() if event.chrom == chrom]
    distances = [(abs(event.position - centre), event.used) for event in here]
    if any(used and distance <= within for distance, used in distances):
        return 1.0
    if any(distance <= window // 2 + within for distance, _ in distances):
        return math.nan
    return 0.0


@pytest.mark.parametrize("window", [41, 60])
@pytest.mark.parametrize("within", [0, 15])
def test_labels_are_those_of_a_double_loop(window, within):
    rng = np.random.default_rng(1)
    events = random_events(rng, 40)
    windows = pd.DataFrame(
        {"chrom": rng.choice(["chrA", "chrB", "chrC"], 600), "start": rng.integers(0, 5000, 600)}
    )
    expected = [
        by_hand(events, row.chrom, row.start, window, within) for row in windows.itertuples()
    ]
    assert set(np.nan_to_num(expected, nan=-1)) == {-1, 0, 1}
    np.testing.assert_array_equal(label(events, windows, window, within), expected)


def test_without_events_the_distance_is_infinite():
    events = pd.DataFrame({"chrom": ["chrA"], "position": [10]})
    assert distances(events, ["chrA", "chrB"], [7, 7]).tolist() == [3, math.inf]


def test_top_takes_the_first_of_each_file_and_keeps_the_rest_to_mask(write_bed):
    first = write_bed([("chrA", i) for i in range(10, 15)], "first.bed")
    second = write_bed([("chrA", i) for i in range(50, 52)], "second.bed")
    tally = Tally()
    events = read_events({"t": [first, second]}, {"chrA": 100}, {}, 0.5, tally)
    assert events["position"][events["used"]].tolist() == [10, 11, 12, 50]
    assert len(events) == 7
    assert tally.table().to_dict("records") == [
        {
            "reason": "beyond the share of events that is used",
            "task": "t",
            "count": 3,
            "example": "chrA:13",
        }
    ]


@pytest.mark.parametrize("top", [0, 1.5])
def test_top_is_a_share(write_bed, top):
    with pytest.raises(BadInput, match="0 < top <= 1"):
        read_events({"t": write_bed([("chrA", 1)])}, {"chrA": 100}, {}, top, Tally())


def test_apart_unuses_what_is_near_any_event_of_the_others():
    rng = np.random.default_rng(2)
    events = random_events(rng, 80)
    tally = Tally()
    apart = drop_near(events, {"t": {"from": ["u"], "distance": 60}}, tally)
    for before, after in zip(events.itertuples(), apart.itertuples(), strict=True):
        others = events[(events["task"] == "u") & (events["chrom"] == before.chrom)]
        near = bool((others["position"] - before.position).abs().le(60).any())
        assert after.used == (before.used and not (before.task == "t" and near))
    assert 0 < tally.table()["count"].sum() == events["used"].sum() - apart["used"].sum()


def test_apart_names_a_task_that_has_no_events():
    events = random_events(np.random.default_rng(0), 10)
    with pytest.raises(BadInput, match="'v'"):
        drop_near(events, {"t": {"from": ["v"], "distance": 60}}, Tally())


def test_events_elsewhere_are_counted():
    events = random_events(np.random.default_rng(0), 30)
    tally = Tally()
    kept = keep_chromosomes(events, ["chrA"], tally)
    assert set(kept["chrom"]) == {"chrA"}
    assert tally.table()["count"].sum() == 30 - len(kept) > 0
