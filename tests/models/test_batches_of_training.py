"""Batches in memory and from files hold the same windows, moved and turned the same way."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.models.training import data
from tests.models.planted import ToyGenome, sequences


@pytest.fixture(scope="module")
def genome():
    return ToyGenome(count=30)


def held(genome, limit):
    rows = np.arange(5, 25)
    windows = data.hold(
        genome, rows, margin=4, tasks=["alpha"], profile_length=40, strands=2, limit=limit
    )
    return rows, windows


def test_memory_and_files_agree(genome):
    _, memory = held(genome, 2**30)
    _, files = held(genome, 0)
    assert (type(memory), type(files)) == (data.Memory, data.Files)
    index = np.array([3, 0, 19, 7])
    moves = np.array([4, -4, 0, 1]), np.array([True, False, True, False])
    np.testing.assert_array_equal(memory.arrays(index, *moves), files.arrays(index, *moves))
    np.testing.assert_array_equal(
        memory.profiles(index, *moves)["alpha"], files.profiles(index, *moves)["alpha"]
    )


def test_windows_are_read_base_by_base(genome):
    rows, memory = held(genome, 2**30)
    onehot = memory.arrays(np.array([2]), np.array([3]), np.array([True]))[0]
    start = genome.starts[rows[2]] + 3
    for place in range(genome.length):
        base = 3 - genome.codes_[start + genome.length - 1 - place]
        assert onehot[place].tolist() == [float(channel == base) for channel in range(4)]
    counts = memory.profiles(np.array([2]), np.array([3]), np.array([True]))["alpha"][0]
    for place in range(40):
        plus, minus = genome.signal[start + 10 + 39 - place]
        assert counts[place].tolist() == [minus, plus]


def test_an_epoch_shows_every_window_once_with_its_labels():
    inputs = sequences(50, mask=0.0)
    rows = np.arange(50)
    labels = rows[:, None].astype("float32")
    batches = data.Batches(
        data.hold(inputs, rows), 50, 8, labels=labels, weights=labels + 1, seed=1, epoch=0
    )
    seen = [batches[i] for i in range(len(batches))]
    assert [len(x) for x, _, _ in seen] == [8] * 6 + [2]
    order = np.concatenate([y[:, 0] for _, y, _ in seen]).astype(int)
    assert sorted(order) == list(range(50)) != order.tolist()
    np.testing.assert_array_equal(np.concatenate([x for x, _, _ in seen]), inputs.arrays(order))
    np.testing.assert_array_equal(np.concatenate([w for _, _, w in seen])[:, 0], order + 1)


def test_draws_depend_on_seed_and_epoch_alone(genome):
    rows, memory = held(genome, 2**30)

    def drawn(seed, epoch):
        settings = {"shift": 4, "reverse_complement": True, "seed": seed, "epoch": epoch}
        return data.Batches(memory, len(rows), 20, **settings)[0][0]

    np.testing.assert_array_equal(drawn(1, 2), drawn(1, 2))
    assert not np.array_equal(drawn(1, 2), drawn(1, 3))
    assert not np.array_equal(drawn(1, 2), drawn(2, 2))


def test_shifts_and_strands_are_drawn_evenly():
    genome = ToyGenome(count=2000)
    rows = np.arange(2000)
    windows = data.hold(genome, rows, margin=3)
    none = np.zeros((2000, 1))
    x, _, _ = data.Batches(
        windows, 2000, 2000, labels=none, weights=none, shift=3, reverse_complement=True, epoch=0
    )[0]
    candidates = {
        (shift, turn): windows.arrays(rows, np.full(2000, shift), np.full(2000, turn))
        for shift in range(-3, 4)
        for turn in (False, True)
    }
    fingerprint = {
        window.tobytes(): move for move, found in candidates.items() for window in found
    }
    moves = [fingerprint[window.tobytes()] for window in x]
    counts = np.array([moves.count(move) for move in candidates])
    assert counts.sum() == 2000
    assert (np.abs(counts - 2000 / 14) < 5 * np.sqrt(2000 / 14)).all()


def test_validation_is_neither_moved_nor_turned(genome):
    rows, memory = held(genome, 2**30)
    batches = data.Batches(memory, len(rows), 20, shift=4, reverse_complement=True)
    np.testing.assert_array_equal(batches[0][0], genome.arrays(rows))


def test_sequences_cannot_be_shifted():
    with pytest.raises(BadInput, match="training.shift is 2"):
        data.check_moves(sequences(30), 2, reverse_complement=True)


def test_background_leaves_out_n():
    inputs = sequences(30)
    expected = inputs.arrays(np.arange(30)).sum(axis=(0, 1))
    found = data.background(inputs, np.arange(30))
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-6)


def test_an_epoch_shows_all_positives_and_other_negatives_each_time():
    positive = np.arange(60) % 6 == 0
    draw = data.Draw(positive, negatives=2)
    epochs = [set(draw(np.random.default_rng([1, epoch]))) for epoch in range(40)]
    assert {len(epoch) for epoch in epochs} == {30}
    assert all(set(np.flatnonzero(positive)) <= epoch for epoch in epochs)
    assert set.union(*epochs) == set(range(60)) and len(set(map(frozenset, epochs))) == 40
    assert len(data.Draw(positive, negatives=9)(np.random.default_rng(0))) == 60
