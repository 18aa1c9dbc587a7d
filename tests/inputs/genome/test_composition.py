"""Counts of bases in windows, against letters counted one by one."""

import numpy as np
import pytest

from chromolens.genome import fasta
from chromolens.inputs.genome import composition
from chromolens.inputs.genome.composition import Composition


@pytest.fixture
def letters(random_genome):
    """Chromosomes as long as a block of sums, shorter, longer; with stretches of N and IUPAC."""
    genome = random_genome([512, 700, 5000, 60])
    for chrom, start, end, letter in (
        ("chrB", 0, 70, "N"),
        ("chrC", 1000, 2100, "N"),
        ("chrC", 2101, 2102, "R"),
        ("chrC", 4990, 5000, "N"),
        ("chrD", 0, 60, "N"),
    ):
        text = genome[chrom]
        genome[chrom] = text[:start] + letter * (end - start) + text[end:]
    return genome | {"chrB": genome["chrB"].lower()}


def by_hand(text, start, length):
    inside = [
        text[place].upper() for place in range(max(start, 0), min(start + length, len(text)))
    ]
    known = sum(inside.count(base) for base in "ACGT")
    strong = inside.count("G") + inside.count("C")
    return strong / known if known else np.nan, (length - known) / length


@pytest.mark.parametrize("length", [1, 63, 64, 201, 1300])
@pytest.mark.parametrize("stretch", [1 << 22, 512])
def test_windows_are_counted_as_by_hand(letters, write_fasta, length, stretch, monkeypatch):
    monkeypatch.setattr(fasta, "_STRETCH", stretch)
    monkeypatch.setattr(composition, "_AT_ONCE", 100)
    rng = np.random.default_rng(length)
    chroms = rng.choice(list(letters), 400)
    starts = rng.integers(-length, 5000, 400)
    gc, unknown = Composition(write_fasta(letters)).of(chroms, starts, length)
    pairs = zip(chroms, starts, strict=True)
    expected = np.array([by_hand(letters[chrom], start, length) for chrom, start in pairs]).T
    np.testing.assert_array_equal(gc, expected[0])
    np.testing.assert_array_equal(unknown, expected[1])


def test_memory_is_bounded_and_changes_no_count(letters, write_fasta, monkeypatch):
    monkeypatch.setattr(composition, "_KEPT", 100)
    genome = Composition(write_fasta(letters))
    chroms, starts = np.tile(list(letters), 3), np.repeat([3, 20, 40], 4)
    gc, _ = genome.of(chroms, starts, 20)
    expected = [by_hand(letters[c], s, 20)[0] for c, s in zip(chroms, starts, strict=True)]
    np.testing.assert_array_equal(gc, expected)
    assert len(genome._kept) == 1
    genome.forget()
    assert not genome._kept
    np.testing.assert_array_equal(genome.of(chroms, starts, 20)[0], gc)


def test_no_windows(letters, write_fasta):
    gc, unknown = Composition(write_fasta(letters)).of(np.array([]), np.array([], int), 20)
    assert len(gc) == len(unknown) == 0
