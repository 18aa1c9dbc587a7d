"""Words that a warm start begins from: counted by hand, unlike one another, put into filters."""

import re

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.inputs.batches import open_inputs
from chromolens.models.training import words
from tests.models.planted import MOTIFS, sequences

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def turned(word: str) -> str:
    return word.translate(COMPLEMENT)[::-1]


@pytest.mark.parametrize(("bases", "gap"), [(8, 0), (6, 2)])
def test_counts_are_those_of_a_search_on_both_strands(bases, gap):
    inputs = sequences(20, mask=0.0)
    counts = words._windows_with(inputs, np.arange(20), bases, gap)
    records, half = inputs.windows["sequence"], bases // 2
    stretches = [
        record[i : i + bases + gap] for record in records for i in range(50 - bases - gap + 1)
    ]
    found = {stretch[:half] + stretch[-half:] for stretch in stretches}
    index = {word: min(number(word), number(turned(word))) for word in found}
    for word in sorted(found):
        either = [one[:half] + "." * gap + one[half:] for one in (word, turned(word))]
        assert counts[index[word]] == records.str.contains("|".join(either)).sum(), word
    assert (counts > 0).sum() == len(set(index.values()))


def number(word: str) -> int:
    return int("".join(str("ACGT".index(base)) for base in word), 4)


def holds(word: str, motif: str) -> bool:
    """Whether six bases of ``word`` in a row, N as any, stand in ``motif``."""
    pieces = [word[i : i + 6].replace("N", ".") for i in range(len(word) - 5)]
    return any(re.search(piece, motif) for piece in pieces)


def test_planted_motifs_are_found_for_their_own_task():
    inputs = sequences(900, mask=0.0)
    found = words.enriched(inputs, np.arange(900), ["alpha", "beta"], 3, 15, seed=0)
    for task, motif in MOTIFS.items():
        assert holds(found[task][0], motif) or holds(turned(found[task][0]), motif)
        other = next(own for name, own in MOTIFS.items() if name != task)
        assert not any(other in word + "|" + turned(word) for word in found[task])


def test_a_motif_of_two_halves_is_found_with_its_gap():
    rng = np.random.default_rng(1)
    inputs = sequences(600, mask=0.0)
    records = rng.choice(list("ACGT"), (600, 50))
    for place in range(200):
        records[place, 10:13], records[place, 19:22] = list("CGT"), list("TGA")
    inputs.windows["sequence"] = ["".join(record) for record in records]
    inputs = open_inputs(inputs.windows.assign(alpha=np.arange(600) < 200))
    (first, *_) = words.enriched(inputs, np.arange(600), ["alpha"], 3, 15, seed=0)["alpha"]
    assert first in ("CGTNNNNNNTGA", "TCANNNNNNACG")
    narrow = words.enriched(inputs, np.arange(600), ["alpha"], 3, 11, seed=0)["alpha"]
    assert all(len(word) <= 11 for word in narrow)


def test_words_are_unlike_one_another():
    same = ["ACGTTGCA", "ACGTTGCC", "CGTTGCAA", "TGCAACGT", "ACGNTGC"]
    codes = [np.array(["ACGTN".index(base) for base in word]) for word in [*same, "GGGACCTA"]]
    assert words._unlike(codes, 5) == ["ACGTTGCA", "GGGACCTA"]


def test_a_task_without_positives_has_no_words():
    inputs = sequences(300, mask=0.0)
    inputs.windows["beta"] = 0.0
    found = words.enriched(inputs, np.arange(300), ["alpha", "beta"], 10, 15, seed=0)
    assert found["alpha"] and found["beta"] == []


def network(kernel: int = 11, filters: int = 4) -> keras.Model:
    read = keras.Input((50, 4))
    x = layers.Conv1D(filters, kernel, name="conv")(read)
    return keras.Model(read, layers.GlobalMaxPooling1D()(x))


def test_a_planted_filter_answers_its_word_most_on_one_strand():
    keras.utils.set_random_seed(0)
    model = network()
    before = model.get_layer("conv").get_weights()[0]
    words.plant(
        model.get_layer("conv"), {"a": ["ACGGTTAC", "TTTGACCA"], "b": ["GGGNNACT"]}, seed=0
    )
    kernel, bias = model.get_layer("conv").get_weights()
    for place, word in enumerate(["ACGGTTAC", "GGGNNACT", "TTTGACCA"]):  # first words first
        best = "".join("ACGT"[base] for base in kernel[1:9, :, place].argmax(axis=1))
        other = "".join("ACGT"[base] for base in kernel[2:10, :, place].argmax(axis=1))
        expected = re.compile(word.replace("N", "."))
        assert expected.match(best) or expected.match(turned(other))
    np.testing.assert_array_equal(kernel[..., 3], before[..., 3])
    assert not bias.any()


def test_more_words_than_filters():
    model = network(filters=1)
    words.plant(model.get_layer("conv"), {"a": ["ACGGTTAC", "TTTGACCA"]}, seed=0)
    assert model.get_layer("conv").get_weights()[0].shape == (11, 4, 1)
