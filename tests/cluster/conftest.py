"""The small study with one more track, run without a cluster: what disturbed runs must equal."""

from pathlib import Path

import pytest
from disturbed import attempt
from underway import MORE, TRACK


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    status, said = attempt(folder, TRACK, more=MORE)
    assert status == 0, said[-5000:]
    return folder
