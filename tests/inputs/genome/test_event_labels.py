"""Labels against a double loop over windows and events."""

import math

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.genome.events import (
    distances,
    drop_near,
    keep_chromosomes,
    label,
    read_events,
)
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
    first = write_bed([("chrA", i) for i in (12, 11, 10, 13, 14)], "first.bed")
    second = write_bed([("chrA", 51), ("chrA", 50)], "second.bed")
    tally = Tally()
    events = read_events({"t": [first, second]}, {"chrA": 100}, {}, 0.5, tally)
    assert events["position"][events["used"]].tolist() == [12, 11, 10, 51]
    assert len(events) == 7
    assert tally.table().to_dict("records") == [
        {
            "reason": "beyond the share of events that is used",
            "task": "t",
            "count": 3,
            "example": "chrA:13",
        }
    ]


PLACES = [("chrA", 10), ("chrA", 20), ("chrB", 5), ("chrB", 40)]  # in the order of the genome


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("x\t{}", "score (column 5)"),
        ("x\t0\t.\t{}\t-1\t-1\t0", "signal (column 7)"),
        ("x\t5\t.\t{}e0\t-1\t-1\t0", "signal (column 7)"),
    ],
)
def test_top_of_a_file_sorted_by_place_goes_by_its_scores(tmp_path, columns, reason):
    path, tally = tmp_path / "p.bed", Tally()
    places = zip(PLACES, (3, 9, 7, 9), strict=True)
    rows = [f"{chrom}\t{at}\t{at + 1}\t{columns.format(score)}" for (chrom, at), score in places]
    path.write_text("\n".join(rows))
    events = read_events({"t": str(path)}, {"chrA": 100, "chrB": 100}, {}, 0.5, tally)
    assert events["position"][events["used"]].tolist() == [20, 40]
    assert tally.table().to_dict("records") == [
        {
            "reason": "beyond the share of events that is used, by the "
            f"{reason} of a file that is sorted by place",
            "task": "t",
            "count": 2,
            "example": "chrA:10",
        }
    ]


def test_top_of_a_file_sorted_by_place_without_scores_is_refused(write_bed):
    with pytest.raises(BadInput, match="sorted by place and have no scores"):
        read_events({"t": write_bed(PLACES)}, {"chrA": 100, "chrB": 100}, {}, 0.5, Tally())


def test_cut_peaks_are_counted(tmp_path):
    path, tally = tmp_path / "p.bed", Tally()
    path.write_text("chrA\t90\t130\nchrA\t5\t15\n")
    assert len(read_events({"t": str(path)}, {"chrA": 100}, {}, 1.0, tally)) == 2
    rows = tally.table()[["reason", "count"]].values.tolist()
    assert rows == [["cut at the chromosome's end", 1]]


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
