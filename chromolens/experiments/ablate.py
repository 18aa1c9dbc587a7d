"""Ablation: what the target loses where a site in a real window is drawn anew.

    effect = f(window) - mean over draws of f(window with the site drawn anew)

Each base of the site is drawn by the background's frequencies, which are also what contributions
are measured from by default. The sum of a site's contributions says what its loss should cost;
where sites act together, and as far as the method errs, it costs something else.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from chromolens.attribution.references import frequencies
from chromolens.attribution.settings import check_count
from chromolens.errors import BadInput
from chromolens.experiments.answers import answers, check_dna
from chromolens.experiments.marginalise import codes_and_names
from chromolens.genome.onehot import UNKNOWN
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model

DRAWS = 16


class Site(NamedTuple):
    """Bases [start, end) of row ``row`` of the windows, counted from 0."""

    row: int
    start: int
    end: int


def ablate(
    model: Model | keras.Model,
    windows: np.ndarray,
    sites: Sequence[tuple[int, int, int]],
    *,
    task: int | str = 0,
    target: str = "logit",
    draws: int = DRAWS,
    both: bool = True,
    ids: Sequence[str] | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Replace sites in windows by random bases, and measure what the target loses.

    Parameters
    ----------
    windows : (n, length, 4)
        One-hot DNA, preferably windows that the network was not trained on.
    sites
        (row, start, end) of each: bases [start, end) of a window, counted from 0.
    task, target
        As in ``chromolens.attribute``.
    draws
        Number of random sequences for each site; an unknown base stays unknown.
    both
        Average over both strands, before any nonlinearity.
    ids
        Names of the windows, from which draws are seeded; by default hashes of the sequences.

    Returns
    -------
    float64 (sites,)
        Target of the window minus the mean target without the site (target units).

    Raises
    ------
    BadInput
        Windows that aren't DNA, or a site outside its window.
    """
    model = check_dna(model if isinstance(model, Model) else Model.of(model))
    check_count("ablate", "draws", draws)
    codes, names = codes_and_names(model, windows, ids)
    asked = {"task": task, "target": target, "both": both}
    found = []
    for site in (Site(*one) for one in sites):
        _check_site(site, codes)
        found.append(ablated([model], codes[site.row], names[site.row], site, draws, seed, asked))
    return np.array(found)


def ablated(
    models: Sequence[Model],
    codes: np.ndarray,
    name: str,
    site: Site,
    draws: int,
    seed: int,
    asked: dict,
) -> float:
    """The effect of one site of the window ``name``, codes (length,)."""
    rng = np.random.default_rng(seed_of(f"{name} {site.start}-{site.end} ablated", seed))
    shares = np.asarray(frequencies(models[0], "background"), float)
    drawn = rng.choice(4, size=(draws, site.end - site.start), p=shares / shares.sum())
    made = np.repeat(codes[None], draws + 1, axis=0)
    own = made[1:, site.start : site.end]
    own[:] = np.where(own == UNKNOWN, UNKNOWN, drawn)
    values = answers(models, made, **asked)
    return float(values[0] - values[1:].mean())


def _check_site(site: Site, codes: np.ndarray) -> None:
    count, length = codes.shape
    inside = 0 <= site.row < count and 0 <= site.start < site.end <= length
    if not inside:
        raise BadInput(
            f"site {tuple(site)} is not in the windows",
            expected=f"(row, start, end): a row below {count}, 0 <= start < end <= {length}",
        )
