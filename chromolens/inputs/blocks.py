"""Folds of blocks: chromosomes cut into stretches, with gaps between those of different folds.

For genomes of one or few chromosomes, such as bacteria. A block is a group of windows, called
``chrom-start-end``; a window belongs to a block if it lies wholly inside. Bases in the gaps belong
to nobody: no window is trained on there, and no model explains them.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval

_PARTS = 10  # of a fold, where the config says no size


def least_gap(window: int, shift: int) -> int:
    """Return the smallest gap (bp) over which no base is seen from both sides.

    A window over a block's last base reaches ``window`` - 1 bp beyond it when it is explained,
    and a training window beside the gap up to ``shift`` bp into it.
    """
    return window - 1 + shift


def cut(sizes: Mapping[str, int], k: int, size: int, gap: int) -> list[Interval]:
    """Return the parts that ``k`` folds are made of, each chromosome in equal ones.

    Parameters
    ----------
    sizes
        Length (bp) of each chromosome.
    size
        About how long a part is (bp); 0 takes ten parts a fold, ten gaps long at least.
    gap
        Bases between blocks of different folds.
    """
    size = size or max(sum(sizes.values()) // (_PARTS * k), _PARTS * gap)
    if size < 2 * gap:
        raise BadInput(
            f"blocks of {size:,} bp with gaps of {gap:,} bp: the gaps may take more than half of "
            "all windows",
            expected=f"a size of at least {2 * gap:,} bp, twice the gap",
            where="the config, folds.size",
        )
    parts = []
    for chrom, length in sizes.items():
        count = max(1, round(length / size))
        edges = [length * number // count for number in range(count + 1)]
        parts += [Interval(chrom, start, end) for start, end in pairwise(edges)]
    if len(parts) < k:
        raise BadInput(
            f"{k} folds can't be made of {len(parts)} blocks of about {size:,} bp",
            expected=f"{k} blocks or more",
            where="the config, folds.size",
            remedy="make the blocks smaller, or the folds fewer",
        )
    return parts


def deal(parts: Sequence[Interval], events: Sequence[int], k: int) -> list[int]:
    """Return the fold of each of ``parts``: ``k`` folds of about as many bases and ``events``.

    A part has a share of all bases and one of all events. The part of the largest share is dealt
    first, each to the fold that keeps the sum of the squares of all folds' shares smallest (ties:
    the first fold). Whole numbers stand for shares, so that rounding decides nothing.
    """
    lengths = [len(part) for part in parts]
    scale = (max(sum(events), 1), sum(lengths))
    shares = np.array(list(zip(lengths, events, strict=True)), dtype=object) * scale
    totals, folds = np.zeros((k, 2), dtype=object), [0] * len(parts)
    for place in sorted(range(len(parts)), key=lambda n: max(shares[n]), reverse=True):
        folds[place] = int(np.argmin(totals @ shares[place]))
        totals[folds[place]] += shares[place]
    return folds


def blocks(
    parts: Sequence[Interval],
    folds: Sequence[int],
    k: int,
    gap: int,
    window: int,
    circular: Mapping[str, int] | None = None,
) -> list[list[str]]:
    """Return the names of the blocks of each of ``k`` folds.

    Neighbouring parts of one fold become one block. Where neighbours are of two folds, half of
    the ``gap`` (bp) is taken from either.

    Parameters
    ----------
    parts, folds
        As of ``cut``, by chromosome and place without a base between neighbours; as of ``deal``.
    window
        Width (bp) of the windows that a block must hold; BadInput for a smaller block.
    circular
        Length (bp) of each circular chromosome: its first part is behind its last. Two blocks of
        one fold meet there, so that windows across the origin are theirs.
    """
    found: list[list[str]] = [[] for _ in range(k)]
    closing = _closing(parts, folds, circular or {})
    start = 0
    for place, (part, fold) in enumerate(zip(parts, folds, strict=True)):
        apart = closing.get(part.chrom, False)
        start = start if part.start else apart * (gap - gap // 2)
        beside = place + 1 < len(parts) and parts[place + 1].chrom == part.chrom
        if beside and folds[place + 1] == fold:
            continue
        end = part.end - gap // 2 if beside or apart else part.end
        if end - start < window:
            raise BadInput(
                f"the block {part.chrom}:{start}-{max(end, start)} between its gaps is smaller "
                f"than a window of {window:,} bp",
                expected=f"blocks of at least {window:,} bp beside gaps of {gap:,} bp",
                where="the config, folds.size, folds.gap",
                remedy="make the blocks larger",
            )
        found[fold].append(Interval(part.chrom, start, end).name)
        start = part.end + gap - gap // 2
    return found


def _closing(
    parts: Sequence[Interval], folds: Sequence[int], circular: Mapping[str, int]
) -> dict[str, bool]:
    """Circular chromosome -> whether its first and last part are of two folds."""
    found = {}
    for chrom in circular:
        own = [fold for part, fold in zip(parts, folds, strict=True) if part.chrom == chrom]
        found[chrom] = bool(own) and own[0] != own[-1]
    return found
