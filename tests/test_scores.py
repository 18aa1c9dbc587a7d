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
SIZES = {"task": 2, "base": 7, "window": 3, "stretch": 2, "position": 5, "channel": 4}
KINDS = {
    "region": (*scores.REGION, *scores.COVER, *scores.TILING, *scores.REGION_AGREEMENT),
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
    scores.seal(tmp_path / "s.h5")
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


def sealed(path):
    """A shard of two tasks with random numbers; place and size of each array in the file."""
    rng = np.random.default_rng(0)
    with scores.written(path, HEADER) as file:
        group = file.create_group("chrI-0-100")
        scores.create(group, (*scores.REGION, *scores.TILING), SIZES)
        group["window_start"][:] = [0, 10, 20]
        for array in (*scores.REGION, *scores.TILING[1:]):
            group[array.name][:] = rng.normal(size=group[array.name].shape)
        return {
            name: (one.id.get_offset(), one.id.get_storage_size()) for name, one in group.items()
        }


def damage(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["contributions", "predictions", "window_start", "values"])
def test_a_byte_that_changed_is_named_with_file_and_array(tmp_path, name):
    path = tmp_path / "s.h5"
    offset, size = sealed(path)[name]
    scores.open_scores(path).close()
    damage(path, offset + size - 2)
    with pytest.raises(BadInput, match=rf"/chrI-0-100/{name} is not(?s:.*)s\.h5"):
        scores.open_scores(path)
    scores.open_scores(path, ["completeness_error"]).close()  # others can still be read
    if name == "contributions":
        scores.open_scores(path, [name], row=0).close()  # the damage is in the other task's
        with pytest.raises(BadInput, match=name):
            scores.open_scores(path, [name], row=1)


def test_no_changed_byte_changes_a_number_silently(tmp_path):
    path = tmp_path / "s.h5"
    sealed(path)
    content = path.read_bytes()

    def read():
        with scores.open_scores(path) as file:
            group = file["chrI-0-100"]
            arrays = {name: group[name][()].tolist() for name in group}
            return repr((arrays, scores.Header.read(file)))

    whole, found = read(), 0
    for place in np.random.default_rng(1).integers(len(content), size=300):
        path.write_bytes(content)
        damage(path, place)
        try:
            assert read() == whole, place
        except BadInput as error:
            found += 1
            assert "s.h5" in str(error)
    assert found > 30


def test_a_file_without_a_seal_is_refused(tmp_path):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        HEADER.write(file)
    with pytest.raises(BadInput, match="did not end"):
        scores.open_scores(tmp_path / "s.h5")
