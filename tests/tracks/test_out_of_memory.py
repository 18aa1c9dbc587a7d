"""A job whose memory is short goes on with half as many rows in a call, and says so."""

import logging

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from track_fakes import WINDOW, origin, prepared

from chromolens import runlog
from chromolens.attribution.front import attribute_tasks
from chromolens.inputs.folds import Folds
from chromolens.models.batching import halving
from chromolens.models.model import Model
from chromolens.scores import Header
from chromolens.tracks.jobs import explain
from chromolens.tracks.method import Method

MEMORY = 6
"""Rows that the pretended device can hold."""
FOLDS = Folds({"fold0": {"test": ["chrA"], "validation": ["chrB"], "training": ["tiny"]}})


@pytest.fixture(scope="module")
def model() -> Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((WINDOW, 4))
    x = keras.layers.Conv1D(8, 5, activation="relu")(inputs)
    x = keras.layers.Flatten()(keras.layers.MaxPooling1D(4)(x))
    return Model.of(keras.Model(inputs, keras.layers.Dense(2)(x)), ["a", "b"])


@pytest.fixture(scope="module")
def genome(tmp_path_factory) -> str:
    return str(prepared(tmp_path_factory.mktemp("genome")))


def short_of_memory(model, inputs, *, batch_size, places, **asked):
    """The front door on a device that gives up above ``MEMORY`` rows, past window 50."""
    if batch_size > MEMORY and max(places) > 50:
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating a tensor")
    return attribute_tasks(model, inputs, batch_size=batch_size, places=places, **asked)


def run(path, model, genome, size, ask=None) -> dict:
    """Header and arrays of the shard of chrA, made with ``size`` rows in a call."""
    settings = {"references": "uniform", "batch_size": size, "attribute": ask}
    explain(
        {origin().fold: [model]},
        str(path),
        method=Method("deeplift_rescale", ["a", "b"], **settings),
        tiling={"window": WINDOW, "stride": 4},
        origin=origin(),
        source=genome,
        regions=["chrA-0-407"],
        series=[],
        windows="",
        folds=FOLDS,
    )
    with h5py.File(path) as file:
        found = {key: array[:] for key, array in file["chrA-0-407"].items()}
        return {"rows": Header.read(file).run["batch_size"], **found}


@pytest.mark.slow
def test_the_batch_is_halved_and_the_job_goes_on(tmp_path, model, genome, caplog):
    runlog.logger.propagate = True
    with caplog.at_level(logging.WARNING, logger="chromolens"):
        found = run(tmp_path / "short.h5", model, genome, 16, short_of_memory)
    said = [record.getMessage() for record in caplog.records if "memory" in record.getMessage()]
    assert len(said) == 2 and "with 16 rows" in said[0] and "anew with 4;" in said[1]
    same = run(tmp_path / "same.h5", model, genome, 4)
    large = run(tmp_path / "large.h5", model, genome, 16)
    assert (found["rows"], large["rows"]) == (4, 16)
    for key in ("contributions", "predictions", "values"):
        assert np.array_equal(found[key], same[key], equal_nan=True)  # to the bit
        assert np.isfinite(found[key]).any()
        largest = np.nanmax(np.abs(large[key]))
        np.testing.assert_allclose(found[key], large[key], atol=1e-5 * largest)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.h5", "same.h5", "short.h5"]


class Counting:
    """The door ``front``, and with how many rows it was called; the ``last`` with 4 is killed."""

    def __init__(self, front, last: int = 10**6):
        self.front, self.last, self.sizes = front, last, []

    def __call__(self, model, inputs, *, batch_size, **asked):
        found = self.front(model, inputs, batch_size=batch_size, **asked)
        self.sizes.append(batch_size)
        if self.sizes.count(4) == self.last:
            raise KeyboardInterrupt
        return found


def test_what_a_job_explained_with_the_half_outlives_it(tmp_path, model, genome, caplog):
    runlog.logger.propagate = True
    whole, rest = Counting(attribute_tasks), Counting(attribute_tasks)
    same = run(tmp_path / "same.h5", model, genome, 4, whole)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.h5", model, genome, 16, Counting(short_of_memory, 4))
    with caplog.at_level(logging.INFO, logger="chromolens"):
        found = run(tmp_path / "cut.h5", model, genome, 16, rest)
    assert "4 rows in a call, as before" in caplog.text and "resumed at" in caplog.text
    assert set(rest.sizes) == {4} and len(rest.sizes) < len(whole.sizes)
    assert found.keys() == same.keys()
    for key, array in same.items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)


def test_what_one_row_does_not_fit_is_an_error():
    tried = []

    def work(size):
        tried.append(size)
        raise MemoryError

    with pytest.raises(MemoryError):
        halving(work, 5)
    assert tried == [5, 2, 1]


def test_other_errors_are_not_tried_again():
    tried = []

    def work(size):
        tried.append(size)
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        halving(work, 8)
    assert tried == [8]
