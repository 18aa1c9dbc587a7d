"""A small made-up study with every file a report reads: motifs planted in random chromosomes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig
import synthetic_lexicon
import synthetic_positions
import synthetic_tables
import synthetic_thresholds
from synthetic_sis import sis
from synthetic_tables import FOLDS, NULL, ppm_of, written

from chromolens.genome.fasta import prepare_fasta
from chromolens.genome.onehot import decode, encode, reverse_complement
from chromolens.inputs.windows import write_windows
from chromolens.motifs.names.database import Motif
from chromolens.report.contents import Contents
from chromolens.tables import inputs
from chromolens.tables.checks import METHODS, PLANTED
from chromolens.tables.models import PREDICTIONS

SITES = {
    "Reb1": "CGTTACCCGT",
    "Abf1": "TATCATTACTCACGAT",
    "Rap1": "ACACCCATACATT",
    "Cbf1": "GGTCACGTGACC",
    "Ume6": "TAGCCGCCGA",
    "Cin5": "ATTACGTAAT",
}
CHROMOSOMES = ["chrI", "chrII", "chrIII", "chrIV", "chrV", "chrVI", "chrVII", "chrVIII"]
LENGTH, WIDTH = 12_000, 201


def build(
    folder: Path, tasks: dict[str, str] = SITES, title: str = "Six yeast factors"
) -> Contents:
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
    patterns = {
        ("cnn", task, methods[0]): synthetic_tables.patterns(folder, task, tasks, rng)
        for task in tasks
    }
    patterns[NULL, first, methods[0]] = synthetic_tables.no_patterns(folder)
    numbers, profiles = synthetic_positions.audits(folder, "cnn", NULL)
    return Contents(
        title=title,
        kind="genome",
        date="21 November 2026",
        version="0.1.0",
        windows=folder / "windows.tsv.gz",
        folds=folds,
        dropped=synthetic_tables.dropped(folder, first),
        models={
            "cnn": "cnn · 64 filters of 15, global maximum, dense 32",
            NULL: "cnn · labels permuted",
        },
        nulls=frozenset({NULL}),
        methods={"deeplift_rescale": "background reference, stride 50", "ism": "500 windows"},
        histories=synthetic_tables.histories(folder, rng),
        predictions=predictions,
        metrics=[synthetic_tables.metrics(folder, tasks, rng)],
        pooled=[synthetic_tables.pooled(folder, tasks)],
        learning=[synthetic_tables.learning(folder, tasks)],
        tracks=tracks,
        prediction_tracks=values,
        fasta=folder / "genome.fa.gz",
        peaks={task: _peaks(folder, task, events) for task in tasks},
        genes=_genes(folder),
        truth=_truth(folder, events),
        patterns=patterns,
        sis={
            ("cnn", task): sis(folder, task, tasks)
            | {"counts": synthetic_thresholds.counts(folder, task)}
            for task in list(tasks)[:2]
        },
        sweeps={("cnn", first): synthetic_thresholds.swept(folder, first)},
        masks=[synthetic_thresholds.masks(folder, list(tasks)[:2])],
        lexicon=synthetic_lexicon.lexicon(folder, tasks),
        database=database,
        acceptance=synthetic_tables.acceptance(folder),
        completeness=[synthetic_tables.completeness(folder, tasks)],
        compared=[_compared(folder, tasks, methods)],
        positions=numbers,
        profiles=profiles,
        tables={
            "Planted bases found by contributions": (
                PLANTED,
                synthetic_tables.planted_table(folder, tasks),
            )
        },
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
    return written(inputs.FOLDS, pd.DataFrame(rows), folder / "folds.tsv")


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
        paths["cnn", f"fold{fold}", 0] = written(
            PREDICTIONS, table.assign(fold=f"fold{fold}"), path
        )
    return paths


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
            place = f"{chrom}\tSGD\tgene\t{start}\t{start + 1100}"
            rows.append(f"{place}\t.\t{strand}\t.\tID={name};Name={name}")
    path = folder / "genes.gff3"
    path.write_text("\n".join(rows) + "\n")
    return path


def _truth(folder: Path, events: list) -> Path:
    path = folder / "truth.bed"
    rows = [f"{c}\t{s}\t{s + 10}\t{t}\t0\t{strand}\tcausal\t." for c, s, t, strand in events]
    path.write_text("\n".join(rows) + "\n")
    return path


def _compared(folder: Path, tasks: dict, methods: tuple[str, ...]) -> Path:
    """As ``checks/methods.py`` writes it: falls of 3, 2 and 1 at once, and rank agreement 0.7."""
    rows = []
    for task in tasks:
        for method, height in zip((*methods, "random"), (3.0, 2.0, 1.0), strict=True):
            for share, value in ((0.0, 5.0), (0.5, 5.0 - height), (1.0, 5.0 - height)):
                rows.append(("cnn", task, method, "deletion", "", share, value, 80))
        for one, other in (methods, methods[::-1]):
            rows.append(("cnn", task, one, "agreement", other, "", 0.7, 80))
    none = np.nan
    rows += [("cnn", "", method, "cpu_seconds", "", none, 12.0, none) for method in methods]
    return written(METHODS, pd.DataFrame(rows, columns=METHODS.names), folder / "methods.tsv")
