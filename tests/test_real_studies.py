"""Studies of real data through the front door, cut small: either kind of inputs."""

from pathlib import Path

import pandas as pd
import pyBigWig
import pytest
from workflows import ROOT, run_snakemake


@pytest.mark.slow
def test_three_yeast_chromosomes_are_explained_out_of_fold(mirror: Path, tmp_path: Path) -> None:
    config = ROOT / "tests/configs/yeast_small.yaml"
    run_snakemake(tmp_path, [config], forks=True, CHROMOLENS_MIRROR=str(mirror))
    results = tmp_path / "results/yeast_small"
    track = pyBigWig.open(str(results / "tracks/yeast_small.main.Reb1.deeplift_rescale.bw"))
    assert track.chroms() == {"chrI": 230218, "chrIII": 316620, "chrVI": 270161}
    assert pd.Series(track.values("chrVI", 0, 270161)).notna().all()
    agreement = pyBigWig.open(
        str(results / "tracks/yeast_small.main.Reb1.deeplift_rescale.sign.bw")
    )
    assert set(agreement.values("chrI", 1000, 2000)) <= {0.5, 1.0}  # of two replicates
    assert (results / "tracks/yeast_small.main.Reb1.deeplift_rescale.sd.bw").exists()
    table = pd.read_table(results / "acceptance.tsv")
    assert table["result"].tolist() == ["PASS"]
    dropped = pd.read_table(results / "inputs/dropped.tsv")
    assert dropped["count"].sum() > 0
    assert "chrIII" in (results / "report/index.html").read_text()


@pytest.mark.slow
def test_sequences_need_no_genome(mirror: Path, tmp_path: Path) -> None:
    config = ROOT / "tests/configs/ctcf_small.yaml"
    run_snakemake(tmp_path, [config], forks=True, CHROMOLENS_MIRROR=str(mirror))
    results = tmp_path / "results/ctcf_small"
    assert (results / "contributions/ctcf_small.main.CTCF.deeplift_rescale.h5").exists()
    assert not (results / "tracks").exists()
    assert not (results / "report/tracks.html").exists()
    assert "CTCF" in (results / "report/index.html").read_text()
