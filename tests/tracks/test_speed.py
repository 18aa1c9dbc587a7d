"""Measured speed: a clock that is pretended, whole calls counted one by one, a real network."""

import numpy as np
import pytest

from chromolens.genome.intervals import Interval
from chromolens.tracks import speed
from chromolens.tracks.tiling import touching


@pytest.mark.parametrize(
    ("each", "told"),
    [(0.5, [1, 1, 8]), (0.01, [1, 1, 16]), (30.0, [1, 1])],
)
def test_calls_are_timed_without_the_first(monkeypatch, each, told):
    now, asked = [0.0], []

    def work(calls: int) -> int:
        now[0] += each * calls + (7.0 if not asked else 0.0)
        asked.append(calls)
        return calls

    monkeypatch.setattr(speed.time, "monotonic", lambda: now[0])
    assert speed.timed(work, 16) == pytest.approx((each, 7.0))
    assert asked == told


@pytest.mark.parametrize("within", [Interval("c", 0, 4000), Interval("c", 1003, 2907)])
@pytest.mark.parametrize(("width", "stride", "size"), [(20, 5, 8), (7, 7, 16), (50, 1, 32)])
def test_regions_hold_whole_calls(within, width, stride, size):
    kept = np.arange(0, 4000 - width + 1, stride)
    for calls in (1, 3):
        found = list(speed.whole_calls(kept, width, within, size, calls))
        assert 1 <= len(found) <= 16
        for region in found:
            assert within.start <= region.start < region.end <= within.end
            inside = np.arange(len(kept))[touching(kept, width, region)]
            if region.start > within.start and calls * size * stride > width:
                assert inside[0] % size == 0 and len(inside) == calls * size


def test_a_short_stretch_has_no_whole_call():
    assert not list(speed.whole_calls(np.arange(0, 90, 5), 10, Interval("c", 0, 100), 64, 1))
