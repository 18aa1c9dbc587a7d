"""Variants under networks with nothing true to learn: p is uniform, and nothing passes q 0.05.

    python -m benchmarks.silent FOLDER [SEEDS]

For each seed a small genome is simulated, its labels are permuted, a network is trained on them
and random variants are scored through the workflow, with nulls; all that in FOLDER. A row per
seed: variants with a p, those with q below 0.05, Kolmogorov-Smirnov's p of their p, and the share
of p below 0.05. A study that is there already is not run again.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.stats import kstest

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import BASES
from chromolens.tables.variants import VARIANTS as EFFECTS

ROOT = Path(__file__).parents[1]
COUNT, NULLS = 2000, 300
MODEL = {"architecture": "cnn", "settings": {"filters": 64, "kernel": 19}, "tasks": ["bound"]}


def study(folder: Path, seed: int) -> Path:
    """The finished study of ``seed``: its results."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    config |= {"study": f"silent_{seed}", "seed": seed, "acceptance": []}
    sizes = dict.fromkeys(("chr1", "chr2", "chr3"), 300000)
    config["inputs"]["simulate"] |= {"chromosomes": sizes, "events": 600}
    config["folds"]["k"] = len(sizes)
    config["models"] = {"permuted": MODEL | {"labels": "permuted"}}
    config["training"]["epochs"] = 5
    path, results = folder / f"silent_{seed}.yaml", folder / "results" / f"silent_{seed}"
    genome, listed = results / "inputs/genome.fa.gz", folder / f"silent_{seed}.tsv"
    path.write_text(yaml.safe_dump(config))
    run(path, genome)
    write_random(genome, listed, seed)
    path.write_text(yaml.safe_dump(config | {"variants": {"file": str(listed), "nulls": NULLS}}))
    run(path, results / "variants/permuted/variants.tsv.gz")
    return results


def run(config: Path, wanted: Path) -> None:
    """``wanted`` made by the workflow, unless it is there."""
    if not wanted.exists():
        target = wanted.relative_to(config.parent)
        command = [sys.executable, "-m", "chromolens", "run", config, target, "--cores", "1"]
        subprocess.run(list(map(str, command)), check=True, cwd=config.parent)


def write_random(genome: Path, path: Path, seed: int) -> None:
    """A list of variants: substitutions at random places of the genome, by random bases."""
    rng = np.random.default_rng(seed)
    with Genome(genome) as opened:
        chroms, sizes = zip(*opened.sizes.items(), strict=True)
        rows = []
        for chrom in rng.choice(chroms, COUNT):
            at = int(rng.integers(500, min(sizes) - 500))
            ref = opened.sequence(chrom, at, at + 1)
            alt = rng.choice([base for base in BASES if base != ref])
            rows.append((chrom, at + 1, ref, alt, f"{chrom}_{at + 1}"))
    table = pd.DataFrame(rows, columns=["chrom", "pos", "ref", "alt", "id"])
    table.drop_duplicates("id").to_csv(path, sep="\t", index=False)


def judged(results: Path, seed: int) -> dict:
    """The row of one seed."""
    path = results / "variants/permuted/variants.tsv.gz"
    table = tables.read(EFFECTS, path).dropna(subset="p")
    return {
        "seed": seed, "variants": len(table), "q < 0.05": int((table["q"] < 0.05).sum()),
        "KS p": kstest(table["p"], "uniform").pvalue, "p < 0.05": (table["p"] < 0.05).mean(),
    }  # fmt: skip


if __name__ == "__main__":
    folder, *count = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in range(1, 1 + int(*count or [20])):
        rows.append(judged(study(Path(folder).resolve(), seed), seed))
        print(
            pd.DataFrame(rows).round(3).tail(1).to_string(index=False, header=seed == 1),
            flush=True,
        )
    table = pd.DataFrame(rows)
    print(f"{(table['q < 0.05'] == 0).sum()} of {len(table)} seeds without a variant below q 0.05")
    print(f"{(table['KS p'] < 0.05).sum()} of {len(table)} with Kolmogorov-Smirnov's p below 0.05")
