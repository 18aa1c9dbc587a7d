"""The workflow as a module of another: planned under names of its own, with a rule behind ours."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
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
    config: {config}
    {prefix}

use rule * from chromolens {names}

rule own:
    default_target: True
    input: "{folder}results/small/lexicon/lexicon.tsv"
    output: "own.txt"
    shell: "wc -l < {{input}} > {{output}}"
"""


@pytest.mark.parametrize("prefix", ["", "lens"])
def test_a_rule_of_ones_own_stands_behind_ours(tmp_path, prefix):
    config = {prefix: CONFIG} if prefix else CONFIG
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    module = {"prefix": "", "names": "", "folder": "", "config": "config"}
    if prefix:
        module = {"prefix": f'prefix: "{prefix}"', "names": f"as {prefix}_*"}
        module |= {"folder": f"{prefix}/", "config": f'config["{prefix}"]'}
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(root=ROOT, **module))
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "reason"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    counts = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    names = f"{prefix}_" if prefix else ""
    assert counts[f"{names}train"] == "3" and counts[f"{names}make_lexicon"] == "1"
    assert counts["own"] == "1" and f"{names}join_tracks" not in counts  # nothing that isn't asked
