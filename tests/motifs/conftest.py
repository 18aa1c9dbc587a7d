"""One run of TF-MoDISco, and a small database, for all tests of this folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chromolens.motifs.names.database import Motif, load_database

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def modisco_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``{case}.h5`` and ``{case}.modisco.h5`` for the cases of ``planted.main``."""
    folder = tmp_path_factory.mktemp("modisco")
    environment = os.environ | {"PYTHONPATH": str(HERE.parent.parent), "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "planted.py"), str(folder)]
    subprocess.run(command, env=environment, check=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def fungi() -> list[Motif]:
    return load_database({"release": "JASPAR2024", "tax_group": "fungi"})
