"""Compiled kernels are kept where all jobs find them."""

import sys

import numba
import pytest

from chromolens.motifs import kernels

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
