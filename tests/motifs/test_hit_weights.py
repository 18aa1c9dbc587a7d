"""Weights of contributions: beside scikit-learn, and where the right answer is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from chromolens.motifs.hits import weights
from tests.motifs.test_hits import FOLDS, MOTIF, made, search  # noqa: F401

COUNT = 400


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


def test_what_knows_nothing_weighs_nothing() -> None:
    assert set(weights.weights_by_fold(*sites(knows=False)).values()) == {0.0}
    assert set(weights.weights_by_fold(*sites(knows=True)).values()) == {4.0}


def test_a_fold_has_no_part_in_its_own_weight() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    before = weights.weights_by_fold(folds, sequence, contribution, right)
    turned = np.where(folds == "fold0", ~right, right)
    after = weights.weights_by_fold(folds, sequence, contribution, turned)
    assert after["fold0"] == before["fold0"] and after["fold1"] != before["fold1"]


def test_few_events_teach_nothing() -> None:
    folds, sequence, contribution, right = sites(knows=True)
    right &= np.cumsum(right) <= weights.FEWEST - 1
    assert weights.weights_by_fold(folds, sequence, contribution, right)["fold1"] == 1.0


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
    found = {"fold0": 0.25, "a:b": 1.0}
    assert weights.of_words(weights.in_words(found)) == found


def test_hits_rank_by_the_weight_that_the_other_fold_gives(made: tuple, tmp_path: Path) -> None:  # noqa: F811
    genome, track, _, _, places = made
    bed = tmp_path / "events.bed"
    bed.write_text("".join(f"{c}\t{start + 6}\t{start + 7}\n" for c, start, _ in places))
    hits, summary = search(genome, track, [MOTIF], events=str(bed), within=3)
    given = weights.of_words(summary["weights"][0])
    assert set(given) == set(FOLDS.values()) and all(weight >= 1 for weight in given.values())
    expected = hits["match"] * np.log(2) + hits["fold"].map(given) * hits["contribution"]
    np.testing.assert_allclose(hits["combined"], expected)
    assert {(h.chrom, h.start) for h in hits.itertuples()} >= {place[:2] for place in places}
