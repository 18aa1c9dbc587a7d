"""Sequences that motifs are put into: without any of them, seeded by the window they come from.

``shuffles`` are dinucleotide shuffles of held-out windows, drawn anew until no motif is in them;
``natural`` are held-out windows that no motif is in. Either is asked of the models that never saw
the window's chromosome.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import UNKNOWN
from chromolens.genome.shuffles import dinucleotide, seed_of
from chromolens.inputs.batches import Dna
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import Tally
from chromolens.motifs.hits.sought import Sought
from chromolens.motifs.modisco.sites import Matcher, Stretch, matcher

KINDS = ("shuffles", "natural")
MAX_P = 1e-4
"""Largest p-value of a match, at one place of one strand, by which a motif is in a sequence."""
_TRIES = 20
_AT_ONCE = 64
_UNKNOWN_BASES = "holds bases that aren't known"
_NOT_AVOIDED = {
    "shuffles": f"holds a motif in each of {_TRIES} shuffles",
    "natural": "holds a motif",
}


@dataclass(frozen=True)
class Backgrounds:
    """Sequences, and where they come from.

    Attributes
    ----------
    codes : uint8 (n, length)
    ids
        Of their windows, text (n,).
    folds
        The fold that never saw the window's chromosome, text (n,).
    left_out
        What was looked at and isn't used, by reason.
    """

    codes: np.ndarray
    ids: np.ndarray
    folds: np.ndarray
    left_out: Tally


def draw(
    inputs: Dna,
    folds: Folds,
    motifs: Sequence[Sought],
    *,
    kind: str,
    count: int,
    max_p: float = MAX_P,
    seed: int = 0,
) -> Backgrounds:
    """``count`` backgrounds without any of ``motifs``, as many of each fold.

    Windows are taken in an order that their ids and the seed give; ``natural`` ones are negatives.

    Raises
    ------
    BadInput
        No window can be used: each holds a motif or an unknown base.
    """
    rows = folds.held_out(inputs.windows)
    if kind == "natural":
        rows = rows[(inputs.windows["role"].iloc[rows] != "positive").to_numpy()]
    names = inputs.windows["id"].to_numpy(dtype=str)
    rows = np.array(sorted(rows, key=lambda row: seed_of(names[row], seed)), dtype=int)
    matchers = [matcher_of(motif, max_p) for motif in motifs]
    tally, kept = Tally(), []
    by_fold = folds.by_fold(inputs.windows, rows)
    for place, (fold, own) in enumerate(by_fold.items()):
        wanted = count // len(by_fold) + (place < count % len(by_fold))
        usable = _usable(inputs, own, names, matchers, kind, seed, tally)
        kept += [(fold, *found) for found in islice(usable, wanted)]
    if not kept:
        raise BadInput(
            f"none of {len(rows)} windows can be a background: {tally.describe('')}",
            where="the config, experiments",
            remedy="take the other kind of backgrounds, or leave out short and common motifs",
        )
    chosen, ids, codes = zip(*kept, strict=True)
    return Backgrounds(np.stack(codes), np.array(ids), np.array(chosen), tally)


def _usable(
    inputs: Dna,
    rows: np.ndarray,
    names: np.ndarray,
    matchers: Sequence[Matcher],
    kind: str,
    seed: int,
    tally: Tally,
) -> Iterator[tuple[str, np.ndarray]]:
    """Name and codes of the backgrounds that ``rows`` give, one after the other."""
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        for row, codes in zip(some, inputs.codes(some), strict=True):
            made, why = background(codes, names[row], matchers, kind, seed)
            if made is None:
                tally.add(why, "", [names[row]])
            else:
                yield names[row], made


def background(
    codes: np.ndarray, name: str, matchers: Sequence[Matcher], kind: str, seed: int
) -> tuple[np.ndarray | None, str]:
    """What the window ``name`` gives, codes (length,); or None, and why."""
    if (codes == UNKNOWN).any():
        return None, _UNKNOWN_BASES
    if kind == "natural":
        tries = iter([codes])
    else:
        seeds = (seed_of(f"{name} background {turn}", seed) for turn in range(_TRIES))
        tries = (dinucleotide(codes, one) for one in seeds)
    for made in tries:
        stretch = Stretch(made)
        if not any(len(stretch.sites(one)[0]) for one in matchers):
            return made, ""
    return None, _NOT_AVOIDED[kind]


def matcher_of(motif: Sought, max_p: float) -> Matcher:
    """``motif`` ready to be looked for, by p-values in sequences of all bases alike.

    A motif so short that no match is rare enough is in a sequence where its best match is.
    """
    found = matcher(motif.ppm, np.full(4, 0.25), max_p)
    best = int(found.weights.max(axis=1).sum())
    return found if found.floor is not None else replace(found, floor=best)


def expected(motif: Sought, length: int, max_p: float) -> float:
    """How often ``motif`` is in a random sequence of ``length`` bp, on both strands together."""
    found = matcher_of(motif, max_p)
    return 2 * (length - found.width + 1) * float(found.p(np.array(found.floor)))


def of_windows(
    codes: np.ndarray, ids: Sequence[str], motifs: Sequence[Sought], kind: str, seed: int
) -> tuple[np.ndarray, np.ndarray, Mapping[str, int]]:
    """Backgrounds of windows at hand: codes (m, length), their rows (m,), and what is left out.

    BadInput where nothing is left.
    """
    matchers = [matcher_of(motif, MAX_P) for motif in motifs]
    found = [
        background(own, name, matchers, kind, seed) for own, name in zip(codes, ids, strict=True)
    ]
    rows = np.flatnonzero([made is not None for made, _ in found])
    reasons = [why for made, why in found if made is None]
    left_out = {why: reasons.count(why) for why in dict.fromkeys(reasons)}
    if not len(rows):
        raise BadInput(
            f"none of {len(codes)} windows can be a background: {left_out}",
            expected="windows without the motif, or whose shuffles are",
        )
    return np.stack([found[row][0] for row in rows]), rows, left_out
