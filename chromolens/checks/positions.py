"""Where in the input the mass of a network's contributions lies: the numbers, and a verdict.

The mass of a position is the mean over inputs of |contribution|; a profile is the share of each
position in it. A trained network's profile is held against three others: those of the same
network untrained (a null band), that of the same inputs moved by some positions, and that of an
even network, which would use every position as far as the inputs vary there.

Everything turns on the trained network's ``zone``: the blocks of the input, a hundred of equal
length, with more than ``OVER`` times an even network's mass; or a whole end of the input, if it
lies within that. It is chosen on every other input and judged on the rest, so that chance makes no
zone. An LSTM read from both sides has two ends: a zone may have several stretches. The verdict is
one of

============  ==================================================================================
``even``      the share of the mass in the zone is at most ``EVEN`` above an even network's
``network``   untrained networks do the same: their band reaches the trained one's interval in the
              zone; or they are as far from each other as the trained one is from them; or half
              of the excess over an even network is theirs (then it is mostly the network)
``place``     learned, and the mass stays at its place when the inputs are moved
``learned``   learned, and the mass moves with what the inputs hold, or that can't be told
``unjudged``  there is no mass, or no untrained network to compare with
============  ==================================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from chromolens.tables.checks import POSITIONS, PROFILE
from chromolens.ties import TIE, descending

MOST = 0.9
"""Share of the mass that is called most of it."""
BLOCKS = 100
OVER, EVEN = 1.1, 0.1
_GAP = 2  # blocks: so near to each other, or to an end, what is in the zone is one stretch
_FEW = 1.25  # times the zone, with its narrow gaps
_RESAMPLED = 200  # times the inputs are drawn anew for the intervals
_WANTED = MOST * (1 - TIE)

MEASURES = (
    *("zone", "most90", "last_share", "first_share", "end90", "stretch90", "half", "gini"),
    *("effective", "slope", "silent"),
)
"""What is said of a profile by itself."""


@dataclass(frozen=True)
class Masses:
    """Masses (|contribution|) of a network, and of those that it is compared with.

    Attributes
    ----------
    trained, shifted : (n, length)
        Of each input, as it is and moved ``shift`` positions to the left (to the right if < 0).
    untrained : (draws, length)
        Means over the inputs, a row for each draw of the first weights.
    even : (length,)
        How far the inputs vary at each position.
    """

    trained: np.ndarray
    shifted: np.ndarray
    untrained: np.ndarray
    even: np.ndarray
    shift: int


@dataclass(frozen=True)
class Verdict:
    """What a table of numbers says: ``kind`` (see the module) and a ``sentence``."""

    kind: str
    sentence: str


def shares(mass: np.ndarray) -> np.ndarray:
    """Masses (..., length) as shares of their sums; NaN where there is no mass."""
    mass = np.asarray(mass, np.float64)
    total = mass.sum(axis=-1, keepdims=True)
    return np.divide(mass, total, out=np.full(mass.shape, np.nan), where=total > 0)


def find_zone(trained: np.ndarray, even: np.ndarray, end: int) -> np.ndarray:
    """The zone, bool (length,), of masses ``trained`` (n, length), ``even`` (length,).

    Narrow gaps belong to it, if they are few. A zone that lies within the first or the last
    ``end`` positions is all of these; one that is nowhere is everywhere.
    """
    profile, length = shares(trained[::2].mean(axis=0)), len(even)
    chosen = blocked(profile) > OVER * blocked(shares(even))
    if not chosen.any():
        return np.ones(length, bool)
    wide = chosen.copy()
    for left, right in pairwise([-1, *np.flatnonzero(chosen), len(chosen)]):
        wide[left + 1 : right] |= right - left - 1 <= _GAP
    chosen = wide if wide.sum() <= _FEW * chosen.sum() else chosen
    zone = np.repeat(chosen, np.diff(_edges(length)))
    if not zone[:-end].any():
        zone[-end:] = True
    elif not zone[end:].any():
        zone[:end] = True
    return zone


def smallest(profile: np.ndarray) -> np.ndarray:
    """The fewest blocks, bool (blocks,), with ``MOST`` of ``profile``; all if there is no mass."""
    blocks, sizes = blocked(profile), np.diff(_edges(len(profile)))
    if not np.isfinite(blocks).all():
        return np.ones(len(blocks), bool)
    order = descending(blocks / sizes, TIE * (blocks / sizes).max())
    found = np.zeros(len(blocks), bool)
    found[order[: np.searchsorted(np.cumsum(blocks[order]), _WANTED) + 1]] = True
    return found


def blocked(profile: np.ndarray) -> np.ndarray:
    """``profile`` (..., length) summed over blocks."""
    return np.add.reduceat(profile, _edges(profile.shape[-1])[:-1], axis=-1)


def _edges(length: int) -> np.ndarray:
    count = min(BLOCKS, length)
    return np.arange(count + 1) * length // count


def find_shift(profile: np.ndarray, zone: np.ndarray) -> int:
    """By how far the inputs are moved: the zone's content stays inside, but leaves the zone."""
    edges, mass = _edges(len(profile)), blocked(np.where(zone, profile, 0))
    outside = blocked(~zone) > 0
    best, found = 0.0, max(1, len(profile) // 4)
    for blocks in range(1, len(mass) // 2 + 1):
        for by in (blocks, -blocks):
            old, new = (slice(by, None), slice(-by)) if by > 0 else (slice(by), slice(-by, None))
            left = (mass[old] * outside[new]).sum()
            if left > best * (1 + TIE):
                best, found = left, int(np.sign(by)) * int(edges[blocks])
    return found


def measures(profile: np.ndarray, end: int, zone: np.ndarray) -> dict[str, float]:
    """``MEASURES`` of a profile (length,) of shares; all NaN where it is."""
    if not np.isfinite(profile).all():
        return dict.fromkeys(MEASURES, np.nan)
    length, summed = len(profile), np.append(0.0, np.cumsum(profile))
    ends = [np.searchsorted(np.cumsum(way), _WANTED) + 1 for way in (profile, profile[::-1])]
    stops = np.searchsorted(summed, summed[:-1] + _WANTED)
    held, ranks = profile[profile > 0], np.arange(1, length + 1)
    return {
        "zone": profile[zone].sum(),
        "most90": smallest(profile) @ np.diff(_edges(length)) / length,
        "last_share": profile[length - end :].sum(),
        "first_share": profile[:end].sum(),
        "end90": min(*ends, length) / length,
        "stretch90": np.where(stops > length, length, stops - np.arange(length)).min() / length,
        "half": np.interp(0.5, summed, np.arange(length + 1)) / length,
        "gini": max(0.0, (2 * ranks - length - 1) @ np.sort(profile) / length),
        "effective": np.exp(-(held * np.log(held)).sum()),
        "slope": _slope(profile),
        "silent": length - len(held),
    }


def _slope(profile: np.ndarray) -> float:
    """Decades by which the mass changes from the last position to the first, by a straight line.

    Positions without mass have no place on it.
    """
    known = np.flatnonzero(profile > 0)
    if len(known) < 2:
        return np.nan
    distance = (len(profile) - 1 - known) / (len(profile) - 1)
    return float(np.polyfit(distance, np.log10(profile[known]), 1)[0])


def tabulate(masses: Masses, end: int, seed: int = 0) -> pd.DataFrame:
    """The table ``POSITIONS`` less model; ``end`` is the number of positions at either end.

    Intervals of the trained network are 95 % over inputs drawn anew (with replacement, by
    ``seed``); those of the untrained one reach over all draws.
    """
    count, length = masses.trained.shape
    profile, alive = shares(masses.trained.mean(axis=0)), _alive(masses)
    zone = find_zone(masses.trained, masses.even, end)

    def numbers(profiles: Sequence[np.ndarray]) -> pd.DataFrame:
        rows = [measures(one, end, zone) for one in profiles]
        return pd.DataFrame(rows, columns=MEASURES, dtype=float)

    def judged(drawn: np.ndarray) -> dict[str, np.ndarray]:
        rest = shares(drawn[:, 1::2] @ masses.trained[1::2])
        moved = _moved(drawn @ masses.shifted, zone, masses.shift)
        return {"zone": rest[:, zone].sum(axis=1), "moved": moved}

    every = np.ones((1, count))
    drawn = np.random.default_rng(seed).multinomial(count, [1 / count] * count, _RESAMPLED)
    trained = numbers([profile]).assign(distance=distance(profile, alive), **judged(every))
    again = numbers(shares(drawn @ masses.trained)).assign(**judged(drawn))
    null = numbers(alive).assign(distance=_distances(alive))
    found = {
        "trained": trained.iloc[0],
        "trained_low": again.quantile(0.025),
        "trained_high": again.quantile(0.975),
        "shifted": numbers([shares(masses.shifted.mean(axis=0))]).iloc[0],
        "untrained": null.median(),
        "untrained_low": null.min(),
        "untrained_high": null.max(),
        "even": numbers([shares(masses.even)]).iloc[0],
    }
    facts = {"length": length, "end": end, "zone_at": _written(zone), "shift": masses.shift}
    facts |= {"inputs": count, "draws": len(alive)}
    table = pd.DataFrame(found).loc[trained.columns].rename_axis("measure").reset_index()
    table = table.assign(**facts)
    return table.assign(verdict=verdict(table).kind)[POSITIONS.after("model")]


def _alive(masses: Masses) -> np.ndarray:
    """Profiles (draws, length) of the untrained networks that have any mass."""
    found = shares(masses.untrained)
    return found[np.isfinite(found).all(axis=1)]


def distance(profile: np.ndarray, others: np.ndarray) -> float:
    """Share of the mass that lies in other blocks than in the mean of ``others`` (n, length)."""
    if not len(others):
        return np.nan
    return float(np.abs(blocked(profile) - blocked(others.mean(axis=0))).sum() / 2)


def _distances(profiles: np.ndarray) -> np.ndarray:
    """``distance`` (n,) of each profile (n, length) from all others; NaN of a single one."""
    others = [np.delete(profiles, row, axis=0) for row in range(len(profiles))]
    return np.array([distance(*pair) for pair in zip(profiles, others, strict=True)], float)


def _moved(mass: np.ndarray, zone: np.ndarray, shift: int) -> np.ndarray:
    """How much of the masses (n, length) of moved inputs went along, of what did or stayed.

    Positions that belong to the zone and to where its content went say nothing.
    """
    new = np.zeros(len(zone), bool)
    new[max(-shift, 0) : len(zone) - max(shift, 0)] = zone[
        max(shift, 0) : len(zone) + min(shift, 0)
    ]
    went, stayed = (mass[:, part].sum(axis=1) for part in (new & ~zone, zone & ~new))
    told = (went + stayed > 0) & (new & ~zone).any()
    return np.divide(went, went + stayed, out=np.full(len(mass), np.nan), where=told)


def _written(zone: np.ndarray) -> str:
    """``0-40 360-400``: its stretches, half-open."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], zone.astype(int), [0]])))
    return " ".join(f"{start}-{stop}" for start, stop in edges.reshape(-1, 2))


def profiles(masses: Masses) -> pd.DataFrame:
    """The table ``PROFILE`` less model: shares of each position."""
    null = _alive(masses)
    null = null if len(null) else np.full((1, len(masses.even)), np.nan)
    found = {
        "position": np.arange(len(masses.even)),
        "trained": shares(masses.trained.mean(axis=0)),
        "shifted": shares(masses.shifted.mean(axis=0)),
        "untrained": np.median(null, axis=0),
        "untrained_low": null.min(axis=0),
        "untrained_high": null.max(axis=0),
        "even": shares(masses.even),
    }
    return pd.DataFrame(found)[PROFILE.after("model")]


def verdict(table: pd.DataFrame) -> Verdict:
    """What the numbers of one network (``tabulate``) say."""
    rows = table.set_index("measure").to_dict("index")
    zone, far = rows["zone"], rows["distance"]
    here, even, draws = zone["trained"], zone["even"], int(zone["draws"])
    if not np.isfinite(here):
        return Verdict("unjudged", "Nothing contributes: the output doesn't depend on the inputs.")
    if here - even <= EVEN + TIE:
        return Verdict("even", _spread(rows["most90"], draws))
    found = f"{percent(here)} of the mass lies on {_where(zone)}; the same network untrained: "
    if not draws:
        told = "there is none to compare with, so this may come from the architecture or the data."
        return Verdict("unjudged", found + told)
    found += f"{_told(zone, draws)}. "
    if zone["untrained_high"] >= zone["trained_low"] * (1 - TIE):
        return Verdict("network", f"{found}This comes from the architecture, not from the data.")
    if far["untrained_high"] >= far["trained"] * (1 - TIE):
        told = (
            "Untrained networks differ from each other as much: this comes from the architecture, "
            "not from the data."
        )
        return Verdict("network", found + told)
    if zone["untrained"] - even >= (here - even) / 2:
        return Verdict("network", f"{found}This comes mostly from the architecture, not the data.")
    return _learned(found, rows["moved"])


def _learned(found: str, moved: dict) -> Verdict:
    by = f"when the inputs are moved by {abs(int(moved['shift'])):,} positions"
    if moved["trained_high"] < 0.5:
        return Verdict("place", f"{found}This is learned, and stays at its place {by}.")
    if moved["trained_low"] > 0.5:
        return Verdict("learned", f"{found}This is learned, and moves with the content {by}.")
    told = f"whether it moves with the content {by} can't be told"
    return Verdict("learned", f"{found}This is learned; {told}.")


def _spread(own: dict, draws: int) -> str:
    told = (
        f"The mass is spread: {percent(MOST)} of it takes {percent(own['trained'])} of the "
        f"positions (of an even network {percent(own['even'])})"
    )
    return f"{told}; the same network untrained: {_told(own, draws)}." if draws else f"{told}."


def _told(row: dict, draws: int) -> str:
    low, high = (percent(row[key]) for key in ("untrained_low", "untrained_high"))
    over = f"over {draws} draws" if draws > 1 else "one draw"
    return f"{percent(row['untrained'])} ({low.removesuffix(' %')} to {high} {over})"


def _where(zone: dict) -> str:
    length = int(zone["length"])
    parts = stretches(zone["zone_at"])
    sizes = [stop - start for start, stop in parts]
    share = percent(sum(sizes) / length)
    if len(parts) == 1:
        (start, stop), count = parts[0], f"{sizes[0]:,} of {length:,}"
        if stop == length or start == 0:
            return f"the {'last' if start else 'first'} {share} of the positions ({count})"
        return f"positions {start + 1:,} to {stop:,} of {length:,} ({share})"
    if len(parts) == 2 and parts[0][0] == 0 and parts[1][1] == length:
        first, last = (percent(size / length) for size in sizes)
        return f"the first {first} and the last {last} of the positions"
    return f"{share} of the positions, in {len(parts)} stretches"


def stretches(zone_at: str) -> list[tuple[int, int]]:
    """Start and stop of each stretch of a zone as the table has it."""
    return [tuple(map(int, part.split("-"))) for part in zone_at.split()]


def shown_zone(table: pd.DataFrame) -> list[tuple[int, int]]:
    """The stretches of a zone that a figure shows: none of an even network's."""
    return [] if table["verdict"].iloc[0] == "even" else stretches(table["zone_at"].iloc[0])


def percent(share: float) -> str:
    """A share as people read it: ``3.6 %``; 0 and 100 % are what is nothing and all."""
    if 0 < share < 1e-4:
        return "<0.01 %"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    places = 0 if 0.0995 <= share < 0.995 else 2 if share < 0.001 else 1
    return f"{100 * share:.{places}f}".removesuffix(".0") + " %"


def binned(profile: pd.DataFrame, most: int = 300) -> pd.DataFrame:
    """``profiles`` for a figure: ``position`` in the middle of each of at most ``most`` bins.

    The others are masses relative to an even share of the positions: 1 everywhere.
    """
    count = min(most, len(profile))
    means = profile.groupby(np.arange(len(profile)) * count // len(profile)).mean()
    return means.assign(**(means.drop(columns="position") * len(profile)))


def floor(profile: pd.DataFrame) -> float:
    """Where the axis of a figure of ``binned`` ends: at most eight decades below its top."""
    values = profile[["trained", "untrained_low", "untrained_high"]].to_numpy()
    known = values[np.isfinite(values) & (values > 0)]
    return max(known.min(), known.max() * 1e-8) / 1.5 if len(known) else 0.1
