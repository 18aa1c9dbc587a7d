"""Every substitution of a region: as variants of a file, and equal in any share of jobs."""

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.tables.variants import BLOCKS, SATURATED
from chromolens.tracks.bigwig import read_back
from chromolens.variants import saturated, saturation
from chromolens.variants.haplotypes import stands_of
from chromolens.variants.listed import Reading, unique
from chromolens.variants.score import score_variants
from tests.attribution.networks import cnn, randomised
from tests.variants.alleles import (
    FOLDS,
    SETTINGS,
    WINDOW,
    sequences,
    stated,
    write_genome,
)

ASKED = {"tasks": ["x"], "objective": "binary", "window": WINDOW, "stands": stands_of(SETTINGS)}


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


@pytest.fixture(scope="module")
def model():
    return Model.of(randomised(cnn(WINDOW), seed=3), ["x", "y"])


def read(genome, tmp_path, *lines):
    path = tmp_path / "regions.bed"
    path.write_text("\n".join(line.replace(" ", "\t") for line in lines) + "\n")
    return saturation.read_blocks(path, genome, Reading(genome, FOLDS, SETTINGS), {"1": "a"})


def test_bases_are_cut_into_blocks_once(genome, tmp_path):
    blocks, dropped = read(genome, tmp_path, "b 30 40", "1 100 180", "a 170 200", "a 200 240")
    assert blocks.to_numpy().tolist() == [
        ["a", 100, 164, "fold0"], ["a", 164, 228, "fold0"], ["a", 228, 240, "fold0"],
        ["b", 30, 40, "fold1"],
    ]  # fmt: skip
    assert dropped.empty


def test_what_cannot_be_scored_is_counted(genome, tmp_path):
    blocks, dropped = read(genome, tmp_path, "a 0 40", "b 380 470", "c 10 30")
    told = dropped.set_index("reason")
    # windows reach 24 bases to the left of a base, and 24 to its right
    assert blocks["start"].min() >= 24
    scored = (blocks["end"] - blocks["start"]).sum()
    assert scored + told["count"].sum() == 40 + 90 + 20
    assert told["count"]["a chromosome that no fold holds out"] == 20
    assert told["count"][saturation.NO_BASE] == 60
    assert told["example"][saturation.NO_BASE] == "b:400-460"
    with pytest.raises(BadInput, match="no base of the regions"):
        read(genome, tmp_path, "c 10 30")


def test_effects_are_those_of_variants(genome, model, tmp_path):
    blocks, _ = read(genome, tmp_path, "a 60 70", "b 100 103")
    for fold, own in blocks.groupby("fold"):
        table = saturation.saturate([model], genome, own, **ASKED)
        chrom = own["chrom"].iloc[0]
        text = sequences()[chrom]
        rows = [
            (chrom, at + 1, text[at], other)
            for at in table["start"]
            for other in "ACGT"
            if other != text[at]
        ]
        listed = unique(Reading(genome, FOLDS, SETTINGS).taken(stated(*rows))[0])
        scored = score_variants({fold: [model]}, genome, listed, **ASKED)
        expected = dict(zip(listed["variant"], scored["effect"], strict=True))
        for row in table.to_dict("records"):
            for base in "ACGT":
                if base == text[row["start"]]:
                    assert np.isnan(row[base]), fold
                else:
                    name = f"{chrom}:{row['start'] + 1}:{text[row['start']]}:{base}"
                    assert row[base] == pytest.approx(expected[name], abs=1e-5)


def test_any_share_of_jobs_gives_equal_bits_and_tracks(genome, model, tmp_path):
    blocks, _ = read(genome, tmp_path, "a 60 200", "a 230 300")
    whole = saturation.saturate([model], genome, blocks, **ASKED)
    parts = [
        saturation.saturate([model], genome, saturation.share(blocks, "fold0", i, 3), **ASKED)
        for i in range(3)
    ]
    together = pd.concat(parts).sort_values("start").reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, together, check_exact=True)
    paths = {base: str(tmp_path / f"{base}.bw") for base in "ACGT"}
    saturated.write_tracks(pd.concat(parts), genome.sizes, "x", paths)
    for base, path in paths.items():
        values = read_back(path, "a", 0, 600)
        expected = np.full(600, np.nan, np.float32)
        expected[whole["start"]] = whole[base]
        np.testing.assert_array_equal(values, expected)
    known = [np.isfinite(read_back(path, "a", 60, 200)) for path in paths.values()]
    assert (np.sum(known, axis=0) == 3).all()


def test_a_fold_without_blocks(genome, model):
    none = saturation.saturate([model], genome, tables.empty(BLOCKS), **ASKED)
    assert list(none) == SATURATED.names and none.empty
