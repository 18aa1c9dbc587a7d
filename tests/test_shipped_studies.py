"""Every shipped study is planned as its user would: the jobs of each kind of inputs."""

from pathlib import Path

import pytest
from workflows import ROOT, run_snakemake

STUDIES = sorted(ROOT.glob("config/studies/*.yaml"))
NEED_NO_FILES = [path for path in STUDIES if ": ../../data/" not in path.read_text()]


@pytest.mark.slow
@pytest.mark.parametrize("config", NEED_NO_FILES, ids=lambda path: path.stem)
def test_a_shipped_study_is_planned(config: Path, tmp_path: Path) -> None:
    planned = run_snakemake(tmp_path, [config], "--dry-run", "--quiet", "reason")
    assert {"train", "evaluate", "report", "accept"} <= set(planned.split())
