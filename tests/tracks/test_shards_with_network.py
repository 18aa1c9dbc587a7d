"""Shards with the real front door, a real network and a real FASTA."""

import h5py
import keras
import numpy as np
import pytest
from track_fakes import WINDOW, origin, prepared

from chromolens.attribution.front import attribute_tasks
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval
from chromolens.models.model import Model
from chromolens.tracks.join import join_track
from chromolens.tracks.method import Method
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling


@pytest.fixture(scope="module")
def model() -> Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((WINDOW, 4))
    x = keras.layers.Conv1D(8, 5, activation="relu")(inputs)
    x = keras.layers.Flatten()(keras.layers.MaxPooling1D(4)(x))
    x = keras.layers.Dense(16, activation="relu")(x)
    return Model.of(keras.Model(inputs, keras.layers.Dense(2)(x)), ["a", "b"])


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with Genome(prepared(tmp_path_factory.mktemp("genome"))) as opened:
        yield opened


def explain(path, model, genome, regions, batch_size=16, **settings):
    method = Method(
        "integrated_gradients", ["b", "a"], {"steps": 3}, batch_size=batch_size, **settings
    )
    explain_shard(
        [model], genome, regions, str(path), method=method, tiling=Tiling(WINDOW, 6),
        origin=origin(), windows_at_once=48,
    )  # fmt: skip
    return path


def track(path, genome) -> np.ndarray:
    with h5py.File(path) as file:
        names = sorted(name for name in file if name.startswith("chrA"))
        pieces = sorted(Interval.from_name(name) for name in names)
        return np.concatenate([file[p.name]["contributions"][:] for p in pieces], axis=1)


def cut(genome, size) -> list[Interval]:
    return [
        Interval(chrom, start, min(start + size, length))
        for chrom, length in genome.sizes.items()
        for start in range(0, length, size)
    ]


def test_bytes_of_the_track_do_not_depend_on_the_shards(tmp_path, model, genome):
    for size in (1000, 150, 37):
        files = [
            explain(tmp_path / f"{size}.{i}.h5", model, genome, [region])
            for i, region in enumerate(cut(genome, size))
        ]
        join_track(files, tmp_path / f"{size}.bw", genome.sizes, task="a")
    assert len({path.read_bytes() for path in tmp_path.glob("*.bw")}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_other_batch_shapes_agree_to_rounding(tmp_path, model, genome, batch_size):
    one = track(explain(tmp_path / "1.h5", model, genome, cut(genome, 1000)), genome)
    path = explain(tmp_path / "2.h5", model, genome, cut(genome, 1000), batch_size)
    assert np.nanmax(np.abs(track(path, genome) - one)) <= 1e-5 * np.ptp(one[np.isfinite(one)])


def test_a_window_in_a_shard_is_what_the_front_door_says_of_it(tmp_path, model, genome):
    path = explain(tmp_path / "s.h5", model, genome, [Interval("chrB", 0, 6)])
    onehot = genome.onehot("chrB", 0, WINDOW)[None]
    results = attribute_tasks(
        model, onehot, method="integrated_gradients", tasks=["b", "a"], steps=3, batch_size=16
    )
    with h5py.File(path) as file:
        group = file["chrB-0-6"]
        for i, result in enumerate(results):
            np.testing.assert_array_equal(group["contributions"][i], result.contributions[0, :6])
            np.testing.assert_array_equal(group["values"][i], result.values)


def test_both_strands_of_the_mirrored_genome_give_the_mirrored_track(tmp_path, model, genome):
    length = WINDOW + 6 * 40
    letters = genome.sequence("chrA", 0, length)
    turned = letters.translate(str.maketrans("ACGTN", "TGCAN"))[::-1]
    tracks = []
    for name, text in [("forward", letters), ("mirrored", turned)]:
        (tmp_path / f"{name}.fa").write_text(f">chrA\n{text}\n")
        prepare_fasta(tmp_path / f"{name}.fa", tmp_path / f"{name}.fa.gz")
        with Genome(tmp_path / f"{name}.fa.gz") as opened:
            path = explain(
                tmp_path / f"{name}.h5", model, opened, cut(opened, 1000), strands="both"
            )
            tracks.append(track(path, opened))
    scale = np.nanmax(np.abs(tracks[0]))
    np.testing.assert_allclose(tracks[1][:, ::-1], tracks[0], atol=1e-5 * scale)
