"""Every match of a motif in a genome, with what the track says of its bases.

The genome is read block by block, so memory is a block's and the matches'. Overlapping matches of
one motif, shifted or on the other strand, are one site: the best.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.motifs.modisco.sites import UNITS, Matcher, Stretch, both_strands, matcher
from chromolens.motifs.ppm import column_information
from chromolens.tracks.bigwig import read_back

BLOCK = 1 << 20
SITE = np.dtype(
    [("start", "i8"), ("reverse", "?"), ("score", "i4"), ("contribution", "f8")]
    + [("agreement", "f8"), ("combined", "f8"), ("prediction", "f8")]
)
"""A site: ``score`` in ``UNITS`` of a bit, ``combined`` in nats; ``start`` on the chromosome;
``prediction`` at its middle."""


class Query(NamedTuple):
    """One PPM to be looked for: ``sign`` 1, -1, or 0 for contributions of either sign."""

    matcher: Matcher
    profile: np.ndarray
    sign: int


def composition(genome: Genome, stretches: Iterable[Interval]) -> np.ndarray:
    """Frequencies (4,) of the bases of both strands of ``stretches``; uniform without any."""
    counts = np.zeros(5)
    for one in stretches:
        for start in range(one.start, one.end, BLOCK):
            end = min(start + BLOCK, one.end)
            counts += np.bincount(genome.codes(one.chrom, start, end), minlength=5)
    return both_strands(counts[:4] if counts[:4].any() else np.ones(4))


def query_of(ppm: np.ndarray, background: np.ndarray, max_p: float, sign: int) -> Query:
    """``ppm`` (width, 4) made ready."""
    return Query(matcher(ppm, background, max_p), column_information(ppm), sign)


def sites_of(
    genome: Genome, track: str, searched: Interval, queries: Sequence[Query], predicted: str = ""
) -> list[np.ndarray]:
    """Sites of each query wholly in a stretch, of overlapping ones the best match: by start.

    Contributions, and predictions (0 without a bigWig ``predicted``), are NaN where a track has a
    gap.
    """
    found: list[list[np.ndarray]] = [[np.zeros(0, SITE)] for _ in queries]
    longest = max((query.matcher.width for query in queries), default=0)
    for block in _blocks(genome, (track, predicted), searched, longest):
        for place, query in enumerate(queries):
            found[place].append(_sites(block, query))
    return [
        _best_of_overlapping(np.concatenate(parts), query.matcher.width)
        for parts, query in zip(found, queries, strict=True)
    ]


class _Block(NamedTuple):
    start: int
    stretch: Stretch
    contributions: np.ndarray
    predictions: np.ndarray


def _blocks(
    genome: Genome, tracks: tuple[str, str], searched: Interval, longest: int
) -> Iterator[_Block]:
    """Stretches of ``BLOCK`` starts, with as many bases more as the longest motif needs."""
    chrom = searched.chrom
    for start in range(searched.start, searched.end, BLOCK) if longest else ():
        end = min(start + BLOCK + longest - 1, searched.end)
        values = [
            read_back(track, chrom, start, end).astype(float) if track else np.zeros(end - start)
            for track in tracks
        ]
        yield _Block(start, Stretch(genome.codes(chrom, start, end)), *values)


def _sites(block: _Block, query: Query) -> np.ndarray:
    starts, scores, reverse = block.stretch.sites(query.matcher)
    own = starts < BLOCK  # the others are the next block's
    found = np.zeros(own.sum(), SITE)
    found["start"], found["score"], found["reverse"] = starts[own], scores[own], reverse[own]
    bases = block.contributions[found["start"][:, None] + np.arange(query.matcher.width)]
    found["contribution"] = bases.sum(axis=1)  # in one order, so that both strands are equal
    middle = found["start"] + query.matcher.width // 2
    found["prediction"] = block.predictions[middle]
    bases = np.where(found["reverse"][:, None], bases[:, ::-1], bases)
    found["start"] += block.start
    sign = query.sign or np.sign(found["contribution"])
    found["agreement"] = sign * _cosine(bases, query.profile)
    found["combined"] = nats(found["score"]) + directed(found["contribution"], query.sign)
    return found


def nats(score: np.ndarray) -> np.ndarray:
    """Log-odds of a match whose ``score`` is in ``UNITS`` of a bit."""
    return score / UNITS * np.log(2)


def readings_of(sites: np.ndarray, sign: int) -> np.ndarray:
    """``weights.READINGS`` (n, 3) of sites of a motif of ``sign``."""
    own = nats(sites["score"]), directed(sites["contribution"], sign), sites["prediction"]
    return np.stack(own, axis=1)


def directed(contributions: np.ndarray, sign: int) -> np.ndarray:
    """Contributions in the direction of a motif; their size, where it has none."""
    return sign * contributions if sign else np.abs(contributions)


def _cosine(values: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """Of each row of ``values`` (n, width) with ``profile`` (width,); 0 for a row of zeros."""
    norms = np.sqrt((values**2).sum(axis=1) * (profile**2).sum())
    return np.divide(values @ profile, norms, out=np.zeros(len(values)), where=norms != 0)


def _best_of_overlapping(sites: np.ndarray, width: int) -> np.ndarray:
    """Sites that share no base with a better match; of equal ones the larger ``combined``."""
    sites = np.sort(sites, order=["start", "reverse"])
    if not len(sites):
        return sites
    first = sites["start"][0]
    taken = np.zeros(sites["start"][-1] - first + width, bool)
    kept = np.zeros(len(sites), bool)
    for place in np.lexsort((-np.nan_to_num(sites["combined"]), -sites["score"])):
        start = sites["start"][place] - first
        if not taken[start : start + width].any():
            taken[start : start + width] = kept[place] = True
    return sites[kept]
