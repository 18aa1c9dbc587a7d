"""A genome of one chromosome through the front door: folds of blocks, from config to report.

Every job of it is started by Snakemake as a user's is, none is forked.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from workflows import ROOT, run_snakemake

from chromolens import open_study

CONFIG = ROOT / "tests/configs/blocks.yaml"
GIVEN = yaml.safe_load(CONFIG.read_text())
SIZE, WINDOW = 160_000, GIVEN["inputs"]["window"]
SHIFT = GIVEN["training"]["shift"]


def painted(groups: pd.Series, before: int = 0, after: int = 0) -> np.ndarray:
    """Whether each base lies in one of the blocks called so, or so near one: bool (SIZE,)."""
    marks = np.zeros(SIZE, bool)
    for name in groups:
        start, end = map(int, name.rsplit("-", 2)[1:])
        marks[max(0, start - before) : end + after] = True
    return marks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blocks")
    run_snakemake(folder, [CONFIG])
    return folder / "results/blocks"


@pytest.mark.slow
def test_a_genome_of_one_chromosome_from_config_to_report(folder: Path) -> None:
    study = open_study(folder)
    folds, windows = study.table("folds"), study.windows()
    tests = folds[folds["role"] == "test"]
    inside = painted(tests["group"])

    # no base that a fold is trained or stopped on, moved or not, is seen when it explains
    for fold, own in folds.groupby("fold"):
        explained = painted(own.loc[own["role"] == "test", "group"], WINDOW - 1, WINDOW - 1)
        seen = painted(own.loc[own["role"] != "test", "group"], SHIFT, SHIFT)
        assert not (explained & seen).any(), fold
    for row in windows.itertuples():
        assert painted([row.group])[row.start : row.end].all()

    # tracks have a value at every base of a block, and none in the gaps
    place = f"NC_1:0-{SIZE}"
    for track in (study.track("main", "bound"), study.prediction("main", "bound")):
        np.testing.assert_array_equal(np.isfinite(track.values(place)), inside)
    assert study.table("hits")["start"].map(lambda start: inside[start]).all()

    # predictions are of the fold in which a window's block is test
    home = tests.set_index("group")["fold"]
    predictions = study.table("predictions")
    assert (predictions["group"].map(home) == predictions["fold"]).all()

    page = (folder / "report/index.html").read_text()
    gaps = SIZE - inside.sum()
    assert f"{gaps:,} of {SIZE:,} bases" in page and "never saw its block" in page
