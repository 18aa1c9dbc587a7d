"""Whole studies through the front door, cut small: every stage, either kind of inputs."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyBigWig
import pytest

ROOT = Path(__file__).parents[1]


def snakemake(folder: Path, configs: list[Path], *arguments: str, **environment: str) -> str:
    """Run Snakemake on ``configs`` with results below ``folder``; it must succeed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--cores", "2", "--configfile", *configs, *arguments]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | environment
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6000:]
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    snakemake(folder, [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"])
    return folder


def test_the_default_study_cut_small_makes_every_result(small: Path) -> None:
    results = small / "results/small"
    page = (results / "report/index.html").read_text()
    assert "Planted motifs in a simulated genome" in page
    for name in ("acceptance.tsv", "provenance.json", "motifs/main/bound/deeplift_rescale"):
        assert (results / name).exists()
    assert (results / "sis/main/bound/clusters.tsv").exists()


def jobs_after(folder: Path, change: str) -> dict[str, str]:
    """Rule -> number of jobs that the small study needs again when ``change`` is its config."""
    changed = folder / "changed.yaml"
    changed.write_text(change)
    configs = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml", changed]
    printed = snakemake(folder, configs, "--dry-run", "--quiet", "rules")
    return dict(line.split() for line in printed.splitlines() if len(line.split()) == 2)


def test_nothing_is_left_to_do(small: Path) -> None:
    configs = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
    assert "Nothing to be done" in snakemake(small, configs, "--dry-run")


def test_a_setting_reruns_what_it_touches_and_no_more(small: Path) -> None:
    assert set(jobs_after(small, "report: {loci: 0}")) & {"report", "train", "attribute"} == {
        "report"
    }
    steps = "attribution: {methods: {integrated_gradients: {settings: {steps: 7}}}}"
    again = jobs_after(small, steps)
    assert again["explain_windows"] == "1"
    assert not set(again) & {"train", "attribute", "join_tracks", "find_sis"}
    # a resource is no setting: halving the batch for a smaller GPU reruns nothing
    assert "attribute" not in jobs_after(small, "attribution: {batch_size: 64}")


def test_snakemakes_own_report_is_made(small: Path) -> None:
    configs = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
    snakemake(small, configs, "--report", "workflow.html")
    assert (small / "workflow.html").stat().st_size > 1e5


def test_three_yeast_chromosomes_are_explained_out_of_fold(mirror: Path, tmp_path: Path) -> None:
    config = ROOT / "tests/configs/yeast_small.yaml"
    snakemake(tmp_path, [config], CHROMOLENS_MIRROR=str(mirror))
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


def test_sequences_need_no_genome(mirror: Path, tmp_path: Path) -> None:
    config = ROOT / "tests/configs/ctcf_small.yaml"
    snakemake(tmp_path, [config], CHROMOLENS_MIRROR=str(mirror))
    results = tmp_path / "results/ctcf_small"
    assert (results / "contributions/ctcf_small.main.CTCF.deeplift_rescale.h5").exists()
    assert not (results / "tracks").exists()
    assert "CTCF" in (results / "report/index.html").read_text()
