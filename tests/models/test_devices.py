"""Precision and description of the device."""

import keras
import pytest

from chromolens.errors import BadInput
from chromolens.models import devices


def test_precision_holds_within_its_block():
    with devices.precision("mixed_bfloat16"):
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    assert keras.layers.Dense(1).compute_dtype == "float32"


def test_precision_is_put_back_after_an_error():
    with pytest.raises(RuntimeError), devices.precision("mixed_float16"):
        raise RuntimeError
    assert keras.config.dtype_policy().name == "float32"


def test_an_unknown_precision_is_refused():
    with pytest.raises(BadInput, match="unknown precision"), devices.precision("half"):
        pass


def test_description_names_the_device():
    facts = devices.describe()
    assert facts["keras"] == keras.__version__
    assert facts["device"]


def test_seed_fixes_the_draws():
    draws = []
    for seed in (3, 3, 4):
        devices.make_deterministic(seed)
        draws.append(float(keras.random.uniform(())))
    assert draws[0] == draws[1] != draws[2]
