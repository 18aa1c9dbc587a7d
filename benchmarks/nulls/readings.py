"""Both readings of a control, named. Without TensorFlow, beside which TF-MoDISco may not run."""

import os
from pathlib import Path

import h5py
import pandas as pd

from chromolens import tables
from chromolens.motifs.modisco.merged_file import write_merged
from chromolens.motifs.modisco.modisco import find_patterns
from chromolens.motifs.modisco.patterns import patterns_table
from chromolens.motifs.names.database import Motif, load_database
from chromolens.sis.motifs.cluster_motifs import cluster_subsets
from chromolens.tables.sis import SUBSETS


def readings(config: dict, task: str, seed: int, folder: Path) -> tuple[list[dict], float]:
    """A row for each reading of the control in ``folder``, and the CPU seconds that they took."""
    start, motifs = cpu(), config["motifs"]
    database = load_database({key: part for key, part in motifs["database"].items() if part})
    find_patterns(
        folder / "windows.h5", task, folder / "modisco.h5", seed=seed, **motifs["modisco"]
    )
    write_merged(folder / "modisco.h5", folder / "merged.h5", database, **motifs["naming"])
    patterns = patterns_table(folder / "merged.h5", database, **motifs["naming"])
    with h5py.File(folder / "modisco.h5") as file:
        windows = int(file["chromolens"].attrs["windows"])
    rows = [
        {"reading": "modisco", "windows": windows} | described(patterns),
        {"reading": "sis"} | _subsets(motifs, database, folder),
    ]
    return rows, cpu() - start


def _subsets(motifs: dict, database: list[Motif], folder: Path) -> dict:
    subsets = tables.read(SUBSETS, folder / "sis.tsv.gz")
    clusters = cluster_subsets(subsets, database, naming=motifs["naming"])
    return {"windows": subsets["id"].nunique()} | described(clusters.motifs)


def described(table: pd.DataFrame) -> dict:
    """What a table of motifs says in one row: how many, which have names, with how many sites."""
    named = table[table["named"].astype(bool)]
    return {
        "motifs": len(table),
        "named": len(named),
        "names": ";".join(named["name"]),
        "support": ";".join(map(str, named["support"])),
    }


def cpu() -> float:
    """CPU seconds of this process and of the children that it has waited for."""
    return sum(os.times()[:4])
