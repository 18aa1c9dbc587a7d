"""The yeast cross (Bloom et al., 2013): its known loci are found with their published LODs."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens.markers.blocks import ld_blocks
from chromolens.markers.chromosomes import rotation
from chromolens.markers.evidence import evidence
from chromolens.markers.known import known_loci
from chromolens.markers.ridge import ridge
from chromolens.markers.runs import leads
from chromolens.markers.scan import null_lods, scan, threshold
from chromolens.markers.verdicts import verdict

ROOT = Path(__file__).parents[2]
# as the data's own README has them: positions on sacCer2, LOD
LOCI = [
    ("Cobalt_Chloride", "chrXII", 656893, 72),
    ("Ethanol", "chrXIV", 466590, 80),
    ("Menadione", "chrXIV", 376315, 80),
    ("Lithium_Chloride", "chrIV", 527443, 69),
    ("x4NQO", "chrXII", 207340, 65),
    ("Copper", "chrVIII", 208560, 22),
    ("YPD.15C", "chrXIII", 46758, 71),
    ("Manganese_Sulfate", "chrVII", 187538, 51),
]


@pytest.fixture(scope="module")
def cross() -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Markers, dosages int8 (segregants, markers) and traits."""
    folder = Path(
        os.environ.get("CHROMOLENS_YEAST_CROSS", ROOT.parent / "shared/data/genotype_yeast_byxrm")
    )
    if not folder.is_dir():
        pytest.skip(f"needs {folder} (set CHROMOLENS_YEAST_CROSS)")
    markers = pd.read_csv(folder / "markers.tsv.gz", sep="\t")
    markers = markers[["marker_id", "chrom", "pos_sacCer2"]]
    markers = markers.set_axis(["marker", "chrom", "position"], axis=1)
    dosage = pd.read_csv(folder / "genotypes.tsv.gz", sep="\t", index_col=0).astype(np.int8)
    assert list(dosage) == list(markers["marker"])
    return markers, dosage.to_numpy(), pd.read_csv(folder / "phenotypes.tsv.gz", sep="\t")


@pytest.mark.parametrize(("trait", "chrom", "position", "lod"), LOCI)
def test_the_best_marker_of_the_chromosome_is_the_known_one(cross, trait, chrom, position, lod):
    markers, dosage, traits = cross
    found = scan(markers, dosage, traits[trait].to_numpy())
    best = leads(markers, found["lod"].to_numpy())
    top = best.set_index("chrom").loc[chrom]
    assert abs(top["position"] - position) < 10_000  # neighbours are all but the same
    assert top["value"] == pytest.approx(lod, abs=0.51)
    loci = pd.DataFrame({"trait": [trait], "chrom": [chrom], "position": [position]})
    row = known_loci(loci, markers, {(trait, "scan"): best}).iloc[0]
    # copper has a larger one on chrXIII
    assert row["found"] and row["rank"] == (2 if trait == "Copper" else 1) and row["chance"] < 0.3


def test_chance_is_far_below_the_known_loci(cross):
    markers, dosage, traits = cross
    maxima = null_lods(markers[::10].reset_index(drop=True), dosage[:, ::10],
                       traits["Ethanol"].to_numpy())  # fmt: skip
    # Bloom et al. have 3.x for a cross of this size
    assert 2 < threshold(maxima.max(axis=1).to_numpy()) < 5


def test_blocks_are_few_and_contiguous(cross):
    markers, dosage, _ = cross
    numbers = ld_blocks(markers, dosage)
    assert (np.diff(numbers) >= 0).all() and 100 < numbers.max() < 1000


def test_ridge_predicts_segregants_it_never_saw(cross):
    markers, dosage, traits = cross
    markers, dosage = markers[::5].reset_index(drop=True), dosage[:, ::5]
    rows = np.random.default_rng(0).permutation(len(dosage))
    found = ridge(markers, dosage, traits["Ethanol"].to_numpy(), rows[:800], rows[800:])
    assert found.r2 > 0.3
    best = leads(markers, found.table["effect"].abs().to_numpy())
    top = best.loc[best["value"].idxmax()]
    assert top["chrom"] == "chrXIV" and abs(top["position"] - 466590) < 50_000


@pytest.mark.parametrize(("trait", "chrom", "position", "lod"), [LOCI[0], LOCI[1], LOCI[3]])
def test_a_linear_network_sees_the_genome(cross, trait, chrom, position, lod):
    """It knows no places: one weight per marker, with a penalty (its answer in closed form)."""
    markers, dosage, traits = cross
    markers, y = markers[::20].reset_index(drop=True), traits[trait].to_numpy()
    rng = np.random.default_rng(0)
    rows = rng.permutation(np.flatnonzero(np.isfinite(y)))
    training, held_out = rows[:800], rows[800:]
    x = dosage[:, ::20] - dosage[training, ::20].mean(axis=0)

    def mass_of(weights: np.ndarray) -> np.ndarray:
        return np.abs(x[held_out] * weights).mean(axis=0)

    def trained(labels: np.ndarray, seen: np.ndarray) -> np.ndarray:
        own = x[seen]
        return np.linalg.solve(own.T @ own + 60 * np.eye(own.shape[1]), own.T @ labels)

    labels = y[training] - y[training].mean()
    weights = trained(labels, training)
    rest = y[held_out] - y[held_out].mean()
    r2 = 1 - ((x[held_out] @ weights - rest) ** 2).mean() / rest.var()
    permuted = [mass_of(trained(rng.permutation(labels), training)) for _ in range(10)]
    untrained = [mass_of(rng.normal(size=len(markers))) for _ in range(10)]
    rotated = []
    for start in ("chrIV", "chrVIII", "chrXIII"):
        order, some = rotation(markers, start), rng.choice(800, 800)  # trained anew
        rotated.append((order, mass_of(trained(labels[some], training[some]))[order]))
    found = evidence(markers, mass_of(weights), untrained, permuted, rotated, last=21)
    assert verdict(found).category == "genome"
    where, place = found.best.split(":")
    assert where == chrom and abs(int(place.replace(",", "")) - position) < 50_000
    assert r2 > 0
