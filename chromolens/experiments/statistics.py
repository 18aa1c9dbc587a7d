"""How sure an effect is: bootstrap intervals, a permutation band, a test for a period."""

import numpy as np

from chromolens.genome.shuffles import seed_of

RESAMPLES = 1000
PERIOD = 10.5
"""Bases of a turn of the double helix."""
_DEGREE = 3
_OUTSIDE = (0.025, 0.975)
_FLOOR = 1e-12


def interval(values: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """95 % percentile bootstrap interval of the mean over the first axis: two (...).

    ``values`` (n, ...): an n is drawn as a whole. NaN for less than two.
    """
    count = len(values)
    if count < 2:
        none = np.full(values.shape[1:], np.nan)
        return none, none
    flat = values.reshape(count, -1)
    rng = np.random.default_rng(seed_of("bootstrap", seed))
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
    low, high = np.quantile(drawn @ flat, _OUTSIDE, axis=0)
    return low.reshape(values.shape[1:]), high.reshape(values.shape[1:])


def band(values: np.ndarray, seed: int) -> tuple[float, float]:
    """What the mean curve of ``values`` (n, gaps) would stay within, if gaps were all alike.

    The gaps of each row are permuted by themselves; in 95 % of the permutations the whole mean
    curve lies in the band.
    """
    rng = np.random.default_rng(seed_of("permutations", seed))
    curves = np.stack([rng.permuted(values, axis=1).mean(axis=0) for _ in range(RESAMPLES)])
    return (
        float(np.quantile(curves.min(axis=1), _OUTSIDE[0])),
        float(np.quantile(curves.max(axis=1), _OUTSIDE[1])),
    )


def periodicity(curve: np.ndarray, gaps: np.ndarray, seed: int) -> tuple[float, float]:
    """Share of a curve's variance that a wave of ``PERIOD`` bp explains, and its p.

    ``curve`` (gaps,) at ``gaps`` (bp), an unbroken run. A cubic trend is taken out first. p is the
    share of curves of red noise in which the wave explains as much: a first-order autoregression
    with the same correlation of neighbours (Torrence & Compo 1998, Bull. Amer. Meteor. Soc.
    79:61), since a smooth curve has some of every long period. NaN for a curve without variance,
    or of less than two periods.
    """
    if gaps[-1] - gaps[0] < 2 * PERIOD:
        return float("nan"), float("nan")
    steps = np.linspace(-1, 1, len(gaps))
    trend, _ = np.linalg.qr(np.vander(steps, _DEGREE + 1))
    angle = 2 * np.pi * gaps / PERIOD
    wave, _ = np.linalg.qr(_without(np.stack([np.cos(angle), np.sin(angle)]), trend).T)
    rest = _without(curve[None], trend)[0]
    if rest.std() <= 1e-6 * max(np.abs(curve).max(), 1e-12):
        return float("nan"), float("nan")
    share = _explained(rest[None], wave)[0]
    rng = np.random.default_rng(seed_of("red noise", seed))
    noise = _without(_red_noise(_neighbours(rest), len(gaps), rng), trend)
    larger = int((_explained(noise, wave) >= share).sum())
    return float(share), (larger + 1) / (RESAMPLES + 1)


def _without(curves: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """``curves`` (n, gaps) less their part in the orthonormal ``basis`` (gaps, k)."""
    return curves - curves @ basis @ basis.T


def _explained(curves: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return ((curves @ basis) ** 2).sum(axis=1) / (curves**2).sum(axis=1)


def _neighbours(rest: np.ndarray) -> float:
    """Correlation of neighbours of a curve whose trend was taken out."""
    return float(np.clip((rest[1:] * rest[:-1]).sum() / (rest**2).sum(), 0, 0.95))


def _red_noise(correlation: float, length: int, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(size=(RESAMPLES, length))
    for place in range(1, length):
        noise[:, place] *= np.sqrt(1 - correlation**2)
        noise[:, place] += correlation * noise[:, place - 1]
    return noise


def line(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, seed: int
) -> dict[str, tuple[float, float, float]]:
    """``slope`` of y on x (least squares, with an intercept), ``r``, and ``mean`` of y.

    Each with its 95 % interval, of a bootstrap that draws ``groups`` (n,) as wholes. NaN where x
    or y doesn't vary.
    """
    names, place = np.unique(groups, return_inverse=True)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    sums = np.zeros((len(names), terms.shape[1]))
    np.add.at(sums, place, terms)
    own = _sums_to_line(terms.sum(axis=0)[None])
    if len(names) < 2:
        return {name: (float(value[0]), np.nan, np.nan) for name, value in own.items()}
    rng = np.random.default_rng(seed_of("bootstrap", seed))
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
    again = _sums_to_line(drawn @ sums)
    return {name: (float(value[0]), *_bounds(again[name])) for name, value in own.items()}


def correlation(values: np.ndarray, x: np.ndarray, seed: int) -> tuple[float, float, float]:
    """r of the mean of ``values`` (n, k) with ``x`` (k,), and its 95 % interval.

    The bootstrap draws rows as wholes. NaN without rows, or where the mean or ``x`` doesn't vary.
    """
    if not len(values) or len(x) < 2:
        return float("nan"), float("nan"), float("nan")
    count = len(values)
    rng = np.random.default_rng(seed_of("bootstrap", seed))
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
    means = np.concatenate([values.mean(axis=0)[None], drawn @ values])
    n, ones = len(x), np.ones(len(means))
    sums = [n * ones, means @ np.ones(n), ones * x.sum(), (means**2).sum(axis=1), means @ x]
    own = _sums_to_line(np.stack([*sums, ones * (x**2).sum()], axis=1))["r"]
    bounds = _bounds(own[1:]) if count > 1 else (float("nan"), float("nan"))
    return float(own[0]), *bounds


def _bounds(drawn: np.ndarray) -> tuple[float, float]:
    """Ends of the 95 % of ``drawn`` that are defined."""
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, _OUTSIDE)
    return float(low), float(high)


def _sums_to_line(sums: np.ndarray) -> dict[str, np.ndarray]:
    """From sums (k, 6) of 1, x, y, xx, xy, yy."""
    with np.errstate(divide="ignore", invalid="ignore"):
        n, x, y, xx, xy, yy = sums.T
        both, of_x, of_y = xy - x * y / n, xx - x * x / n, yy - y * y / n
        # what is left of equal numbers is rounding
        x_varies, y_varies = of_x > _FLOOR * xx, of_y > _FLOOR * yy
        slope = np.where(x_varies, both / of_x, np.nan)
        r = np.where(x_varies & y_varies, both / np.sqrt(of_x * of_y), np.nan)
        return {"slope": slope, "r": r, "mean": y / n}
