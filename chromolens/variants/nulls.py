"""Variants that touch nothing: what effects are held against.

A null is a change at a base of a window without an event, read with its neighbourhood in the place
of a stretch of another window, its host. So it is of a certain kind, its window has the prediction
that the rest of the host gives it, and no site stands at it but by chance. Drawn in windows of
events themselves, a few nulls in a hundred would break a motif, and no variant that does so would
stand out. Half of the hosts are windows of events, half are others.

At a drawn base all three substitutions are nulls of their kinds; insertions and deletions are
drawn by their lengths, inserted bases being a piece of the genome from another drawn place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import BASES
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.folds import Folds
from chromolens.variants.listed import Reading, unique
from chromolens.variants.normalise import Change, indel_kinds, letters, substitution
from chromolens.variants.reading import STATED

_AT_ONCE = 4096  # places drawn at a time
_ROUNDS = 500  # a kind that these leave short is rare in the study's windows
_LONGEST = max(most for _, most in indel_kinds().values())
Place = tuple[str, int]


def draw_nulls(
    genome: Genome, windows: pd.DataFrame, folds: Folds, reading: Reading, *, count: int, seed: int
) -> pd.DataFrame:
    """``LISTED`` with hosts, for about ``count`` null variants of each kind; of a rare kind fewer.

    ``windows`` is the study's table of windows. Each fold has its share of the nulls, and a null
    and its host lie on chromosomes that the fold holds out. The draws follow from the windows,
    the genome and ``seed``. BadInput where no window leaves room for any.
    """
    rows = folds.held_out(windows)
    parts = [
        (f"{fold}, {name}", sites, hosts)
        for fold, own in folds.by_fold(windows, rows).items()
        for name, sites, hosts in _halves(windows.iloc[own])
    ]
    drawn = []
    for name, sites, hosts in parts:
        rng = np.random.default_rng(seed_of(f"null variants, {name}", seed))
        draw = _Draw(genome, sites, hosts, -(-count // len(parts)), rng, reading)
        drawn += [*draw.substitutions(), *draw.indels()]
    if not drawn:
        raise BadInput(
            "no null variant can be drawn: all windows of the study lie at ends of chromosomes",
            where="the config, variants.nulls",
            remedy="say nulls: 0",
        )
    rows = [(number, 1, ".", *change) for number, (change, _) in enumerate(drawn)]
    taken, _ = reading.taken(pd.DataFrame(rows, columns=STATED), "the study's windows")
    chroms, places = zip(*(drawn[number][1] for number in taken["record"]), strict=True)
    return unique(taken.assign(host_chrom=chroms, host=places))


def _halves(
    windows: pd.DataFrame,
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Name, windows of sites and windows of hosts, of those of a fold."""
    events = (windows["role"] == "positive").to_numpy()
    sites = windows if events.all() else windows[~events]
    for name, own in (("events", events), ("others", ~events)):
        if own.any():
            yield name, sites, windows[own]


@dataclass
class _Draw:
    """Draws at bases of ``sites``, each with a place in ``hosts``; ``count`` of each kind."""

    genome: Genome
    sites: pd.DataFrame
    hosts: pd.DataFrame
    count: int
    rng: np.random.Generator
    reading: Reading
    seen: set[Place] = field(default_factory=set)

    def substitutions(self) -> Iterator[tuple[tuple[str, int, str, str], Place]]:
        """(chrom, position, ref, alt) and host: all three of ``count`` bases in each context."""
        wanted = {f"{a}[{b}]{c}": self.count for a in BASES for b in "CT" for c in BASES}
        hosts = self._hosts()
        for chrom, at in self._places():
            if not any(wanted.values()):
                return
            before, ref, after = letters(self.genome, chrom, at - 1, at + 2)
            if not set(before + ref + after) <= set(BASES):
                continue
            context = substitution(before, ref, after, "").replace(">", "")
            host = next(hosts, None) if wanted[context] else None
            if host:
                wanted[context] -= 1
                yield from (((chrom, at + 1, ref, alt), host) for alt in BASES if alt != ref)

    def indels(self) -> Iterator[tuple[tuple[str, int, str, str], Place]]:
        """The same for ``count`` deletions and insertions of each kind."""
        places, hosts = self._places(), self._hosts()
        for kind, (least, most) in indel_kinds().items():
            lengths = self.rng.integers(least, most + 1, size=self.count).tolist()
            for length, place, other, host in zip(lengths, places, places, hosts, strict=False):
                own = letters(self.genome, *place, place[1] + length + 1)
                new = own[0] + letters(self.genome, *other, other[1] + length)
                alleles = (own, own[0]) if kind.startswith("deletion") else (own[0], new)
                yield (place[0], place[1] + 1, *alleles), host

    def _places(self) -> Iterator[Place]:
        """Bases of windows of sites, each once; one base of a drawn window at a time."""
        for place in _drawn(self.rng, self.sites, _ROUNDS):
            if place not in self.seen and self._fits(place):
                self.seen.add(place)
                yield place

    def _hosts(self) -> Iterator[Place]:
        """Bases of windows of hosts, which may come again."""
        return filter(self._fits, _drawn(self.rng, self.hosts, _ROUNDS))

    def _fits(self, place: Place) -> bool:
        """Whether the windows of any null at ``place`` lie in one stretch of a fold."""
        return self.reading.home(Change(*place, "", "N" * _LONGEST)) is not None


def _drawn(rng: np.random.Generator, windows: pd.DataFrame, rounds: int) -> Iterator[Place]:
    chroms, starts, ends = (windows[name].to_numpy() for name in ("chrom", "start", "end"))
    for _ in range(rounds):
        rows = rng.integers(len(windows), size=_AT_ONCE)
        at = starts[rows] + rng.integers(ends[rows] - starts[rows])
        yield from zip(chroms[rows].tolist(), at.tolist(), strict=True)
