"""Markers and dosages made for tests."""

import numpy as np
import pandas as pd


def markers_of(**counts: int) -> pd.DataFrame:
    """``markers_of(I=3, II=2)``: markers 1,000 bp apart on each chromosome, named m0, m1, ..."""
    chroms = [chrom for chrom, count in counts.items() for _ in range(count)]
    places = [1000 * (place + 1) for count in counts.values() for place in range(count)]
    return pd.DataFrame(
        {"marker": [f"m{i}" for i in range(len(chroms))], "chrom": chroms, "position": places}
    )


def dosages(samples: int, count: int, seed: int = 0, missing: float = 0.0) -> np.ndarray:
    """int8 (samples, count): independent diploid markers of frequencies 0.1 to 0.9; -1 missing."""
    rng = np.random.default_rng(seed)
    found = rng.binomial(2, rng.uniform(0.1, 0.9, count), (samples, count)).astype(np.int8)
    found[rng.random(found.shape) < missing] = -1
    return found
