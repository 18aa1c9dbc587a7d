"""Blocks grow while they are quick, shrink when they are slow, and leave no row out."""

import numpy as np
import pytest

from chromolens.tracks import partial
from chromolens.tracks.partial import Pace


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(partial.time, "monotonic", lambda: now[0])
    return now


def sizes(clock, places, of_batch: int, most: int, seconds_a_row: float) -> list[int]:
    """Rows of each block, where a row takes so long."""
    found, rows = [], []
    for block in Pace(of_batch, most).blocks(places):
        clock[0] += len(block) * seconds_a_row
        found.append(len(block))
        rows += block
    assert rows == list(range(len(places)))
    return found


def test_quick_blocks_grow_to_the_most_that_memory_allows(clock):
    assert sizes(clock, np.arange(40), 2, 9, 0.01) == [2, 2, 4, *[8] * 4]


def test_a_block_stays_below_ten_seconds_unless_a_batch_is_longer(clock):
    assert max(sizes(clock, np.arange(400), 2, 1000, 1.0)) <= 10
    assert set(sizes(clock, np.arange(20), 2, 1000, 60.0)) == {2}


def test_blocks_shrink_when_they_become_slow(clock):
    paced, found = Pace(1, 64), []
    for block in paced.blocks(np.arange(300)):
        found.append(len(block))
        clock[0] += len(block) * (0.01 if block.start < 100 else 1.0)
    assert max(found) == 64 and set(found[-5:]) <= {4, 8}


def test_the_series_is_cut_between_batches(clock):
    begins = [places.start for places in Pace(4, 100).blocks(np.arange(3, 50))]
    assert begins[0] == 0 and all((3 + begin) % 4 == 0 for begin in begins[1:])
