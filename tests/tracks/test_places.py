"""A window's place in its batch is its own: a network that depends on it says so to the bit.

``Seat`` (see ``unlike_kernels``) adds a number that depends on the row's place in its batch, as
the last bits of kernels do on some processors.
"""

import h5py
import numpy as np
import pandas as pd
import pytest
import unlike_kernels
from track_fakes import WINDOW, FakeGenome, genome_with_gaps, origin, random_sequence

from chromolens.attribution.front import attribute, attribute_tasks
from chromolens.genome.intervals import Interval
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.tracks.join import join_track
from chromolens.tracks.method import Method
from chromolens.tracks.records import explain_records, shard_of
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling, window_starts
from chromolens.tracks.windows import explain_windows

GENOME = genome_with_gaps()
METHODS = {
    "gradient_x_input": {},
    "integrated_gradients": {"settings": {"steps": 2}},
    "deeplift_rescale": {
        "settings": {"fallback": "gradient"},
        "references": "dinucleotide_shuffle",
        "n_references": 3,
    },
    "ism": {"strands": "both"},
}


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.of(unlike_kernels.seated(WINDOW), ["a", "b"])


def method(name: str, **changes) -> Method:
    return Method(name, ("a", "b"), batch_size=16, **METHODS[name] | changes)


def regions(size: int) -> list[Interval]:
    return [
        Interval(chrom, start, min(start + size, length))
        for chrom, length in GENOME.sizes.items()
        for start in range(0, length, size)
    ]


def shard(path, model, places, *, name="gradient_x_input", at_once=32, genome=GENOME, **changes):
    explain_shard(
        [model], genome, places, str(path), method=method(name, **changes),
        tiling=Tiling(WINDOW, 6), origin=origin(), windows_at_once=at_once,
    )  # fmt: skip
    return path


def test_the_network_shows_where_a_row_stands(model):
    x = unlike_kernels.one_hot(3, WINDOW)
    first, later = (
        attribute(model, x, method="gradient_x_input", batch_size=16, places=places)
        for places in ([0, 1, 2], [3, 4, 5])
    )
    assert (first.values != later.values).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_the_track_has_the_same_bytes_for_any_shards_and_blocks(tmp_path, model, name):
    for size, at_once in ((1000, 64), (150, 7), (61, 1000)):
        files = [
            shard(tmp_path / f"{size}.{i}.h5", model, [region], name=name, at_once=at_once)
            for i, region in enumerate(regions(size))
        ]
        join_track(files, tmp_path / f"{size}.bw", GENOME.sizes, task="b")
    assert len({path.read_bytes() for path in tmp_path.glob("*.bw")}) == 1


def test_windows_of_short_scaffolds_share_batches_at_places_of_their_own(tmp_path, model):
    """A fold's scaffolds, in one shard, in some, and in one each, where batches aren't full."""
    rng, batches = np.random.default_rng(2), {}
    lengths = {f"s{i}": int(rng.integers(10, 90)) for i in range(40)}  # some hold no window
    genome = FakeGenome({name: random_sequence(n, n) for name, n in lengths.items()})
    own = list(lengths)[::2]

    def counting(*inputs, places, **asked):
        batches.setdefault(len(packed), []).append(len(np.unique(places // 16)))
        return attribute_tasks(*inputs, places=places, **asked)

    found = {}
    for packed in ([own], [own[:3], own[3:11], own[11:]], [[name] for name in own]):
        for number, names in enumerate(packed):
            path = tmp_path / f"{len(packed)}.{number}.h5"
            whole = [Interval(name, 0, lengths[name]) for name in reversed(names)]
            explain_shard(
                [model], genome, whole, str(path), chromosomes=own, tiling=Tiling(WINDOW, 6),
                method=method("gradient_x_input", attribute=counting), origin=origin(),
            )  # fmt: skip
            with h5py.File(path) as file:
                for name in file:
                    first = found.setdefault(name, file[name]["contributions"][:])
                    np.testing.assert_array_equal(file[name]["contributions"][:], first)
    assert len(found) == len(own)
    windows = sum(len(window_starts(lengths[name], WINDOW, 6)) for name in own)
    assert sum(batches[1]) == -(-windows // 16) < sum(batches[3]) < sum(batches[len(own)])


@pytest.mark.parametrize("until", [1, 2, 7])
def test_a_continued_shard_has_the_same_bytes(tmp_path, model, until):
    calls = []

    def failing(*inputs, **asked):
        calls.append(1)
        if len(calls) > until:
            raise KeyboardInterrupt
        return attribute_tasks(*inputs, **asked)

    shard(tmp_path / "whole.h5", model, regions(200), at_once=9)
    with pytest.raises(KeyboardInterrupt):
        shard(tmp_path / "cut.h5", model, regions(200), at_once=9, attribute=failing)
    shard(tmp_path / "cut.h5", model, regions(200), at_once=9)
    assert (tmp_path / "cut.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()


@pytest.mark.parametrize("name", METHODS)
def test_n_elsewhere_changes_no_bit_here(tmp_path, model, name):
    other = genome_with_gaps()
    letters = other.sequences["chrB"]
    other.sequences["chrB"] = letters[:30] + "N" + letters[31:60] + "N" * 40 + letters[100:]
    tracks = []
    for genome in (GENOME, other):
        path = shard(
            tmp_path / "s.h5", model, [Interval("chrB", 0, 150)], name=name, genome=genome
        )
        with h5py.File(path) as file:
            tracks.append(file["chrB-0-150/contributions"][:])
        path.unlink()
    beyond = 100 + WINDOW  # past every window that holds an N
    np.testing.assert_array_equal(tracks[0][:, beyond:], tracks[1][:, beyond:])
    assert (tracks[0][:, :80] != tracks[1][:, :80]).any()


@pytest.mark.parametrize("name", METHODS)
def test_a_window_asked_at_its_place_has_the_bits_of_the_track(tmp_path, model, name):
    path = shard(tmp_path / "s.h5", model, [Interval("chrA", 0, 407)], name=name)
    starts = window_starts(407, WINDOW, 6)
    with h5py.File(path) as file:
        values, error = (file[f"chrA-0-407/{key}"][:] for key in ("values", "completeness_error"))
    for number in (0, 5, 14, 37, len(starts) - 1):  # the third holds four N
        start = int(starts[number])
        onehot = np.eye(5, dtype=np.float32)[GENOME.codes("chrA", start, start + WINDOW)][:, :4]
        name_of = f"chrA:{start}-{start + WINDOW}"
        alone = method(name).explain(model, onehot[None], [name_of], np.array([number]))
        np.testing.assert_array_equal([one.values[0] for one in alone], values[:, number])
        errors = [one.completeness_error[0] for one in alone]
        np.testing.assert_array_equal(errors, error[:, number])


def records(unknown: int | None = None):
    letters = ["".join("ACGT"[i] for i in row.argmax(1)) for row in unlike_kernels.one_hot(40, 20)]
    if unknown is not None:
        letters[unknown] = "NN" + letters[unknown][2:]
    facts = {"role": "positive", "source": "a", "gc": 0.5, "shared": 0, "a": 1.0, "b": 0.0}
    ids = [f"r{i}" for i in range(40)]
    groups = ["part0", "part1"] * 20
    return open_inputs(pd.DataFrame({"id": ids, "group": groups, "sequence": letters} | facts))


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_records_have_the_same_bits_for_any_parts_and_blocks(tmp_path, model, name):
    inputs, rows, found = records(), np.arange(0, 40, 2), []
    for parts, at_once in ((1, 16), (3, 5), (4, 1)):
        pieces = []
        for part in range(parts):
            path = tmp_path / f"{parts}.{part}.h5"
            explain_records(
                [model], inputs, rows, str(path), places=shard_of(20, part, parts),
                method=method(name), origin=origin(), records_at_once=at_once,
            )  # fmt: skip
            with h5py.File(path) as file:
                pieces.append(file["records/contributions"][:])
        found.append(np.concatenate(pieces, axis=1))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_kept_windows_have_the_same_bits_for_any_blocks_and_neighbours(tmp_path, model, name):
    folds = Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"]}})
    rows = {"a": np.array([5, 8, 0, 3, 2, 30, 31, 32, 9]), "b": np.array([1, 0, 7])}

    def run(**changes):
        known = {"inputs": records(), "rows_by_task": rows, "windows_at_once": 16} | changes
        explain_windows(
            {"fold0": [model], "fold1": [model]}, folds=folds, path=str(tmp_path / "w.h5"),
            method=method(name), origin=origin("windows"), background=np.arange(33, 40), **known,
        )  # fmt: skip
        with h5py.File(tmp_path / "w.h5") as file:
            return file["a/contributions"][:], file["a/values"][:]

    expected = run()
    fewer = {"a": rows["a"][:7], "b": rows["b"][:0]}
    for changes, count in (({"windows_at_once": 3}, 9), ({"rows_by_task": fewer}, 7)):
        for one, other in zip(run(**changes), expected, strict=True):
            np.testing.assert_array_equal(one, other[:count])
    holding_n = run(inputs=records(unknown=8))
    for one, other in zip(holding_n, expected, strict=True):
        assert ((one != other).reshape(9, -1).any(axis=1) == (rows["a"] == 8)).all()
