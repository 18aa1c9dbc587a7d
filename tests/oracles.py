"""Programs that ask other packages, which are no part of the environment.

``make oracles`` and ``make oracles-torch`` put them into folders of their own, or the environment
names other folders. Without them tests that ask are skipped.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "deeplift": ("make oracles", ".oracles", "CHROMOLENS_ORACLES"),
    "tangermeme": ("make oracles-torch", ".oracles-torch", "CHROMOLENS_ORACLES_TORCH"),
}
"""Package -> what installs it, into which folder, and the variable that names another."""


def folder_of(package: str) -> Path:
    """Where ``package`` lies; the test is skipped where it doesn't."""
    target, folder, variable = FOLDERS[package]
    found = Path(os.environ.get(variable, ROOT / folder)).resolve()
    if not (found / package).is_dir():
        pytest.skip(f"no {package} in {found}: {target}, or set {variable}")
    return found


def run(program: Path, folder: Path, package: str) -> None:
    """``program`` FOLDER, with ``package`` to import."""
    ran = subprocess.run(
        [sys.executable, program, folder],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(folder_of(package))},
    )
    assert ran.returncode == 0, ran.stderr[-3000:]


def ask(program: Path, folder: Path, **arrays: np.ndarray) -> dict[str, np.ndarray]:
    """What ``program`` on torch leaves in FOLDER/answered.npz, asked FOLDER/asked.npz."""
    np.savez(folder / "asked.npz", **arrays)
    run(program, folder, "tangermeme")
    with np.load(folder / "answered.npz") as answered:
        return dict(answered)
