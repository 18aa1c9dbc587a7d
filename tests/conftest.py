"""What several test folders share: the public files, the small study, a quiet TensorFlow."""

import fcntl
import os
import sys
from pathlib import Path

import pytest
from workflows import SMALL, run_snakemake

import chromolens  # noqa: F401 (first of all: it chooses TensorFlow's kernels)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
# kernels that run once or twice: compiling them well takes most of their time (XLA_FLAGS= does)
FLAGS = "--xla_backend_optimization_level=0 --xla_cpu_parallel_codegen_split_count=1"
os.environ.setdefault("XLA_FLAGS", FLAGS)

ROOT = Path(__file__).parent.parent
LONGEST = (
    "test_studies.py",
    "test_real_studies.py",
    "test_one_chromosome.py",
    "test_contract.py",
    "test_rounding.py",
    "test_bad_input.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes go first, so that the other worker isn't done long before."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the small study was run, once for all workers of this run of the tests.

    It is as deep as a folder of a test's own one: from a copy there the way to other files is the
    same, so that nothing of the study is stale.
    """
    base = tmp_path_factory.getbasetemp()
    several = "PYTEST_XDIST_WORKER" in os.environ
    folder = base.parent / "for/all/small" if several else base / "all/small"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            run_snakemake(folder, SMALL, forks=True)
            (folder / "done").touch()
    return folder


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
