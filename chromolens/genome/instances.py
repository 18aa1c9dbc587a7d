"""The bases of simulated motif instances, drawn from PPMs."""

from collections.abc import Mapping, Sequence

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.planting import Instance
from chromolens.genome.shuffles import seed_of

_PSEUDO = 0.001  # added to each probability of a PPM before its logarithm is taken
_MAX_ROUNDS = 1000


def checked_ppm(name: str, ppm: Sequence[Sequence[float]]) -> np.ndarray:
    """``ppm`` as float64 (L, 4) whose rows add up to 1; BadInput unless they nearly do."""
    matrix = np.asarray(ppm, dtype=np.float64)
    right = matrix.ndim == 2 and matrix.shape[1:] == (4,) and len(matrix) > 0
    if not right or (matrix < 0).any() or np.abs(matrix.sum(axis=1) - 1).max() > 1e-3:
        raise BadInput(
            f"the PPM of {name} has shape {matrix.shape}, or rows that are no probabilities",
            expected="one row (A, C, G, T) for each position, adding up to 1",
        )
    return matrix / matrix.sum(axis=1, keepdims=True)


def checked_composition(composition: Sequence[float]) -> np.ndarray:
    """Frequencies float64 (4,); BadInput unless they are positive and add up to 1."""
    shares = np.asarray(composition, dtype=np.float64)
    if shares.shape != (4,) or (shares <= 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise BadInput(
            f"composition {list(composition)}",
            expected="positive frequencies of A, C, G, T that add up to 1",
        )
    return shares


def information(ppm: np.ndarray, composition: np.ndarray) -> np.ndarray:
    """Bits of each column of ``ppm`` (L, 4) relative to ``composition`` (4,): (L,)."""
    ratio = np.divide(ppm, composition, out=np.ones_like(ppm), where=ppm > 0)
    return (ppm * np.log2(ratio)).sum(axis=1)


def sample_all(
    instances: list[Instance],
    ppms: Mapping[str, np.ndarray],
    composition: np.ndarray,
    min_score: float,
    seed: int,
) -> tuple[list[np.ndarray], list[float]]:
    """Codes (strand of the motif) and share of the best score of each instance."""
    bases: list = [None] * len(instances)
    scores: list = [None] * len(instances)
    for motif, ppm in ppms.items():
        rows = [i for i, instance in enumerate(instances) if instance.motif == motif]
        rng = np.random.default_rng(seed_of(f"motif {motif}", seed))
        drawn = _sample(motif, ppm, composition, min_score, len(rows), rng)
        for row, codes, score in zip(rows, *drawn, strict=True):
            bases[row], scores[row] = codes, score
    return bases, scores


def _sample(
    motif: str,
    ppm: np.ndarray,
    composition: np.ndarray,
    min_score: float,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw instances from ``ppm`` until ``count`` reach the score: codes (count, L), shares."""
    odds = np.log2((ppm + _PSEUDO) / (1 + 4 * _PSEUDO) / composition)
    best = odds.max(axis=1).sum()
    upper = ppm.cumsum(axis=1)[:, :3]
    kept: list[np.ndarray] = []
    for _ in range(_MAX_ROUNDS):
        if len(kept) >= count:
            break
        draws = rng.random((count, len(ppm), 1))
        codes = (draws >= upper).sum(axis=2).astype(np.uint8)
        share = odds[np.arange(len(ppm)), codes].sum(axis=1) / best
        kept += list(codes[share >= min_score])
    if len(kept) < count:
        raise BadInput(
            f"{motif}: hardly any instance reaches {min_score} of its best PWM score",
            remedy="lower min_score, or give a more certain PPM",
        )
    codes = np.array(kept[:count], dtype=np.uint8).reshape(count, len(ppm))
    return codes, odds[np.arange(len(ppm)), codes].sum(axis=1) / best
