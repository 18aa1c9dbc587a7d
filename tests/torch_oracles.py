"""Programs that ask torch and tangermeme, which are no part of the environment.

``make oracles-torch`` puts them into a folder of their own, ``.oracles-torch`` or the one that
CHROMOLENS_ORACLES_TORCH names. Without it tests that ask are skipped.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


def ask(program: Path, folder: Path, **arrays: np.ndarray) -> dict[str, np.ndarray]:
    """What ``program`` leaves in FOLDER/answered.npz, given ``arrays`` in FOLDER/asked.npz."""
    oracles = os.environ.get("CHROMOLENS_ORACLES_TORCH", ROOT / ".oracles-torch")
    oracles = Path(oracles).resolve()
    if not (oracles / "tangermeme").is_dir():
        pytest.skip(
            f"no tangermeme in {oracles}: make oracles-torch, or set CHROMOLENS_ORACLES_TORCH"
        )
    np.savez(folder / "asked.npz", **arrays)
    ran = subprocess.run(
        [sys.executable, program, folder],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(oracles)},
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    with np.load(folder / "answered.npz") as answered:
        return dict(answered)
