"""Metrics against scikit-learn, SciPy and brute force."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import average_precision_score, r2_score, roc_auc_score

from chromolens.models.judging import metrics


@pytest.fixture(params=[0, 1, 2])
def case(request):
    rng = np.random.default_rng(request.param)
    labels = (rng.random(80) < 0.3).astype("float64")
    values = rng.normal(size=80) + labels
    if request.param == 2:
        values = values.round()  # ties
    weights = rng.multinomial(80, np.full(80, 1 / 80), size=4).astype("float64")
    return values, labels, weights


@pytest.mark.parametrize(
    ("metric", "oracle"),
    [(metrics.auroc, roc_auc_score), (metrics.auprc, average_precision_score)],
)
def test_ranking_metrics_are_scikit_learns(case, metric, oracle):
    values, labels, weights = case
    assert metrics.once(metric, values, labels) == pytest.approx(oracle(labels, values), abs=1e-12)
    expected = [oracle(labels, values, sample_weight=row) for row in weights]
    np.testing.assert_allclose(metric(values, labels, weights), expected, atol=1e-12)


def test_resampled_metrics_are_those_of_repeated_windows(case):
    values, labels, weights = case
    for metric in (metrics.auroc, metrics.auprc, metrics.pearson, metrics.calibration_error):
        repeated = [
            metrics.once(metric, np.repeat(values, row), np.repeat(labels, row))
            for row in weights.astype(int)
        ]
        np.testing.assert_allclose(metric(values, labels, weights), repeated, atol=1e-10)


def test_r2_is_scikit_learns(case):
    values, _, weights = case
    labels = values + np.random.default_rng(5).normal(size=80)
    expected = [r2_score(labels, values, sample_weight=row) for row in weights]
    np.testing.assert_allclose(metrics.r2(values, labels, weights), expected, atol=1e-10)
    far = metrics.r2(values + 1e4, labels + 1e4, weights)
    np.testing.assert_allclose(far, expected, atol=1e-6)
    assert np.isnan(metrics.once(metrics.r2, values, np.full(80, 7.0)))


def test_pearson_is_scipys(case):
    values, labels, _ = case
    shifted = labels + 1e4  # far from 0: cancellation would show
    expected = stats.pearsonr(values, labels).statistic
    assert metrics.once(metrics.pearson, values, shifted) == pytest.approx(expected, abs=1e-8)


def test_calibration_error_by_a_double_loop(case):
    values, labels, _ = case
    chance = 1 / (1 + np.exp(-values))
    expected = 0.0
    for low in np.arange(10) / 10:
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            expected += abs(chance[inside].mean() - labels[inside].mean()) * inside.mean()
    found = metrics.once(metrics.calibration_error, values, labels)
    assert found == pytest.approx(expected, abs=1e-12)
    table = metrics.reliability(values, labels)
    gap = (table["n"] * (table["probability"] - table["observed"]).abs()).sum() / 80
    assert gap == pytest.approx(expected, abs=1e-12)
    assert table["n"].sum() == 80


def test_perfectly_calibrated_predictions_have_no_error():
    rng = np.random.default_rng(0)
    values = rng.normal(size=200_000)
    labels = (rng.random(200_000) < 1 / (1 + np.exp(-values))).astype(float)
    assert metrics.once(metrics.calibration_error, values, labels) < 0.01
    assert metrics.once(metrics.calibration_error, values + 1, labels) > 0.1


def test_jensen_shannon_is_scipys_mean_over_strands():
    rng = np.random.default_rng(0)
    predicted = rng.random((5, 30, 2))
    observed = rng.poisson(1, size=(5, 30, 2)).astype("float32")
    observed[3, :, 0] = 0  # one strand empty
    observed[4] = 0  # no reads at all
    found = metrics.jensen_shannon(predicted, observed)
    expected = [
        np.mean([jensenshannon(predicted[i, :, s], observed[i, :, s]) for s in range(2)])
        for i in range(3)
    ]
    np.testing.assert_allclose(found[:3], expected, atol=1e-9)
    assert found[3] == pytest.approx(jensenshannon(predicted[3, :, 1], observed[3, :, 1]))
    assert np.isnan(found[4])


def test_jensen_shannon_of_equal_and_of_disjoint_profiles():
    first, second = np.zeros((2, 1, 4, 1))
    first[0, :2], second[0, 2:] = 1, 1
    assert metrics.jensen_shannon(first, first) == pytest.approx(0)
    assert metrics.jensen_shannon(first, second) == pytest.approx(np.sqrt(np.log(2)))


@pytest.mark.parametrize("metric", [metrics.auroc, metrics.auprc, metrics.pearson])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_is_undefined(metric, label):
    values = np.linspace(-1, 1, 7)
    assert np.isnan(metrics.once(metric, values, np.full(7, label)))
    assert np.isnan(
        metrics.interval(metric, values, np.full(7, label), resamples=20, seed=0)
    ).all()


def test_no_windows_are_undefined():
    nothing = np.zeros(0)
    assert np.isnan(metrics.once(metrics.auroc, nothing, nothing))
    assert np.isnan(metrics.interval(metrics.mean, nothing, nothing, resamples=9, seed=0)).all()


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    truth = stats.norm.cdf(1 / np.sqrt(2))  # AUROC of N(1, 1) against N(0, 1)
    inside = 0
    for trial in range(60):
        labels = (np.arange(200) % 2).astype(float)
        values = rng.normal(size=200) + labels
        low, high = metrics.interval(metrics.auroc, values, labels, resamples=200, seed=trial)
        inside += low <= truth <= high
    assert 49 <= inside <= 60  # 57 expected; binomial(60, 0.95) is below 50 once in 10^4
    assert high - low < 0.2


def test_interval_repeats_by_its_seed():
    rng = np.random.default_rng(0)
    case = rng.normal(size=100), (rng.random(100) < 0.5).astype(float)
    first = metrics.interval(metrics.auroc, *case, resamples=50, seed=1)
    assert first == metrics.interval(metrics.auroc, *case, resamples=50, seed=1)
    assert first != metrics.interval(metrics.auroc, *case, resamples=50, seed=2)


def test_chunks_of_resamples_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    case = rng.normal(size=100), (rng.random(100) < 0.5).astype(float)
    whole = metrics.interval(metrics.auroc, *case, resamples=50, seed=1)
    monkeypatch.setattr(metrics, "CHUNK", 700)
    assert metrics.interval(metrics.auroc, *case, resamples=50, seed=1) == whole


def test_probability_does_not_overflow():
    with np.errstate(all="raise"):
        np.testing.assert_allclose(metrics.probability([-1e4, 0, 1e4]), [0, 0.5, 1])


def test_many_windows_have_fewer_resamples(monkeypatch):
    rng = np.random.default_rng(0)
    labels = rng.random(100) < 0.3
    values = labels + rng.normal(0, 1, 100)
    whole = metrics.interval(metrics.pearson, values, labels, resamples=1000, seed=1)
    monkeypatch.setattr(metrics, "DRAWS", 30_000)
    fewer = metrics.interval(metrics.pearson, values, labels, resamples=1000, seed=1)
    assert fewer != whole
    assert fewer == metrics.interval(metrics.pearson, values, labels, resamples=300, seed=1)
    monkeypatch.setattr(metrics, "DRAWS", 0)
    fewest = metrics.interval(metrics.pearson, values, labels, resamples=1000, seed=1)
    assert fewest == metrics.interval(metrics.pearson, values, labels, resamples=200, seed=1)


@pytest.mark.parametrize("metric", [metrics.auroc, metrics.auprc])
def test_windows_drawn_together_are_those_that_ranks_do_not_tell_apart(metric):
    """Any weights of windows, summed within the groups, give the same; ties among them."""
    rng = np.random.default_rng(5)
    labels = (rng.random(400) < 0.05).astype(float)
    values = np.round(labels + rng.normal(0, 1, 400), 1)
    ranks, kinds, sizes = metrics._alike(values, labels)
    assert len(ranks) < 100 and sizes.sum() == 400 and sizes[kinds == 1].sum() == labels.sum()
    weights = rng.integers(0, 4, (3, 400)).astype(float)
    known = np.sort(values[labels == 1])
    among = np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")
    groups = list(zip(ranks, kinds, strict=True))
    members = np.stack([(among == rank) & (labels == kind) for rank, kind in groups], axis=1)
    grouped = weights @ members
    np.testing.assert_allclose(
        metric(ranks, kinds, grouped), metric(values, labels, weights), rtol=1e-12
    )


def test_the_interval_of_groups_is_that_of_windows():
    """Against the bootstrap over single windows, within what its draws leave open."""
    rng = np.random.default_rng(6)
    labels = (rng.random(3000) < 0.03).astype(float)
    values = 1.5 * labels + rng.normal(0, 1, 3000)
    low, high = metrics.interval(metrics.auprc, values, labels, resamples=2000, seed=1)
    drawn = rng.integers(0, 3000, (2000, 3000))
    plain = [metrics.once(metrics.auprc, values[row], labels[row]) for row in drawn]
    assert (low, high) == pytest.approx(np.quantile(plain, (0.025, 0.975)), abs=0.015)
