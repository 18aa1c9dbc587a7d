"""Folders whose names bash or Snakemake would read as their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chromolens.errors import BadInput
from chromolens.planning.machine import interpreter

ROOT = Path(__file__).parents[1]
ODD = {"space": "First Last", "apostrophe": "it's", "dollar": "a$HOME", "and": "a&b",
       "bracket": "a (1)", "semicolon": "a;b", "quote": 'a"b', "backtick": "a`b", "star": "a*b",
       "redirect": "a>b|c"}  # fmt: skip


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/chromolens"


def test_a_plain_path_is_left_alone(cache):
    for path in ("/usr/bin/python3.11", "/home/ümläut/.venv/bin/python", "/a/b+c@1.2,x/python"):
        assert interpreter.plain(path) == path
    assert not cache.exists()


@pytest.mark.parametrize("name", ODD)
def test_an_odd_path_is_reached_by_a_link_that_bash_can_read(cache, tmp_path, name):
    environment = tmp_path / ODD[name] / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin/python").write_text("#!/bin/sh\necho here")
    (environment / "bin/python").chmod(0o755)
    for _ in range(2):  # found again the second time
        found = interpreter.plain(str(environment / "bin/python"))
        assert Path(found).resolve() == environment / "bin/python"
        said = subprocess.run(["bash", "-c", f"{found} x"], capture_output=True, text=True)
        assert said.stdout == "here\n"
    assert len(list(cache.iterdir())) == 1


def test_where_no_link_can_lie_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a b"))
    monkeypatch.setattr(interpreter.tempfile, "gettempdir", lambda: "/proc")
    with pytest.raises(BadInput, match="(?s)bash reads.*XDG_CACHE_HOME"):
        interpreter.plain("/a b/.venv/bin/python")


def test_braces_in_the_checkout_are_refused_with_the_remedy():
    interpreter.check_checkout("/home/me/chromolens")
    with pytest.raises(BadInput, match="(?s)braces.*move it"):
        interpreter.check_checkout("/home/{me}/chromolens")


@pytest.mark.slow
def test_jobs_run_from_a_checkout_and_environment_below_such_a_folder(cache, tmp_path):
    folder = tmp_path / "it's $HOME & (ü); First Last"
    folder.mkdir()
    for name in ("chromolens", "config", "envs", "profiles", "scripts", "workflow"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("Snakefile", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    environment = folder / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin/python").symlink_to(sys.executable)
    (environment / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (environment / "lib").symlink_to(Path(sys.prefix) / "lib")
    command = [environment / "bin/python", "-m", "snakemake", "--cores", "1", "--until"]
    ran = subprocess.run(
        [*command, "simulate_genome"], cwd=folder, capture_output=True, text=True, env=os.environ
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert (folder / "results/demo/simulated/genome.fa").exists()


def test_jobs_import_their_own_checkout_before_one_that_is_installed(tmp_path, monkeypatch):
    for place in ("own", "installed"):
        (tmp_path / place / "chromolens").mkdir(parents=True)
        (tmp_path / place / "chromolens/__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    for _ in range(2):
        interpreter.own_code_first(tmp_path / "own")
    assert os.environ["PYTHONPATH"] == f"{tmp_path / 'own'}{os.pathsep}{tmp_path / 'installed'}"
    code = "import chromolens; print(chromolens.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.stdout.startswith(str(tmp_path / "own"))
