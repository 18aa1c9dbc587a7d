"""Compiled kernels are kept where all jobs find them."""

import subprocess
import sys
from pathlib import Path

import numba
import pytest

from chromolens.motifs.names import kernels

ROOT = Path(__file__).parents[2]
MODULE = "from numba import njit\n\n@njit(cache=True)\ndef twice(x):\n    return 2 * x\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "kernelled").mkdir()
    (tmp_path / "kernelled/__init__.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("kernelled", None)


def compiled(folder):
    return [path.name for path in folder.rglob("*.nbc")]


def test_beside_the_code_where_that_can_be_written(package):
    kernels.share_kernels("kernelled")
    import kernelled

    assert kernelled.twice(2) == 4
    assert compiled(package / "kernelled") and not (package / "resources").exists()


def test_in_the_shared_folder_otherwise(package, monkeypatch):
    monkeypatch.setattr(kernels.os, "access", lambda *_: False)
    # set by the function, and taken back by monkeypatch
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    kernels.share_kernels("kernelled")
    import kernelled

    assert kernelled.twice(2) == 4
    assert compiled(package / "resources/numba") and not compiled(package / "kernelled")


def test_a_folder_that_was_given_holds(package, monkeypatch):
    monkeypatch.setattr(kernels.os, "access", lambda *_: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    kernels.share_kernels("kernelled")
    assert numba.config.CACHE_DIR == "" and not (package / "resources").exists()


def test_one_process_at_a_time_compiles(package):
    """The second waits for the first, so that it finds what that one compiled."""
    code = (
        f"import sys, time; sys.path[:0] = [{str(ROOT)!r}, {str(package)!r}]\n"
        "from chromolens.motifs.names.kernels import compiling\n"
        "with compiling('kernelled'):\n"
        "    print(time.monotonic()); time.sleep(0.5); print(time.monotonic())\n"
    )
    command = [sys.executable, "-c", code]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    spans = sorted([float(word) for word in one.communicate()[0].split()] for one in pair)
    assert spans[0][1] <= spans[1][0]


def test_where_nothing_can_be_locked_it_goes_on(package, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/proc/none")
    with kernels.compiling("kernelled"):
        pass
