"""Windows of circular chromosomes: turned, a genome has the same windows, turned."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens.genome.intervals import Interval
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.blocks import blocks, least_gap
from chromolens.inputs.folds import fold_table
from chromolens.inputs.genome import prepare
from chromolens.inputs.genome.regions import place

CHROMS, SIZE, WINDOW = ("chrA", "chrB", "chrC"), 2000, 40
CIRCULAR = dict.fromkeys(CHROMS, SIZE)
FOLDS = fold_table([[chrom] for chrom in CHROMS])
# near the origin from both sides, on it, and far from it; of a second task beside these
EVENTS = {"t": [0, 12, 500, 1100, 1990], "u": [30, 700, 1400, 1971]}
PLACES = {"folds": FOLDS, "window": WINDOW, "positive_within": 5, "negative_distance": 60}


@pytest.fixture
def circle(random_genome, write_fasta, write_bed, write_bigwig):
    """Make the inputs of the genome turned by some bases: FASTA, peaks, signals."""
    letters = random_genome([SIZE] * 3)
    letters = dict(zip(CHROMS, letters.values(), strict=True))
    counts = np.random.default_rng(5).poisson(3, SIZE).astype(float)

    def turned(by: int) -> dict:
        fasta = write_fasta({c: s[by:] + s[:by] for c, s in letters.items()}, f"{by}.fa")
        Path(f"{fasta}.circular").write_text("".join(f"{chrom}\n" for chrom in CHROMS))
        beds = {
            task: write_bed([(c, (at - by) % SIZE) for c in CHROMS for at in own], f"{by}.{task}")
            for task, own in EVENTS.items()
        }
        signal = write_bigwig(dict.fromkeys(CHROMS, np.roll(counts, -by)), f"{by}.bw")
        return {"fasta": fasta, "peaks": beds, "signals": {"t": {"plus": signal}}}

    return turned


def turned_back(windows: pd.DataFrame, by: int) -> pd.DataFrame:
    windows = windows.assign(start=(windows["start"] + by) % SIZE)
    return windows.drop(columns=["id", "end", "shared"]).sort_values(["chrom", "start"])


def test_windows_on_events_turn_with_the_genome(circle):
    found = {}
    for by in (0, 5, 1000):
        given = circle(by)
        del given["signals"]
        windows = prepare(**given, **PLACES, negative_ratio=1.0).windows
        assert windows["start"].between(0, SIZE - 1).all()
        found[by] = windows[windows["role"] == "positive"]
        inputs = open_inputs(windows, given["fasta"])
        rows = np.flatnonzero(windows["role"] == "positive")
        order = np.lexsort((found[by]["start"].add(by) % SIZE, found[by]["chrom"]))
        for shift in (0, 15):  # moved in training
            arrays = inputs.arrays(rows, np.full(len(rows), shift))[order]
            first = found.setdefault(shift + 0.5, arrays)
            np.testing.assert_array_equal(arrays, first)
        centres = windows["start"].to_numpy() + WINDOW // 2
        for row in np.flatnonzero(windows["role"] == "negative"):
            events = np.array([at for own in EVENTS.values() for at in own]) - by
            away = np.abs(centres[row] - WINDOW // 2 + np.arange(WINDOW) - events[:, None])
            assert np.minimum(away % SIZE, -away % SIZE).min() >= 60
    assert len(found[0]) == 3 * 9
    for by in (5, 1000):
        pd.testing.assert_frame_equal(
            turned_back(found[by], by).reset_index(drop=True),
            turned_back(found[0], 0).reset_index(drop=True),
        )
    assert found[0]["end"].gt(SIZE).sum() == 3 * 3  # at 0, 12 and 1990


def test_tiles_and_counts_turn_with_the_genome(circle):
    tables, profiles = [], []
    for by in (0, 20):
        given = circle(by)
        prepared = prepare(**given, **PLACES, tile=20)
        windows = turned_back(prepared.windows, by)
        inputs = open_inputs(prepared.windows, given["fasta"], given["signals"])
        profiles.append(inputs.profiles(windows.index.to_numpy(), "t", 30))
        tables.append(windows.reset_index(drop=True))
        assert prepared.notes["windows across an origin"] == 3
    assert len(tables[0]) == 3 * SIZE // 20
    pd.testing.assert_frame_equal(*tables)
    np.testing.assert_array_equal(*profiles)


def test_windows_on_regions_turn_with_the_genome(tmp_path):
    found = {}
    for by in (0, 1000):
        bed = tmp_path / f"{by}.bed"
        spans = [
            ((start - by) % SIZE, width) for start, width in ((3, 10), (1010, 200), (1985, 9))
        ]
        bed.write_text("".join(f"chrA\t{start}\t{start + width}\n" for start, width in spans))
        stretches = [Interval("chrA", 0, SIZE)]
        asked = {"files": [str(bed)], "chromosome_names": {}, "events": False}
        widths = {"window": WINDOW, "keep": 20, "stride": 10}
        placed = place({"chrA": SIZE}, stretches, circular={"chrA": SIZE}, **asked, **widths)
        assert placed.tally.table().empty
        found[by] = np.sort((placed.starts["chrA"] + by) % SIZE)
    np.testing.assert_array_equal(found[0], found[1000])
    assert found[0].max() > SIZE - WINDOW  # across the origin


@pytest.mark.parametrize("same", [True, False])
def test_blocks_of_two_folds_keep_their_gap_over_the_origin(same):
    gap, size = least_gap(WINDOW, 4), 3000
    parts = [Interval("c", start, start + 500) for start in range(0, size, 500)]
    homes = [0, 1, 2, 0, 1, 0 if same else 2]
    owner = np.full(size, -1)
    for fold, names in enumerate(blocks(parts, homes, 3, gap, WINDOW, {"c": size})):
        for block in map(Interval.from_name, names):
            owner[block.start : block.end] = fold
    round_about = np.roll(owner, 1500)  # the origin in the middle
    width = (round_about[1300:1700] == -1).sum()
    assert width == (0 if same else gap)
