"""Shared words against sets of strings."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_of
from chromolens.inputs import leaks
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.leaks import shared_words
from chromolens.inputs.words import words_of

OTHER = str.maketrans("ACGT", "TGCA")


def records(sequences, groups):
    table = pd.DataFrame({"id": [f"r{i}" for i in range(len(sequences))], "group": groups})
    return table.assign(sequence=sequences, role="positive", source="t", gc=0.5, shared=0, t=1.0)


def by_hand(sequences, groups, k):
    owners = {}
    words = []
    for text, group in zip(sequences, groups, strict=True):
        own = {text[i : i + k] for i in range(len(text) - k + 1)}
        own = {min(word, word.translate(OTHER)[::-1]) for word in own if "N" not in word}
        words.append(own)
        for word in own:
            owners.setdefault(word, set()).add(group)
    return [any(len(owners[word]) > 1 for word in own) for own in words]


def random_records(n=60, length=50, seed=0):
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("ACGTN"), (n, length), p=[0.245] * 4 + [0.02])
    return ["".join(row) for row in letters], [f"part{i}" for i in rng.integers(0, 3, n)]


@pytest.mark.parametrize("k", [8, 9, 11])
@pytest.mark.parametrize("words", [1 << 24, 500])
def test_shared_words_are_those_of_sets(k, words, monkeypatch):
    monkeypatch.setattr(leaks, "_WORDS", words)  # the small one takes several passes
    monkeypatch.setattr(leaks, "_CHUNK", 700)
    sequences, groups = random_records()
    expected = by_hand(sequences, groups, k)
    found = shared_words(open_inputs(records(sequences, groups)), k)
    assert found["id"].tolist() == [f"r{i}" for i in range(60)]
    assert found["shared"].tolist() == expected
    assert 0 < sum(expected) < 60


def test_a_planted_word_of_32_is_found_on_the_other_strand_and_one_of_31_is_not():
    sequences, _ = random_records(4, 60, seed=5)
    sequences = [text.replace("N", "A") for text in sequences]
    turned = sequences[0][20:52].translate(OTHER)[::-1]
    sequences[1] = sequences[1][:7] + turned + sequences[1][39:]
    sequences[3] = "C" + sequences[2][9:40] + "C" * 28
    shared = shared_words(open_inputs(records(sequences, ["a", "b", "a", "b"])))["shared"]
    assert shared.tolist() == [True, True, False, False]


def test_words_within_a_group_do_not_leak():
    sequences, _ = random_records(1, 60)
    inputs = open_inputs(records(sequences * 2, ["a", "a"]))
    assert not shared_words(inputs)["shared"].any()


def test_words_as_numbers():
    every = (np.uint64(0), np.uint64(1 << 24), np.uint64(40))
    words, rows = words_of(np.stack([codes_of("TACGNT"), codes_of("NTACNN")]), 2, *every)
    # TA = 3*4+0, its reverse complement TA; AC = 1, GT = 11; CG = 6, itself.
    assert words.tolist() == [12, 1, 6, 12, 1] and rows.tolist() == [0, 0, 0, 1, 1]
    (longest,), _ = words_of(codes_of("ACGT" * 8)[None], 32, *every)
    assert longest == int("00011011" * 8, 2)


@pytest.mark.parametrize("length", [49, 50])
def test_windows_that_are_held_are_those_that_are_read(length, monkeypatch):
    monkeypatch.setattr(leaks, "_CHUNK", 7 * length)
    sequences, groups = random_records(length=length)
    inputs = open_inputs(records(sequences, groups))
    rows = np.array([3, 4, 59])
    np.testing.assert_array_equal(leaks._held(inputs)(rows), inputs.codes(rows))


@pytest.mark.parametrize("k", [0, 33, 51])
def test_words_that_do_not_fit(k):
    with pytest.raises(BadInput, match="expected: 1 to 32"):
        shared_words(open_inputs(records(*random_records())), k)
