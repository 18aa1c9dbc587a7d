"""The scan and ridge against scipy and scikit-learn on whole arrays, nulls against plain loops."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import Ridge, RidgeCV

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.markers.ridge import _PENALTIES, ridge
from chromolens.markers.runs import leads
from chromolens.markers.scan import genomic_control, log10_p, null_lods, scan, threshold
from chromolens.tables.markers import MARKER_RIDGE, MARKER_SCAN
from tests.markers.made import dosages, markers_of

MARKERS = markers_of(I=30, II=20, X=10)


def imputed(dosage: np.ndarray) -> np.ndarray:
    """Missing dosages as the mean of the marker's known ones."""
    known = np.where(dosage < 0, np.nan, dosage.astype(float))
    return np.where(np.isnan(known), np.nanmean(known, axis=0), known)


def trait_of(dosage: np.ndarray, seed: int = 3) -> np.ndarray:
    """2 per copy at marker 35, -2 at marker 5; five samples weren't measured."""
    rng = np.random.default_rng(seed)
    trait = 2.0 * dosage[:, 35] - 2.0 * dosage[:, 5] + rng.normal(7, 1, len(dosage))
    trait[rng.choice(len(trait), 5, replace=False)] = np.nan
    return trait


@pytest.mark.parametrize("at_once", [7, 1000])
def test_every_marker_is_scipys_regression(at_once, tmp_path):
    dosage = dosages(120, 60, missing=0.1)
    trait, rows = trait_of(dosage), np.arange(10, 120)
    found = scan(MARKERS, dosage, trait, rows, at_once=at_once)
    used = rows[np.isfinite(trait[rows])]
    assert set(found["n"]) == {len(used)}
    columns = imputed(dosage[used])
    for marker in range(60):
        line = stats.linregress(columns[:, marker], trait[used])
        own = found.iloc[marker]
        assert own["beta"] == pytest.approx(line.slope, rel=1e-9)
        assert own["t"] == pytest.approx(line.slope / line.stderr, rel=1e-9)
        assert own["p"] == pytest.approx(line.pvalue, rel=1e-9)
        residuals = trait[used] - line.intercept - line.slope * columns[:, marker]
        explained = np.sum((trait[used] - trait[used].mean()) ** 2) / np.sum(residuals**2)
        assert own["lod"] == pytest.approx(len(used) / 2 * np.log10(explained), rel=1e-9)
    np.testing.assert_allclose(found["log10_p"], -np.log10(found["p"]), rtol=1e-9)
    best = leads(MARKERS, found["lod"].to_numpy())
    assert best["marker"].tolist()[:2] == ["m5", "m35"] and best["chrom"].tolist()[2] == "X"
    tables.write(MARKER_SCAN, found, tmp_path / "scan.tsv.gz")
    assert tables.read(MARKER_SCAN, tmp_path / "scan.tsv.gz").equals(found)


def test_markers_that_do_not_vary_have_no_numbers():
    dosage = dosages(40, 60).astype(float)
    dosage[:, 0], dosage[:, 1] = 0.1, np.nan
    found = scan(MARKERS, dosage, np.random.default_rng(0).normal(size=40))
    assert found.loc[:1, ["beta", "t", "p", "log10_p", "lod"]].isna().all(axis=None)
    assert found.loc[2:].notna().all(axis=None)
    assert np.isfinite(genomic_control(found))
    assert leads(MARKERS.iloc[:2], found["lod"].to_numpy()[:2]).empty


def test_p_below_all_floats():
    # Student's t of 2 degrees of freedom in closed form: p = 1 - |t| / sqrt(2 + t^2)
    t = np.array([0.3, 1e3, 1e120])
    np.testing.assert_allclose(log10_p(t, 2)[:2], -np.log10(1 - t[:2] / np.sqrt(2 + t[:2] ** 2)),
                               rtol=1e-6)  # fmt: skip
    assert log10_p(t, 2)[2] == pytest.approx(240, rel=1e-12)  # 1 / t^2
    # four: p = 1 - x (3 - x^2) / 2 with x = t / sqrt(4 + t^2); far out 6 / t^4
    assert log10_p(np.array([1e90]), 4)[0] == pytest.approx(360 - np.log10(6), rel=1e-12)
    # a large sample is the normal law: log sf of scipy
    many = 10**9
    normal = -(stats.norm.logsf(60) + np.log(2)) / np.log(10)
    assert log10_p(np.array([60.0]), many)[0] == pytest.approx(normal, rel=1e-5)


def test_a_perfect_fit_is_finite():
    dosage = dosages(50, 60)
    found = scan(MARKERS, dosage, dosage[:, 9] * 2.0)
    assert np.isfinite(found["lod"]).all() and found["lod"].idxmax() == 9
    assert found["beta"][9] == pytest.approx(2)


def test_genomic_control_sees_families():
    rng = np.random.default_rng(5)
    wide = markers_of(I=2000)
    families = np.repeat(np.arange(20), 10)
    ancestors = rng.binomial(2, 0.5, (20, 2000))
    dosage = np.where(rng.random((200, 2000)) < 0.8, ancestors[families], 1).astype(np.int8)
    chance = scan(wide, dosages(200, 2000), rng.normal(size=200))
    assert 0.9 < genomic_control(chance) < 1.1
    of_families = scan(wide, dosage, rng.normal(size=20)[families] + rng.normal(size=200))
    assert genomic_control(of_families) > 2


def test_genomic_control_by_hand():
    # p of chance are even on (0, 1): their median is that of chi2
    assert genomic_control(pd.DataFrame({"p": [0.1, 0.5, 0.9]})) == pytest.approx(1)
    # chi2 of one degree of freedom is a squared normal: 1.96^2
    assert genomic_control(pd.DataFrame({"p": [0.05]})) == pytest.approx(
        stats.norm.isf(0.025) ** 2 / stats.norm.isf(0.25) ** 2
    )


@pytest.mark.parametrize("at_once", [7, 1000])
def test_permuted_traits_in_a_plain_loop(at_once):
    dosage = dosages(80, 60, missing=0.1)
    trait = trait_of(dosage)
    found = null_lods(MARKERS, dosage, trait, seed=4, at_once=at_once)
    assert found.shape == (100, 3) and list(found) == ["I", "II", "X"]
    used = np.flatnonzero(np.isfinite(trait))
    rng, columns = np.random.default_rng(4), imputed(dosage[used])
    for draw in range(3):
        shuffled = rng.permutation(trait[used])
        r = np.array([np.corrcoef(column, shuffled)[0, 1] for column in columns.T])
        lods = pd.Series(-len(used) / 2 * np.log10(1 - r**2)).groupby(MARKERS["chrom"]).max()
        np.testing.assert_allclose(found.iloc[draw], lods, rtol=1e-9)


def test_a_threshold_is_an_order_statistic():
    maxima = np.arange(1.0, 100)  # 99 of them: above 95 there are four
    assert threshold(maxima) == 95
    assert (1 + (maxima >= 95.5).sum()) / 100 == 0.05
    assert threshold(np.arange(1.0, 101), 0.01) == 100
    with pytest.raises(BadInput, match="19 or more"):
        threshold(np.arange(18.0))


def test_the_threshold_keeps_its_level():
    """Of traits that no marker makes, a twentieth has a marker above the threshold."""
    dosage, rng = dosages(60, 60), np.random.default_rng(11)
    false = 0
    for _ in range(200):
        trait = rng.normal(size=60)
        best = scan(MARKERS, dosage, trait)["lod"].max()
        false += best > threshold(null_lods(MARKERS, dosage, trait).max(axis=1).to_numpy())
    assert stats.binom.sf(false - 1, 200, 0.05) > 1e-3 and stats.binom.cdf(false, 200, 0.05) > 1e-3


@pytest.mark.parametrize("at_once", [7, 1000])
def test_ridge_is_scikit_learns_on_the_whole_matrix(at_once, tmp_path):
    dosage = dosages(150, 60, missing=0.1)
    dosage[:, 11] = 1
    trait, training, held_out = trait_of(dosage), np.arange(110), np.arange(110, 150)
    found = ridge(MARKERS, dosage, trait, training, held_out, at_once=at_once)
    used, new = (rows[np.isfinite(trait[rows])] for rows in (training, held_out))
    known = np.where(dosage < 0, np.nan, dosage.astype(float))
    mean = np.nanmean(known[used], axis=0)
    sd = np.where(np.isnan(known[used]), mean, known[used]).std(axis=0)
    sd[11] = 1
    x, tested = ((np.where(np.isnan(known[r]), mean, known[r]) - mean) / sd for r in (used, new))
    chosen = RidgeCV(alphas=_PENALTIES * 59).fit(x, trait[used])
    assert found.penalty * 59 == pytest.approx(chosen.alpha_)
    whole = Ridge(alpha=chosen.alpha_).fit(x, trait[used])
    np.testing.assert_allclose(found.table["effect"], whole.coef_, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.table["beta"], whole.coef_ / sd, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(found.predictions, whole.predict(tested), rtol=1e-9)
    error = ((found.predictions - trait[new]) ** 2).sum()
    assert found.r2 == pytest.approx(1 - error / ((trait[new] - trait[new].mean()) ** 2).sum())
    assert found.held_out.tolist() == new.tolist()
    tables.write(MARKER_RIDGE, found.table, tmp_path / "ridge.tsv.gz")
    assert tables.read(MARKER_RIDGE, tmp_path / "ridge.tsv.gz").equals(found.table)


@pytest.mark.parametrize(
    ("trait", "said"),
    [
        (np.ones(40), "1 different values"),
        (np.r_[1.0, 2, np.full(38, np.nan)], "known of 2 samples"),
        (np.full(40, np.nan), "known of 0 samples"),
        (np.ones(39), "a number per sample"),
    ],
)
def test_a_trait_that_tells_nothing_is_refused(trait, said):
    for run in (scan, null_lods):
        with pytest.raises(BadInput, match=said):
            run(MARKERS, dosages(40, 60), trait)


def test_few_permutations_and_seen_samples_are_refused():
    dosage = dosages(40, 60)
    with pytest.raises(BadInput, match="100 or more"):
        null_lods(MARKERS, dosage, trait_of(dosage), permutations=99)
    with pytest.raises(BadInput, match="both training and held out"):
        ridge(MARKERS, dosage, trait_of(dosage), np.arange(30), np.arange(20, 40))
    with pytest.raises(BadInput, match="no marker varies"):
        ridge(MARKERS, np.ones((40, 60), np.int8), trait_of(dosage), np.arange(20),
              np.arange(20, 40))  # fmt: skip
