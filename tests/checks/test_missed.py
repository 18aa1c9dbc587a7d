"""Matches of known motifs, and what they add: against a search by hand."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from chromolens import scores
from chromolens.checks import missed
from chromolens.errors import BadInput
from chromolens.motifs.meme import write_meme

FLAT = [0.25] * 4


def onehot(*texts: str) -> np.ndarray:
    return np.array([[[float(base == one) for one in "ACGT"] for base in text] for text in texts])


def word(text: str, sure: float = 1.0) -> np.ndarray:
    """A matrix of one word, whose other letters share what is left of ``sure``."""
    return np.where(onehot(text)[0] == 1, sure, (1 - sure) / 3)


def test_log_odds_are_natural_and_the_pseudocount_is_added_as_it_is():
    found = missed.log_odds(word("A"), [0.3, 0.2, 0.2, 0.3])
    expected = [math.log(1.001 / 0.3), math.log(0.005), math.log(0.005), math.log(0.001 / 0.3)]
    np.testing.assert_allclose(found, [expected])


def greedy(windows: list[float], width: int, best: int) -> list[tuple[int, float]]:
    """The highest one after the other; of those left none within half a width of any taken."""
    left, taken = dict(enumerate(windows)), []
    while left and len(taken) < best:
        start = max(left, key=lambda place: (left[place], -place))
        taken.append((start, left[start]))
        half = width // 2
        left = {p: v for p, v in left.items() if not start - half <= p < start + half}
    return taken


@pytest.mark.parametrize(("width", "best"), [(4, 3), (5, 5), (7, 100)])
def test_the_best_matches_are_those_of_a_greedy_search(width, best):
    rng = np.random.default_rng(0)
    inputs = np.eye(4)[rng.integers(0, 4, (6, 30))]
    weights = missed.log_odds(rng.dirichlet(np.ones(4), width), FLAT)
    table = missed.best_matches(inputs, weights, best)
    for row, record in enumerate(inputs):
        every = [(record[i : i + width] * weights).sum() for i in range(31 - width)]
        own = table[table["row"] == row]
        expected = greedy(every, width, best)
        assert own["start"].tolist() == [start for start, _ in expected]
        np.testing.assert_allclose(own["log_odds"], [value for _, value in expected], atol=1e-6)


def test_equal_matches_go_by_their_place():
    table = missed.best_matches(onehot("ACGTTTTACGT"), missed.log_odds(word("ACGT"), FLAT), 2)
    assert table["start"].tolist() == [0, 7]


def test_a_motif_longer_than_the_records_is_refused():
    with pytest.raises(BadInput, match="a motif of 4 bp doesn't fit into 3 bp"):
        missed.best_matches(onehot("ACG"), missed.log_odds(word("ACGT"), FLAT), 1)


def joined(path, texts, contributions):
    """A file of joined records, as the workflow writes it."""
    header = scores.Header("s", "m", "x", "", "fold0", ["t"], {}, [], {}, {})
    wanted = [one for one in scores.EXPORT if one.name in ("id", "contributions", "raw/seq")]
    with scores.written(path, header) as file:
        sizes = {"window": len(texts), "position": len(texts[0]), "channel": 4}
        scores.create(file, wanted, sizes)
        file["id"][:] = [f"r{i}" for i in range(len(texts))]
        file["contributions"][:] = contributions
        file["raw/seq"][:] = onehot(*texts).transpose(0, 2, 1)
    return path


def test_what_is_missed_is_counted_among_the_records_that_are_asked_about(tmp_path):
    """r0 and r1 are positive; r0's first match adds 2, its second takes 1; r1's adds nothing."""
    texts = ["ACGTTTTACGT", "TTTACGTTTTT", "TTTACGTTTTT"]
    added = np.zeros((3, 11))
    added[0, :4], added[0, 8] = 0.5, -1
    added[1, :3] = 9  # beside the match
    windows = pd.DataFrame({"id": ["r2", "r0", "r1"], "both": [0, 1, 1]})
    files = {"both": joined(tmp_path / "a.h5", texts, added)}
    files["other"] = joined(tmp_path / "b.h5", texts, np.ones((3, 11)))
    options = {"best": 2, "min_log_odds": 4}
    table = missed.score_matches(
        files, windows, {"w": word("ACGT")}, FLAT, among="both", **options
    )
    table = missed.count_missed(table.assign(model="m", method="x"))
    numbers = table.set_index("task")[["matches", "missed", "share", "mean"]]
    np.testing.assert_allclose(numbers.loc["both"], [3, 2, 2 / 3, 1 / 3])
    np.testing.assert_allclose(numbers.loc["other"], [3, 0, 0, 4])
    table = missed.score_matches(files, windows, {"w": word("ACGT")}, FLAT, among="", **options)
    every = missed.count_missed(table.assign(model="m", method="x")).set_index("task")
    assert every.loc["both", ["matches", "missed"]].tolist() == [4, 3]
    none = missed.count_missed(table.assign(model="m", method="x", good=False))
    assert none["matches"].eq(0).all() and none["share"].isna().all()


def test_matrices_are_asked_for_by_name(tmp_path):
    write_meme({"one": word("ACGT", 0.7), "two": word("GG", 0.7)}, tmp_path / "m.meme")
    assert list(missed.read_matrices(tmp_path / "m.meme", [])) == ["one", "two"]
    np.testing.assert_allclose(
        missed.read_matrices(tmp_path / "m.meme", ["two"])["two"], word("GG", 0.7), atol=1e-6
    )
    with pytest.raises(BadInput, match="no motif named 'twoo'.*did you mean 'two'"):
        missed.read_matrices(tmp_path / "m.meme", ["twoo"])


def test_the_background_is_the_mean_of_the_networks(tmp_path):
    for name, shares in (("a", [0.3, 0.2, 0.2, 0.3]), ("b", [0.1, 0.4, 0.4, 0.1])):
        (tmp_path / name).write_text(json.dumps({"background": shares}))
    found = missed.mean_background([tmp_path / "a", tmp_path / "b"])
    np.testing.assert_allclose(found, [0.2, 0.3, 0.3, 0.2])
