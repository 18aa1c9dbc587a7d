"""From a completed config to the tables of a study's jobs.

Pure: the same config gives the same tables, and nothing is computed here that a job could
compute. The whole plan is known before the first job.
"""

import os
import re
import shutil

import pandas as pd

from chromolens import architectures, attribution, plugins
from chromolens import inputs as kinds
from chromolens.config import check_name, is_file
from chromolens.errors import BadInput
from chromolens.genome.fasta import chromosome_sizes
from chromolens.inputs import download
from chromolens.inputs.folds import balance, check_folds, fold_table, read_fold_files
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import DEFAULT_TASK
from chromolens.inputs.samples import read_samples

_OPTIONS = ("tasks", "split", "label")  # what a source of sequences says beside its files


def downloads(config: dict) -> pd.DataFrame:
    """One row per file that comes from a URL: path (below resources/downloads), url, sha256."""
    found = []
    _walk(config["inputs"], found)
    _walk(config["motifs"], found)
    rows = [(download.url_path(f["url"]), f["url"], f.get("sha256", "")) for f in found]
    return pd.DataFrame(rows, columns=["path", "url", "sha256"]).drop_duplicates("path")


def localise(value: object, folder: str) -> object:
    """``value`` with every ``{url, sha256}`` replaced by its path below ``folder``."""
    if is_file(value):
        return f"{folder}/{download.url_path(value['url'])}"
    if isinstance(value, dict):
        return {key: localise(part, folder) for key, part in value.items()}
    if isinstance(value, list):
        return [localise(part, folder) for part in value]
    return value


def inputs(config: dict, downloaded: str, simulated: str) -> dict:
    """Settings of ``inputs``, all files local, the sample sheet read.

    ``downloaded`` and ``simulated`` are the folders of files that jobs will make.
    """
    settings = localise(config["inputs"], downloaded)
    if settings.get("simulate"):
        task = settings["simulate"].get("task", "bound")
        settings["fasta"] = f"{simulated}/genome.fa"
        settings["peaks"] = {task: f"{simulated}/peaks.bed"}
    if settings.get("samples"):
        settings |= read_samples(settings["samples"])
    return settings


def files(*values: object) -> list[str]:
    """Every path in a nest of settings, once, sorted."""
    found: list[str] = []
    for value in values:
        _leaves(value, found)
    return sorted(set(found))


def database(config: dict, downloaded: str) -> dict:
    """Where names come from: ``{"meme": path}``, or a release of JASPAR."""
    chosen = localise(config["motifs"]["database"], downloaded)
    return {"meme": chosen["meme"]} if chosen["meme"] else {k: v for k, v in chosen.items() if v}


def per_task(settings: dict) -> dict[str, list[str]]:
    """The files that state what was observed for each task: its signals, else its peaks."""
    peaks, signals = settings.get("peaks", {}), settings.get("signals", {})
    kept = {t: {k: v for k, v in s.items() if k != "control"} for t, s in signals.items()}
    return {task: files(kept.get(task, peaks.get(task, []))) for task in [*peaks, *signals]}


def prepare_settings(settings: dict, genome: list[str], seed: int) -> dict:
    """The settings that the kind's ``prepare`` takes, with the prepared genome in place."""
    taken = plugins.settings(kinds, settings["kind"])
    chosen = {key: value for key, value in settings.items() if key in taken}
    if genome:
        chosen |= {"fasta": genome[0], "tile": settings["tile"] or None}
    else:
        chosen["length"] = settings["length"] or None
    return chosen | {"seed": seed}


def tasks(settings: dict) -> list[str]:
    """Names of the study's tasks, in the order of the config."""
    named = [*settings.get("peaks", {}), *settings.get("signals", {})]
    named = [name for name in named if name not in settings.get("events_only", [])]
    for source in settings.get("sequences", []):
        named += [name for name in source.get("tasks", [DEFAULT_TASK]) if name != "-"]
    named = list(dict.fromkeys(named))
    if not named:
        raise BadInput(
            "the study has nothing to predict",
            where="the config, inputs",
            remedy="name a BED file per task under inputs.peaks, or a bigWig under inputs.signals",
        )
    return [check_name(task, "task") for task in named]


def sizes(config: dict, settings: dict) -> dict[str, int]:
    """Length of each chromosome (genome), or nothing (sequences).

    From the config's table where there is one, else from the local FASTA.
    """
    if settings["kind"] != "genome":
        return {}
    if settings.get("simulate"):
        return {name: int(n) for name, n in settings["simulate"]["chromosomes"].items()}
    if settings["chromosomes"]:
        return {name: row["length"] for name, row in settings["chromosomes"].items()}
    if not settings["fasta"]:
        raise BadInput(
            "no genome is given", where="the config, inputs.fasta", remedy="give a FASTA"
        )
    if is_file(config["inputs"]["fasta"]):
        raise BadInput(
            "a genome that is downloaded needs the lengths of its chromosomes in the config",
            where="the config, inputs.chromosomes",
            remedy="add inputs.chromosomes: {NAME: {length: ..., md5: ...}}",
        )
    return chromosome_sizes(settings["fasta"])


def folds(config: dict, settings: dict, sizes: dict[str, int]) -> pd.DataFrame:
    """One row per fold, role (test, validation, training) and group (chromosome or part)."""
    chosen = config["folds"]
    groups = list(sizes) or [f"part{i}" for i in range(settings.get("parts", 0))]
    if chosen["files"]:
        table = read_fold_files(chosen["files"])
    elif chosen["test"]:
        table = fold_table(chosen["test"], chosen["validation"] or None)
    else:
        weights = _weights(chosen["balance"], settings, sizes, groups)
        table = fold_table(balance(weights, min(chosen["k"], len(groups))), None)
    check_folds(table, groups)
    for group in table["group"].unique():
        check_name(group, "chromosome")
    return table


def models(config: dict, tasks: list[str]) -> pd.DataFrame:
    """One row per model: model, architecture, objective, labels, explained, tasks (a list)."""
    rows = []
    for name, model in config["models"].items():
        where = f"the config, models.{name}"
        plugins.check(architectures, model["architecture"], where)
        plugins.check_settings(architectures, model["architecture"], model["settings"], where)
        _check_members(model["tasks"], tasks, "task", where)
        wanted = config["attribution"]["models"]
        explained = name in wanted if wanted else model["labels"] is True
        rows.append(
            {"model": name, **model, "tasks": model["tasks"] or tasks}
            | {"explained": explained, "labels": "true" if model["labels"] is True else "permuted"}
        )
    _check_members(config["attribution"]["models"], list(config["models"]), "model", "attribution")
    return pd.DataFrame(rows)


def trainings(models: pd.DataFrame, folds: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """One row per model, fold and replicate."""
    frame = models[["model"]].merge(pd.DataFrame({"fold": folds["fold"].unique()}), how="cross")
    return frame.merge(pd.DataFrame({"replicate": range(replicates)}), how="cross")


def methods(config: dict) -> pd.DataFrame:
    """One row per attribution method: method, genome_wide, windows, settings (a dict)."""
    rows = []
    for name, method in config["attribution"]["methods"].items():
        where = f"the config, attribution.methods.{name}"
        plugins.check(attribution, name, where)
        plugins.check_settings(attribution, name, method["settings"], where)
        rows.append({"method": name, **method})
    return pd.DataFrame(rows)


def motif_method(config: dict, methods: pd.DataFrame) -> str:
    """The method whose hypothetical contributions MoDISco reads."""
    chosen = config["motifs"]["method"] or methods["method"].iloc[0]
    _check_members([chosen], list(methods["method"]), "method", "the config, motifs.method")
    return chosen


def tracks(models: pd.DataFrame, methods: pd.DataFrame) -> pd.DataFrame:
    """One row per model, method and task that is explained genome-wide."""
    pairs = models[models["explained"]].merge(methods[methods["genome_wide"]], how="cross")
    return pairs[["model", "method", "tasks"]].explode("tasks").rename(columns={"tasks": "task"})


def windowed(models: pd.DataFrame, methods: pd.DataFrame, motif_method: str) -> pd.DataFrame:
    """One row per model and method whose windows are explained in full.

    Nulls are read by MoDISco like the others, so they need its method and no more.
    """
    pairs = models[["model", "explained"]].merge(methods[["method"]], how="cross")
    return pairs[pairs["explained"] | (pairs["method"] == motif_method)]


def model_tasks(models: pd.DataFrame) -> pd.DataFrame:
    """One row per model and task."""
    return models[["model", "tasks"]].explode("tasks").rename(columns={"tasks": "task"})


def shards(config: dict, sizes: dict[str, int], folds: pd.DataFrame) -> pd.DataFrame:
    """One row per shard: shard (its regions, joined by +, or fold-part-of), fold.

    Chromosomes longer than ``shard_size`` are cut evenly; small ones of one fold share a shard.
    """
    rows = []
    for fold, test in folds[folds["role"] == "test"].groupby("fold", sort=False)["group"]:
        if sizes:
            rows += [(name, fold) for name in _pack(test, sizes, config["attribution"])]
        else:
            parts = config["attribution"]["parts"]
            rows += [(f"{fold}-{i}-{parts}", fold) for i in range(parts)]
    return pd.DataFrame(rows, columns=["shard", "fold"])


def tiled(models: pd.DataFrame, settings: dict, tracked: pd.DataFrame) -> list[str]:
    """Models whose tracks can be judged tile by tile: classifiers of events on a genome."""
    binary = models["model"].isin(tracked["model"]) & (models["objective"] == "binary")
    return list(models.loc[binary, "model"]) if settings.get("peaks") else []


def explained(folds: pd.DataFrame, sizes: dict[str, int]) -> list[str]:
    """Names of the whole chromosomes that are explained: those that are test in some fold."""
    tested = set(folds.loc[folds["role"] == "test", "group"])
    return [f"{chrom}-0-{size}" for chrom, size in sizes.items() if chrom in tested]


def fold_roles(folds: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """``{fold: {role: [groups]}}``, plain enough to be a parameter of a rule."""
    return {
        fold: part.groupby("role")["group"].apply(list).to_dict()
        for fold, part in folds.groupby("fold", sort=False)
    }


def first_genome_wide(methods: pd.DataFrame) -> list[str]:
    """The method whose shards give the prediction tracks; none where none is genome-wide."""
    return list(methods.loc[methods["genome_wide"], "method"][:1])


def attribution_settings(config: dict, settings: dict) -> dict:
    """What every job of attribution is told, whatever its method."""
    shared = {key: config["attribution"][key] for key in ("target", "references", "strands")}
    shared["seed"] = config["seed"]
    if settings["kind"] == "genome":
        shared |= config["tracks"]
        shared["window"] = settings["window"]
        shared["stride"] = shared["stride"] or max(1, settings["window"] // 4)
    return shared


def one_of(names: list[str]) -> str:
    """A regular expression that matches just ``names``."""
    return "|".join(re.escape(name) for name in sorted(set(names))) or "(?!)"


def check_room(folder: str, sizes: dict[str, int], tracks: int) -> None:
    """Raise BadInput unless ``folder`` can be written and will hold the study's tracks.

    A track of float32 takes about 5 bytes a base with its zooms; a shard file, a raw and a
    scaled track are kept of each.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise BadInput(
            f"the results can't be written to {folder}",
            where=os.path.abspath(folder),
            remedy="run in a folder that you may write to (snakemake --directory DIR)",
        )
    need, free = 15 * sum(sizes.values()) * tracks, shutil.disk_usage(folder).free
    if need > free:
        raise BadInput(
            f"the study's tracks need about {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free",
            where=os.path.abspath(folder),
            remedy="free some space, or explain fewer models, methods or tasks",
        )


def _pack(chromosomes: list[str], sizes: dict[str, int], attribution: dict) -> list[str]:
    most, shards, room = attribution["shard_size"], [], 0
    for chrom in chromosomes:
        cuts = max(1, round(sizes[chrom] / most))
        edges = [sizes[chrom] * i // cuts for i in range(cuts + 1)]
        names = [f"{chrom}-{a}-{b}" for a, b in zip(edges, edges[1:], strict=False)]
        if cuts == 1 and shards and sizes[chrom] <= room:
            shards[-1] += f"+{names[0]}"
            room -= sizes[chrom]
        else:
            shards += names
            room = most - sizes[chrom] if cuts == 1 else 0
    return shards


def _weights(by: str, settings: dict, sizes: dict[str, int], groups: list[str]) -> dict:
    if by == "length" or not sizes:
        return {group: sizes.get(group, 1) for group in groups}
    peaks = files(settings["peaks"])
    absent = [path for path in peaks if not os.path.exists(path)]
    if absent or not peaks:
        raise BadInput(
            "folds balanced by labels need the peaks on disk before the first job",
            where=f"the config, folds.balance; absent: {', '.join(absent) or 'all peaks'}",
            remedy="list the folds under folds.test, or set folds.balance: length",
        )
    events = pd.concat(read_peaks(path, sizes, settings["chromosome_names"]) for path in peaks)
    counts = events["chrom"].value_counts()
    return {group: int(counts.get(group, 0)) for group in groups}


def _walk(value: object, found: list[dict]) -> None:
    if is_file(value):
        found.append(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _walk(part, found)


def _leaves(value: object, found: list[str]) -> None:
    """Collect the strings of a nest of lists and of dicts: all are paths but a source's options."""
    if isinstance(value, str):
        found += [value] if value else []
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in items:
            if key not in _OPTIONS:
                _leaves(part, found)


def _check_members(given: list[str], known: list[str], what: str, where: str) -> None:
    for name in given:
        if name not in known:
            raise BadInput(
                f"there is no {what} {name!r}", expected=f"one of {', '.join(known)}", where=where
            )
