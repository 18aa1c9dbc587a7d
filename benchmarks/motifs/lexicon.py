"""When are two motifs one? Calibrates the threshold of the lexicon on JASPAR.

Same motif: two draws of one matrix, each of 20 to 500 sites, cut by 0 to 2 columns on either
side, with 0 to 6 bases of random sequence around, on either strand, trimmed. Different motifs:
such draws of matrices of different families, among which JASPAR has many that look alike (the
factors of CACGTG stand in several). Reported is, for each threshold, the share of same pairs
that would be missed and of different pairs that would be merged. Then lexicons without names:
five such draws of each of 20 matrices of different families are joined, and compared with the
truth by the adjusted Rand index (mean of 20 lexicons).

    python benchmarks/motifs/lexicon.py
"""

import time

import numpy as np
from sklearn.metrics import adjusted_rand_score

from chromolens.motifs.compare import similarities
from chromolens.motifs.lexicon.lexicon import joined
from chromolens.motifs.lexicon.members import Member
from chromolens.motifs.names.database import Motif, load_database
from chromolens.motifs.ppm import information, normalise, reverse_complement, trim

SITES = (20, 500)
CUT, FLANK = 2, 6
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def drawn(ppm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A motif as a reading would show it: few sites, cut ends, flanks, any strand; trimmed."""
    sites = int(np.exp(rng.uniform(*np.log(SITES))))
    first, last = rng.integers(0, CUT + 1, 2)
    shares = [np.full((rng.integers(0, FLANK + 1), 4), 0.25) for _ in range(2)]
    whole = np.concatenate([shares[0], ppm[first : len(ppm) - last], shares[1]])
    counts = np.array([rng.multinomial(sites, row) for row in normalise(whole)])
    found = trim(normalise(counts))
    return reverse_complement(found) if rng.random() < 0.5 else found


def pairs(motifs: list[Motif], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Similarity of two draws of each motif, and of draws of different families (n, n) masked."""
    first = [drawn(motif.ppm, rng) for motif in motifs]
    second = [drawn(motif.ppm, rng) for motif in motifs]
    alike = similarities([*first, *second])[: len(motifs), len(motifs) :]
    families = np.array([motif.family for motif in motifs])
    return np.diag(alike), alike[families[:, None] != families]


def rand_indices(motifs: list[Motif], rng: np.random.Generator) -> list[float]:
    """Adjusted Rand index of a lexicon without names, for each threshold."""
    one_each = {motifs[place].family: motifs[place] for place in rng.permutation(len(motifs))}
    truth = np.repeat(np.arange(min(20, len(one_each))), 5)
    chosen = list(one_each.values())
    ppms = [drawn(chosen[place].ppm, rng) for place in truth]
    members = [Member("modisco", "m", "t", "", "pos", ppm, 1, {}) for ppm in ppms]
    return [adjusted_rand_score(truth, labels(members, each)) for each in THRESHOLDS]


def labels(members: list[Member], threshold: float) -> np.ndarray:
    """The number of each member's motif."""
    found = np.zeros(len(members), dtype=int)
    for label, group in enumerate(joined(members, threshold)):
        found[group] = label
    return found


def main() -> None:
    """Print a table for each group of organisms."""
    for group in ("vertebrates", "fungi", "plants"):
        start, rng = time.process_time(), np.random.default_rng(0)
        known = load_database({"release": "JASPAR2024", "tax_group": group})
        known = [m for m in known if information(m.ppm) >= 8 and m.family]
        same, different = pairs(known, rng)
        scores = np.mean([rand_indices(known, rng) for _ in range(20)], axis=0)
        print(f"\n{group}: {len(same)} same, {len(different)} different pairs")
        print("| threshold | missed | merged | adjusted Rand index |\n| --- | --- | --- | --- |")
        for threshold, score in zip(THRESHOLDS, scores, strict=True):
            missed, merged = (same < threshold).mean(), (different >= threshold).mean()
            print(f"| {threshold:.2f} | {missed:.1%} | {merged:.1%} | {score:.2f} |")
        print(f"{time.process_time() - start:.1f} CPU s")


if __name__ == "__main__":
    main()
