"""Disks that fill at each writer: a message, nothing half-written, then the usual bytes."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.runlog import atomic, no_space
from chromolens.tables.inputs import CHROMOSOMES
from chromolens.tracks.bigwig import read_back, write_bigwig

SIZES = {"a": 180_000, "b": 20_000}
STEP = 4  # KB


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of so many kilobytes, mounted at ``folder``; the test skips where it can't."""
    folder.mkdir(exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(options, capture_output=True).returncode:
        pytest.skip("a small disk can't be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def track_values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {chrom: rng.normal(size=size).astype("float32") for chrom, size in SIZES.items()}


def write_track(path: Path) -> None:
    values = track_values()
    write_bigwig(path, SIZES, lambda chrom, start, end: values[chrom][start:end], block=2**16)


def write_table(path: Path) -> None:
    frame = pd.DataFrame({"chrom": [f"c{i}" for i in range(20_000)], "length": 1, "md5": "0" * 32})
    tables.write(CHROMOSOMES, frame, path)


def write_scores(path: Path) -> None:
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        file["values"] = np.zeros(200_000, "float32")


def write_json(path: Path) -> None:
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(list(range(200_000))))


def write_network(path: Path) -> None:
    import keras

    from chromolens.models.training.save import save_model

    keras.utils.clear_session()  # layers are numbered from 1 again
    keras.utils.set_random_seed(0)
    inputs = keras.Input((50, 4))
    outputs = keras.layers.Dense(400)(keras.layers.Flatten()(inputs))
    save_model(keras.Model(inputs, outputs), path, {"tasks": ["a"]})


WRITERS = {
    "t.bw": write_track,
    "t.tsv": write_table,
    "t.tsv.gz": write_table,
    "t.h5": write_scores,
    "t.json": write_json,
    "t.keras": write_network,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path, name):
    write = WRITERS[name]
    write(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    need = len(whole) // 1024 + STEP
    around = [*np.linspace(1, 3 * need, 16), *range(need - 24, need + 12, STEP)]
    written = []
    for kilobytes in sorted({STEP * max(1, round(size / STEP)) for size in around}):
        with disk(tmp_path / "disk", kilobytes) as folder:
            begun = time.monotonic()
            try:
                write(folder / name)
            except (BadInput, OSError) as error:
                said = error if isinstance(error, BadInput) else no_space(error)
                assert "the disk is full" in str(said), (kilobytes, error)
                assert not (folder / name).exists(), kilobytes
            else:
                assert (folder / name).read_bytes() == whole, kilobytes
                written.append(kilobytes)
            assert time.monotonic() - begun < 30, kilobytes
            assert not [path for path in folder.iterdir() if path.name[0] == "."], kilobytes
            subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
            write(folder / name)
            assert (folder / name).read_bytes() == whole, "there is room again"
    assert written and written[0] >= need - STEP


def test_every_step_of_free_space_around_the_need_of_a_track(tmp_path):
    write_track(tmp_path / "t.bw")
    whole = (tmp_path / "t.bw").read_bytes()
    for kilobytes in range(STEP, len(whole) // 1024 + 6 * STEP, STEP):
        with disk(tmp_path / "disk", kilobytes) as folder:
            try:
                write_track(folder / "t.bw")
            except BadInput as error:
                assert "the disk is full" in str(error), (kilobytes, error)
                assert not list(folder.iterdir()), kilobytes
            else:
                assert kilobytes * 1024 >= len(whole)
                assert (folder / "t.bw").read_bytes() == whole, kilobytes
    found = read_back(tmp_path / "t.bw", "b", 0, 20_000)
    np.testing.assert_array_equal(found, track_values()["b"])
