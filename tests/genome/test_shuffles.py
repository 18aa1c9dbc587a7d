"""Shuffles keep what they promise, and draw every possible result equally often."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.genome.shuffles import degenerate, dinucleotide, mononucleotide, seed_of


def pairs(codes):
    """Counts of neighbouring known bases, one by one."""
    return Counter((a, b) for a, b in zip(codes[:-1], codes[1:], strict=True) if max(a, b) < 4)


def random_codes(seed):
    rng = np.random.default_rng(seed)
    return rng.choice(5, p=[0.4, 0.1, 0.2, 0.25, 0.05], size=rng.integers(1, 300)).astype(np.uint8)


@pytest.mark.parametrize("seed", range(20))
def test_dinucleotide_counts_are_kept_exactly(seed):
    codes = random_codes(seed)
    shuffled = dinucleotide(codes, seed)
    assert shuffled.dtype == np.uint8 and len(shuffled) == len(codes)
    assert pairs(shuffled.tolist()) == pairs(codes.tolist())


@pytest.mark.parametrize("shuffle", [mononucleotide, dinucleotide])
@pytest.mark.parametrize("seed", range(5))
def test_unknown_bases_stay_and_runs_keep_their_bases(shuffle, seed):
    codes = random_codes(seed)
    shuffled = shuffle(codes, seed)
    np.testing.assert_array_equal(shuffled == 4, codes == 4)
    runs, others = sequence_of(codes).split("N"), sequence_of(shuffled).split("N")
    assert [sorted(run) for run in runs] == [sorted(run) for run in others]


@pytest.mark.parametrize(
    "text", ["AACAAGATT", "ACGATCGTA", "AAACAAAC", "ATATGTAT", "ACATAACT", "GAGCTAGA"]
)
def test_all_euler_paths_are_equally_likely(text):
    middles = ("".join(letters) for letters in permutations(text[1:-1]))
    orders = {f"{text[0]}{middle}{text[-1]}" for middle in middles}
    codes = codes_of(text)
    possible = {order for order in orders if pairs(codes_of(order)) == pairs(codes)}
    draws = 200 * len(possible)
    counts = Counter(sequence_of(dinucleotide(codes, seed)) for seed in range(draws))
    assert set(counts) == possible and len(possible) > 1
    chi_square = sum((count - 200) ** 2 / 200 for count in counts.values())
    freedom = len(possible) - 1
    assert chi_square < freedom + 4 * (2 * freedom) ** 0.5


def test_mononucleotide_orders_are_equally_likely():
    counts = Counter(sequence_of(mononucleotide(codes_of("AACG"), seed)) for seed in range(2400))
    assert set(counts) == {"".join(p) for p in permutations("AACG")}
    assert sum((count - 200) ** 2 / 200 for count in counts.values()) < 11 + 4 * 22**0.5


def test_a_long_repeat_takes_no_time():
    codes = codes_of("A" * 5000 + "C" + "A" * 5000 + "G" + "AC" * 2000)
    shuffled = dinucleotide(codes, 1)
    assert pairs(shuffled.tolist()) == pairs(codes.tolist())


@pytest.mark.parametrize("text", ["", "A", "AC", "ACG", "AAAAAAAA", "NNN", "ANCNG"])
def test_sequences_with_one_order_come_back_and_are_reported(text):
    codes = codes_of(text)
    assert degenerate(codes, dinucleotide(codes, 3))


def test_the_seed_alone_decides_and_the_input_stays():
    codes = random_codes(99)
    before = codes.copy()
    np.testing.assert_array_equal(dinucleotide(codes, 5), dinucleotide(codes, 5))
    assert not degenerate(dinucleotide(codes, 5), dinucleotide(codes, 6))
    assert not degenerate(mononucleotide(codes, 5), mononucleotide(codes, 6))
    np.testing.assert_array_equal(codes, before)


def test_seeds_of_texts():
    # sha256("7:chrI:0-100"), worked out with coreutils' sha256sum: first 8 bytes, little end first
    assert seed_of("chrI:0-100", 7) == 0x6C58DE86B128356A >> 1
    seeds = {seed_of(f"chrI:{i}-{i + 100}", seed) for i in range(100) for seed in range(10)}
    assert len(seeds) == 1000 and all(0 <= seed < 2**63 for seed in seeds)
