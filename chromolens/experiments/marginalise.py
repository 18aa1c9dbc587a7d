"""Marginalisation: what a motif adds to the target where it is put into sequences without it.

    effect = f(sequence with the motif) - f(sequence with the motif scrambled)

f is the target averaged over both strands. The scrambled motif has the same columns in another
order, so that letters alone, and the bases that give way, have no effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from chromolens.attribution.references import default_ids
from chromolens.attribution.settings import check_choice
from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.experiments.answers import answers, check_dna
from chromolens.experiments.backgrounds import KINDS, of_windows
from chromolens.experiments.motifs import INSTANCES, Given, motif_of, piece, put, scrambled
from chromolens.experiments.statistics import interval
from chromolens.genome.onehot import onehot_to_codes, reverse_complement_codes
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model, check_inputs
from chromolens.motifs.hits.sought import Sought


@dataclass(frozen=True)
class Marginal:
    """Effects of a motif, from ``marginalise``.

    Attributes
    ----------
    effects : float64 (backgrounds, places, 2)
        Target with the motif minus target with the motif scrambled, on the forward and the reverse
        strand (target units).
    starts : int (places,)
        First base of the motif in the sequence (bp, 0-based).
    rows : int (backgrounds,)
        The windows that the backgrounds come from.
    left_out
        Reason -> number of windows that gave no background.
    seed
        Seed of the intervals.
    """

    effects: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    left_out: dict[str, int]
    seed: int

    __repr__ = brief

    @property
    def effect(self) -> float:
        """Mean effect at the place in the middle, over backgrounds and orientations."""
        return float(self._central().mean())

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of ``effect``, over backgrounds."""
        low, high = interval(self._central(), self.seed)
        return float(low), float(high)

    def _central(self) -> np.ndarray:
        return self.effects[:, len(self.starts) // 2].mean(axis=-1)


def marginalise(
    model: Model | keras.Model,
    motif: Given,
    windows: np.ndarray,
    *,
    task: int | str = 0,
    target: str = "logit",
    backgrounds: str = "shuffles",
    instances: str = "consensus",
    places: int = 1,
    ids: Sequence[str] | None = None,
    seed: int = 0,
) -> Marginal:
    """Put a motif into sequences, and measure how the target changes.

    Parameters
    ----------
    motif
        Letters (N keeps the sequence's base), a PPM (width, 4), or a motif of a lexicon.
    windows : (n, length, 4)
        One-hot DNA, preferably windows that the network was not trained on.
    task, target
        As in ``chromolens.attribute``.
    backgrounds
        ``shuffles``: dinucleotide shuffles of the windows without the motif; ``natural``: those
        windows that don't hold it (at p 1e-4).
    instances
        ``consensus``: the most likely letters; ``drawn``: a site drawn from the matrix for each
        background.
    places
        Number of places, evenly from the first base to the last; odd, so that one is central.
    ids
        Names of the windows, from which all draws are seeded; by default hashes of the sequences.

    Raises
    ------
    BadInput
        Not a motif; a motif that is longer than the windows, or whose letters are all the same;
        windows that aren't DNA; no window that can be a background.
    """
    model = check_dna(model if isinstance(model, Model) else Model.of(model))
    motif = motif_of(motif)
    check_choice("marginalise", "backgrounds", backgrounds, KINDS)
    check_choice("marginalise", "instances", instances, INSTANCES)
    codes, names = codes_and_names(model, windows, ids)
    starts = places_of(len(motif.ppm), codes.shape[1], places)
    made, rows, left_out = of_windows(codes, names, [motif], backgrounds, seed)
    asked = {"task": task, "target": target}
    effects = [
        inserted([model], own, names[row], motif, starts, instances, seed, asked)
        for own, row in zip(made, rows, strict=True)
    ]
    return Marginal(np.stack(effects), starts, rows, left_out, seed)


def inserted(
    models: Sequence[Model],
    background: np.ndarray,
    name: str,
    motif: Sought,
    starts: np.ndarray,
    instances: str,
    seed: int,
    asked: dict,
) -> np.ndarray:
    """Effects (places, 2) in one background, codes (length,); ``asked``: task and target."""
    shapes = scrambled(motif, seed)
    other = shapes[seed_of(f"{name} {motif.motif}", seed) % len(shapes)]
    pieces = [piece(ppm, instances, f"{name} {motif.motif}", seed) for ppm in (motif.ppm, other)]
    made = [
        put(background, turned, start)
        for start in starts
        for one in pieces
        for turned in (one, reverse_complement_codes(one))
    ]
    values = answers(models, np.stack(made), **asked).reshape(len(starts), 2, 2)
    return values[:, 0] - values[:, 1]


def places_of(width: int, length: int, places: int) -> np.ndarray:
    """First bases (places,) of a motif, the middle one in the middle of the sequence."""
    if width > length:
        raise BadInput(
            f"a motif of {width} bp doesn't fit into windows of {length} bp",
            expected=f"at most {length} bp",
        )
    if places < 1 or places % 2 == 0:
        raise BadInput(f"{places} places", expected="an odd number: one is in the middle")
    room = length - width
    if places == 1:
        return np.array([room // 2])
    return room * np.arange(places) // (places - 1)


def codes_and_names(
    model: Model, windows: np.ndarray, ids: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Codes uint8 (n, length) of one-hot DNA, and a name for each."""
    inputs = check_inputs(model, windows)
    names = default_ids(inputs) if ids is None else list(map(str, ids))
    if len(names) != len(inputs):
        raise BadInput(f"{len(names)} ids for {len(inputs)} windows")
    return onehot_to_codes(inputs), np.array(names)
