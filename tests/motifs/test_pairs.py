"""Pairs of hits: chance by counting, a planted spacing, arrangements, and what is no pair."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from chromolens.motifs.hits.pairs import ARRANGEMENTS, Rules, chances, find_pairs, shortest
from chromolens.motifs.hits.sought import Sought

WIDTH, SIZE = {"a": 5, "b": 8}, 100
MOTIFS = [Sought(name, name.upper(), "pos", np.eye(4)[[0] * w]) for name, w in WIDTH.items()]
RULES = Rules(10, 20)


def hits_of(windows: list[list[tuple[str, int, str]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hits (motif, place in its window, strand) of each window, and the windows."""
    rows = [
        {"window": f"w{i}", "motif": motif, "start": SIZE * i + at, "strand": strand}
        for i, found in enumerate(windows)
        for motif, at, strand in found
    ]
    hits = pd.DataFrame(rows).assign(over=".", combined=1.0)
    hits["end"] = hits["start"] + hits["motif"].map(WIDTH)
    starts = SIZE * np.arange(len(windows))
    ids = [f"w{i}" for i in range(len(windows))]
    return hits, pd.DataFrame({"id": ids, "start": starts, "end": starts + SIZE})


def pairs_of(windows: list, rules: Rules = RULES) -> pd.DataFrame:
    hits, places = hits_of(windows)
    return find_pairs(hits, MOTIFS, places, rules)[0].set_index(["first", "second"])


@pytest.mark.parametrize("within", [0, 3, 10, 500])
def test_chance_is_what_counting_all_places_gives(within: int) -> None:
    size, one, other = 30, 5, 8
    gaps = [
        max(b - a - one, a - b - other)
        for a, b in product(range(size - one + 1), range(size - other + 1))
    ]
    apart = [gap for gap in gaps if gap >= 0]
    expected = np.mean([gap <= within for gap in apart])
    assert chances(size - one - other)[: within + 1].sum() == pytest.approx(expected)


def test_a_spacing_is_found_and_independent_places_are_not() -> None:
    rng = np.random.default_rng(0)
    spaced = [
        [("a", at, "+"), ("b", at + 5 + rng.integers(3, 7), "+")] for at in rng.integers(0, 80, 60)
    ]
    row = pairs_of(spaced).loc[("a", "b")]
    assert row["found"] and (row["windows"], row["near"], row["first_second"]) == (60, 60, 60)
    assert 3 <= row["gap_low"] <= row["gap_high"] <= 6
    free = [
        [("a", rng.integers(0, 40), "+"), ("b", rng.integers(50, 92), "+")] for _ in range(300)
    ]
    row = pairs_of(free).loc[("a", "b")]
    assert row["windows"] == 300 and not row["found"] and row["q"] > 0.05


def test_too_few_windows_are_no_pair() -> None:
    row = pairs_of([[("a", 10, "+"), ("b", 16, "+")]] * 19).loc[("a", "b")]
    assert row["q"] < 1e-9 and not row["found"]


@pytest.mark.parametrize("left, right, first, expected", [
    ("+", "+", "a", "first_second"), ("-", "-", "a", "second_first"),
    ("+", "+", "b", "second_first"), ("-", "-", "b", "first_second"),
    ("+", "-", "a", "facing"), ("-", "+", "b", "diverging"),
])  # fmt: skip
def test_arrangements_are_those_of_either_strand(
    left: str, right: str, first: str, expected: str
) -> None:
    second = {"a": "b", "b": "a"}[first]
    row = pairs_of([[(first, 10, left), (second, 30, right)]], Rules(99, 1)).loc[("a", "b")]
    assert {name: row[name] for name in ARRANGEMENTS} == {
        name: int(name == expected) for name in ARRANGEMENTS
    }


def test_a_motif_with_itself_and_overlapping_hits() -> None:
    table = pairs_of([[("a", 10, "-"), ("a", 20, "-")], [("a", 10, "+"), ("b", 12, "+")]])
    own = table.loc[("a", "a")]
    assert (own["windows"], own["gap_low"], own["first_second"]) == (1, 5, 1)
    assert table.loc[("a", "b"), "windows"] == 0 and np.isnan(table.loc[("a", "b"), "q"])


def test_the_best_hit_of_a_window_counts_and_none_within_a_better_one() -> None:
    hits, windows = hits_of([[("a", 10, "+"), ("a", 60, "+"), ("b", 70, "+")]])
    hits["combined"] = [2.0, 1.0, 1.0]
    for over, expected in ((".", 55), ("b", 5)):
        hits.loc[0, "over"] = over
        gaps = find_pairs(hits, MOTIFS, windows, RULES)[1]
        gaps = gaps[(gaps["first"] == "a") & (gaps["second"] == "b")]
        assert gaps.loc[gaps["windows"] > 0, "gap"].tolist() == [expected]
        assert gaps["expected"].sum() == pytest.approx(1)


def test_no_hits_are_a_table_without_pairs() -> None:
    hits, windows = hits_of([[("a", 10, "+")]])
    table, gaps = find_pairs(hits[:0], MOTIFS, windows, RULES)
    assert table["windows"].tolist() == [0, 0, 0] and not table["found"].any() and gaps.empty


def test_the_shortest_stretch_holds_nine_in_ten() -> None:
    gaps = np.random.default_rng(1).integers(0, 50, 40)
    low, high = shortest(gaps)
    spans = [b - a for a, b in product(gaps, gaps) if np.mean((gaps >= a) & (gaps <= b)) >= 0.9]
    assert high - low == min(spans) and np.mean((gaps >= low) & (gaps <= high)) >= 0.9
