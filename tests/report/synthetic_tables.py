"""Tables and pattern files of the made-up study: what training, motifs and checks would write."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from partial_tables import write_partial

from chromolens import tables
from chromolens.genome.onehot import decode, encode, reverse_complement
from chromolens.scores import seal
from chromolens.tables.checks import ACCEPTANCE, COMPLETENESS, LEARNING, PLANTED
from chromolens.tables.column import Table
from chromolens.tables.inputs import DROPPED
from chromolens.tables.models import HISTORY, METRICS, POOLED
from chromolens.tables.motifs import MERGED

FOLDS = 4
NULL = "reb1_permuted"


def ppm_of(site: str, purity: float = 0.91) -> np.ndarray:
    """A probability matrix whose consensus is ``site``."""
    return encode(site) * (purity - (1 - purity) / 3) + (1 - purity) / 3


def written(table: Table, frame: pd.DataFrame, path: Path) -> Path:
    write_partial(table, frame, path)
    return path


def dropped(folder: Path, task: str) -> Path:
    rows = [
        ("over the chromosome's end", task, 3, "chrI:-40-161"),
        ("too many N", "", 12, "chrV:0-201"),
        ("in an excluded region", "", 1204, "chrXII:451000-451201"),
    ]
    return written(DROPPED, pd.DataFrame(rows, columns=DROPPED.names), folder / "dropped.tsv")


def histories(folder: Path, rng: np.random.Generator) -> dict:
    paths = {}
    for model in ("cnn", NULL):
        for fold in range(FOLDS):
            epoch = np.arange(1, 15 + 3 * fold)
            fit = 0.62 * np.exp(-epoch / 5) + 0.08 if model == "cnn" else 0.69 - 0.01 * epoch
            held = (
                fit
                + 0.004 * np.maximum(epoch - 9, 0) ** 1.5
                + rng.normal(0, 0.006, len(epoch))
                + 0.03
            )
            table = pd.DataFrame({"epoch": epoch, "loss": fit, "val_loss": held, "seconds": 2.0})
            path = folder / f"{model}.{fold}.history.tsv"
            paths[model, f"fold{fold}", 0] = written(HISTORY, table, path)
    return paths


def metrics(folder: Path, tasks: dict, rng: np.random.Generator) -> Path:
    rows = [
        ("cnn", f"fold{f}", 0, task, metric, base + rng.uniform(-0.05, 0.04), 200, 40)
        for f in range(FOLDS)
        for task in tasks
        for metric, base in (("auroc", 0.93), ("auprc", 0.8))
    ]
    return written(METRICS, pd.DataFrame(rows, columns=METRICS.names), folder / "metrics.tsv")


def pooled(folder: Path, tasks: dict) -> Path:
    rows = []
    for i, task in enumerate(tasks):
        for metric, base in (("auroc", 0.97), ("auroc_unshared", 0.968), ("auprc", 0.88)):
            value = base - 0.02 * i
            rows.append(("cnn", task, metric, value, value - 0.02, value + 0.015, 1400, 210))
    first = next(iter(tasks))
    rows += [
        (NULL, first, "auroc", 0.512, 0.47, 0.55, 1400, 210),
        (NULL, first, "auprc", 0.16, 0.13, 0.19, 1400, 210),
    ]
    return written(POOLED, pd.DataFrame(rows, columns=POOLED.names), folder / "pooled.tsv")


def learning(folder: Path, tasks: dict) -> Path:
    """The first task still rises with its last events, the others don't."""
    rows = [
        ("cnn", task, share, 200 * share, "auprc", value, value - 0.04, value + 0.04, 1400, 210)
        for i, task in enumerate(tasks)
        for share, value in ((0.25, 0.5), (0.5, 0.7), (1.0, 0.71 if i else 0.88))
    ]
    return written(LEARNING, pd.DataFrame(rows, columns=LEARNING.names), folder / "learning.tsv")


def naming(name: str, ppm: np.ndarray, named: bool = True, **more: object) -> dict:
    """A row of a naming table."""
    return {
        "named": named,
        "name": name.upper(),
        "motif_id": more.pop("motif_id", "MA0000.1"),
        "family": "Myb/SANT",
        "p": 1e-9,
        "q": 3.2e-7 if named else 0.31,
        "overlap": 9,
        "offset": 0,
        "strand": "+",
        "information": 14.2,
        "support": 180,
        "consensus": decode((ppm == ppm.max(axis=1, keepdims=True)).astype("float32")),
        "reason": "" if named else f"best q 0.31 > 0.01 ({name.upper()})",
        "others": "TBF1;DAL82" if named else "",
        **more,
    }


def patterns(folder: Path, task: str, tasks: dict, rng: np.random.Generator) -> tuple[Path, Path]:
    """Two patterns: the task's motif on the other strand, and a weak negative one."""
    files = (
        folder / f"{task.encode().hex()}.patterns.tsv",
        folder / f"{task.encode().hex()}.modisco.h5",
    )
    identifier = f"MA{list(tasks).index(task):04d}.1"
    motif = reverse_complement(ppm_of(tasks[task]))
    ppm = np.full((30, 4), 0.25)
    ppm[9 : 9 + len(motif)] = motif
    noise = rng.dirichlet(np.ones(4) * 0.7, 30)
    with h5py.File(files[1], "w") as file:
        file.attrs["window_size"] = 200
        for name, shares, sign in (("pos_patterns", ppm, 1), ("neg_patterns", noise, -0.2)):
            group = file.create_group(f"{name}/pattern_0")
            group["sequence"] = shares
            group["seqlets/n_seqlets"] = [183 if sign == 1 else 31]
            group["contrib_scores"] = (
                sign * shares * np.abs(shares - 0.25).max(axis=1, keepdims=True)
            )
    seal(files[1])
    rows = [
        {
            "pattern": "pos.pattern_0",
            "sign": "pos",
            "seqlets": 183,
            "members": "pos.pattern_0;pos.pattern_4",
            "motif": "a",
            **naming(task, ppm[9 : 9 + len(motif)], motif_id=identifier, strand="-"),
        },
        {
            "pattern": "neg.pattern_0",
            "sign": "neg",
            "seqlets": 31,
            "members": "neg.pattern_0",
            "motif": "b",
            **naming(task, noise, named=False, motif_id=identifier),
        },
    ]
    return written(MERGED, pd.DataFrame(rows).assign(false_name_rate=0.02), files[0]), files[1]


def no_patterns(folder: Path) -> tuple[Path, Path]:
    with h5py.File(folder / "null.h5", "w") as file:
        file.attrs["window_size"] = 200
    seal(folder / "null.h5")
    return written(MERGED, tables.empty(MERGED), folder / "null.tsv"), folder / "null.h5"


def acceptance(folder: Path) -> Path:
    rows = [
        (
            "mean pooled AUROC",
            0.92,
            ">= 0.85",
            "floor",
            "PASS",
            "Mean over the six factors, out of fold.",
        ),
        (
            "lowest pooled AUROC",
            0.71,
            ">= 0.75",
            "floor",
            "FAIL",
            "Cin5 has 62 held-out positives only.",
        ),
        (
            "Reb1 found by MoDISco",
            1.0,
            ">= 1",
            "floor",
            "PASS",
            "TTACCCG, JASPAR entry or declared family.",
        ),
        ("Cin5 found by SIS", 0.0, ">= 1", "goal", "FAIL", "Reported either way."),
        (
            "named patterns of the null",
            0,
            "== 0",
            "control",
            "PASS",
            "Labels permuted within chromosomes.",
        ),
    ]
    table = pd.DataFrame(rows, columns=ACCEPTANCE.names)
    return written(ACCEPTANCE, table, folder / "acceptance.tsv")


def completeness(folder: Path, tasks: dict) -> Path:
    rows = [
        (
            "cnn",
            "deeplift_rescale",
            task,
            9120,
            2 * (i == 3),
            2.2e-4 * (i == 3),
            0.01,
            1e-4,
            3.1e-4,
            2e-7,
        )
        for i, task in enumerate(tasks)
    ]
    table = pd.DataFrame(rows, columns=COMPLETENESS.names)
    return written(COMPLETENESS, table, folder / "completeness.tsv")


def planted_table(folder: Path, tasks: dict) -> Path:
    rows = [("deeplift_rescale", task, 0.91, 0.84) for task in tasks]
    names = ["method", "task", "recall", "precision"]
    return written(PLANTED, pd.DataFrame(rows, columns=names), folder / "planted.tsv")
