"""Recovery of planted bases, worked out by hand on a toy genome."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens.checks.planted import check
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval

MOTIF = "GATTACA"


@pytest.fixture
def genome(tmp_path: Path) -> Genome:
    """100 bases: the motif at 10 (causal), 40 (alone), 70 (nobody's: a chance match)."""
    sequence = list("CTCCTTCTCT" * 10)
    for start in (10, 40, 70):
        sequence[start : start + 7] = MOTIF
    source = tmp_path / "toy.fa"
    source.write_text(">chr1\n" + "".join(sequence) + "\n")
    prepare_fasta(source, tmp_path / "toy.fa.gz")
    return Genome(tmp_path / "toy.fa.gz")


def table(genome: Genome, track: np.ndarray, first: int = 0) -> pd.DataFrame:
    columns = ["chrom", "start", "end", "motif", "strand", "role"]
    truth = [("chr1", 10, 17, "M", "+", "causal"), ("chr1", 40, 47, "M", "+", "alone")]
    core = pd.DataFrame([("chr1", 11, 15)], columns=["chrom", "start", "end"])
    ppm = np.array([[base == letter for base in "ACGT"] for letter in MOTIF], float)
    windows = pd.DataFrame([("chr1", 0, 30)], columns=["chrom", "start", "end"])
    truth = pd.DataFrame(truth, columns=columns)
    where = {"windows": windows, "explained": [Interval("chr1", first, 100)]}
    found = check(genome, {"chr1": track}, truth, core, {"M": ppm}, **where)
    return found.set_index("scope")


def test_a_track_that_lights_the_core_recovers_all(genome: Genome) -> None:
    track = np.zeros(100, np.float32)
    track[11:15] = 1
    found = table(genome, track)
    assert found["recall"].tolist() == [1, 1]
    assert found["precision"].tolist() == [1, 1]
    assert found["planted"].tolist() == [4, 4]


def test_chance_matches_are_counted_apart_and_lone_parts_are_not(genome: Genome) -> None:
    track = np.zeros(100, np.float32)
    track[[11, 12]] = 3
    track[[71, 72]] = 4  # a chance match: ranked first, but left aside
    track[[41, 42]] = 2  # of a lone part: wrong
    found = table(genome, track)
    whole = found.loc["genome"]
    assert (whole["recall"], whole["precision"]) == (0.5, 0.5)
    assert (whole["chance"], whole["alone"], whole["decoy"]) == (2, 2, 0)
    # within the events' windows there are neither lone parts nor chance matches
    assert found.loc["events", "chance"] == 0
    assert found.loc["events", "recall"] >= 0.5


def test_absent_bases_come_last(genome: Genome) -> None:
    track = np.full(100, np.nan, np.float32)
    track[:4] = -1
    assert table(genome, track).loc["genome", "recall"] == 0


def test_bases_that_no_fold_explains_do_not_count(genome: Genome) -> None:
    track = np.zeros(100, np.float32)
    track[:12] = np.nan  # one of the four planted bases among them
    track[12:15] = 1
    assert table(genome, track)["recall"].tolist() == [0.75, 0.75]
    found = table(genome, track, first=12)
    assert found["planted"].tolist() == [3, 3] and found["recall"].tolist() == [1, 1]
