"""Codes and one-hot DNA against letter-by-letter definitions."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.genome import onehot

TEXT = "ACGTNacgtnRYKM-"


def test_each_letter_has_its_code_and_its_row():
    expected = [("ACGT".index(c.upper()) if c.upper() in "ACGT" else 4) for c in TEXT]
    codes = onehot.codes_of(TEXT)
    assert codes.dtype == np.uint8 and codes.tolist() == expected
    rows = onehot.encode(TEXT)
    assert rows.dtype == np.float32 and rows.shape == (len(TEXT), 4)
    for row, code in zip(rows, expected, strict=True):
        assert row.tolist() == [float(code == channel) for channel in range(4)]


def test_decoding_gives_the_letters_back():
    expected = "".join(c if c in "ACGT" else "N" for c in TEXT.upper())
    assert onehot.decode(onehot.encode(TEXT)) == expected
    assert onehot.sequence_of(onehot.codes_of(TEXT)) == expected


def test_stacks_are_encoded_like_their_members():
    codes = np.random.default_rng(0).integers(0, 5, size=(3, 2, 7)).astype(np.uint8)
    stack = onehot.codes_to_onehot(codes)
    np.testing.assert_array_equal(stack[2, 1], onehot.encode(codes[2, 1]))
    np.testing.assert_array_equal(onehot.onehot_to_codes(stack), codes)


def test_reverse_complement_letter_by_letter():
    pairs = dict(zip("ACGTN", "TGCAN", strict=True))
    text = "AACGTTNNGCA"
    expected = "".join(pairs[letter] for letter in reversed(text))
    assert onehot.decode(onehot.reverse_complement(onehot.encode(text))) == expected
    assert onehot.sequence_of(onehot.reverse_complement_codes(onehot.codes_of(text))) == expected


def test_gc_content_counts_known_bases_only():
    codes = np.stack([onehot.codes_of(text) for text in ("GCNN", "GATC", "NNNN", "AAAN")])
    np.testing.assert_array_equal(onehot.gc_content(codes), [1.0, 0.5, np.nan, 0.0])


@pytest.mark.parametrize(
    "array", [np.full((5, 4), 0.25), np.ones((5, 4)), np.eye(5), -np.eye(4), 2 * np.eye(4)]
)
def test_what_is_not_onehot_is_refused(array):
    with pytest.raises(BadInput, match="not one-hot"):
        onehot.decode(array)
