"""A small made-up study with every file a report reads: motifs planted in random chromosomes."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyBigWig
from chromolens.genome.fasta import prepare_fasta
from chromolens.genome.onehot import decode, encode, reverse_complement
from chromolens.inputs.windows import write_windows
from chromolens.motifs.database import Motif
from chromolens.motifs.meme import write_meme
from chromolens.report.study import Study

SITES = {
    "Reb1": "CGTTACCCGT",
    "Abf1": "TATCATTACTCACGAT",
    "Rap1": "ACACCCATACATT",
    "Cbf1": "GGTCACGTGACC",
    "Ume6": "TAGCCGCCGA",
    "Cin5": "ATTACGTAAT",
}
CHROMOSOMES = ["chrI", "chrII", "chrIII", "chrIV", "chrV", "chrVI", "chrVII", "chrVIII"]
LENGTH, WIDTH, FOLDS = 12_000, 201, 4
NULL = "reb1_permuted"


def ppm_of(site: str, purity: float = 0.91) -> np.ndarray:
    """A probability matrix whose consensus is ``site``."""
    return encode(site) * (purity - (1 - purity) / 3) + (1 - purity) / 3


def shared_name(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, sep="\t", index=False)
    return path


def build(folder: Path, tasks: dict[str, str] = SITES, title: str = "Six yeast factors") -> Study:
    """Write all files under ``folder`` and describe them."""
    rng = np.random.default_rng(7)
    events = _genome(folder, tasks, rng)
    windows = _windows(folder, tasks, events, rng)
    folds = _folds(folder)
    predictions = _predictions(folder, tasks, windows, rng)
    database = [
        Motif(f"MA{i:04d}.1", name.upper(), "Myb/SANT", ppm_of(site))
        for i, (name, site) in enumerate(tasks.items())
    ]
    methods = ("deeplift_rescale", "ism")
    readings = [("cnn", task, method) for task in tasks for method in methods]
    tracks = {
        key: _track(folder / f"{'.'.join(key)}.bw", key[1], events, tasks, rng) for key in readings
    }
    values = {
        key: _prediction_track(folder / f"{key[1]}.pred.bw", key[1], events) for key in readings
    }
    first = next(iter(tasks))
    patterns = {("cnn", task, methods[0]): _patterns(folder, task, tasks, rng) for task in tasks}
    patterns[NULL, first, methods[0]] = _no_patterns(folder)
    return Study(
        title=title,
        kind="genome",
        date="21 November 2026",
        version="0.1.0",
        windows=folder / "windows.tsv.gz",
        folds=folds,
        dropped=_dropped(folder, first),
        models={
            "cnn": "cnn · 64 filters of 15, global maximum, dense 32",
            NULL: "cnn · labels permuted",
        },
        nulls=frozenset({NULL}),
        methods={"deeplift_rescale": "background reference, stride 50", "ism": "500 windows"},
        histories=_histories(folder, rng),
        predictions=predictions,
        metrics=[_metrics(folder, tasks, rng)],
        pooled=[_pooled(folder, tasks)],
        tracks=tracks,
        prediction_tracks=values,
        fasta=folder / "genome.fa.gz",
        peaks={task: _peaks(folder, task, events) for task in tasks},
        genes=_genes(folder),
        truth=_truth(folder, events),
        patterns=patterns,
        sis={("cnn", task): _sis(folder, task, tasks, rng) for task in list(tasks)[:2]},
        database=database,
        acceptance=_acceptance(folder),
        completeness=[_completeness(folder, tasks)],
        tables={"Planted bases found by contributions": _planted_table(folder, tasks)},
        config={"study": "six_factors", "inputs": {"window": 201, "fasta": "sacCer3.fa.gz"}},
        provenance={
            "versions": {"chromolens": "0.1.0", "tensorflow": "2.21.0", "modisco-lite": "3.0.0"},
            "inputs": {"sacCer3.fa.gz": {"sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"}},
            "commands": ["snakemake --configfile config/studies/six_factors.yaml --cores 2"],
            "code": {"commit": "710facc"},
        },
    )


def _genome(folder: Path, tasks: dict, rng: np.random.Generator) -> list[tuple]:
    """Write the FASTA; events as (chrom, start, task, strand), 400 bp apart."""
    events, lines = [], []
    names = list(tasks)
    for chrom in CHROMOSOMES:
        bases = rng.choice(list("ACGT"), LENGTH, p=[0.31, 0.19, 0.19, 0.31])
        for i, start in enumerate(range(400, LENGTH - 400, 400)):
            task, strand = names[i % len(names)], "+-"[int(rng.integers(2))]
            site = (
                tasks[task] if strand == "+" else decode(reverse_complement(encode(tasks[task])))
            )
            bases[start : start + len(site)] = list(site)
            events.append((chrom, start, task, strand))
        lines += [f">{chrom}", "".join(bases)]
    (folder / "plain.fa").write_text("\n".join(lines) + "\n")
    prepare_fasta(folder / "plain.fa", folder / "genome.fa.gz")
    return events


def _windows(folder: Path, tasks: dict, events: list, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for chrom, at, task, _ in events:
        for source, start in ((task, at - 95), ("negative", at + 105)):
            labels = {name: float(name == source) for name in tasks}
            labels[rng.choice(list(tasks))] = np.nan if rng.random() < 0.05 else labels[task]
            labels |= {task: float(source == task)}
            role = "negative" if source == "negative" else "positive"
            labels = {name: 0.0 if role == "negative" else value for name, value in labels.items()}
            place = {"id": f"{chrom}:{start}-{start + WIDTH}", "group": chrom, "chrom": chrom}
            rows.append(
                {
                    **place,
                    "start": start,
                    "end": start + WIDTH,
                    "role": role,
                    "source": source,
                    "gc": 0.4,
                    "shared": int(rng.random() < 0.04),
                    **labels,
                }
            )
    windows = pd.DataFrame(rows)
    write_windows(windows, folder / "windows.tsv.gz")
    return windows


def _folds(folder: Path) -> Path:
    rows = []
    for fold in range(FOLDS):
        for i, chrom in enumerate(CHROMOSOMES):
            role = {fold: "test", (fold + 1) % FOLDS: "validation"}.get(i % FOLDS, "training")
            rows.append({"fold": f"fold{fold}", "role": role, "group": chrom})
    return shared_name(pd.DataFrame(rows), folder / "folds.tsv")


def _predictions(
    folder: Path, tasks: dict, windows: pd.DataFrame, rng: np.random.Generator
) -> dict:
    paths = {}
    for fold in range(FOLDS):
        own = windows[windows["group"].isin(CHROMOSOMES[fold::FOLDS])]
        table = own[["id", "group", "role", "source"]].copy()
        for task in tasks:
            table[task] = np.where(own[task] == 1, 2.0, -2.5) + rng.normal(0, 1.3, len(own))
            table[f"{task}.label"] = own[task]
        path = folder / f"predictions.{fold}.tsv.gz"
        paths["cnn", f"fold{fold}", 0] = shared_name(table, path)
    return paths


def _dropped(folder: Path, task: str) -> Path:
    rows = [
        ("over the chromosome's end", task, 3, "chrI:-40-161"),
        ("too many N", "", 12, "chrV:0-201"),
        ("in an excluded region", "", 1204, "chrXII:451000-451201"),
    ]
    return shared_name(
        pd.DataFrame(rows, columns=["reason", "task", "count", "example"]), folder / "dropped.tsv"
    )


def _histories(folder: Path, rng: np.random.Generator) -> dict:
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
            paths[model, f"fold{fold}", 0] = shared_name(
                table, folder / f"{model}.{fold}.history.tsv"
            )
    return paths


def _metrics(folder: Path, tasks: dict, rng: np.random.Generator) -> Path:
    rows = [
        ("cnn", f"fold{f}", 0, task, metric, base + rng.uniform(-0.05, 0.04), 200, 40)
        for f in range(FOLDS)
        for task in tasks
        for metric, base in (("auroc", 0.93), ("auprc", 0.8))
    ]
    names = ["model", "fold", "replicate", "task", "metric", "value", "n", "positives"]
    return shared_name(pd.DataFrame(rows, columns=names), folder / "metrics.tsv")


def _pooled(folder: Path, tasks: dict) -> Path:
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
    names = ["model", "task", "metric", "value", "low", "high", "n", "positives"]
    return shared_name(pd.DataFrame(rows, columns=names), folder / "pooled.tsv")


def _track(path: Path, task: str, events: list, tasks: dict, rng: np.random.Generator) -> Path:
    """Contributions of ``task``: strong at its own sites, faint elsewhere, absent at the ends."""
    values = {chrom: rng.normal(0, 0.02, LENGTH) for chrom in CHROMOSOMES}
    for chrom, start, name, _ in events:
        size, high = len(tasks[name]), 0.9 if name == task else -0.06
        values[chrom][start : start + size] += high * rng.uniform(0.4, 1.0, size)
    return _bigwig(path, values)


def _prediction_track(path: Path, task: str, events: list) -> Path:
    values = {chrom: np.full(LENGTH, -3.0) for chrom in CHROMOSOMES}
    for chrom, start, name, _ in events:
        if name == task:
            values[chrom] += 6.0 * np.exp(-(((np.arange(LENGTH) - start) / 90.0) ** 2))
    return _bigwig(path, values)


def _bigwig(path: Path, values: dict[str, np.ndarray]) -> Path:
    with pyBigWig.open(str(path), "w") as track:
        track.addHeader([(chrom, LENGTH) for chrom in CHROMOSOMES])
        for chrom in CHROMOSOMES:
            inside = values[chrom][50 : LENGTH - 50].astype(np.float32)
            track.addEntries(chrom, 50, values=inside, span=1, step=1)
    return path


def _peaks(folder: Path, task: str, events: list) -> Path:
    path = folder / f"{task.encode().hex()}.bed"
    rows = [f"{c}\t{s + 5}\t{s + 6}\t{t}" for c, s, t, _ in events if t == task]
    path.write_text("\n".join(rows) + "\n")
    return path


def _genes(folder: Path) -> Path:
    rows = ["##gff-version 3"]
    for chrom in CHROMOSOMES:
        for i, start in enumerate(range(900, LENGTH - 1500, 1700)):
            strand, name = "+-"[i % 2], f"Y{chrom[3:]}{i:03d}W"
            rows.append(
                f"{chrom}\tSGD\tgene\t{start}\t{start + 1100}\t.\t{strand}\t.\tID={name};Name={name}"
            )
    path = folder / "genes.gff3"
    path.write_text("\n".join(rows) + "\n")
    return path


def _truth(folder: Path, events: list) -> Path:
    path = folder / "truth.bed"
    rows = [f"{c}\t{s}\t{s + 10}\t{t}\t0\t{strand}\tcausal\t." for c, s, t, strand in events]
    path.write_text("\n".join(rows) + "\n")
    return path


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


def _patterns(folder: Path, task: str, tasks: dict, rng: np.random.Generator) -> tuple[Path, Path]:
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
            group["contrib_scores"] = (
                sign * shares * np.abs(shares - 0.25).max(axis=1, keepdims=True)
            )
    rows = [
        {
            "pattern": "pos_patterns.pattern_0",
            "sign": "pos",
            "seqlets": 183,
            "motif": "a",
            **naming(task, ppm[9 : 9 + len(motif)], motif_id=identifier),
        },
        {
            "pattern": "neg_patterns.pattern_0",
            "sign": "neg",
            "seqlets": 31,
            "motif": "b",
            **naming(task, noise, named=False, motif_id=identifier),
        },
    ]
    return shared_name(pd.DataFrame(rows), files[0]), files[1]


def _no_patterns(folder: Path) -> tuple[Path, Path]:
    columns = ["pattern", "sign", "seqlets", *naming("x", np.eye(4))]
    with h5py.File(folder / "null.h5", "w") as file:
        file.attrs["window_size"] = 200
    return shared_name(pd.DataFrame(columns=columns), folder / "null.tsv"), folder / "null.h5"


def _sis(folder: Path, task: str, tasks: dict, rng: np.random.Generator) -> dict[str, Path]:
    site, stem = tasks[task], folder / task.encode().hex()
    strings = [site[1:-1], site[:-2], site[2:], site[1:4] + "NN" + site[6:]]
    clusters = pd.DataFrame(
        {"cluster": [0, 0, 0, 0, -1], "string": [*strings, "GATNNA"], "count": [97, 41, 12, 9, 14]}
    )
    subsets = pd.DataFrame(
        {
            "id": ["chrI:305-506"] * 3,
            "fold": "fold0",
            "order": [0, 1, 2],
            "value": 1.2,
            "threshold": 1.0,
            "rest_value": 0.2,
            "positions": ["90,91,92,95", "20,21", "1,2,3"],
            "string": strings[:3],
        }
    )
    motifs = pd.DataFrame([{"motif": "cluster_0_part_0", **naming(task, ppm_of(site))}])
    write_meme({"cluster_0_part_0": ppm_of(site)}, f"{stem}.meme")
    return {
        "sis": shared_name(subsets, Path(f"{stem}.sis.tsv.gz")),
        "meme": Path(f"{stem}.meme"),
        "clusters": shared_name(clusters, Path(f"{stem}.clusters.tsv")),
        "motifs": shared_name(motifs, Path(f"{stem}.motifs.tsv")),
    }


def _acceptance(folder: Path) -> Path:
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
            "REB1",
            "named",
            "floor",
            "PASS",
            "TTACCCG, JASPAR entry or declared family.",
        ),
        ("Cin5 found by SIS", "none", "named", "goal", "FAIL", "Reported either way."),
        (
            "named patterns of the null",
            0,
            "== 0",
            "null",
            "PASS",
            "Labels permuted within chromosomes.",
        ),
    ]
    names = ["name", "value", "bound", "kind", "result", "explanation"]
    return shared_name(pd.DataFrame(rows, columns=names), folder / "acceptance.tsv")


def _completeness(folder: Path, tasks: dict) -> Path:
    rows = [
        ("cnn", "deeplift_rescale", task, 9120, 2 * (i == 3), 2.2e-4 * (i == 3), 3.1e-4, 2e-7)
        for i, task in enumerate(tasks)
    ]
    names = [
        "model",
        "method",
        "task",
        "windows",
        "flagged",
        "share_flagged",
        "max_error",
        "median_error",
    ]
    return shared_name(pd.DataFrame(rows, columns=names), folder / "completeness.tsv")


def _planted_table(folder: Path, tasks: dict) -> Path:
    rows = [("deeplift_rescale", task, 0.91, 0.84) for task in tasks]
    names = ["method", "task", "recall", "precision"]
    return shared_name(pd.DataFrame(rows, columns=names), folder / "planted.tsv")
