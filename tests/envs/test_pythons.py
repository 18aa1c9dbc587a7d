"""The lock file on each Python that the project names: packages there are, each with a wheel.

The first release of each will do: distributions stay with early ones (Debian 12 with 3.11.2).
"""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from environments import ROOT, locked, normal

PREFIX = "Programming Language :: Python :: "
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = [line.removeprefix(PREFIX) for line in PROJECT["classifiers"] if PREFIX in line]
FROM_SOURCE = "connection-pool"  # no wheel; pure Python


@pytest.fixture(scope="module")
def uv() -> Path:
    """The resolver, which needs no Python of the version that it resolves for."""
    oracles = Path(os.environ.get("CHROMOLENS_ORACLES", ROOT / ".oracles")).resolve()
    found = shutil.which("uv", path=f"{oracles / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not found:
        pytest.skip(f"no uv in {oracles}: make oracles, or set CHROMOLENS_ORACLES")
    return Path(found)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_file_can_be_installed(uv, tmp_path, python):
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    command += ["--python-version", f"{python}.0", "--only-binary", ":all:"]
    command += ["--no-binary", FROM_SOURCE]
    ran = subprocess.run(
        [*command, ROOT / "requirements.lock"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"UV_CACHE_DIR": str(tmp_path / "cache")},
    )
    if "error sending request" in ran.stderr or "dns error" in ran.stderr:
        pytest.skip("no package registry can be reached")
    assert ran.returncode == 0, ran.stderr
    chosen = dict(line.split("==") for line in ran.stdout.split() if "==" in line)
    assert {normal(name) for name in chosen} >= locked().keys()
