"""What several test folders share: the public files, and a quiet single-threaded TensorFlow."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def seeded():
    """Every test draws the same numbers, in whatever order and on however many cores they run."""
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the studies' public files, laid out as host/path; skips where it is absent."""
    folder = Path(os.environ.get("CHROMOLENS_MIRROR", ROOT.parent / "shared/data/mirror"))
    if not folder.is_dir():
        pytest.skip("no mirror of the public files: set CHROMOLENS_MIRROR to its folder")
    return folder.resolve()
