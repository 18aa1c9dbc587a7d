"""Running whole studies."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SMALL = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]


def run_snakemake(folder: Path, configs: list[Path], *arguments: str, **environment: str) -> str:
    """Run Snakemake on ``configs`` with results below ``folder``; it must succeed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--cores", "2", "--configfile", *configs, *arguments]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | environment
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6000:]
    return ran.stdout + ran.stderr
