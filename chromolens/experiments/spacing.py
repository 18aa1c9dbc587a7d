"""Spacing: what two motifs do together, beyond what each does alone, at every gap between them.

    interaction = f(both) - f(first alone) - f(second alone) + f(neither)

f is the target averaged over both strands; alone, a motif stands where it stands in the pair. The
pair is in the middle of the sequence. On a scale on which effects add up (a logit), motifs that
don't know of each other have an interaction of 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from chromolens.attribution.settings import check_choice
from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.experiments.answers import answers, check_dna
from chromolens.experiments.backgrounds import KINDS, of_windows
from chromolens.experiments.marginalise import codes_and_names
from chromolens.experiments.motifs import INSTANCES, Given, motif_of, piece, put
from chromolens.genome.onehot import reverse_complement_codes
from chromolens.models.model import Model
from chromolens.motifs.hits.sought import Sought

ARRANGED = {
    "first_second": ((0, False), (1, False)),
    "second_first": ((1, False), (0, False)),
    "facing": ((0, False), (1, True)),
    "diverging": ((0, True), (1, False)),
}
"""Arrangement -> left and right motif (0: the first), each with whether it is reversed. The other
four are these on the other strand."""

Placed = tuple[int, bool, int]
"""Which motif (0 or 1), whether it is reversed, its first base."""


@dataclass(frozen=True)
class Spacing:
    """Joint effects of two motifs at every gap, from ``spacing``.

    Attributes
    ----------
    arrangements
        Names of the arrangements, as in ``hits/.../pairs.tsv``.
    gaps : int (gaps,)
        Bases between the two.
    interactions : float64 (backgrounds, arrangements, gaps)
        f(both) - f(first) - f(second) + f(neither), in target units; see the module.
    joint : float64 (backgrounds, arrangements, gaps)
        f(both) - f(neither).
    rows : int (backgrounds,)
        The windows that the backgrounds come from.
    left_out
        Reason -> number of windows that gave no background.
    """

    arrangements: tuple[str, ...]
    gaps: np.ndarray
    interactions: np.ndarray
    joint: np.ndarray
    rows: np.ndarray
    left_out: Mapping[str, int]

    __repr__ = brief


def spacing(
    model: Model | keras.Model,
    first: Given,
    second: Given,
    windows: np.ndarray,
    *,
    gaps: Sequence[int] = range(61),
    task: int | str = 0,
    target: str = "logit",
    backgrounds: str = "shuffles",
    instances: str = "consensus",
    ids: Sequence[str] | None = None,
    seed: int = 0,
) -> Spacing:
    """Put two motifs into sequences, in four arrangements, with ``gaps`` bp between them.

    The other parameters, and errors, are those of ``marginalise``; a pair that doesn't fit into
    the windows at the largest gap is refused. A motif with itself has three arrangements.
    """
    model = check_dna(model if isinstance(model, Model) else Model.of(model))
    pair = motif_of(first), motif_of(second)
    check_choice("spacing", "backgrounds", backgrounds, KINDS)
    check_choice("spacing", "instances", instances, INSTANCES)
    codes, names = codes_and_names(model, windows, ids)
    gaps = np.asarray(gaps)
    check_fits(pair, codes.shape[1], int(gaps.max()))
    made, rows, left_out = of_windows(codes, names, pair, backgrounds, seed)
    asked = {"task": task, "target": target}
    found = [
        spaced([model], own, names[row], pair, gaps, instances, seed, asked)
        for own, row in zip(made, rows, strict=True)
    ]
    together, joint = (np.stack(part) for part in zip(*found, strict=True))
    return Spacing(arrangements(pair), gaps, together, joint, rows, left_out)


def arrangements(pair: tuple[Sought, Sought]) -> tuple[str, ...]:
    """Those of ``ARRANGED`` that differ: a motif before itself is itself behind it."""
    same = pair[0].motif == pair[1].motif
    return tuple(name for name in ARRANGED if not (same and name == "second_first"))


def check_fits(pair: tuple[Sought, Sought], length: int, gap: int) -> None:
    """Raise BadInput where the two and ``gap`` bp between them are longer than the window."""
    widths = [len(motif.ppm) for motif in pair]
    if sum(widths) + gap > length:
        raise BadInput(
            f"{pair[0].label} ({widths[0]} bp) and {pair[1].label} ({widths[1]} bp) with {gap} bp "
            f"between them don't fit into windows of {length} bp",
            expected=f"gaps of at most {max(length - sum(widths), 0)} bp",
        )


def spaced(
    models: Sequence[Model],
    background: np.ndarray,
    name: str,
    pair: tuple[Sought, Sought],
    gaps: np.ndarray,
    instances: str,
    seed: int,
    asked: dict,
) -> tuple[np.ndarray, np.ndarray]:
    """Interactions and joint effects (arrangements, gaps) in one background, codes (length,)."""
    own = [piece(one.ppm, instances, f"{name} {one.motif}", seed) for one in pair]
    turned = [(one, reverse_complement_codes(one)) for one in own]
    places = {
        (arranged, gap): _placed(arranged, int(gap), own, len(background))
        for arranged in arrangements(pair)
        for gap in gaps
    }
    # a motif alone stands at the same place in several pairs: it is asked once
    asked_for: dict[tuple[Placed, ...], int] = {(): 0}
    for left, right in places.values():
        for key in ((left, right), (left,), (right,)):
            asked_for.setdefault(key, len(asked_for))
    made = []
    for key in asked_for:
        codes = background
        for which, reverse, start in key:
            codes = put(codes, turned[which][reverse], start)
        made.append(codes)
    values = answers(models, np.stack(made), **asked)
    f = {key: values[place] for key, place in asked_for.items()}
    joint = np.array([f[left, right] - f[()] for left, right in places.values()])
    alone = np.array([f[(left,)] + f[(right,)] - 2 * f[()] for left, right in places.values()])
    shape = len(arrangements(pair)), len(gaps)
    return (joint - alone).reshape(shape), joint.reshape(shape)


def _placed(
    arranged: str, gap: int, pieces: Sequence[np.ndarray], length: int
) -> tuple[Placed, Placed]:
    """Left and right motif of a pair in the middle of ``length`` bp."""
    (left, left_reverse), (right, right_reverse) = ARRANGED[arranged]
    start = (length - len(pieces[left]) - gap - len(pieces[right])) // 2
    behind = start + len(pieces[left]) + gap
    return (left, left_reverse, start), (right, right_reverse, behind)
