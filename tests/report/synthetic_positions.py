"""Made-up audits: a network that has learned the middle, and a null as it was drawn."""

from pathlib import Path

import numpy as np
from synthetic_tables import written

from chromolens.checks.positions import Masses, profiles, tabulate
from chromolens.tables.checks import POSITIONS, PROFILE

WIDTH = 201


def audits(folder: Path, learned: str, null: str) -> tuple[dict, dict]:
    """Both tables of each, by model: the middle 40 positions have 40 times the mass of others."""
    rng = np.random.default_rng(11)
    middle, flat = np.ones(WIDTH), np.ones(WIDTH)
    middle[80:120] = 40
    numbers, places = {}, {}
    for model, mass, moved in (
        (learned, middle, np.roll(middle, -40)),
        (null, flat, flat),
    ):
        trained, shifted = (one * rng.uniform(0.5, 1.5, (30, WIDTH)) for one in (mass, moved))
        untrained = flat * rng.uniform(0.7, 1.3, (10, WIDTH))
        found = Masses(trained, shifted, untrained, flat, 40)
        table, profile = tabulate(found, 10), profiles(found)
        path = folder / f"{model}.positions.tsv"
        numbers[model,] = written(POSITIONS, table.assign(model=model), path)
        path = folder / f"{model}.profile.tsv.gz"
        places[model,] = written(PROFILE, profile.assign(model=model), path)
    return numbers, places
