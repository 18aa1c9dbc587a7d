"""Words that a warm start begins from: counted by hand, unlike one another, put into filters."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.errors import BadInput
from chromolens.models.training import words
from tests.models.planted import MOTIFS, sequences

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def turned(word: str) -> str:
    return word.translate(COMPLEMENT)[::-1]


def test_counts_are_those_of_a_search_on_both_strands():
    inputs = sequences(40, mask=0.0)
    counts = words._windows_with(inputs, np.arange(40))
    records = inputs.windows["sequence"]
    found = {record[i : i + 8] for record in records for i in range(len(record) - 7)}
    index = {word: min(number(word), number(turned(word))) for word in found}
    for word in sorted(found):
        holds = records.str.contains(word) | records.str.contains(turned(word))
        assert counts[index[word]] == holds.sum(), word
    assert (counts > 0).sum() == len(set(index.values()))


def number(word: str) -> int:
    return int("".join(str("ACGT".index(base)) for base in word), 4)


def test_planted_motifs_are_found_for_their_own_task():
    inputs = sequences(900, mask=0.0)
    found = words.enriched(inputs, np.arange(900), ["alpha", "beta"], 3, seed=0)
    for task, motif in MOTIFS.items():
        first = found[task][0]
        assert motif[:6] in first + "|" + turned(first) or motif[1:] in first + "|" + turned(first)
        others = [other for name, other in MOTIFS.items() if name != task]
        assert not any(
            other in word + "|" + turned(word) for other in others for word in found[task]
        )


def test_words_are_unlike_one_another():
    z = np.zeros(4**8)
    near = ["ACGTTGCA", "ACGTTGCC", "CGTTGCAA", "GGGACCTA"]
    for place, word in enumerate(near):
        z[number(word)] = 20 - place
    chosen = ["".join("ACGT"[code] for code in word) for word in words._unlike(z, 5)]
    assert chosen == ["ACGTTGCA", "GGGACCTA"]


def test_labels_without_a_meaning_have_no_words():
    inputs = sequences(600, mask=0.0)
    rng = np.random.default_rng(0)
    inputs.windows["alpha"] = rng.permutation(np.arange(600) < 200).astype(float)
    inputs.windows["beta"] = 0.0
    assert len(words.enriched(inputs, np.arange(600), ["alpha", "beta"], 10, seed=0)["beta"]) == 0


def network(kernel: int = 11, filters: int = 4) -> keras.Model:
    read = keras.Input((50, 4))
    x = layers.Conv1D(filters, kernel, name="conv")(read)
    return keras.Model(read, layers.GlobalMaxPooling1D()(x))


def test_a_planted_filter_answers_its_word_most_on_one_strand():
    keras.utils.set_random_seed(0)
    model = network()
    before = model.get_layer("conv").get_weights()[0]
    words.plant(model, {"a": ["ACGGTTAC", "TTTGACCA"], "b": ["GGGCAACT"]}, seed=0)
    kernel, bias = model.get_layer("conv").get_weights()
    for place, word in enumerate(["ACGGTTAC", "GGGCAACT", "TTTGACCA"]):  # first words first
        best = "".join("ACGT"[base] for base in kernel[1:9, :, place].argmax(axis=1))
        other = "".join("ACGT"[base] for base in kernel[2:10, :, place].argmax(axis=1))
        assert word in (best, turned(other))
    np.testing.assert_array_equal(kernel[..., 3], before[..., 3])
    assert not bias.any()


def test_more_words_than_filters():
    model = network(filters=1)
    words.plant(model, {"a": ["ACGGTTAC", "TTTGACCA"]}, seed=0)
    assert model.get_layer("conv").get_weights()[0].shape == (11, 4, 1)


@pytest.mark.parametrize("kernel", [7])
def test_filters_too_narrow_are_refused(kernel):
    with pytest.raises(BadInput, match="no filters to start from words"):
        words.plant(network(kernel), {"a": ["ACGGTTAC"]}, seed=0)
