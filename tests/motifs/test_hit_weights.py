"""Probabilities of hits: beside scikit-learn, and where the right answer is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from chromolens.motifs.hits import weights
from chromolens.tracks.bigwig import write_bigwig
from tests.motifs.test_hits import FOLDS, MOTIF, RULES, made, search  # noqa: F401

COUNT = 400


def fitted(folds: np.ndarray, *readings: np.ndarray, right: np.ndarray) -> dict:
    """Weights of the first readings, the others being 0."""
    more = [np.zeros(len(right))] * (3 - len(readings))
    return weights.weights_by_fold(folds, np.stack([*readings, *more], axis=1), right)


def sites(knows: bool) -> tuple[np.ndarray, ...]:
    """Two folds; either the sequence or the contribution tells sites at events from others."""
    rng = np.random.default_rng(2)
    right = rng.random(COUNT) < 0.3
    informed, blind = right + rng.normal(0, 0.3, COUNT), rng.normal(0, 0.3, COUNT)
    folds = np.repeat(["fold0", "fold1"], COUNT // 2)
    return (folds, blind, informed, right) if knows else (folds, informed, blind, right)


def test_average_precision_beside_scikit_learn() -> None:
    _, sequence, _, right = sites(knows=False)
    expected = average_precision_score(right, sequence)
    assert weights.average_precision(right, sequence) == pytest.approx(expected)
    assert np.isnan(weights.average_precision(np.zeros(3, bool), np.arange(3.0)))


def test_the_log_odds_of_two_gaussians_are_found() -> None:
    """Two clouds of equal spread, apart along one axis: the slope is distance / variance."""
    rng = np.random.default_rng(3)
    right = np.arange(40_000) % 2 == 0
    sequence = rng.normal(0, 1, len(right)) + 1.5 * right
    contribution = rng.normal(0, 0.5, len(right)) + 0.5 * right
    folds = np.repeat(["fold0", "fold1"], len(right) // 2)
    for found in fitted(folds, sequence, contribution, right=right).values():
        assert found.match == pytest.approx(1.5, rel=0.05)
        assert found.contribution == pytest.approx(2.0, rel=0.05)
        assert found.intercept == pytest.approx(-(1.5**2 + 1) / 2, rel=0.05)


def test_what_speaks_against_events_weighs_nothing() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    found = fitted(folds, -contribution, contribution + sequence, right=right)
    assert all(each.match == 0 and each.contribution > 0 for each in found.values())
    assert fitted(folds, -contribution, -contribution, right=right) == {}


def test_a_fold_has_no_part_in_its_own_weights() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    before = fitted(folds, sequence, contribution, right=right)
    turned = np.where(folds == "fold0", ~right, right)
    after = fitted(folds, sequence, contribution, right=turned)
    assert after["fold0"] == before["fold0"] and after.get("fold1") != before["fold1"]


def test_few_events_teach_nothing() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    right &= np.cumsum(right) <= weights.FEWEST - 1
    assert "fold1" not in fitted(folds, sequence, contribution, right=right)


def test_a_site_is_at_an_event_by_its_middle() -> None:
    events = pd.DataFrame({"chrom": ["a", "a"], "position": [100, 500]})
    starts = np.array([84, 85, 105, 106, 490])  # of 10 bp: the middle base pair is start + 4.5
    chroms = np.array(["a", "a", "a", "a", "b"])
    found = weights.at_events(chroms, 2 * starts + 10, events, within=10)
    expected = [
        abs(start + 4.5 - 100) <= 10 and chrom == "a"
        for start, chrom in zip(starts, chroms, strict=True)
    ]
    assert found.tolist() == expected


def test_words_of_weights_are_read_back() -> None:
    found = {"fold0": weights.Weights(-1.5, 0.25, 3, 0), "a:b": weights.Weights(0, 1, 1, 1)}
    assert weights.of_words(weights.in_words(found)) == found and weights.of_words("") == {}


def test_probabilities_are_those_of_scikit_learn_on_the_other_fold() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    readings = np.stack([sequence, contribution, 2 * contribution + sequence], axis=1)
    readings += np.random.default_rng(4).normal(0, 0.1, readings.shape)
    found = weights.weights_by_fold(folds, readings, right)
    likely = weights.probabilities(folds, readings, {"fold0": found["fold0"]})
    own = folds == "fold0"
    scale = readings[~own].std(axis=0)
    used = np.array(found["fold0"][1:]) > 0
    fit = LogisticRegression().fit((readings / scale)[~own][:, used], right[~own])
    expected = fit.predict_proba((readings / scale)[own][:, used])[:, 1]
    np.testing.assert_allclose(likely[own], expected, rtol=1e-6)
    assert np.isnan(likely[~own]).all()


def test_hits_have_the_probability_that_the_other_fold_gives(made: tuple, tmp_path: Path) -> None:  # noqa: F811
    genome, track, sequences, _, places = made
    bed = tmp_path / "events.bed"
    bed.write_text("".join(f"{c}\t{start + 6}\t{start + 7}\n" for c, start, _ in places))
    rng = np.random.default_rng(5)
    values = {
        name: rng.normal(0, 1, len(text)).astype(np.float32) for name, text in sequences.items()
    }
    for chrom, start, _ in places:
        values[chrom][start - 20 : start + 30] += 1
    sizes = {name: len(text) for name, text in sequences.items()}
    write_bigwig(tmp_path / "p.bw", sizes, lambda chrom, start, end: values[chrom][start:end])
    known = {"predicted": str(tmp_path / "p.bw"), "events": str(bed), "within": 3}
    hits, summary = search(genome, track, [MOTIF], **known)
    given = weights.of_words(summary["weights"][0])
    assert set(given) == set(FOLDS.values())
    intercept, *each = np.array([given[fold] for fold in hits["fold"]]).T
    assert (each[1] > 0).all(), "every other word contributes, and is an event"
    middle = hits["start"] + (hits["end"] - hits["start"]) // 2
    there = [values[chrom][at] for chrom, at in zip(hits["chrom"], middle, strict=True)]
    readings = [hits["match"] * np.log(2), hits["contribution"], np.array(there)]
    log_odds = intercept + sum(w * r for w, r in zip(each, readings, strict=True))
    np.testing.assert_allclose(hits["probability"], expit(log_odds), rtol=1e-3)
    assert {(h.chrom, h.start) for h in hits.itertuples()} >= {place[:2] for place in places}
    plain, _ = search(genome, track, [MOTIF])
    assert plain["probability"].isna().all()
    shared = ["chrom", "start", "combined", "q"]
    kept = plain.merge(hits[shared], on=shared)
    assert len(kept) == len(hits), "nothing else changes"
    sure = RULES._replace(min_probability=0.999999)
    assert not len(search(genome, track, [MOTIF], rules=sure, **known)[0])
