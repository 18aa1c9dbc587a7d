"""Composites: a motif over which two known motifs match side by side.

The first is the motif's best match (``naming``). What that leaves on either side is compared with
the known motifs that name something in the same set: a composite is made of motifs that are there
by themselves. So a rest has few chances to match, and may be weak, as one is that lies at many
distances from the first. The two share no position.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.tomtom import Matches, Rules, match, passes, ranking
from chromolens.motifs.ppm import core, trim


@dataclass(frozen=True)
class Partner:
    """A second known motif, as naming's columns have it.

    ``partner`` and ``partner_id``: its name and id. ``gap``: bp between it and the first.
    ``cut``: the position of the trimmed motif at which the two part, in the middle of the gap.
    """

    partner: str
    partner_id: str
    gap: int
    cut: int


class _Rest(NamedTuple):
    """What the first match leaves on one side: its PPM, and where it lies in the motif."""

    motif: str
    ppm: np.ndarray
    start: int


def partners(
    ppms: Mapping[str, np.ndarray],
    firsts: Mapping[str, slice],
    database: Sequence[Motif],
    names: Collection[str],
    rules: Rules,
) -> dict[str, Partner]:
    """The partner of each motif that is a composite.

    ``ppms``: trimmed motifs (length, 4); ``firsts``: the positions that the best match covers, of
    those whose match is good enough for a name; ``names``: ids of the database that may be
    partners. A partner's p-value times their number is at most ``rules.max_q`` (Bonferroni).
    """
    rests = [
        rest
        for name, first in firsts.items()
        for rest in _rests(name, ppms[name], first)
        if len(rest.ppm) >= rules.min_overlap
    ]
    able = [place for place, known in enumerate(database) if known.id in names]
    if not rests or not able:
        return {}
    found = match([rest.ppm for rest in rests], [known.ppm for known in database])
    best: dict[str, tuple[float, Partner]] = {}
    for query, rest in enumerate(rests):
        p, _, *where = (part[query][able] for part in found)
        own = Matches(p, np.minimum(1, p * len(able)), *where)
        target = int(ranking(own, rules)[0])
        if passes(own, rules)[target]:
            known = database[able[target]]
            partner = _partner(firsts[rest.motif], rest, own, target, known)
            if own.p[target] < best.get(rest.motif, (np.inf, partner))[0]:
                best[rest.motif] = own.p[target], partner
    return {name: partner for name, (_, partner) in best.items()}


def _rests(name: str, ppm: np.ndarray, first: slice) -> list[_Rest]:
    before, after = ppm[: first.start], ppm[first.stop :]
    return [
        _Rest(name, trim(before), core(before).start),
        _Rest(name, trim(after), first.stop + core(after).start),
    ]


def covered(offset: int, overlap: int) -> slice:
    """Positions of a motif that a match of ``offset`` and ``overlap`` (``Matches``) covers."""
    start = max(0, -int(offset))
    return slice(start, start + int(overlap))


def _partner(first: slice, rest: _Rest, own: Matches, target: int, known: Motif) -> Partner:
    second = covered(own.offset[target], own.overlap[target])
    start, stop = rest.start + second.start, rest.start + second.stop
    left, right = (first.stop, start) if start >= first.stop else (stop, first.start)
    return Partner(known.name, known.id, right - left, (left + right) // 2)
