"""From a completed config to the tables of a study's jobs.

Pure: the same config gives the same tables, and nothing is computed here that a job could
compute. The whole plan is known before the first job.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from chromolens import architectures, plugins
from chromolens import inputs as kinds
from chromolens.attribution import methods as known_methods
from chromolens.config import check_name
from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.inputs.records import DEFAULT_TASK, class_names
from chromolens.inputs.windows import check_task
from chromolens.models.nulls import is_null
from chromolens.planning import regions, sources

METHODS = "attribution.methods"
# Settings of architectures that don't stand in `settings`: the objective and the signals say them.
SAID_BY_TRAINING = ("objective", "profile_length", "strands")


def stages(settings: dict) -> tuple[str, ...]:
    """The stages that make sense for the study's kind of inputs: the kind's ``STAGES``."""
    return plugins.constant(kinds, settings["kind"], "STAGES", ())


def of_stage(stage: str, stages: Sequence[str], jobs: pd.DataFrame) -> pd.DataFrame:
    """``jobs``, without any row where ``stage`` is not among the study's ``stages``."""
    return jobs if stage in stages else jobs[:0]


def tasks(settings: dict) -> list[str]:
    """Names of the study's tasks, in the order of the config."""
    named = [*settings.get("peaks", {}), *settings.get("signals", {})]
    named = [name for name in named if name not in settings.get("events_only", [])]
    named += [*settings.get("tasks", []), *settings.get("spiked", {})]
    classes = class_names(settings.get("sequences", []))
    for source in settings.get("sequences", []) if not classes else ():
        named += [name for name in source.get("tasks", [DEFAULT_TASK]) if name != "-"]
    named += classes
    named = list(dict.fromkeys(named))
    if not named:
        raise BadInput(
            "the study has nothing to predict",
            where="the config, inputs",
            remedy="name a BED file per task under inputs.peaks, or a bigWig under inputs.signals",
        )
    for task in named:
        check_task(check_name(task, "task", "the config, inputs"))
    return named


def models(config: dict, tasks: list[str]) -> pd.DataFrame:
    """One row per model: its settings, tasks (trained on), explains, and whether it is explained.

    ``explains`` maps each task of the network to the task whose labels it predicts: a profile
    network has two for each, ``profile_NAME`` and ``counts_NAME``.
    """
    rows = []
    for name, model in config["models"].items():
        where = f"the config, models.{name}"
        plugins.check(architectures, model["architecture"], where)
        plugins.check_settings(
            architectures,
            model["architecture"],
            model["settings"],
            f"{where}.settings",
            SAID_BY_TRAINING,
        )
        for task in model["tasks"]:
            plugins.check_one(task, tasks, "task", f"{where}.tasks")
        wanted = config["attribution"]["models"]
        explained = name in wanted if wanted else not is_null(model)
        own = model["tasks"] or tasks
        labels = "true" if model["labels"] is True else "permuted"
        facts = {"tasks": own, "explains": _explains(model["objective"], own), "labels": labels}
        rows.append({"model": name, **model, **facts, "explained": explained})
    for name in config["attribution"]["models"]:
        plugins.check_one(name, list(config["models"]), "model", "the config, attribution.models")
    return pd.DataFrame(rows)


def model_tasks(models: pd.DataFrame) -> pd.DataFrame:
    """One row per model and task."""
    return _one_a_task(models, ["model"])


def nulls(models: pd.DataFrame) -> list[str]:
    """Models that have nothing true to have learned."""
    return [model["model"] for model in models.to_dict("records") if is_null(model)]


def _one_a_task(models: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    table = models[columns].assign(task=[list(explains) for explains in models["explains"]])
    return table.explode("task")


def _explains(objective: str, tasks: list[str]) -> dict[str, str]:
    if objective != "profile":
        return {task: task for task in tasks}
    return {f"{part}_{task}": task for part in ("profile", "counts") for task in tasks}


def trainings(models: pd.DataFrame, folds: Folds, replicates: int) -> pd.DataFrame:
    """One row per model, fold and replicate."""
    frame = models[["model"]].merge(pd.DataFrame({"fold": list(folds.roles)}), how="cross")
    return frame.merge(pd.DataFrame({"replicate": range(replicates)}), how="cross")


def known_motifs(config: dict, downloaded: str) -> dict:
    """``checks.known_motifs``, its file local."""
    return sources.localise(config["checks"]["known_motifs"], downloaded)


def methods(config: dict) -> pd.DataFrame:
    """One row per attribution method.

    Columns method, regions (what has tracks: ``genome``, ``peaks``, a file, or empty), tracked
    (whether anything has), windows, tolerance (of its sums), and dicts: settings, tries.
    ``tries`` has the setting that a pilot chooses, with the values it tries: of a method with
    tracks, where the config doesn't state it.
    """
    rows, tracked = [], regions.explained(config)
    for name, method in config["attribution"]["methods"].items():
        where = f"the config, {METHODS}.{name}"
        plugins.check(known_methods, name, where)
        plugins.check_settings(known_methods, name, method["settings"], f"{where}.settings")
        known = plugins.constant(known_methods, name, "PILOT", {}) if name in tracked else {}
        tries = {key: values for key, values in known.items() if key not in method["settings"]}
        tolerance = plugins.constant(known_methods, name, "TOLERANCE", known_methods.TOLERANCE)
        facts = {"regions": tracked.get(name, ""), "tracked": name in tracked}
        facts["tolerance"] = tolerance
        rows.append({"method": name, **method, **facts, "tries": tries})
    return pd.DataFrame(rows)


def pilots(windowed: pd.DataFrame, runs: pd.DataFrame, piloted: pd.DataFrame) -> pd.DataFrame:
    """One row per model and method for which a pilot chooses: of those whose windows or everything
    is explained (``windowed``, ``runs``), the ``piloted`` ones."""
    pairs = pd.concat([windowed, runs])[["model", "method"]].drop_duplicates()
    return pairs[pairs["method"].isin(piloted["method"])]


def piloted(methods: pd.DataFrame) -> pd.DataFrame:
    """Those of ``methods`` that have a setting chosen by a pilot."""
    return methods[methods["tries"].map(bool).astype(bool)]


def motif_method(config: dict, methods: pd.DataFrame) -> str:
    """The method whose hypothetical contributions MoDISco reads; BadInput for one without."""
    chosen = config["motifs"]["method"] or methods["method"].iloc[0]
    plugins.check_one(chosen, list(methods["method"]), "method", "the config, motifs.method")
    settings = methods.set_index("method")["settings"]
    if not gives_hypothetical(chosen, settings[chosen]):
        others = [name for name in settings.index if gives_hypothetical(name, settings[name])]
        raise BadInput(
            f"{chosen} as it is set gives no hypothetical contributions, which TF-MoDISco reads",
            expected=f"motifs.method: {' or '.join(others) or 'another method'}",
            where=f"the config, {'motifs.method' if config['motifs']['method'] else METHODS}",
            remedy="" if others else f"add one that has them to {METHODS}: deeplift_rescale",
        )
    return chosen


def gives_hypothetical(method: str, settings: dict) -> bool:
    """Whether the method says what other bases would add; some only as they are set."""
    stated = plugins.constant(known_methods, method, "HYPOTHETICAL", True)
    if isinstance(stated, bool):
        return stated
    return all(settings.get(key, value) == value for key, value in stated.items())


def tracks(models: pd.DataFrame, methods: pd.DataFrame) -> pd.DataFrame:
    """One row per model, method and task that is explained base by base."""
    pairs = models[models["explained"]].merge(methods[methods["tracked"]], how="cross")
    table = _one_a_task(pairs, ["model", "method"])
    files = table["model"] + "." + table["task"] + "." + table["method"]
    if files.duplicated().any():
        raise BadInput(
            f"two tracks would be called {files[files.duplicated()].iloc[0]}",
            where="the config, models and tasks",
            remedy="rename one of the models: leave the dots out of its name",
        )
    return table


def tracks_to_join(
    methods: pd.DataFrame, replicates: int, sizes: Mapping[str, int], *, all_folds: bool = False
) -> pd.DataFrame:
    """One row per track that is joined for each model and task: track, method, array, scaled.

    Predictions come from the shards of the first method that explains the whole genome, or else
    of the first. Without a genome there is no track: BadInput where ``all_folds`` asks for one.
    """
    if all_folds and not (sizes and methods["tracked"].any()):
        raise BadInput(
            "the mean over all folds is a track along a genome, and the study has none",
            where="the config, attribution.all_folds",
            remedy="say regions: peaks (or genome) of a method, or leave all_folds out",
        )
    rows = []
    for method in methods.loc[methods["tracked"], "method"] if sizes else []:
        rows += [(method, method, "contributions", False)]
        rows += [(f"{method}.scaled", method, "contributions", True)]
        agreement = ["sd", "sign"] if replicates > 1 else []
        agreement += ["fold_mean", "fold_sd", "fold_sign"] if all_folds else []
        rows += [(f"{method}.{array}", method, array, False) for array in agreement]
    predicting = [*first_genome_wide(methods), *(row[1] for row in rows)]
    rows += [("prediction", predicting[0], "predictions", False)] if rows else []
    return pd.DataFrame(rows, columns=["track", "method", "array", "scaled"])


def windows_to_explain(
    models: pd.DataFrame, methods: pd.DataFrame, motif_method: str
) -> pd.DataFrame:
    """One row per model and method whose windows are explained in full.

    Nulls are read by MoDISco like the others, so they need its method and no more.
    """
    pairs = models[["model", "explained"]].merge(methods[["method"]], how="cross")
    return pairs[pairs["explained"] | (pairs["method"] == motif_method)]


def models_with_tiles(
    models: pd.DataFrame, settings: dict, tracked: pd.DataFrame, methods: pd.DataFrame
) -> list[str]:
    """Models that can be judged tile by tile: classifiers of events on a whole genome."""
    binary = models["model"].isin(tracked["model"]) & (models["objective"] == "binary")
    there = settings.get("peaks") and first_genome_wide(methods)
    return list(models.loc[binary, "model"]) if there else []


def models_to_thin(config: dict, settings: dict, models: pd.DataFrame) -> list[str]:
    """Models with a learning curve: classifiers of DNA that are trained on true labels."""
    if not config["checks"]["learning_curve"] or settings["kind"] not in ("genome", "sequences"):
        return []
    rows = models[models["objective"] == "binary"].to_dict("records")
    return [row["model"] for row in rows if not (is_null(row) or row["file"])]


def models_to_compare(windowed: pd.DataFrame) -> list[str]:
    """Models whose methods can be held against one another: those that several explain.

    ``windowed`` is the table of ``windows_to_explain``.
    """
    methods = windowed.groupby("model", sort=False)["method"].nunique()
    return list(methods.index[methods > 1])


def first_genome_wide(methods: pd.DataFrame) -> list[str]:
    """The first method that explains everything; none where none does."""
    return [one.method for one in methods.itertuples() if one.regions == regions.GENOME][:1]


def attribution_settings(config: dict, settings: dict) -> dict:
    """What every job of attribution is told, whatever its method."""
    keys = ("target", "references", "n_references", "strands")
    shared = {key: config["attribution"][key] for key in keys}
    shared["seed"] = config["seed"]
    if settings["kind"] == "genome":
        shared |= config["tracks"]
        shared["window"] = settings["window"]
        shared["stride"] = shared["stride"] or max(1, (shared["keep"] or settings["window"]) // 4)
    return shared


def placed_texts(settings: dict, tracked: pd.DataFrame) -> pd.DataFrame:
    """Those of ``tracked`` that become tracks: all, where texts are k-mers about peaks."""
    return tracked if settings.get("kmer") and text_genomes(settings) else tracked[:0]


def text_genomes(settings: dict) -> list[str]:
    """The FASTAs that texts are from."""
    return [source["fasta"] for source in settings.get("texts", []) if "fasta" in source]


def view_settings(config: dict) -> dict:
    """What ``views.study`` is asked for."""
    return {name: value for name, value in config["views"].items() if name != "enabled"}


def null_draws(models: pd.DataFrame, methods: pd.DataFrame) -> pd.DataFrame:
    """One row per job that draws networks to hold a model against: model, method, null.

    ``null`` is ``untrained`` (all draws: they share one network), or ``permuted_3`` and the like:
    of those that are trained each is a job. The first method that explains everything is asked.
    """
    rows = [
        (model["model"], method, null)
        for model in models[models["explained"]].to_dict("records")
        for method in first_genome_wide(methods)
        for null in _nulls_of(model["nulls"])
    ]
    return pd.DataFrame(rows, columns=["model", "method", "null"])


def _nulls_of(draws: Mapping[str, int]) -> list[str]:
    untrained = ["untrained"] if draws["untrained"] else []
    retrained = ("permuted", "rotated")
    return untrained + [f"{kind}_{i}" for kind in retrained for i in range(1, draws[kind] + 1)]


def one_of(names: list[str]) -> str:
    """A regular expression that matches just ``names``."""
    return "|".join(re.escape(name) for name in sorted(set(names))) or "(?!)"
