"""BackSelect and the collection, on functions whose subsets are known or found by a plain loop."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.sis.search.backselect import empty_order as empty
from chromolens.sis.search.backselect import record_step, search_with
from chromolens.sis.search.collection import collect, exact, smallest_passing
from tests.sis.models import published_sis, random_dna, with_one_masked

MASK = np.full(4, 0.25, dtype=np.float32)


def subsets_of(score, inputs, threshold, mask=MASK, max_subsets=None, batch=7):
    search = exact(search_with(with_one_masked(score, mask, batch), mask))
    thresholds = np.full(len(inputs), threshold)
    return collect(score, search, inputs, thresholds, mask, max_subsets)


def as_lists(found):
    return [[subset.tolist() for subset in each.subsets] for each in found]


def additive(weights):
    def score(inputs):
        return np.einsum("nlc,lc->n", inputs.astype(np.float64), weights)

    return score


def interacting(length, seed):
    """Pairs, a maximum and a sine: neither monotone nor additive."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, length, 4))

    def score(inputs):
        a, b = (np.einsum("nlc,lc->nl", inputs.astype(np.float64), w) for w in (first, second))
        return a.max(axis=1) + (a[:, 1:] * b[:, :-1]).sum(axis=1) + np.sin(b.sum(axis=1))

    return score


def test_additive_model_keeps_the_largest_gains():
    # gain of a position over its mask; one subset = the fewest largest gains that reach tau
    gains = np.array([5.0, 1.0, 4.0, -2.0, 3.0, 0.5])
    weights = np.zeros((6, 4))
    weights[:, 0] = gains / 0.75
    inputs = np.tile(np.eye(4, dtype=np.float32)[0], (1, 6, 1))
    base = weights[:, 0].sum() * 0.25
    # 5 + 4 reach 8.5; of the rest 3 + 1 + 0.5 - 2 the target stays below
    found = subsets_of(additive(weights), inputs, base + 8.5)
    assert as_lists(found) == [[[0, 2]]]
    assert found[0].values == pytest.approx([base + 9])
    assert found[0].rest_value == pytest.approx(base + 1 - 2 + 3 + 0.5)


@pytest.mark.parametrize("seed", range(6))
def test_equals_the_published_loop(seed):
    score, inputs = interacting(9, seed), random_dna(5, 9, seed)
    masked = score(np.full((1, 9, 4), 0.25))[0]
    threshold = masked + 0.3 * (score(inputs).max() - masked)
    expected = [published_sis(score, x, threshold, MASK) for x in inputs]
    assert any(expected)
    assert as_lists(subsets_of(score, inputs, threshold)) == expected


def test_subsets_are_disjoint_sufficient_and_minimal():
    score, inputs = interacting(14, 3), random_dna(6, 14, 3)
    threshold = score(np.full((1, 14, 4), 0.25))[0] + 0.5
    for x, found in zip(inputs, subsets_of(score, inputs, threshold), strict=True):
        together = np.concatenate([np.zeros(0, int), *found.subsets])
        assert len(set(together)) == len(together)
        assert found.rest_value < threshold
        for subset, value in zip(found.subsets, found.values, strict=True):
            alone = np.full_like(x, 0.25)
            alone[subset] = x[subset]
            assert score(alone[None])[0] == pytest.approx(value, abs=1e-5) and value >= threshold
            for place in subset:
                fewer = alone.copy()
                fewer[place] = 0.25
                assert score(fewer[None])[0] < threshold


def test_ties_mask_the_lowest_position_first():
    # any two of four equal positions suffice: the last two are left
    weights = np.ones((4, 4))
    weights[:, 0] = 5
    inputs = np.tile(np.eye(4, dtype=np.float32)[0], (1, 4, 1))
    threshold = additive(weights)(np.concatenate([inputs[:, :2], inputs[:, :2] * 0 + 0.25], 1))[0]
    assert as_lists(subsets_of(additive(weights), inputs, threshold)) == [[[2, 3], [0, 1]]]


def test_float_noise_is_a_tie_and_a_difference_is_not():
    order = empty(np.ones((2, 3), bool))
    values = np.array([[1.0, 1.0 + 1e-7, 0.0], [1.0, 1.0 + 1e-4, 0.0]])
    assert record_step(order, 0, values)[1].tolist() == [0, 1]


def test_walks_back_from_the_fully_masked_input():
    # passes, fails, passes, fails as more is masked: the smallest subset counts
    positions, values = np.array([3, 0, 2, 1, -1]), np.array([9.0, 1.0, 7.0, 0.0, -np.inf])
    assert smallest_passing(positions, values, 5.0).positions.tolist() == [1]
    assert smallest_passing(positions, values, 5.0).without_one == 0.0
    assert smallest_passing(positions, values, 8.0).positions.tolist() == [0, 1, 2]
    assert smallest_passing(positions, values, 10.0).positions.tolist() == [0, 1, 2, 3]


def test_below_the_threshold_there_is_no_subset_and_equal_to_it_there_is():
    score, inputs = additive(np.ones((5, 4)) + np.arange(4)), random_dna(2, 5, 1)
    value = score(inputs)
    threshold = value.max()
    masked = score(np.full((1, 5, 4), 0.25))[0]
    assert masked < threshold
    found = subsets_of(score, inputs, threshold)
    assert [len(each.subsets) for each in found] == (value >= threshold).astype(int).tolist()
    assert found[int(value.argmin())].rest_value == pytest.approx(value.min())


def test_unknown_bases_keep_their_zeros_and_are_in_no_subset():
    weights = np.zeros((6, 4))
    weights[:, 0] = -8.0  # masking an N would cost 2, if it were masked
    weights[1, 1] = weights[4, 2] = 10.0
    inputs = np.zeros((1, 6, 4), np.float32)
    inputs[0, 1, 1] = inputs[0, 4, 2] = 1
    # both known bases at 10; masked they are 0.25 * (10 - 8) each
    found = subsets_of(additive(weights), inputs, 10.0)
    assert as_lists(found) == [[[4], [1]]]
    assert found[0].rest_value == pytest.approx(1.0)
    assert found[0].values == pytest.approx([10.5, 10.5])


def test_number_of_subsets_can_be_limited():
    score, inputs = additive(np.tile([4.0, 0, 0, 0], (6, 1))), random_dna(1, 6) * 0
    inputs[..., 0] = 1
    every = subsets_of(score, inputs, 9.0)
    two = subsets_of(score, inputs, 9.0, max_subsets=2)
    assert as_lists(every) == [[[5], [4], [3], [2], [1], [0]]]
    assert as_lists(two)[0] == as_lists(every)[0][:2]
    assert two[0].rest_value >= 9.0 > every[0].rest_value


def test_a_mask_that_passes_is_refused():
    with pytest.raises(BadInput, match="target is 5.*threshold 4.5") as error:
        subsets_of(additive(np.ones((5, 4))), random_dna(2, 5), 4.5)
    assert "0.25" in str(error.value)


def test_batch_size_changes_nothing():
    score, inputs = interacting(8, 4), random_dna(3, 8, 4)
    threshold = score(np.full((1, 8, 4), 0.25))[0] + 0.4
    found = [as_lists(subsets_of(score, inputs, threshold, batch=n)) for n in (1, 5, 1000)]
    assert found[0] == found[1] == found[2]


def test_no_inputs_give_no_result():
    assert subsets_of(additive(np.ones((5, 4))), random_dna(0, 5), 9.0) == []


def test_a_target_that_is_no_number_is_refused():
    with pytest.raises(BadInput, match="input 0 is nan"):
        subsets_of(additive(np.full((5, 4), np.nan)), random_dna(1, 5), 0.5)
