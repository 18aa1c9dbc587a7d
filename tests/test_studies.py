"""The default study through the front door, cut small: every stage, and what reruns."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from workflows import ROOT, SMALL, chromolens, run_snakemake

from chromolens import open_study


def test_the_default_study_cut_small_makes_every_result(small_study: Path) -> None:
    results = small_study / "results/small"
    page = (results / "report/index.html").read_text()
    assert "Planted motifs in a simulated genome" in page
    assert '<a href="tracks.html">' in page
    for name in ("acceptance.tsv", "provenance.json", "motifs/main/bound/deeplift_rescale"):
        assert (results / name).exists()
    assert (results / "sis/main/bound/clusters.tsv").exists()


def test_the_study_is_opened_and_all_of_its_results_are_there(small_study: Path) -> None:
    study = open_study(small_study / "results/small")
    assert all((study.folder / path).exists() for path in study.index["path"])
    assert not study.index.drop(columns="path").duplicated().any()
    for kind in study.tables:
        assert len(study.table(kind).columns) > 1, kind
    assert {"lexicon", "pooled", "sis", "hits", "windows", "members"} <= set(study.tables)
    assert study.config["study"] == "small" and study.models == ["main", "permuted"]
    place = "chr1:100-160"
    for track in (
        study.track("main", "bound"),
        study.track("main", "bound", form="scaled"),
        study.prediction("main", "bound"),
        study.observed("bound"),
    ):
        assert track.values(place).shape == (60,)
    with study.genome() as genome:
        assert len(genome.sequence("chr1", 100, 160)) == 60
    assert list(study.windows()["group"].unique()) and "bound" in study.windows("main")
    assert set(study.motifs()) == set(study.table("lexicon")["motif"])
    assert study.model("main", "fold1").tasks == ["bound"]


def test_variants_of_the_file_are_scored_or_left_out_with_a_reason(small_study: Path) -> None:
    study = open_study(small_study / "results/small")
    scored, dropped = study.table("variants"), study.table("dropped_variants")
    assert scored["id"].tolist() == ["chr1_9000", "chr1_15000", "chr2_20000", "chr2_40000"]
    assert set(scored["fold"]) == {"fold0", "fold1"} and scored["p"].between(0, 1).all()
    assert len(dropped) == 18 - 4 and dropped["reason"].nunique() >= 3
    with study.genome() as genome:
        for row in scored.itertuples():
            assert genome.sequence(row.chrom, row.position - 1, row.position) == row.ref
    assert 'id="variants"' in study.path("report").read_text()


def test_one_variant_is_answered_as_in_the_study(small_study: Path) -> None:
    study = open_study(small_study / "results/small")
    row = study.table("variants").iloc[0]
    answer = chromolens(ROOT, "variant", study.folder, row["variant"], "--json")
    (found,) = json.loads(answer.stdout)
    assert found["effect"] == pytest.approx(row["effect"], abs=1e-4)
    assert found["p"] == row["p"] and found["kind"] == row["kind"]


@pytest.mark.slow
def test_nothing_is_left_to_do(small_study: Path) -> None:
    assert "Nothing to be done" in run_snakemake(small_study, SMALL, "--dry-run")


@pytest.mark.slow
def test_settings_rerun_what_they_touch_and_no_more(small_study: Path) -> None:
    """One of the report, one of a method, and a resource, which reruns nothing."""
    changed = small_study / "changed.yaml"
    steps = "methods: {integrated_gradients: {settings: {steps: 7}}}"
    changed.write_text(f"report: {{loci: 0}}\nattribution: {{batch_size: 64, {steps}}}")
    printed = run_snakemake(small_study, [*SMALL, changed], "--dry-run", "--quiet", "rules")
    again = dict(line.split() for line in printed.splitlines() if len(line.split()) == 2)
    assert again["report"] == again["explain_windows"] == "1"
    assert not set(again) & {"train", "attribute", "join_tracks", "find_sis", "check_positions"}


@pytest.mark.slow
def test_snakemakes_own_report_is_made(small_study: Path) -> None:
    run_snakemake(small_study, SMALL, "--report", "workflow.html")
    assert (small_study / "workflow.html").stat().st_size > 1e5


@pytest.mark.slow
def test_a_base_computed_again_has_the_bits_of_the_track(small_study: Path) -> None:
    """Asked by a command that Python starts anew, of a track that forked jobs made."""
    command = [sys.executable, "-m", "chromolens", "explain", small_study / "results/small"]
    answer = subprocess.run(
        [*command, "chr2:29990", "--again", "--json"], cwd=ROOT, capture_output=True, text=True
    )
    (found,) = json.loads(answer.stdout)
    assert found["again"]["verdict"] == "equal to the last bit"
    assert found["run"]["kernels"] in ("oneDNN", "Eigen") and found["run"]["threads"] == 1
