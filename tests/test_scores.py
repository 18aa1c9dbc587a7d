"""Files of scores: laid out as declared, read back as written."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

from chromolens import scores
from chromolens.errors import BadInput

HEADER = scores.Header(
    study="toy",
    model="cnn",
    method="ism",
    shard="chrI-0-100",
    fold="fold1",
    tasks=["Reb1", "Abf1"],
    settings={"method": {"steps": 50}},
    models=["d1", "d2"],
    provenance={"code": "abc"},
    run={},
)
SIZES = {"task": 2, "base": 7, "window": 3, "position": 5, "channel": 4}
KINDS = {
    "region": (*scores.REGION, *scores.TILING, *scores.REGION_AGREEMENT),
    "records": (*scores.RECORDS, *scores.RECORD_AGREEMENT),
    "windows": (*scores.WINDOWS, scores.HYPOTHETICAL),
    "export": scores.EXPORT,
}


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_are_made_as_declared_and_empty_means_absent(tmp_path, kind):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        scores.create(file, KINDS[kind], SIZES)
        for array in KINDS[kind]:
            made = file[array.name]
            assert made.shape == tuple(SIZES[dim] for dim in array.dims)
            assert made.attrs["dims"].split() == list(array.dims)
            assert made.attrs["unit"] == array.unit
            if array.dtype == "float32":
                assert made.dtype == np.float32
                assert np.isnan(made[()]).all()
                assert made.id.get_offset() is not None, "space must be taken from the start"


def test_names_are_declared_once_per_kind():
    for arrays in KINDS.values():
        assert len({array.name for array in arrays}) == len(arrays)


def test_the_header_comes_back(tmp_path):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        HEADER.write(file)
    with scores.open_scores(tmp_path / "s.h5") as file:
        assert scores.Header.read(file) == HEADER
        assert file.attrs["study"] == "toy"
        assert list(file.attrs["tasks"]) == ["Reb1", "Abf1"]


def test_a_header_without_tasks_or_models_comes_back(tmp_path):
    bare = replace(HEADER, tasks=[], models=[])
    with h5py.File(tmp_path / "s.h5", "w") as file:
        bare.write(file)
        assert scores.Header.read(file) == bare


def test_digests_follow_the_fields_named():
    other = replace(HEADER, shard="chrII-0-5", settings={"method": {"steps": 51}})
    assert HEADER.digest("study", "tasks") == other.digest("study", "tasks")
    assert HEADER.digest("study", "settings") != other.digest("study", "settings")


def test_files_that_are_no_scores_are_refused_by_name(tmp_path):
    (tmp_path / "torn.h5").write_bytes(b"\x89HDF half")
    with pytest.raises(BadInput, match="torn.h5"):
        scores.open_scores(tmp_path / "torn.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        with pytest.raises(BadInput, match=r"'study'(?s:.*)other.h5"):
            scores.Header.read(file)
