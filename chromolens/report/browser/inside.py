"""What of the tracks lies inside the page: stretches around places, while there is room."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chromolens.genome.intervals import Interval
from chromolens.report.browser.places import Place
from chromolens.report.browser.signals import Signal
from chromolens.report.loci import values

MOST = 1_000_000
"""Values in a page, of four bytes each."""
LEAST_WIDTH, MOST_WIDTH = 1000, 4000
"""Bases about a place."""


@dataclass(frozen=True)
class Inside:
    """What a page holds.

    Attributes
    ----------
    places
        Those for which there is room.
    stretches
        Disjoint stretches of the genome, sorted, each about one place or several.
    carried
        Signal -> the numbers of the stretches that are held of it.
    read
        For each signal the values float32 of its stretches, one behind the other; NaN is absent.
    """

    places: list[Place]
    stretches: list[Interval]
    carried: dict[Signal, list[int]]
    read: list[np.ndarray]

    @property
    def all_everywhere(self) -> bool:
        """Whether every signal is held at every place, not only at the places of its task."""
        return all(len(held) == len(self.stretches) for held in self.carried.values())


def inside(places: Sequence[Place], signals: Sequence[Signal], sizes: Mapping[str, int]) -> Inside:
    """Choose what to hold and read it.

    Every signal at every place if that fits, else at each place those of its own view; if that
    doesn't fit either, the last places are left out. Where there is room, stretches are wider.
    """
    own = max((sum(s.is_of(place.view) for s in signals) for place in places), default=0)
    everything = len(signals) * len(places) * LEAST_WIDTH <= MOST
    each = max(1, len(signals) if everything else own)
    kept = list(places[: MOST // (each * LEAST_WIDTH)])
    width = min(MOST_WIDTH, MOST // (each * max(1, len(kept))))
    stretches = _merged([_about(place.at, width, sizes) for place in kept])
    carried = {
        signal: [
            number
            for number, stretch in enumerate(stretches)
            if everything or any(signal.is_of(p.view) for p in kept if _holds(stretch, p.at))
        ]
        for signal in signals
    }
    read = [_values(signal, [stretches[n] for n in held]) for signal, held in carried.items()]
    return Inside(kept, stretches, carried, read)


def limits(found: Inside) -> dict[tuple[str, str], tuple[float, float]]:
    """``scale_of`` a signal -> lowest and highest value of the axis that all such tracks share.

    Contributions have a symmetric one, the others hold 0; ends have two significant digits.
    """
    shared: dict[tuple[str, str], list[np.ndarray]] = {}
    for signal, numbers in zip(found.carried, found.read, strict=True):
        shared.setdefault(scale_of(signal), []).append(numbers)
    return {scale: _axis(scale[0], np.concatenate(parts)) for scale, parts in shared.items()}


def scale_of(signal: Signal) -> tuple[str, str]:
    """Kind and method: tracks of the same share an axis. Each task has its own units of signal."""
    own = {"contributions": signal.method, "observed": signal.task}
    return signal.kind, own.get(signal.kind, "")


def _axis(kind: str, numbers: np.ndarray) -> tuple[float, float]:
    known = numbers[np.isfinite(numbers)]
    low, high = (min(0.0, known.min()), max(0.0, known.max())) if known.any() else (0.0, 1.0)
    if kind == "contributions":
        low, high = -max(-low, high), max(-low, high)
    return _outwards(low), _outwards(high)


def _outwards(value: float) -> float:
    """The next number with two significant digits that is no nearer to 0."""
    if value == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    step = 10.0**-digits
    return round(math.copysign(math.ceil(abs(value) / step) * step, value), max(0, digits))


def _about(at: Interval, width: int, sizes: Mapping[str, int]) -> Interval:
    start = max(0, min(at.middle - width // 2, at.start))
    return Interval(at.chrom, start, min(sizes[at.chrom], max(start + width, at.end)))


def _merged(stretches: Sequence[Interval]) -> list[Interval]:
    """Their union, sorted by chromosome and start."""
    union: list[Interval] = []
    for each in sorted(stretches):
        last = union[-1] if union else None
        if last and last.chrom == each.chrom and each.start <= last.end:
            union[-1] = Interval(last.chrom, last.start, max(last.end, each.end))
        else:
            union.append(each)
    return union


def _holds(stretch: Interval, at: Interval) -> bool:
    return stretch.chrom == at.chrom and stretch.start <= at.start and at.end <= stretch.end


def _values(signal: Signal, stretches: Sequence[Interval]) -> np.ndarray:
    parts = [values(signal.path, each.chrom, each.start, each.end) for each in stretches]
    return np.concatenate([np.zeros(0), *parts]).astype("<f4")
