"""From a rule's lists of files and the tables that gave them to a ``Study``."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chromolens import __version__
from chromolens.genome.sizes import sizes_of
from chromolens.models.nulls import is_null
from chromolens.motifs.names.database import load_database
from chromolens.report.motif_page import MotifFiles
from chromolens.report.study import Study
from chromolens.tables.checks import PLANTED, TILES
from chromolens.tables.column import Table

Rows = Sequence[Mapping[str, Any]]
SIS = {
    "sis.tsv.gz": "sis",
    "counts.tsv": "counts",
    "clusters.tsv": "clusters",
    "aligned.tsv.gz": "aligned",
    "motifs.tsv": "motifs",
    "weights.tsv": "weights",
    "motifs.meme": "meme",
}
MOTIF_TABLES = ("patterns", "subpatterns", "merged", "matches", "matches_meme", "merged_h5")


def gather(
    files: Mapping[str, Any],
    *,
    config: Mapping[str, Any],
    settings: Mapping[str, Any],
    database: Mapping[str, str],
    trainings: Rows,
    tracked: Rows,
    windowed: Rows,
    model_tasks: Rows,
    motif_method: str,
    code: str = "",
) -> Study:
    """The study whose ``files`` are lists in the order of the tables ``trainings`` and so on.

    ``config`` is the study's, ``settings`` those of its inputs with local files, ``code`` the
    digest of what made the page.
    """
    models = list(config["models"])
    readings = [(row["model"], row["task"], row["method"]) for row in tracked]
    tasks = [(row["model"], row["task"]) for row in model_tasks]
    made = json.loads(Path(files["provenance"]).read_text())
    return Study(
        title=config["title"] or config["study"],
        kind=settings["kind"],
        date=date.today().isoformat(),
        version=__version__,
        windows=Path(files["windows"]),
        folds=Path(files["folds"]),
        dropped=Path(files["dropped"]),
        acceptance=Path(files["acceptance"]) if config["acceptance"] else None,
        models={name: _described(model) for name, model in config["models"].items()},
        nulls=frozenset(name for name, model in config["models"].items() if is_null(model)),
        methods={n: _words(m["settings"]) for n, m in config["attribution"]["methods"].items()},
        histories=_keyed(
            [(r["model"], r["fold"], r["replicate"]) for r in trainings], files["histories"]
        ),
        predictions=_keyed([(name, "", 0) for name in models], files["predictions"]),
        metrics=list(map(Path, files["metrics"])),
        pooled=list(map(Path, files["pooled"])),
        tracks=_keyed(readings, files["tracks"]),
        prediction_tracks=_keyed(readings, files["prediction_tracks"]),
        explained=_keyed([(row["model"], row["method"]) for row in windowed], files["explained"]),
        fasta=_one(files["fasta"]),
        genes=_one(files["genes"]),
        truth=_one(files["truth"]),
        peaks=settings.get("peaks", {}),
        chromosome_names=settings.get("chromosome_names", {}),
        loci=config["report"]["loci"],
        patterns={
            (*task, motif_method): (Path(table), Path(h5))
            for task, table, h5 in zip(tasks, files["patterns"], files["modisco"], strict=True)
        },
        motif_pages=_keyed([(*task, motif_method) for task in tasks], files["motif_pages"]),
        sis=_by_task(files["subsets"]),
        sweeps=dict(zip(tasks, map(Path, files["sweeps"]), strict=False)),
        masks=list(map(Path, files["masks"])),
        lexicon=dict(zip(("table", "members", "meme"), files["lexicon"], strict=True)),
        database=load_database(database),
        completeness=list(map(Path, files["completeness"])),
        compared=list(map(Path, files["compared"])),
        hits=list(map(Path, files["hits"])),
        checked_hits=list(map(Path, files["checked_hits"])),
        tables=_tables(files),
        config=config,
        provenance=_shown(made, config["study"]),
    )


def gather_motifs(
    files: Mapping[str, Any],
    names: Mapping[str, str],
    *,
    config: Mapping[str, Any],
    settings: Mapping[str, Any],
    code: str = "",
) -> MotifFiles:
    """The motifs of the model, task and method in ``names``; otherwise as ``gather``."""
    sizes = _one(files["chromosomes"])
    return MotifFiles(
        title=config["title"] or config["study"],
        kind=settings["kind"],
        genes=_one(files["genes"]),
        sizes=sizes_of(sizes) if sizes else {},
        chromosome_names=settings.get("chromosome_names", {}),
        null=is_null(config["models"][names["model"]]),
        **{name: Path(files[name]) for name in MOTIF_TABLES},
        **{name: names[name] for name in ("model", "task", "method")},
    )


def _keyed(keys: Sequence[tuple], paths: Sequence[str]) -> dict[tuple, Path]:
    return {key: Path(path) for key, path in zip(keys, paths, strict=True)}


def _one(paths: str | Sequence[str]) -> Path | None:
    """The file of an input that has one or none."""
    paths = [paths] if isinstance(paths, str) else list(paths)
    return Path(paths[0]) if paths else None


def _described(model: Mapping[str, Any]) -> str:
    made = "given" if model.get("file") else model["architecture"]
    words = [made, model["objective"], _words(model["settings"])]
    words += ["labels permuted"] if model["labels"] == "permuted" else []
    words += ["untrained"] if model["untrained"] else []
    words += [f"at most {model['max_positives']} positives"] if model["max_positives"] else []
    return ", ".join(filter(None, words))


def _words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in settings.items())


def _tables(files: Mapping[str, Any]) -> dict[str, tuple[Table, Path]]:
    named = {
        "Planted bases found again": ("planted", PLANTED),
        "Every tile of the held-out chromosomes": ("tiles", TILES),
    }
    return {
        title if number == 0 else f"{title} ({number + 1})": (table, Path(path))
        for title, (kind, table) in named.items()
        for number, path in enumerate(files[kind])
    }


def _shown(made: Mapping[str, Any], study: str) -> dict[str, Any]:
    """Provenance as the page lists it."""
    versions = {"chromolens": f"{made['chromolens']} {made['commit']}", "python": made["python"]}
    return {
        "versions": versions | made["packages"],
        "inputs": made["inputs"],
        "commands": [f"snakemake --configfile STUDY.yaml --cores all  # study: {study}"],
    }


def _by_task(paths: Sequence[str]) -> dict[tuple[str, str], dict[str, Path]]:
    """Files ``sis/MODEL/TASK/NAME`` by model and task, and by the name of their part."""
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for path in map(Path, paths):
        found.setdefault((path.parts[-3], path.parts[-2]), {})[SIS[path.name]] = path
    return found
