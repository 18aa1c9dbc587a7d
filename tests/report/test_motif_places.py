"""Where seqlets lie and how that is drawn, against plain loops."""

import re

import h5py
import numpy as np
import pandas as pd
import pytest
from motif_files import LENGTH, SITE, write_patterns

from chromolens.motifs.modisco.merged_file import write_merged
from chromolens.report.figures.motifs import BINS, letters, spread
from chromolens.report.motif_page import from_tss, seqlet_places


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    patterns = write_patterns(folder / "modisco.h5", 2)
    write_merged(folder / "modisco.h5", folder / "merged.h5", [])
    return folder / "merged.h5", patterns


def test_middles_are_those_of_the_planted_sites(merged):
    path, patterns = merged
    places = seqlet_places(path, "genome")
    for name, seqlets in patterns.items():
        if "sub" in name:
            continue
        own = places[places["pattern"] == name].set_index("window")
        for window, start, _ in seqlets:
            row = own.loc[f"chr{window % 4}:{1000 * window}-{1000 * window + LENGTH}"]
            site = start + 19 + SITE / 2
            assert row["middle"] == pytest.approx(1000 * window + site, abs=2)
            assert row["from_centre"] == pytest.approx(site - LENGTH / 2 - 0.5, abs=2)
            assert row["chrom"] == f"chr{window % 4}" and row["end"] - row["start"] == 50
        turned = own["strand"].to_numpy() == "-"
        backward = np.array([backward for *_, backward in seqlets])
        assert (turned == backward).all() or (turned == ~backward).all()


def test_rows_stand_in_the_order_of_the_file(merged):
    path, _ = merged
    places = seqlet_places(path, "sequences")
    with h5py.File(path) as file:
        for name in ("pos.pattern_0", "pos.pattern_1"):
            starts = file[name.replace(".", "_patterns/")]["seqlets/start"][:]
            own = places[places["pattern"] == name]
            np.testing.assert_array_equal(own["start"], starts)
            assert (own["chrom"] == own["window"]).all()


def test_the_nearest_tss_against_a_loop():
    rng = np.random.default_rng(0)
    starts = rng.integers(0, 5000, 40)
    genes = pd.DataFrame(
        {
            "chrom": rng.choice(["a", "b"], 40),
            "start": starts,
            "end": starts + rng.integers(1, 900, 40),
            "strand": rng.choice(["+", "-"], 40),
        }
    )
    places = pd.DataFrame(
        {
            "chrom": rng.choice(["a", "b", "none"], 200),
            "middle": rng.integers(0, 12_000, 200) / 2,
            "strand": rng.choice(["+", "-"], 200),
        }
    )
    found = from_tss(places, genes)
    for place, answer in zip(places.itertuples(), found.itertuples(), strict=True):
        options = []
        for gene in genes[genes["chrom"] == place.chrom].itertuples():
            tss = gene.start + 0.5 if gene.strand == "+" else gene.end - 0.5
            direction = 1 if gene.strand == "+" else -1
            distance = (place.middle - tss) * direction
            options.append((abs(distance), tss, distance, place.strand == gene.strand))
        if not options:
            assert np.isnan(answer.distance) and not answer.along
            continue
        nearest = min(options)[0]
        assert (nearest, answer.distance, answer.along) in [
            (size, distance, along) for size, _, distance, along in options
        ]


def test_bars_are_as_high_as_the_counts():
    rng = np.random.default_rng(3)
    distances, upward = rng.normal(0, 15, 300), rng.random(300) < 0.7
    drawing = spread(distances, upward, 40.0, "x")
    up, down = re.findall(r'd="(M[^"]*H[^"]*Z)"', drawing)
    axis = float(up.split(" ")[1].split("V")[0])
    heights, counts = [], []
    for path, side in ((up, upward), (down, ~upward)):
        heights += [abs(float(v) - axis) for v in re.findall(r"V([\d.]+)H", path)]
        lefts = [-40 + 2 * b for b in range(BINS)]
        counts += [sum(left <= d < left + 2 for d in distances[side]) for left in lefts]
    heights, counts = (np.array(values) / max(values) for values in (heights, counts))
    np.testing.assert_allclose(heights, counts, atol=1e-3)
    empty = spread(np.array([]), np.array([], dtype=bool), 40.0, "nothing")
    assert "nan" not in empty


def test_letters_show_size_and_sign():
    onehot = np.vstack([np.eye(4), np.zeros((1, 4))])
    text = letters(onehot, np.array([3.0, 1.9, -1.0, 0.1, 0.0]))
    assert text == (
        '<b class="base-A s3">A</b><b class="base-C s2">C</b><b class="base-G s1 against">G</b>t·'
    )
    assert letters(onehot, np.zeros(5)) == "acgt·"
