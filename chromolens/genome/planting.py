"""Where simulated motifs stand: sites apart from each other, pairs with a gap, decoys anywhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.intervals import check_name

MAX_SHARE = 0.6
"""Largest share of the events that may hold one motif: none gives the label away."""


@dataclass(frozen=True)
class Instance:
    """One planted motif: its place (0-based start), strand and role (causal, alone, decoy)."""

    chrom: str
    start: int
    motif: str
    strand: str
    role: str
    event: str


def apportion(total: int, weights: Sequence[float]) -> np.ndarray:
    """Whole numbers adding up to ``total`` in proportion to ``weights`` (largest remainders)."""
    exact = total * np.asarray(weights, dtype=np.float64) / np.sum(weights)
    counts = np.floor(exact + 1e-9).astype(np.int64)
    late = np.argsort(counts - exact, kind="stable")[: total - counts.sum()]
    counts[late] += 1
    return counts


def place_sites(
    chromosomes: Mapping[str, int], count: int, edge: int, rng: np.random.Generator
) -> list[tuple[str, int]]:
    """``count`` places in genome order, ``edge`` bp or more from each other and from ends.

    Chromosomes get them in proportion to their usable length; within a chromosome all
    arrangements are equally likely. BadInput where they don't fit.
    """
    usable = [max(0, length - 2 * edge) for length in chromosomes.values()]
    sites = []
    for (chrom, number), room in zip(
        zip(chromosomes, apportion(count, usable), strict=True), usable, strict=True
    ):
        slack = room - (number - 1) * edge  # what is left when the least distances are taken out
        if number and slack <= 0:
            raise BadInput(
                f"{count} events and lone motifs, {edge} bp apart, don't fit: {number} on {chrom}",
                expected=f"at most {room // edge} on {chrom} (a tenth of that, to look natural)",
                remedy="fewer events, a smaller edge, or longer chromosomes",
            )
        offsets = np.sort(rng.integers(slack, size=number)) if number else np.array([], int)
        places = edge + offsets + edge * np.arange(number)
        sites += [(chrom, int(place)) for place in places]
    return sites


def place_event(
    site: tuple[str, int],
    event: str,
    alternative: Mapping[str, object],
    lengths: Mapping[str, int],
    spread: int,
    rng: np.random.Generator,
    role: str = "causal",
) -> Iterator[Instance]:
    """The motif or pair of one event; each motif's middle within ``spread`` bp of the event.

    Order and strands are random; ``spacing`` is the number of bases between a pair.
    """
    motifs = [str(motif) for motif in rng.permutation(list(alternative["motifs"]))]
    starts = np.zeros(len(motifs), dtype=np.int64)
    if len(motifs) == 2:
        least, most = alternative["spacing"]
        starts[1] = lengths[motifs[0]] + rng.integers(least, most + 1)
    middles = starts + [lengths[motif] // 2 for motif in motifs]
    shift = rng.integers(-spread - middles[0], spread - middles[-1] + 1)
    for motif, start in zip(motifs, starts, strict=True):
        place = int(site[1] + shift + start)
        yield Instance(site[0], place, motif, _strand(rng), role, event)


def place_alone(
    site: tuple[str, int], motif: str, length: int, rng: np.random.Generator
) -> Instance:
    """One motif with its middle on ``site`` and no event."""
    return Instance(site[0], site[1] - length // 2, motif, _strand(rng), "alone", ".")


def place_apart(
    site: tuple[str, int],
    pair: Mapping[str, object],
    lengths: Mapping[str, int],
    rng: np.random.Generator,
) -> Iterator[Instance]:
    """A pair about ``site``, too far apart for an event."""
    return place_event(site, ".", pair, lengths, reach_of(pair, lengths), rng, role="alone")


def reach_of(alternative: Mapping[str, object], lengths: Mapping[str, int]) -> int:
    """Bases from the middle of a pair to the middles of its motifs, at its largest spacing."""
    motifs = list(alternative["motifs"])
    width = max(lengths[m] for m in motifs) + alternative["spacing"][1] if len(motifs) == 2 else 0
    return (width + 1) // 2


def place_decoys(
    chromosomes: Mapping[str, int],
    decoys: Mapping[str, int],
    lengths: Mapping[str, int],
    planted: Sequence[Instance],
    rng: np.random.Generator,
) -> list[Instance]:
    """``decoys`` (motif -> number) anywhere in the genome, over no other instance.

    One that is drawn on top of another moves to the nearest free place, so that they are as
    dense about events as elsewhere.
    """
    taken = {chrom: np.zeros(length, dtype=bool) for chrom, length in chromosomes.items()}
    for instance in planted:
        end = instance.start + lengths[instance.motif]
        taken[instance.chrom][instance.start : end] = True
    placed = []
    for motif, count in decoys.items():
        for chrom, number in zip(
            chromosomes, apportion(count, list(chromosomes.values())), strict=True
        ):
            draws = rng.integers(chromosomes[chrom] - lengths[motif] + 1, size=number)
            for draw in draws:
                start = _nearest_free(taken[chrom], int(draw), lengths[motif])
                taken[chrom][start : start + lengths[motif]] = True
                placed.append(Instance(chrom, start, motif, _strand(rng), "decoy", "."))
    return placed


def check_names(
    chromosomes: Mapping[str, int],
    ppms: Mapping[str, np.ndarray],
    alternatives: Sequence[Mapping[str, object]],
    others: Sequence[str],
) -> None:
    """Every name is fit for files, every motif has a PPM. Else BadInput."""
    for name in chromosomes:
        check_name(name)
    for name in ppms:
        check_name(name, "motif")
    used = [motif for alternative in alternatives for motif in alternative["motifs"]]
    for motif in (*used, *others):
        if motif not in ppms:
            raise BadInput(f"no PPM for the motif {motif!r}", expected=f"one of {', '.join(ppms)}")


def check_shares(
    alternatives: Sequence[Mapping[str, object]], max_share: float = MAX_SHARE
) -> None:
    """Shares add up to 1, no motif is in more than ``max_share`` of the events. Else BadInput."""
    total = sum(alternative["share"] for alternative in alternatives)
    if abs(total - 1) > 1e-6:
        raise BadInput(f"the alternatives' shares add up to {total:g}", expected="1")
    for motif in {motif for alternative in alternatives for motif in alternative["motifs"]}:
        share = sum(a["share"] for a in alternatives if motif in a["motifs"])
        if share > max_share + 1e-9:
            raise BadInput(
                f"{motif} is in {share:g} of the events",
                expected=f"at most {max_share:g}, so that no motif alone is the label",
                remedy="change the alternatives' shares",
            )


def check_apart(apart: Sequence[Mapping[str, object]]) -> None:
    """Each is two motifs, how many pairs, and their spacing. Else BadInput."""
    for pair in apart:
        number, spacing = pair.get("number"), pair.get("spacing", ())
        whole = all(isinstance(value, int) and value >= 0 for value in (number, *spacing))
        ordered = whole and len(spacing) == 2 and spacing[0] <= spacing[1]
        if len(pair.get("motifs", ())) != 2 or not ordered:
            raise BadInput(
                f"simulate.apart has {dict(pair)}",
                expected="{motifs: [A, B], number: N, spacing: [least, most]}, the spacing in bp",
            )


def check_room(
    chromosomes: Mapping[str, int],
    alternatives: Sequence[Mapping[str, object]],
    lengths: Mapping[str, int],
    edge: int,
    spread: int,
    apart: Sequence[Mapping[str, object]] = (),
) -> None:
    """Events hold their motifs, and neighbours can't overlap. Else BadInput."""
    for alternative in alternatives:
        motifs = list(alternative["motifs"])
        if len(motifs) not in (1, 2) or (len(motifs) == 2) != ("spacing" in alternative):
            raise BadInput(
                f"an alternative of {len(motifs)} motifs",
                expected="one motif, or two and their spacing: [least, most] bases between them",
            )
        if reach_of(alternative, lengths) > spread:
            raise BadInput(
                f"the pair {' and '.join(motifs)} doesn't fit within {spread} bp of an event",
                expected=f"a spread of at least {reach_of(alternative, lengths)}",
            )
    longest = max(lengths.values())
    reach = max([spread, *(reach_of(pair, lengths) for pair in apart)])
    if edge < 2 * (reach + longest) or min(chromosomes.values()) <= 2 * edge:
        raise BadInput(
            f"an edge of {edge} bp",
            expected=f"at least {2 * (reach + longest)} (twice the longest motif, and twice the "
            "spread or half of the widest pair apart), and less than half of each chromosome",
            where="the config, inputs.simulate.edge",
        )


def _nearest_free(taken: np.ndarray, start: int, length: int) -> int:
    last = len(taken) - length
    for distance in range(len(taken)):
        for place in (start - distance, start + distance):
            if 0 <= place <= last and not taken[place : place + length].any():
                return place
    raise BadInput(
        f"no {length} free bases left for a decoy", remedy="fewer decoys, or longer chromosomes"
    )


def _strand(rng: np.random.Generator) -> str:
    return "+-"[rng.integers(2)]
