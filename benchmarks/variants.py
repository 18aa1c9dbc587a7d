"""Variants whose effects are known: planted instances broken, beside matched changes elsewhere.

    python benchmarks/variants.py write results/demo variants.vcf
    chromolens run CONFIG            # a config of the study with variants: {file: variants.vcf}
    python benchmarks/variants.py judge results/demo
    python benchmarks/variants.py uniform results/demo

An instance is broken at the column of its motif that holds most information, by the base that is
rarest there. Its match is the same substitution, with the same neighbours where there is one, in
the same window and in no planted instance. ``uniform`` holds nulls against others: their p
is uniform at every level of prediction.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kstest
from sklearn.metrics import roc_auc_score

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import BASES, codes_to_onehot, reverse_complement_codes
from chromolens.study import Study, open_study
from chromolens.tables.variants import SCORED
from chromolens.variants.judge import p_values
from chromolens.variants.normalise import letters, substitution

REACH = 80
"""Bases on either side of a broken one in which its match lies: they share a window."""
_HEAD = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def write(study: Study, path: Path) -> None:
    """Write the VCF: ids are ``broken_NUMBER_MOTIF`` and ``matched_NUMBER_MOTIF``."""
    truth, rows = study.table("truth"), []
    rng = np.random.default_rng(0)
    planted = {(row.chrom, at) for row in truth.itertuples() for at in range(row.start, row.end)}
    with study.genome() as genome:
        for motif, sites in truth[truth["role"] == "causal"].groupby("motif"):
            for number, (chrom, at, ref, alt) in enumerate(_broken(genome, sites)):
                match = _match(genome, planted, chrom, at, (ref, alt), rng)
                if match:
                    rows.append((chrom, at, f"broken_{number}_{motif}", ref, alt))
                    rows.append((chrom, *match[:1], f"matched_{number}_{motif}", *match[1:]))
    rows.sort(key=lambda row: (list(genome.sizes).index(row[0]), row[1]))
    lines = [f"{c}\t{at + 1}\t{name}\t{ref}\t{alt}\t.\t.\t.\n" for c, at, name, ref, alt in rows]
    path.write_text(_HEAD + "".join(lines))


def _broken(genome: Genome, sites: pd.DataFrame) -> list[tuple[str, int, str, str]]:
    """chrom, place, its base, another: at the column of most information in each site."""
    codes = np.stack([genome.codes(row.chrom, row.start, row.end) for row in sites.itertuples()])
    turned = (sites["strand"] == "-").to_numpy()
    codes[turned] = reverse_complement_codes(codes[turned])
    shares = codes_to_onehot(codes).mean(axis=0)
    logs = np.log2(np.where(shares > 0, shares, 1))
    column = int((shares * logs).sum(axis=1).argmax())
    rarest = int(shares[column].argmin())
    found = []
    for row, back, own in zip(sites.itertuples(), turned, codes, strict=True):
        if own[column] != rarest:
            at = row.end - 1 - column if back else row.start + column
            alt = BASES[3 - rarest] if back else BASES[rarest]
            found.append((row.chrom, at, letters(genome, row.chrom, at, at + 1), alt))
    return found


def _match(
    genome: Genome, planted: set, chrom: str, at: int, change: tuple[str, str],
    rng: np.random.Generator,
) -> tuple[int, str, str] | None:  # fmt: skip
    """The same substitution near ``at`` in no planted instance; None where there is none."""
    text = letters(genome, chrom, at - REACH - 1, at + REACH + 2)
    wanted = substitution(text[REACH], change[0], text[REACH + 2], change[1])
    same, like = [], []
    for place in range(at - REACH, at + REACH + 1):
        before, ref, after = text[place - at + REACH :][:3]
        for alt in BASES:
            kind = substitution(before, ref, after, alt)
            if alt != ref and (chrom, place) not in planted and kind[2:5] == wanted[2:5]:
                (same if kind == wanted else like).append((place, ref, alt))
    chosen = same or like
    return chosen[rng.integers(len(chosen))] if chosen else None


def judge(study: Study) -> pd.DataFrame:
    """A row per model and task: AUROC of broken against matched, signs, and p."""
    table = study.table("variants")
    table[["set", "number", "motif"]] = table["id"].str.split("_", n=2, expand=True).to_numpy()
    rows = []
    for (model, task), own in table.groupby(["model", "task"]):
        for motif, part in [("all", own), *own.groupby("motif")]:
            broken = part["set"] == "broken"
            rows.append({
                "model": model, "task": task, "motif": motif, "broken": int(broken.sum()),
                "auroc": roc_auc_score(broken, part["effect"].abs()),
                "sign right": (part.loc[broken, "effect"] < 0).mean(),
                "broken q < 0.05": (part.loc[broken, "q"] < 0.05).mean(),
                "matched q < 0.05": (part.loc[~broken, "q"] < 0.05).mean(),
            })  # fmt: skip
    return pd.DataFrame(rows)


def uniform(study: Study, draws: int = 20, size: int = 500) -> pd.DataFrame:
    """A row per draw of nulls: Kolmogorov-Smirnov's p, those below 0.05, and mean p by level."""
    paths = study.paths("null_scores", ("model", "fold")).values()
    nulls, rows = tables.read_all(SCORED, list(paths)), []
    for seed in range(draws):
        own = nulls.sample(size, random_state=seed)
        p = p_values(own.reset_index(drop=True), nulls.drop(own.index))["p"]
        levels = p.groupby(pd.qcut(own["reference"], 4, labels=False).to_numpy()).mean()
        told = {"seed": seed, "KS p": kstest(p, "uniform").pvalue, "p < 0.05": (p < 0.05).mean()}
        rows.append(told | {f"mean p, level {level}": value for level, value in levels.items()})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    verb, folder, *more = sys.argv[1:]
    if verb == "write":
        write(open_study(folder), Path(*more))
    else:
        table = {"judge": judge, "uniform": uniform}[verb](open_study(folder))
        print(table.round(4).to_string(index=False))
