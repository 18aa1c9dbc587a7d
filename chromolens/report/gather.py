"""From an opened study to the contents of its page: files and facts, by the part they play."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chromolens import __version__
from chromolens.genome.sizes import sizes_of
from chromolens.models.nulls import is_null
from chromolens.motifs.names.database import load_database
from chromolens.report.contents import Contents
from chromolens.report.motif_page import MotifFiles
from chromolens.report.sections import texts
from chromolens.study import KEYS, Study
from chromolens.tables.column import Table
from chromolens.tables.places import TABLES as DECLARED

# Fields of ``Contents``, and the kind of results that each of them holds: one file,
ONE = {name: name for name in ("windows", "folds", "dropped", "truth", "vocabulary")} | {
    "fasta": "genome",
    "browser": "tracks_page",
    "dropped_variants": "dropped_variants",
}
# several that are joined,
SEVERAL = {
    "metrics": "metrics",
    "pooled": "pooled",
    "learning": "learning",
    "masks": "mask",
    "completeness": "completeness",
    "folds_alike": "folds_alike",
    "tiles": "tiles",
    "edits": "edits",
    "edit_scores": "edit_scores",
    "variants": "variants",
    "allele_contributions": "allele_contributions",
    "variant_matches": "variant_matches",
    "epistasis": "epistasis",
    "compared": "methods",
    "scored_matches": "scored_matches",
    "missed": "missed",
    "hits": "sought",
    "checked_hits": "checked_hits",
    "motif_pairs": "motif_pairs",
    "gaps": "gaps",
    "marginal": "marginal",
    "spacing": "spacing",
    "spaced_pairs": "spaced_pairs",
    "necessity": "necessity",
    "ablated": "ablated",
    "calibration": "calibration",
    "substituted": "substituted",
    "motif_profiles": "motif_profiles",
}
# or one for each model, task, method.
ATTRIBUTION = ("model", "task", "method")
KEYED = {
    "tracks": ("track", ATTRIBUTION),
    "hit_sites": ("hits", ATTRIBUTION),
    "explained": ("explained", ("model", "method")),
    "regions": ("regions", ("method",)),
    "regions_dropped": ("regions_dropped", ("method",)),
    "contributions": ("contributions", ATTRIBUTION),
    "motif_pages": ("motif_page", ATTRIBUTION),
    "sweeps": ("sweep", ("model", "task")),
    "positions": ("positions", ("model",)),
    "occluded": ("occluded", ("model",)),
    "views": ("views", ("model",)),
    "null_scores": ("null_scores", ("model", "fold")),
    "profiles": ("profile", ("model",)),
}
SIS = {"sis": "sis", "meme": "sis_meme"} | {
    name: f"sis_{name}" for name in ("counts", "clusters", "aligned", "motifs", "weights")
}
OTHERS = {"subsets": "other_sis", "counts": "other_sis_counts"}
PAIRS = {"exchanged": "exchanged", "clusters": "joint_clusters", "agreement": "agreement"}
MASSES = {name: name for name in ("masses", "ld_blocks", "chromosome_shares")}
SCANS = {name: name for name in ("scan", "ridge", "scanned")}
JUDGED = ("verdicts", "null_bands", "known_loci", "recall")
SETS = {name: name for name in ("marker_sets", "set_markers")}
TEXTS = {name: name for name in texts.NEEDS}
LEXICON = {"table": "lexicon", "members": "members", "meme": "lexicon_meme"}
TABLES = {"Planted bases found again": "planted"}
MOTIF_TABLES = ("patterns", "subpatterns", "merged", "matches", "matches_meme", "merged_h5")


def gather(
    study: Study,
    genes: Sequence[str],
    *,
    settings: Mapping[str, Any],
    database: Mapping[str, str] | None = None,
    code: str = "",
) -> Contents:
    """What the page of ``study`` shows.

    ``genes`` is the file of genes, if there is one; ``settings`` are those of the study's inputs,
    and ``database`` its motifs, with local files, if they are shown; ``code`` is the digest of
    what made the page.
    """
    config = study.config
    return Contents(
        title=config["title"] or config["study"],
        kind=settings["kind"],
        date=date.today().isoformat(),
        version=__version__,
        acceptance=study.place("acceptance") if config["acceptance"] else None,
        models={name: _described(model) for name, model in config["models"].items()},
        nulls=frozenset(name for name, model in config["models"].items() if is_null(model)),
        given=frozenset(name for name, model in config["models"].items() if model["file"]),
        methods={n: _words(m["settings"]) for n, m in config["attribution"]["methods"].items()},
        genes=_one(genes),
        peaks=settings.get("peaks", {}),
        chromosome_names=settings.get("chromosome_names", {}),
        loci=config["report"]["loci"],
        database=load_database(database) if database else (),
        config=config,
        provenance=_shown(study.provenance),
        **_files(study),
    )


def _files(study: Study) -> dict[str, Any]:
    """The fields of ``Contents`` that hold paths of results."""
    trainings = _by(study, "history", ("model", "fold", "replicate")).items()
    predictions = _by(study, "prediction_track", ATTRIBUTION[:2])
    tracks = _by(study, "track", ATTRIBUTION)
    return {
        **{field: _one(_all(study, kind)) for field, kind in ONE.items()},
        **{field: _all(study, kind) for field, kind in SEVERAL.items()},
        **{field: _by(study, kind, keys) for field, (kind, keys) in KEYED.items()},
        "histories": {(m, fold, int(number)): path for (m, fold, number), path in trainings},
        "predictions": {(m, "", 0): p for (m,), p in _by(study, "predictions", KEYS[:1]).items()},
        "prediction_tracks": {key: predictions[key[:2]] for key in tracks},
        "patterns": _together(study, ["merged", "merged_h5"], ATTRIBUTION),
        "sis": _named(study, SIS, ATTRIBUTION[:2]),
        "other_sis": _named(study, OTHERS, ATTRIBUTION[:2]),
        "pairs": _named(study, PAIRS, ("model", "other", "task")),
        "masses": _named(study, MASSES, ATTRIBUTION),
        "marker_sets": _named(study, SETS, ATTRIBUTION[:2]),
        "text_sets": _named(study, TEXTS, ["model"]),
        "scans": {task: files for (task,), files in _named(study, SCANS, ["task"]).items()},
        "judged": {kind: study.path(kind) for kind in JUDGED if kind in study},
        "lexicon": {n: study.path(kind) for n, kind in LEXICON.items() if kind in study},
        "tried_dropped": [
            path for kind in ("marginal_dropped", "spacing_dropped") for path in _all(study, kind)
        ],
        "tables": _tables(study),
    }


def _by(study: Study, kind: str, keys: Sequence[str]) -> dict[tuple[str, ...], Path]:
    """The files of ``kind`` by ``keys``; none where the study has no such results."""
    return study.paths(kind, keys) if kind in study else {}


def _all(study: Study, kind: str) -> list[Path]:
    return list(_by(study, kind, KEYS).values())


def _together(
    study: Study, kinds: Iterable[str], keys: Sequence[str]
) -> dict[tuple[str, ...], tuple[Path, ...]]:
    """The files of all ``kinds`` by ``keys``."""
    first, *others = (_by(study, kind, keys) for kind in kinds)
    return {key: (path, *(other[key] for other in others)) for key, path in first.items()}


def _named(
    study: Study, kinds: Mapping[str, str], keys: Sequence[str]
) -> dict[Any, dict[str, Path]]:
    """The files of ``kinds`` (name -> kind) by ``keys``, and each by its name."""
    found = _together(study, kinds.values(), keys)
    return {key: dict(zip(kinds, paths, strict=True)) for key, paths in found.items()}


def gather_motifs(
    files: Mapping[str, Any],
    names: Mapping[str, str],
    *,
    config: Mapping[str, Any],
    settings: Mapping[str, Any],
    code: str = "",
) -> MotifFiles:
    """The motifs of the model, task and method in ``names``, from a rule's ``files``.

    ``config`` is the study's; the others are as in ``gather``.
    """
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


def _one(paths: str | Sequence[str | Path]) -> Path | None:
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


def _tables(study: Study) -> dict[str, tuple[Table, Path]]:
    return {
        title if number == 0 else f"{title} ({number + 1})": (DECLARED[kind], path)
        for title, kind in TABLES.items()
        for number, path in enumerate(_all(study, kind))
    }


def _shown(made: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance as the page lists it."""
    versions = {"chromolens": f"{made['chromolens']} {made['commit']}", "python": made["python"]}
    return {
        "versions": versions | made["packages"],
        "inputs": made["inputs"],
        "commands": _commands(made),
    }


def _commands(made: Mapping[str, Any]) -> list[str]:
    """How to make the study again: the checkout's commit, and its own config files."""
    files = " ".join(map(shlex.quote, made["config_files"]))
    run = f"snakemake --configfile {files} --cores all"
    commit = made["commit"].removesuffix("+")
    changed = "  # and changes that aren't committed" if commit != made["commit"] else ""
    return [f"git checkout {commit}{changed}", run] if commit else [run]
