"""Preparing signals: tiles and peaks with the counts of the arrays that the bigWigs hold."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import fold_table
from chromolens.inputs.genome import prepare

SIZES = [9000, 8000, 7000, 5000]
SETTINGS = {"folds": fold_table([["chrA"], ["chrB"], ["chrC"]]), "window": 41}


@pytest.fixture
def fasta(random_genome, write_fasta):
    return write_fasta(random_genome(SIZES))


@pytest.fixture
def signal(write_bigwig):
    rng = np.random.default_rng(9)
    names = ["chrA", "chrB", "chrC", "chrD"]
    arrays = [
        {
            name: rng.poisson(0.05, size).astype(float)
            for name, size in zip(names, SIZES, strict=True)
        }
        for _ in range(2)
    ]
    paths = [write_bigwig(array, f"{i}.bw") for i, array in enumerate(arrays)]
    return arrays, {"s": {"plus": paths[0], "minus": paths[1]}}


def test_tiles_of_a_signal_hold_its_counts(fasta, signal):
    arrays, signals = signal
    prepared = prepare(fasta=fasta, signals=signals, tile=41, min_count=5, **SETTINGS)
    totals = {
        f"{chrom}:{start}-{start + 41}": sum(a[chrom][start : start + 41].sum() for a in arrays)
        for chrom, size in zip(["chrA", "chrB", "chrC"], SIZES, strict=False)
        for start in range(0, size - 40, 41)
    }
    kept = {name: total for name, total in totals.items() if total >= 5}
    assert dict(zip(prepared.windows["id"], prepared.windows["s"], strict=True)) == kept
    dropped = prepared.dropped.set_index("reason").loc["fewer counts than min_count", "count"]
    assert dropped == len(totals) - len(kept) > 0


def test_peaks_and_signals_together_centre_windows_and_count(fasta, signal, write_bed):
    arrays, signals = signal
    events = [(chrom, at) for chrom in ("chrA", "chrB", "chrC") for at in (900, 2000, 2010, 5000)]
    windows = prepare(
        fasta=fasta, peaks={"s": write_bed(events)}, signals=signals, **SETTINGS
    ).windows
    assert set(windows["role"]) == {"positive", "negative"}
    for row in windows.itertuples():
        assert row.s == sum(a[row.chrom][row.start : row.end].sum() for a in arrays)


def test_scaffolds_without_room_and_chromosomes_without_signal_are_counted(
    random_genome, write_fasta, write_bed, write_bigwig
):
    """chrB has no signal; chrD and chrE are shorter than a window."""
    sizes = [9000, 8000, 7000, 40, 12]
    fasta = write_fasta(random_genome(sizes))
    counts = {"chrA": np.ones(9000), "chrC": np.full(7000, 2.0)}
    events = [(chrom, at) for chrom in ("chrA", "chrB", "chrC") for at in (900, 2000, 5000)]
    prepared = prepare(
        fasta=fasta,
        peaks={"s": write_bed(events)},
        signals={"s": {"plus": write_bigwig(counts)}},
        **SETTINGS,
    )
    reasons = prepared.dropped[["reason", "task", "count", "example"]].values.tolist()
    assert ["chromosomes shorter than a window", "", 2, "chrD"] in reasons
    assert ["chromosomes without signal in a bigWig, counted as 0", "s", 1, "chrB"] in reasons
    labels = prepared.windows.groupby("chrom")["s"].unique()
    assert {chrom: list(found) for chrom, found in labels.items()} == {
        "chrA": [41],
        "chrB": [0],
        "chrC": [82],
    }


def test_signals_without_peaks_need_tiles(fasta, signal):
    with pytest.raises(BadInput, match="task s has signals and no peaks"):
        prepare(fasta=fasta, signals=signal[1], **SETTINGS)
