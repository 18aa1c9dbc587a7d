"""Motifs put into sequences: effects in closed form, and against loops over strings."""

import numpy as np
import pytest
from toys import (
    FIRST,
    LENGTH,
    SECOND,
    detector,
    logit_by_loop,
    one_hot,
    random_words,
    turned,
    untrained,
)

import chromolens
from chromolens.errors import BadInput
from chromolens.experiments import motifs
from chromolens.experiments.spacing import ARRANGED
from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.genome.shuffles import seed_of

WORDS = random_words(12)
WINDOWS = one_hot(WORDS)


def at(word: str, piece: str, start: int) -> str:
    return word[:start] + piece + word[start + len(piece) :]


def test_a_word_that_the_network_reads_has_its_weight():
    model = detector([FIRST, SECOND], {FIRST: 3.0, SECOND: -2.0})
    found = chromolens.marginalise(model, FIRST, WINDOWS, places=5)
    # one of the two strands reads it, whichever way it is put in
    assert found.effects.shape == (12, 5, 2)
    np.testing.assert_allclose(found.effects, 1.5, atol=1e-5)
    assert found.effect == pytest.approx(1.5, abs=1e-5)
    assert found.starts.tolist() == [0, 13, 26, 39, 53]
    other = chromolens.marginalise(model, SECOND, WINDOWS)
    np.testing.assert_allclose(other.effects, -1.0, atol=1e-5)
    none = chromolens.marginalise(model, "GATTACA", WINDOWS)
    np.testing.assert_allclose(none.effects, 0, atol=1e-5)


@pytest.mark.slow
def test_insertion_against_a_loop_over_strings():
    model = untrained()
    options = {"backgrounds": "natural", "places": 3, "seed": 4}
    ids = [f"w{i}" for i in range(4)]
    found = chromolens.marginalise(model, FIRST, WINDOWS[:4], ids=ids, **options)
    shapes = motifs.scrambled(motifs.motif_of(FIRST), 4)
    for row in range(4):
        other = shapes[seed_of(f"w{row} {FIRST}", 4) % len(shapes)]
        scrambled = "".join("ACGT"[base] for base in other.argmax(axis=1))
        assert sorted(scrambled) == sorted(FIRST) and scrambled != FIRST
        for place, start in enumerate(found.starts):
            for way, turn in enumerate((str, turned)):
                pair = [at(WORDS[row], turn(one), start) for one in (FIRST, scrambled)]
                with_it, without = logit_by_loop(model, pair)
                assert found.effects[row, place, way] == pytest.approx(with_it - without, abs=2e-4)
    assert np.ptp(found.effects) > 0.1


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({FIRST: 3.0, SECOND: 2.0}, 0.0),  # they add up
        ({FIRST: 1.0, (FIRST, SECOND): 4.0}, 2.0),  # on the one strand that reads both
    ],
)
def test_interactions_in_closed_form(weights, expected):
    model = detector([FIRST, SECOND], weights)
    found = chromolens.spacing(model, FIRST, SECOND, WINDOWS[:3], gaps=range(0, 40, 13))
    assert found.arrangements == tuple(ARRANGED) and found.interactions.shape == (3, 4, 4)
    tandem = [found.arrangements.index(name) for name in ("first_second", "second_first")]
    opposed = [found.arrangements.index(name) for name in ("facing", "diverging")]
    np.testing.assert_allclose(found.interactions[:, tandem], expected, atol=1e-4)
    # either strand reads one of the two alone
    np.testing.assert_allclose(found.interactions[:, opposed], 0, atol=1e-4)


def test_a_gap_that_the_network_reads_is_found():
    spaced = f"{FIRST}NNNNN{SECOND}"
    model = detector([spaced], {spaced: 4.0})
    found = chromolens.spacing(model, FIRST, SECOND, WINDOWS[:4], gaps=range(12))
    mean = found.interactions.mean(axis=0)
    expected = np.zeros_like(mean)
    expected[found.arrangements.index("first_second"), 5] = 2.0
    np.testing.assert_allclose(mean, expected, atol=1e-4)


@pytest.mark.slow
def test_interactions_against_a_loop_over_strings():
    model, word = untrained(), WORDS[0]
    options = {"backgrounds": "natural", "gaps": [0, 7]}
    found = chromolens.spacing(model, FIRST, SECOND, WINDOWS[:1], **options)
    layouts = {
        "first_second": (FIRST, SECOND),
        "second_first": (SECOND, FIRST),
        "facing": (FIRST, turned(SECOND)),
        "diverging": (turned(FIRST), SECOND),
    }
    for name, (left, right) in layouts.items():
        for column, gap in enumerate([0, 7]):
            start = (LENGTH - len(left) - gap - len(right)) // 2
            behind = start + len(left) + gap
            alone = [at(word, left, start), at(word, right, behind)]
            both = at(alone[0], right, behind)
            f = logit_by_loop(model, [word, *alone, both])
            row = found.arrangements.index(name)
            together = f[3] - f[1] - f[2] + f[0]
            assert found.interactions[0, row, column] == pytest.approx(together, abs=3e-4)
            assert found.joint[0, row, column] == pytest.approx(f[3] - f[0], abs=3e-4)


def test_a_motif_with_itself_has_three_arrangements():
    found = chromolens.spacing(untrained(), FIRST, FIRST, WINDOWS[:1], gaps=[3])
    assert found.arrangements == ("first_second", "facing", "diverging")


def test_backgrounds_of_some_windows_are_those_of_all():
    model, ids = untrained(), [f"w{i}" for i in range(12)]
    whole = chromolens.marginalise(model, FIRST, WINDOWS, ids=ids, places=3, instances="drawn")
    parts = [
        chromolens.marginalise(
            model, FIRST, WINDOWS[rows], ids=ids[rows], places=3, instances="drawn"
        ).effects
        for rows in (slice(0, 5), slice(5, 12))
    ]
    assert np.array_equal(np.concatenate(parts), whole.effects)


def test_a_drawn_site_has_the_matrix_frequencies():
    ppm = np.array([[0.7, 0.1, 0.1, 0.1], [0.25] * 4, [0, 0, 0.5, 0.5]])
    drawn = np.stack([motifs.piece(ppm, "drawn", f"w{i}", 0) for i in range(4000)])
    assert set(drawn[:, 1]) == {4}  # a column that says nothing keeps the sequence's base
    for column in (0, 2):
        shares = np.bincount(drawn[:, column], minlength=4)[:4] / 4000
        np.testing.assert_allclose(shares, ppm[column], atol=0.03)


def test_unknown_letters_keep_the_bases_of_the_sequence():
    piece = motifs.consensus(motifs.motif_of("aNNt").ppm)
    assert sequence_of(motifs.put(codes_of("CCCCCC"), piece, 1)) == "CACCTC"


@pytest.mark.parametrize(
    ("motif", "options", "told"),
    [
        ("TGAXTCA", {}, "letters A, C, G, T"),
        ("NNN", {}, "can't be put"),
        ("", {}, "can't be put"),
        (np.ones((5, 4)), {}, "sum to 1"),
        (np.full((5, 3), 1 / 3), {}, "frequencies"),
        ("ACGT" * 16, {}, "64 bp doesn't fit into windows of 60 bp"),
        ("AAAAAAA", {}, "whatever order"),
        (FIRST, {"places": 4}, "odd number"),
        (FIRST, {"backgrounds": "shufles"}, "backgrounds"),
        (FIRST, {"instances": "best"}, "instances"),
        (FIRST, {"ids": ["one"]}, "1 ids for 3 windows"),
        ("AC", {}, "none of 3 windows can be a background"),
    ],
)
def test_what_can_not_be_put_in(motif, options, told):
    with pytest.raises(BadInput, match=told):
        chromolens.marginalise(untrained(), motif, WINDOWS[:3], **options)


def test_gaps_that_do_not_fit():
    with pytest.raises(BadInput, match="gaps of at most 46 bp"):
        chromolens.spacing(untrained(), FIRST, SECOND, WINDOWS[:3], gaps=[47])


def test_windows_that_hold_the_motif_are_no_natural_backgrounds():
    windows = one_hot([WORDS[0], at(WORDS[1], turned(FIRST), 9), "N" + WORDS[2][1:]])
    found = chromolens.marginalise(untrained(), FIRST, windows, backgrounds="natural")
    assert found.rows.tolist() == [0]
    assert found.left_out == {"holds a motif": 1, "holds bases that aren't known": 1}
    again = chromolens.marginalise(untrained(), FIRST, windows)
    assert again.rows.tolist() == [0, 1]  # shuffled, it is gone
