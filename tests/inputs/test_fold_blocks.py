"""Blocks of a genome: what lies between folds, against every base and every window by hand."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval, holders, is_block, stretch
from chromolens.inputs.blocks import blocks, cut, deal, least_gap

SIZES = {"NC_1": 100_000, "plasmid": 3_000}
WINDOW, SHIFT = 200, 10
GAP = least_gap(WINDOW, SHIFT)


def dealt(sizes=SIZES, k=3, size=5_000, gap=GAP):
    parts = cut(sizes, k, size, gap)
    homes = deal(parts, [0] * len(parts), k)
    return parts, [[Interval.from_name(name) for name in fold]
                   for fold in blocks(parts, homes, k, gap, WINDOW)]  # fmt: skip


def owners(sizes, folds):
    """Fold of every base, -1 where there is none; and how often a base stands in a block."""
    owner = {chrom: np.full(size, -1) for chrom, size in sizes.items()}
    times = {chrom: np.zeros(size, int) for chrom, size in sizes.items()}
    for fold, own in enumerate(folds):
        for block in own:
            owner[block.chrom][block.start : block.end] = fold
            times[block.chrom][block.start : block.end] += 1
    return owner, times


@pytest.mark.parametrize("k", [3, 4, 7])
@pytest.mark.parametrize("gap", [GAP, GAP + 1, 1000])
def test_no_window_that_is_seen_or_explained_reaches_another_fold(k, gap):
    _, folds = dealt(k=k, gap=gap)
    owner, times = owners(SIZES, folds)
    for chrom, own in owner.items():
        assert times[chrom].max() == 1
        changes = np.flatnonzero(np.diff(own))
        for left, right in zip(changes[::2], changes[1::2], strict=True):
            assert own[left] != own[right + 1] and set(own[left + 1 : right + 1]) == {-1}
            explained = left + WINDOW  # first base that no window over the last one reaches
            trained = right + 1 - SHIFT  # first base of a training window of the next block
            assert right - left == gap and explained <= trained
    assert owner["NC_1"][0] >= 0 and owner["NC_1"][-1] >= 0 and (owner["plasmid"] >= 0).all()


def test_every_part_is_dealt_and_gaps_take_no_more_than_they_must():
    parts, folds = dealt()
    assert sum(map(len, parts)) == 103_000
    owner, _ = owners(SIZES, folds)
    between = sum((own == -1).sum() for own in owner.values())
    edges = sum(np.diff(own[own >= 0]).astype(bool).sum() for own in owner.values())
    assert between == edges * GAP > 0


@pytest.mark.parametrize("crowded", [0, 1, 20, 50])
def test_bases_and_events_are_shared_out(crowded):
    """However many parts hold all of the events."""
    parts = cut({"a": 1_000_000}, 4, 20_000, GAP)
    events = [40] * crowded + [0] * (50 - crowded)
    homes = np.array(deal(parts, events, 4))
    assert np.ptp(np.bincount(homes, minlength=4)) <= 2
    counts = np.bincount(homes, weights=events, minlength=4)
    assert np.ptp(counts) <= 40 * (1 if crowded > 1 else crowded)


def test_a_size_of_nothing_is_ten_parts_a_fold():
    assert len(cut({"a": 1_000_000}, 4, 0, GAP)) == 40
    assert len(cut({"a": 40_000}, 4, 0, GAP)) == round(40_000 / (10 * GAP))


@pytest.mark.parametrize(
    ("sizes", "k", "size", "gap", "message"),
    [
        ({"a": 9_000}, 3, 5_000, GAP, "3 folds can't be made of 2 blocks of about 5,000 bp"),
        ({"a": 90_000}, 3, 300, GAP, "gaps may take more than half"),
        ({"a": 90_000, "b": 150}, 3, 5_000, GAP, "block b:0-150 .* smaller than a window"),
    ],
)
def test_what_leaves_nothing_to_train_on(sizes, k, size, gap, message):
    with pytest.raises(BadInput, match=message):
        dealt(sizes, k, size, gap)


def test_names_of_stretches():
    sizes = {"a": 50, "a-1-9": 20}
    assert stretch("a", sizes) == Interval("a", 0, 50)
    assert stretch("a-1-9", sizes) == Interval("a-1-9", 0, 20)
    assert stretch("a-1-8", sizes) == Interval("a", 1, 8)
    assert [is_block(name, sizes) for name in ("a", "a-1-9", "a-1-8", "b-1-8")] == [
        False, False, True, False]  # fmt: skip
    for wrong in ("b", "b-1-8", "a-40-51"):
        with pytest.raises(BadInput):
            stretch(wrong, sizes)


def test_holders_are_those_of_a_double_loop():
    rng = np.random.default_rng(1)
    stretches = [Interval("b", 0, 40), Interval("a", 60, 90), Interval("a", 0, 50)]
    chroms, starts = rng.choice(["a", "b", "c"], 300), rng.integers(-5, 95, 300)
    ends = starts + rng.integers(1, 20, 300)
    found = holders(stretches, chroms, starts, ends)
    for chrom, start, end, number in zip(chroms, starts, ends, found, strict=True):
        inside = [
            one.chrom == chrom and one.start <= start and end <= one.end for one in stretches
        ]
        assert number == (inside.index(True) if any(inside) else -1)
    assert 0 < (found >= 0).sum() < 300
