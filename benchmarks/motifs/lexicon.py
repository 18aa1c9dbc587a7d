"""When are two motifs one? Calibrates the threshold of the lexicon on JASPAR.

Same motif: two draws of one matrix, each of 20 to 500 sites, cut by 0 to 2 columns on either
side, with 0 to 6 bases of random sequence around, on either strand, trimmed. Different motifs:
such draws of matrices of different families, among which JASPAR has many that look alike (the
factors of CACGTG stand in several). Reported is, for each threshold, the share of same pairs
that would be missed and of different pairs that would be merged.

    python benchmarks/motifs/lexicon.py
"""

import time
from collections.abc import Iterator

import numpy as np

from chromolens.motifs.compare import similarities
from chromolens.motifs.database import Motif, load_database
from chromolens.motifs.ppm import information, normalised, reverse_complement, trim

SITES = (20, 500)
CUT, FLANK = 2, 6
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def drawn(ppm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A motif as a reading would show it: few sites, cut ends, flanks, any strand; trimmed."""
    sites = int(np.exp(rng.uniform(*np.log(SITES))))
    first, last = rng.integers(0, CUT + 1, 2)
    shares = [np.full((rng.integers(0, FLANK + 1), 4), 0.25) for _ in range(2)]
    whole = np.concatenate([shares[0], ppm[first : len(ppm) - last], shares[1]])
    counts = np.array([rng.multinomial(sites, row) for row in normalised(whole)])
    found = trim(normalised(counts))
    return reverse_complement(found) if rng.random() < 0.5 else found


def pairs(motifs: list[Motif], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Similarity of two draws of each motif, and of draws of different families (n, n) masked."""
    first = [drawn(motif.ppm, rng) for motif in motifs]
    second = [drawn(motif.ppm, rng) for motif in motifs]
    alike = similarities([*first, *second])[: len(motifs), len(motifs) :]
    families = np.array([motif.family for motif in motifs])
    return np.diag(alike), alike[families[:, None] != families]


def rates(same: np.ndarray, different: np.ndarray) -> Iterator[str]:
    """Rows of the table."""
    for threshold in THRESHOLDS:
        missed, merged = (same < threshold).mean(), (different >= threshold).mean()
        yield f"| {threshold:.2f} | {missed:.2%} | {merged:.3%} |"


def main() -> None:
    """Print a table for each group of organisms."""
    for group in ("vertebrates", "fungi", "plants"):
        start, rng = time.process_time(), np.random.default_rng(0)
        known = load_database({"release": "JASPAR2024", "tax_group": group})
        known = [m for m in known if information(m.ppm) >= 8 and m.family]
        same, different = pairs(known, rng)
        print(f"\n{group}: {len(same)} same, {len(different)} different pairs")
        print("| threshold | missed | merged |\n| --- | --- | --- |")
        print("\n".join(rates(same, different)))
        print(f"{time.process_time() - start:.1f} CPU s")


if __name__ == "__main__":
    main()
