"""Records: shards put together give what one job gives, in the table's order."""

import h5py
import numpy as np
import pytest
from test_explained_windows import table
from track_fakes import WINDOW, FakeModel, method, origin, weighted

from chromolens.attribution.result import Result
from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.tracks.answers import PER_WINDOW
from chromolens.tracks.join import join_records
from chromolens.tracks.partial import partial_path
from chromolens.tracks.records import explain_records, shard_of

INPUTS = open_inputs(table())
EVEN, ODD = np.arange(0, 10, 2), np.arange(1, 10, 2)


def run(path, rows, *, fold="fold0", models=None, ask=None, places=None, inputs=INPUTS):
    explain_records(
        models or [FakeModel(digest=fold)],
        inputs,
        rows,
        str(path),
        places=places,
        method=ask or method(),
        origin=origin(path.stem, fold),
        records_at_once=2,
    )
    return path


def shards(folder, parts: int) -> list:
    return [
        run(
            folder / f"{fold}.{part}of{parts}.h5", rows, fold=fold, places=shard_of(5, part, parts)
        )
        for fold, rows in [("fold0", EVEN), ("fold1", ODD)]
        for part in range(parts)
    ]


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 7])
def test_parts_are_contiguous_and_complete(parts):
    pieces = [shard_of(5, part, parts) for part in range(parts)]
    assert np.concatenate(pieces).tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(BadInput):
        shard_of(5, parts, parts)


@pytest.mark.parametrize("parts", [1, 3])
def test_the_joined_file_holds_every_record_in_the_tables_order(tmp_path, parts):
    join_records(shards(tmp_path, parts), tmp_path / "all.h5", INPUTS, task="b")
    expected = weighted(FakeModel(), INPUTS.arrays(np.arange(10)), tasks=["a", "b"], ids=[])[1]
    with h5py.File(tmp_path / "all.h5") as file:
        assert file["id"].asstr()[:].tolist() == table()["id"].tolist()
        np.testing.assert_array_equal(file["contributions"][:], expected.contributions)
        np.testing.assert_array_equal(file["values"][:], expected.values)
        np.testing.assert_array_equal(file["completeness_error"][:], expected.completeness_error)
        raw, projected = file["raw/seq"][:], file["projected_shap/seq"][:]
    assert raw.shape == projected.shape == (10, 4, WINDOW)
    np.testing.assert_array_equal(raw.transpose(0, 2, 1), INPUTS.arrays(np.arange(10)))
    # `weighted` says 0 at an N, where no channel could hold a contribution.
    np.testing.assert_array_equal(projected.sum(axis=1), expected.contributions)
    assert np.all(projected[raw == 0] == 0)


def test_records_that_are_no_dna_have_contributions_alone(tmp_path):
    """Tokens (n, length), as the networks of the fold get them, each worth a tenth of itself."""

    def tenth(model, tokens, *, tasks, ids, **_):
        worth = tokens.astype(np.float32) / 10
        nothing = np.zeros(len(tokens), np.float32)
        return [Result(worth, None, nothing, worth.sum(axis=1), nothing) for _ in tasks]

    windows = table().drop(columns=["sequence", "gc", "shared"])
    windows["tokens"] = [f"{i + 2} 300 0" for i in range(10)]
    windows["text"] = "word other"
    inputs = open_inputs(windows)
    files = [
        run(tmp_path / f"{fold}.h5", rows, fold=fold, ask=method(tenth), inputs=inputs)
        for fold, rows in [("fold0", EVEN), ("fold1", ODD)]
    ]
    join_records(files, tmp_path / "all.h5", inputs, task="b")
    with h5py.File(tmp_path / "all.h5") as file:
        assert sorted(file) == sorted(["id", "contributions", *PER_WINDOW])
        expected = [[(i + 2) / 10, 30, 0] for i in range(10)]
        np.testing.assert_allclose(file["contributions"][:], expected, rtol=1e-6)


def test_an_interrupted_shard_is_continued_to_the_same_bytes(tmp_path):
    def failing(model, onehot, *, ids, **asked):
        if "r4" in ids:
            raise KeyboardInterrupt
        return weighted(model, onehot, ids=ids, **asked)

    (tmp_path / "cut").mkdir()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut" / "s.h5", EVEN, ask=method(failing))
    assert partial_path(tmp_path / "cut" / "s.h5").exists()
    run(tmp_path / "cut" / "s.h5", EVEN)
    run(tmp_path / "s.h5", EVEN)
    assert (tmp_path / "cut" / "s.h5").read_bytes() == (tmp_path / "s.h5").read_bytes()


def test_replicates_add_spread_and_sign(tmp_path):
    models = [FakeModel(gain=1.0), FakeModel(gain=-3.0)]
    run(tmp_path / "s.h5", EVEN, models=models)
    one = weighted(FakeModel(), INPUTS.arrays(EVEN), tasks=["a"], ids=[])[0].contributions
    with h5py.File(tmp_path / "s.h5") as file:
        group = file["records"]
        np.testing.assert_allclose(group["contributions"][0], -one, rtol=1e-5)
        np.testing.assert_allclose(group["sd"][0], np.abs(one) * np.sqrt(8), rtol=1e-5)
        np.testing.assert_allclose(group["sign"][0], np.where(one == 0, 1.0, 0.5))


def test_missing_and_doubled_records_are_named(tmp_path):
    files = shards(tmp_path, 2)
    with pytest.raises(BadInput, match="r6, r8"):
        join_records(files[:1] + files[2:], tmp_path / "x.h5", INPUTS, task="a")
    again = run(tmp_path / "again.h5", EVEN[:1])
    with pytest.raises(BadInput, match=r"'r0' is in .*again.h5 and in .*fold0.0of2.h5"):
        join_records([*files, again], tmp_path / "x.h5", INPUTS, task="a")
    assert not (tmp_path / "x.h5").exists()
