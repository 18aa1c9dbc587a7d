"""Intervals, bands and waves against SciPy, NumPy and simulations whose truth is known."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from chromolens.experiments import statistics


def test_intervals_are_those_of_scipy():
    values = np.random.default_rng(1).gamma(2.0, size=(40, 3))
    low, high = statistics.interval(values, 0)
    theirs = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(2))
    bounds = theirs.confidence_interval
    spread = values.std(axis=0) / np.sqrt(40)
    np.testing.assert_allclose(low, bounds.low, atol=0.2 * spread.max())
    np.testing.assert_allclose(high, bounds.high, atol=0.2 * spread.max())
    assert np.isnan(statistics.interval(values[:1], 0)).all()


def test_a_curve_of_gaps_that_are_alike_stays_in_its_band(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 200)
    rng, outside = np.random.default_rng(3), 0
    for turn in range(200):
        values = rng.normal(size=(12, 15)) + rng.normal(size=(12, 1))
        low, high = statistics.band(values, turn)
        curve = values.mean(axis=0)
        outside += bool((curve < low).any() or (curve > high).any())
    assert 1 <= outside <= 22  # 10 are expected, of 200; binomial, 0.9999


def test_a_gap_that_matters_leaves_the_band():
    values = np.random.default_rng(4).normal(size=(30, 20))
    values[:, 7] += 2
    low, high = statistics.band(values, 0)
    curve = values.mean(axis=0)
    assert np.flatnonzero(curve > high).tolist() == [7] and (curve >= low).all()


def autoregression(rng: np.random.Generator, correlation: float, length: int) -> np.ndarray:
    noise = [rng.normal()]
    for _ in range(length - 1):
        noise.append(correlation * noise[-1] + np.sqrt(1 - correlation**2) * rng.normal())
    return np.array(noise)


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_noise_is_no_wave(correlation, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 200)
    rng, gaps = np.random.default_rng(5), np.arange(61)
    curves = [autoregression(rng, correlation, 61) + 0.1 * gaps for _ in range(200)]
    p = [statistics.periodicity(curve, gaps, turn)[1] for turn, curve in enumerate(curves)]
    assert np.mean(np.array(p) <= 0.05) <= 0.11  # 0.05, and three sd of 200


def test_a_wave_over_a_trend_is_found():
    rng, gaps = np.random.default_rng(6), np.arange(61)
    curve = np.exp(-gaps / 15) + 0.3 * np.cos(2 * np.pi * gaps / 10.5 + 1)
    share, p = statistics.periodicity(curve + 0.05 * rng.normal(size=61), gaps, 0)
    assert share > 0.8 and p < 0.01
    off = np.exp(-gaps / 15) + 0.3 * np.cos(2 * np.pi * gaps / 7 + 1)
    assert statistics.periodicity(off, gaps, 0)[0] < 0.2
    assert np.isnan(statistics.periodicity(curve[:20], gaps[:20], 0)).all()
    assert np.isnan(statistics.periodicity(np.zeros(61), gaps, 0)).all()


def test_a_line_is_that_of_numpy():
    rng = np.random.default_rng(7)
    x = rng.normal(5, 1, 300)
    y = 0.8 * x + rng.normal(0, 0.5, 300)
    found = statistics.line(x, y, np.arange(300), 0)
    assert found["slope"][0] == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)
    assert found["mean"][0] == pytest.approx(y.mean())
    assert found["r"][0] == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-9)
    error = 0.5 / np.sqrt(300)
    assert found["slope"][1:] == pytest.approx(
        (found["slope"][0] - 1.96 * error, found["slope"][0] + 1.96 * error), abs=0.3 * error
    )


def test_windows_are_drawn_as_wholes():
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(20), 15)
    shared = rng.normal(size=20)[groups]
    x = rng.normal(size=20)[groups]
    y = x + shared
    apart = statistics.line(x, y, np.arange(300), 0)["slope"]
    together = statistics.line(x, y, groups, 0)["slope"]
    assert together[2] - together[1] > 2.5 * (apart[2] - apart[1])  # sqrt(15) wider, about


def test_what_does_not_vary_has_no_line():
    flat, one = np.full(9, 0.1), np.arange(9.0)
    assert np.isnan(statistics.line(flat, one, np.arange(9), 0)["slope"]).all()
    assert np.isnan(statistics.line(one, flat, np.arange(9), 0)["r"]).all()
    none = np.zeros(0)
    assert np.isnan(statistics.line(none, none, none, 0)["r"]).all()
