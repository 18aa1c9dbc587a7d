"""Variants whose effects are known: planted instances broken, beside matched changes elsewhere.

    python benchmarks/variants.py write results/demo variants.vcf
    chromolens run CONFIG            # a config of the study with variants: {file: variants.vcf}
    python benchmarks/variants.py judge results/demo
    python benchmarks/variants.py uniform results/demo
    python benchmarks/variants.py complete results/demo

An instance is broken at the column of its motif that holds most information, by the base that is
rarest there. Its match is the same substitution, with the same neighbours where there is one, in
the same window and in no planted instance. ``uniform`` holds nulls against others: their p
is uniform at every level of prediction. ``complete`` writes a genome in which the first instance
of each event is broken by that base; the variant restores it, and is held against its match. The
study's models score both in the broken genome.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import kstest
from sklearn.metrics import roc_auc_score

from chromolens import tables
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.onehot import BASES, codes_to_onehot, reverse_complement_codes
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import task_names
from chromolens.study import Study, open_study
from chromolens.tables.variants import SCORED
from chromolens.variants.judge import p_values
from chromolens.variants.listed import Reading, settings_of, unique
from chromolens.variants.normalise import letters, substitution
from chromolens.variants.reading import STATED
from chromolens.variants.score import as_stated, score_variants

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


def _broken(
    genome: Genome, sites: pd.DataFrame, chosen: Sequence[bool] | None = None
) -> list[tuple[str, int, str, str]]:
    """chrom, place, its base, another: at the column of most information in each site.

    ``sites`` of one motif, all of which say where that is; of ``chosen`` alone where it is given.
    """
    codes = np.stack([genome.codes(row.chrom, row.start, row.end) for row in sites.itertuples()])
    turned = (sites["strand"] == "-").to_numpy()
    codes[turned] = reverse_complement_codes(codes[turned])
    shares = codes_to_onehot(codes).mean(axis=0)
    logs = np.log2(np.where(shares > 0, shares, 1))
    column = int((shares * logs).sum(axis=1).argmax())
    rarest = int(shares[column].argmin())
    found = []
    wanted = np.ones(len(sites), bool) if chosen is None else chosen
    for row, back, own, asked in zip(sites.itertuples(), turned, codes, wanted, strict=True):
        if own[column] != rarest and asked:
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


def complete(study: Study) -> pd.DataFrame:
    """A row per model, task and motif: AUROC of restored against matched, and signs."""
    truth = study.table("truth")
    planted = {(row.chrom, at) for row in truth.itertuples() for at in range(row.start, row.end)}
    causal = truth[truth["role"] == "causal"]
    first = causal.drop_duplicates("event")
    rng, rows = np.random.default_rng(0), []
    with tempfile.TemporaryDirectory() as folder:
        with study.genome() as whole:
            broken = [
                (motif, *change)
                for motif, sites in causal.groupby("motif")
                for change in _broken(whole, sites, sites.index.isin(first.index))
            ]
            path = _write_broken(whole, broken, Path(folder))
        with Genome(path) as genome:
            for motif, chrom, at, ref, alt in broken:
                if match := _match(genome, planted, chrom, at, (alt, ref), rng):
                    rows.append((f"restored_{motif}", chrom, at + 1, alt, ref))
                    rows.append((f"matched_{motif}", chrom, match[0] + 1, *match[1:]))
            table = _scored(study, genome, rows)
    table[["set", "motif"]] = table["id"].str.split("_", expand=True).to_numpy()
    parts = [
        ((model, task, motif), part)
        for (model, task), own in table.groupby(["model", "task"])
        for motif, part in [("all", own), *own.groupby("motif")]
    ]
    return pd.DataFrame([_told(key, part) for key, part in parts])


def _write_broken(genome: Genome, changes: list[tuple], folder: Path) -> Path:
    """A FASTA of ``genome`` with (motif, chrom, place, its base, another) of ``changes`` made."""
    text = {chrom: list(genome.sequence(chrom, 0, size)) for chrom, size in genome.sizes.items()}
    for _, chrom, at, _, alt in changes:
        text[chrom][at] = alt
    lines = [f">{chrom}\n{''.join(bases)}\n" for chrom, bases in text.items()]
    (folder / "broken.fa").write_text("".join(lines))
    prepare_fasta(folder / "broken.fa", folder / "broken.fa.gz")
    return folder / "broken.fa.gz"


def _scored(study: Study, genome: Genome, rows: list[tuple]) -> pd.DataFrame:
    """``SCORED`` of each model, with the ids of ``rows`` (id, chrom, position, ref, alt)."""
    settings = settings_of(study.config)
    reading = Reading(genome, Folds.of_table(study.table("folds")), settings)
    stated = pd.DataFrame([(n, 1, *row) for n, row in enumerate(rows)], columns=STATED)
    listed, _ = reading.taken(stated)
    parts = []
    for name, model in study.config["models"].items():
        tasks = model["tasks"] or task_names(study.windows(name))
        scored = score_variants(
            {fold: [study.model(name, fold)] for fold in listed["fold"].unique()}, genome,
            unique(listed), **as_stated(model | {"tasks": tasks}, settings),
        )  # fmt: skip
        ids = listed.drop_duplicates("variant").set_index("variant")["id"]
        parts.append(scored.assign(model=name, id=scored["variant"].map(ids)))
    return pd.concat(parts, ignore_index=True)


def _told(key: tuple[str, str, str], part: pd.DataFrame) -> dict:
    restored = part["set"] == "restored"
    return {
        **dict(zip(("model", "task", "motif"), key, strict=True)),
        "restored": int(restored.sum()),
        "auroc": roc_auc_score(restored, part["effect"].abs()),
        "sign right": (part.loc[restored, "effect"] > 0).mean(),
        "effect": part.loc[restored, "effect"].mean(),
    }


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
        table = {"judge": judge, "uniform": uniform, "complete": complete}[verb](
            open_study(folder)
        )
        print(table.round(4).to_string(index=False))
