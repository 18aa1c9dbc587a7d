"""Labels of tiles by a double loop; baselines on sequences whose answer is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens.checks.tiles import check, tile_labels
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.motifs.names.database import Motif

WINDOW, WORD = 20, "GATTACAT"


def test_labels_are_those_of_a_double_loop() -> None:
    rng = np.random.default_rng(0)
    starts, events = np.arange(0, 3000, 7), rng.integers(0, 3000, 25)
    expected = []
    for start in starts:
        nearest = min(abs(event - (start + WINDOW // 2)) for event in events)
        expected.append(1 if nearest <= 5 else np.nan if nearest <= WINDOW // 2 + 5 else 0)
    np.testing.assert_array_equal(tile_labels(starts, WINDOW, events, 5), expected)
    assert not tile_labels(starts, WINDOW, np.zeros(0, int), 5).any()


@pytest.fixture
def genome(tmp_path: Path) -> Genome:
    """Two chromosomes with the word at every 100th base."""
    rng, lines = np.random.default_rng(3), []
    for chrom in ("chr1", "chr2"):
        sequence = rng.choice(list("ACGT"), 4000)
        for start in range(50, 4000, 100):
            sequence[start : start + len(WORD)] = list(WORD)
        lines += [f">{chrom}", "".join(sequence)]
    (tmp_path / "g.fa").write_text("\n".join(lines) + "\n")
    prepare_fasta(tmp_path / "g.fa", tmp_path / "g.fa.gz")
    return Genome(tmp_path / "g.fa.gz")


def windows(chrom: str) -> pd.DataFrame:
    starts = np.arange(0, 3980, 5)
    holds = [any(s <= at and at + 8 <= s + WINDOW for at in range(50, 4000, 100)) for s in starts]
    table = pd.DataFrame({"chrom": chrom, "start": starts, "label": np.float32(holds)})
    return table.assign(end=table["start"] + WINDOW)


def test_the_best_motif_is_chosen_on_the_training_windows(genome: Genome) -> None:
    ppm = np.array([[base == letter for base in "ACGT"] for letter in WORD], float)
    rng = np.random.default_rng(4)
    database = [Motif(f"r{i}", "random", "", rng.dirichlet([1] * 4, 8)) for i in range(5)]
    database.append(Motif("w", "word", "", ppm))
    tiles = windows("chr2").assign(fold="fold0", value=0.0)
    tiles["value"] = -tiles["label"]  # a model that is always wrong
    table = check(
        tiles, genome, {"fold0": windows("chr1")}, database, task="t", window=WINDOW, kmer=4
    ).set_index("metric")["value"]
    assert table["auroc"] == 0
    assert table["auroc_best_motif"] > 0.99
    assert table["auroc_kmer"] > 0.9
