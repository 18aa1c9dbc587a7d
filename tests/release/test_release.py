"""The source distribution, unpacked into an empty folder: the workflow runs from there."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from disturbed import same_results

from chromolens import __version__

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    """The source distribution of the tracked files, as they are here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no git repository, which says what belongs to a release")
    tree, built = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("built")
    for name in filter(None, listed.stdout.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    subprocess.run([sys.executable, "-c", BUILD, built], cwd=tree, check=True)
    return built / f"chromolens-{__version__}.tar.gz"


@pytest.fixture(scope="module")
def unpacked(sdist, tmp_path_factory) -> Path:
    """The folder in which it was unpacked."""
    folder = tmp_path_factory.mktemp("empty")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"chromolens-{__version__}"


def python(folder: Path, *arguments: object, path: Path) -> subprocess.CompletedProcess:
    """Run Python in ``folder`` with our package from ``path`` alone."""
    environment = os.environ | {"PYTHONPATH": str(path), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_it_has_all_that_is_tracked(unpacked):
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    tracked = {name for name in listed.stdout.splitlines() if not name.startswith((".ci", ".git"))}
    there = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    links = {name for name in tracked if (ROOT / name).is_symlink() and (ROOT / name).is_dir()}
    assert not tracked - there - links
    assert {path.name for path in (unpacked / "chromolens/schemas").iterdir()} == {
        path.name for path in (ROOT / "workflow/schemas").iterdir()
    }


def test_the_small_study_runs_from_it_whole(unpacked, small_study, tmp_path):
    configs = [unpacked / "config/config.yaml", unpacked / "tests/configs/small.yaml"]
    ran = python(tmp_path, "-m", "chromolens", "run", *configs, path=unpacked)
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert same_results(tmp_path, small_study) > 100


def test_pip_installs_the_library_from_it(sdist, tmp_path):
    site = tmp_path / "site"
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", site]
    done = python(tmp_path, "-m", "pip", "install", *options, sdist, path=tmp_path)
    assert done.returncode == 0, done.stderr
    code = "import chromolens; print(chromolens.__version__, chromolens.__file__)"
    said = python(tmp_path, "-c", code, path=site).stdout.split()
    assert said == [__version__, str(site / "chromolens/__init__.py")]
    ran = python(tmp_path, "-m", "chromolens", "run", ROOT / "config/config.yaml", path=site)
    assert ran.returncode == 1 and "a library without its workflow" in ran.stderr
