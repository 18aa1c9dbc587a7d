"""The workflow as a module of another: planned under names of its own, with a rule behind ours."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml
from workflows import ROOT, snakemake

CONFIG = {
    "study": "small",
    "inputs": {
        "kind": "genome",
        "simulate": {
            "task": "bound",
            "chromosomes": {"chr1": 100_000, "chr2": 100_000, "chr3": 100_000},
            "motifs": {"CTCF": "MA0139.2", "ESR1": "MA0112.4"},
            "events": 300,
            "alternatives": [
                {"motifs": ["CTCF"], "share": 0.5},
                {"motifs": ["ESR1"], "share": 0.5},
            ],
        },
        "window": 200,
    },
    "folds": {"k": 3, "balance": "length"},
    "models": {"main": {"architecture": "cnn", "tasks": ["bound"]}},
}
SNAKEFILE = """
configfile: "config.yaml"

module chromolens:
    snakefile: "{root}/Snakefile"
    config: config
    {prefix}

use rule * from chromolens {names}

rule own:
    default_target: True
    input: "results/small/lexicon/lexicon.tsv"
    output: "own.txt"
    shell: "wc -l < {{input}} > {{output}}"
"""


def plan(folder: Path, names: str = "", prefix: str = "") -> CompletedProcess:
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    (folder / "Snakefile").write_text(SNAKEFILE.format(root=ROOT, names=names, prefix=prefix))
    return snakemake(folder, "--snakefile", "Snakefile", "--dry-run", "--quiet", "reason")


@pytest.mark.slow
@pytest.mark.parametrize("names", ["", "as lens_*"])
def test_a_rule_of_ones_own_stands_behind_ours(tmp_path, names):
    done = plan(tmp_path, names)
    assert done.returncode == 0, done.stdout
    counts = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    name = "lens_" if names else ""
    assert counts[f"{name}train"] == "3" and counts[f"{name}make_lexicon"] == "1"
    assert counts["own"] == "1" and f"{name}join_tracks" not in counts  # nothing that isn't asked


def test_a_prefix_is_refused(tmp_path):
    done = plan(tmp_path, prefix='prefix: "lens"')
    assert done.returncode and "leave the prefix out" in done.stdout
