"""Draft assemblies: thousands of scaffolds, most of them shorter than a window."""

import re
from pathlib import Path

import numpy as np
import pytest
from workflows import run_snakemake

from chromolens import config as configuration
from chromolens.inputs.folds import Folds
from chromolens.planning import divide, plan, sources

ROOT = Path(__file__).parent.parent
CONFIG = """
study: draft
inputs: {kind: genome, fasta: draft.fa, peaks: {bound: peaks.bed}, window: 200}
models: {main: {}}
"""


@pytest.fixture(scope="module")
def draft(tmp_path_factory) -> tuple[Path, np.ndarray]:
    """A folder with a draft of 5,000 scaffolds, one in five long enough, and their lengths."""
    folder = tmp_path_factory.mktemp("draft")
    rng = np.random.default_rng(0)
    sizes = np.where(
        np.arange(5000) % 5, rng.integers(60, 200, 5000), rng.integers(200, 3000, 5000)
    )
    records = (f">NW_{i:09d}.1\n{'ACGT' * (size // 4)}{'A' * (size % 4)}\n"
               for i, size in enumerate(sizes.tolist()))  # fmt: skip
    (folder / "draft.fa").write_text("".join(records))
    long = np.flatnonzero(sizes > 500).tolist()
    events = (f"NW_{i:09d}.1\t250\t251\n" for i in long for _ in range(1 + i % 3))
    (folder / "peaks.bed").write_text("".join(events))
    (folder / "draft.yaml").write_text(CONFIG)
    return folder, sizes


@pytest.mark.slow
def test_a_draft_is_planned_in_few_jobs(draft):
    folder, sizes = draft
    said = run_snakemake(folder, [folder / "draft.yaml"], "--dry-run", "--quiet", "reason")
    kept = sizes[sizes >= 200].sum()
    assert f"1 task, 1 model, 4 folds, {kept / 1e6:,.1f} Mb" in said
    (jobs,) = re.findall(r"^attribute +(\d+)$", said, re.M)
    assert int(jobs) == 4  # a fold of 2 Mb or less is one shard
    assert max(map(len, re.findall(r"attribution/main/deeplift_rescale/(\S+)\.h5", said))) <= 150


def test_folds_of_a_draft_share_events_and_scaffolds_evenly(draft, monkeypatch):
    folder, sizes = draft
    monkeypatch.chdir(folder)
    config = configuration.complete(
        {"study": "draft", "inputs": {"kind": "genome", "fasta": "draft.fa", "window": 200,
                                      "peaks": {"bound": "peaks.bed"}}}, [],
    )  # fmt: skip
    settings = sources.inputs(config, "down", "simulated")
    known = divide.sizes(config, settings)
    folds = divide.folds(config, settings, known)
    tests = [folds.groups(fold, "test") for fold in folds.roles]
    assert sorted(sum(tests, [])) == sorted(name for name, size in known.items() if size >= 200)
    chroms = [line.split("\t")[0] for line in (folder / "peaks.bed").read_text().splitlines()]
    events = [sum(chrom in set(own) for chrom in chroms) for own in tests]
    assert max(events) - min(events) <= 3
    assert max(map(len, tests)) < 2 * min(map(len, tests))


def test_names_of_shards_stay_short_however_long_those_of_scaffolds_are():
    sizes = {f"{'scaffold_' * 20}{i}": 5000 for i in range(40)}
    folds = Folds({"fold0": {"test": list(sizes)[:20]}, "fold1": {"test": list(sizes)[20:]}})
    config = configuration.complete(
        {"study": "s", "inputs": {"kind": "genome", "fasta": "g.fa", "window": 100,
                                  "peaks": {"x": "x.bed"}},
         "attribution": {"shard_size": 20_000}}, [],
    )  # fmt: skip
    shards = divide.shards(config, plan.methods(config), sizes, folds, {}, {})
    assert len(shards) == 10 and shards["shard"].is_unique
    assert shards["shard"].str.fullmatch(r"[^/]+-\d+-\d+").all()
    assert shards["shard"].str.len().max() <= 150
    again = divide.shards(config, plan.methods(config), sizes, folds, {}, {})
    assert again["shard"].equals(shards["shard"])


def test_no_job_of_a_shard_carries_the_names_of_all_scaffolds():
    text = (ROOT / "workflow/rules/attribute.smk").read_text()
    rule = re.search(r"^rule attribute:\n((?:(?!^rule ).*\n?)*)", text, re.M)[1]
    assert "roles" not in rule and "inputs/folds.tsv" in rule
