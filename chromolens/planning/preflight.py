"""What would fail late, refused while planning: after hours of training it would be too late.

Only what the config says by itself is looked at, and the user's MEME file; other files are looked
at by the first jobs.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chromolens import architectures, plugins
from chromolens import inputs as kinds
from chromolens.attribution import methods
from chromolens.checks.criteria import OF_KNOWN_MOTIFS, check_criteria
from chromolens.checks.experiments import OF_EXPERIMENTS
from chromolens.errors import BadInput
from chromolens.genome.planting import check_apart, check_names, check_shares
from chromolens.inputs.labels import CLASSES
from chromolens.inputs.reference_kinds import OF_KIND, SEVERAL
from chromolens.models.judging import metrics
from chromolens.models.target_names import parse_target, parse_unit
from chromolens.motifs.names.database import check_source
from chromolens.planning import subsets
from chromolens.planning.machine.disk import check_place
from chromolens.planning.regions import GENOME, explained

SLACK = 1e-3
"""How far from 1 frequencies may add up."""
PACKAGE = Path(__file__).parents[1]


def check(config: dict, settings: dict, database: dict, models: pd.DataFrame, folder: str) -> None:
    """Raise BadInput at the first thing in ``config`` that some job would refuse.

    Parameters
    ----------
    config, settings
        The completed config, and its inputs with all files local.
    database
        Where names of motifs come from (``sources.database``).
    models
        The table of ``plan.models``.
    folder
        Where the results will lie.
    """
    check_place(folder)
    check_source(database)
    explained(config)
    if settings["kind"] == "genome":
        _check_stride(settings["window"], config["tracks"])
        _check_assembly(settings)
        _check_simulation(settings["simulate"])
    _check_modisco(config["motifs"]["modisco"])
    _check_references(config["attribution"])
    _check_architectures(settings, models)
    _check_backgrounds(settings, models)
    _check_kind(config, settings, models)
    _check_classes(config, settings, models)
    _check_objectives(config, settings, models)
    _check_target(config, settings, models)
    subsets.check(config, plugins.constant(kinds, settings["kind"], "STAGES", ()), models)
    _check_known_motifs(config, settings, models)
    _check_units(config)
    _check_acceptance(config, settings, models)


def _check_stride(window: int, tracks: dict) -> None:
    stride, keep = tracks["stride"], tracks["keep"] or window
    if keep > window:
        raise BadInput(
            f"{keep} bp can't be kept of windows of {window} bp",
            expected=f"at most {window} bp",
            where="the config, tracks.keep",
        )
    if stride > keep:
        raise BadInput(
            f"windows {stride} bp apart leave bases unexplained, as {keep} bp of each are kept",
            expected=f"at most {keep} bp",
            where="the config, tracks.stride",
        )


def _check_assembly(settings: dict) -> None:
    if settings["ucsc"] and settings["simulate"]:
        raise BadInput(
            f"a simulated genome is not UCSC's {settings['ucsc']}",
            where="the config, inputs.ucsc",
            remedy="remove the key: IGV opens the tracks of any genome",
        )


def _check_simulation(given: dict) -> None:
    if given:
        others = [*given.get("alone", ()), *given.get("decoys", ())]
        check_apart(given.get("apart", ()))
        held = [*given["alternatives"], *given.get("apart", ())]
        check_names(given["chromosomes"], given["motifs"], held, others)
        check_shares(given["alternatives"])


def _check_modisco(given: dict) -> None:
    file = PACKAGE / "motifs" / "modisco" / "modisco.py"
    known = ["width", *plugins.fields(file, "Settings")]
    for key in given:
        plugins.check_one(key, known, "setting of TF-MoDISco", "the config, motifs.modisco")


def _check_references(attribution: dict) -> None:
    count, kind = attribution["n_references"], attribution["references"]
    if count > 1 and kind not in SEVERAL:
        raise BadInput(
            f"{count} references of the kind {kind!r} are all the same",
            expected=f"n_references: 1, or references: {' or '.join(SEVERAL)}",
            where="the config, attribution.n_references",
        )


def _check_architectures(settings: dict, models: pd.DataFrame) -> None:
    tokens = settings["kind"] == "tokens"
    for model in models.itertuples():
        reads = plugins.constant(architectures, model.architecture, "READS", "")
        if (reads == "tokens") != tokens and not model.file:
            raise BadInput(
                f"architecture {model.architecture} reads {reads or 'windows of numbers'}, and "
                f"the inputs are of the kind {settings['kind']}",
                expected=f"one that reads {'tokens' if tokens else 'windows of numbers'}",
                where=f"the config, models.{model.model}.architecture",
            )


def _check_backgrounds(settings: dict, models: pd.DataFrame) -> None:
    for model in models[models["background"].astype(bool)].itertuples():
        where = f"the config, models.{model.model}.background"
        if settings["kind"] in OF_KIND:
            raise BadInput(f"{settings['kind']} have no frequencies of bases", where=where)
        if len(model.background) != 4 or abs(sum(model.background) - 1) > SLACK:
            raise BadInput(
                f"the background is {model.background}",
                expected="four frequencies, of A, C, G and T, that sum to 1",
                where=where,
            )


def _check_kind(config: dict, settings: dict, models: pd.DataFrame) -> None:
    """What is no DNA has methods and references of its own, one strand, and no chosen windows."""
    kind, attribution = settings["kind"], config["attribution"]
    stages = plugins.constant(kinds, kind, "STAGES", ())
    held = [model.model for model in models.itertuples() if any(model.nulls.values())]
    if held and "markers" not in stages:
        raise BadInput(
            f"model {held[0]} has the key nulls, which is for inputs of kind genotypes only",
            where=f"the config, models.{held[0]}.nulls",
            remedy="make models of them: labels: permuted, or untrained: true",
        )
    for locus in settings.get("known", []):
        where = "the config, inputs.known"
        plugins.check_one(locus["trait"], settings["tasks"], "trait", where)
    for name in [name for name in settings.get("spiked", {}) if name in settings["tasks"]]:
        raise BadInput(
            f"{name} is a column of the traits and a spiked trait",
            expected="another name for the spiked one",
            where=f"the config, inputs.spiked.{name}",
        )
    if kind not in OF_KIND:
        return
    for name, method in attribution["methods"].items():
        where = f"the config, attribution.methods.{name}"
        refused = plugins.constant(methods, name, f"NOT_FOR_{kind.upper()}", "")
        if refused:
            raise BadInput(f"{name} can't explain {kind}: {refused}", where=where)
        if not method["genome_wide"]:
            raise BadInput(
                f"{name} explains some windows only, and inputs of kind {kind} have none",
                expected="genome_wide: true (every held-out record)",
                where=where,
            )
    for key, known in (("references", OF_KIND[kind]), ("strands", ("forward",))):
        if attribution[key] not in known:
            raise BadInput(
                f"{key} {attribution[key]!r} are for DNA",
                expected=f"for {kind} {' or '.join(known)}",
                where=f"the config, attribution.{key}",
            )


def _check_classes(config: dict, settings: dict, models: pd.DataFrame) -> None:
    """References of another class need a class: labels 0 and 1, of windows in the table."""
    if config["attribution"]["references"] != "other_class":
        return
    where = "the config, attribution.references"
    unfit = models.loc[~models["objective"].isin(CLASSES), "model"]
    if len(unfit):
        raise BadInput(
            f"{unfit.iloc[0]!r} predicts no classes, so no window is of another class", where=where
        )
    wide = list(explained(config))
    if wide and settings["kind"] == "genome":
        raise BadInput(
            f"{wide[0]} explains whole regions, and only windows of the study have a class",
            where=where,
            remedy=f"leave genome_wide and regions of attribution.methods.{wide[0]} out, or take "
            "gc_matched",
        )


def _check_objectives(config: dict, settings: dict, models: pd.DataFrame) -> None:
    for model in models.itertuples():
        where = f"the config, models.{model.model}"
        _check_null(model, where)
        _check_training(model, settings["kind"], where)
        bare = [task for task in model.tasks if task not in settings.get("signals", {})]
        if model.objective == "profile" and bare:
            raise BadInput(
                f"a profile of {bare[0]} can't be learned: the task has no signal",
                where=where,
                remedy=f"give its bigWigs under inputs.signals.{bare[0]}",
            )
        counted = [task for task in model.tasks if task in settings.get("signals", {})]
        if model.objective in CLASSES and counted:
            raise BadInput(
                f"task {counted[0]} is a signal, so its labels are counts, and objective "
                f"{model.objective} is learned from labels 0 and 1",
                where=f"{where}.objective",
                remedy="say objective: regression or profile, or give the task its events under "
                "inputs.peaks in place of the signal",
            )
        if model.objective == "classes" and len(model.tasks) == 1:
            raise BadInput(
                f"{model.tasks[0]} is the only class",
                expected="a task for each class, two or more",
                where=where,
                remedy="say objective: binary",
            )
        if model.objective == "profile" and config["sis"]["enabled"]:
            raise BadInput(
                "subsets of a profile have no threshold: predictions are counts, not profiles",
                where=f"{where}, sis.enabled",
                remedy="say sis: {enabled: false}",
            )


def _check_training(model: NamedTuple, kind: str, where: str) -> None:
    own = model.training
    if own["negatives"] and model.objective != "binary":
        raise BadInput(
            f"training.negatives draws windows without an event, and {model.objective} has none",
            expected="objective binary, or negatives: 0",
            where=where,
        )
    if own["words"] and (kind in OF_KIND or model.objective not in CLASSES):
        raise BadInput(
            f"training.words needs positives of DNA, and the inputs are {kind} "
            f"({model.objective})",
            expected="DNA with objective binary or classes, or words: 0",
            where=where,
        )


def _check_null(model: NamedTuple, where: str) -> None:
    if model.untrained and model.labels == "permuted":
        raise BadInput(
            "an untrained network never sees its labels: permuting them changes nothing",
            where=where,
            remedy="make two nulls of it, or leave one of labels and untrained out",
        )
    if model.max_positives and model.objective != "binary":
        raise BadInput(
            f"max_positives: {model.max_positives}, but {model.objective} has no positives",
            expected="objective: binary, or max_positives: 0",
            where=where,
        )


def _check_target(config: dict, settings: dict, models: pd.DataFrame) -> None:
    place, target = "attribution.target", config["attribution"]["target"]
    if parse_unit(target, f"the config, {place}"):
        _check_one_task(models, target, place)
        return
    kind, positions = parse_target(target, f"the config, {place}")
    for model in models.itertuples():
        where, profile = f"the config, models.{model.model}, {place}", model.objective == "profile"
        if kind == "class_minus_mean" and (profile or len(model.tasks) == 1):
            raise BadInput(
                "class_minus_mean needs two tasks or more in a model, and no profiles",
                where=where,
                remedy="explain the logit",
            )
        if (kind, profile) in (("output", True), ("profile_sum", False)):
            raise BadInput(
                f"{'a profile' if profile else 'a task without a profile'} has no target {kind!r}",
                where=where,
                remedy="explain the logit",
            )
        if positions and (positions[1] or 0) > settings["window"]:
            raise BadInput(
                f"position {positions[1]} is past the end of the profile",
                expected=f"at most {settings['window']}, the window's length (bp)",
                where=where,
            )


def _check_one_task(models: pd.DataFrame, unit: str, place: str) -> None:
    for model in models.itertuples():
        if len(model.tasks) > 1:
            raise BadInput(
                f"{unit!r} is a hidden unit: all {len(model.tasks)} tasks would get its numbers",
                expected="models of one task",
                where=f"the config, models.{model.model}, {place}",
                remedy="explain the unit in Python, attribute(..., target=...)",
            )


def _check_known_motifs(config: dict, settings: dict, models: pd.DataFrame) -> None:
    """They are sought in records of kind ``sequences``."""
    known, where = config["checks"]["known_motifs"], "the config, checks.known_motifs"
    if not known["meme"]:
        return
    if "known_motifs" not in plugins.constant(kinds, settings["kind"], "STAGES", ()):
        raise BadInput(
            f"known motifs are searched for in records, not in {settings['kind']}", where=where
        )
    if known["among"]:
        tasks = list(dict.fromkeys(task for own in models["tasks"] for task in own))
        plugins.check_one(known["among"], tasks, "task", f"{where}.among")


def _check_units(config: dict) -> None:
    for unit in config["views"]["units"]:
        found = parse_unit(unit, "the config, views.units")
        if found is None or found.at:
            raise BadInput(
                f"{unit!r} is no hidden unit",
                expected="LAYER/UNIT without a position: all of the layer's are shown",
                where="the config, views.units",
            )


def _check_acceptance(config: dict, settings: dict, models: pd.DataFrame) -> None:
    tasks = {
        row["model"]: list(dict.fromkeys([*row["tasks"], *row["explains"]]))
        for row in models.to_dict("records")
    }
    measured = {
        name: metrics.names(model["objective"]) for name, model in config["models"].items()
    }
    check_criteria(config["acceptance"], tasks, measured)
    methods = list(config["attribution"]["methods"])
    stages = plugins.constant(kinds, settings["kind"], "STAGES", ())
    wide = GENOME in explained(config).values()
    measured_on = {
        "tiles": ("tracks of events over a whole genome", wide and bool(settings.get("peaks"))),
        "planted_recall": ("a simulated genome", bool(settings.get("simulate"))),
        "planted_precision": ("a simulated genome", bool(settings.get("simulate"))),
        "known_loci": ("known loci (inputs.known)", bool(settings.get("known"))),
        "verdict": ("genotypes", "markers" in stages),
        "spiked_recall": ("spiked traits", bool(settings.get("spiked"))),
        "spiked_decoys": ("spiked traits", bool(settings.get("spiked"))),
        "clusters": (
            "subsets of DNA that keep the target up (sis)",
            "sis" in stages and config["sis"]["enabled"] and config["sis"]["keep"] != "below",
        ),
        "edited": ("windows that are edited (edit)", bool(config["edit"])),
    }
    asked = ("experiments in silico (experiments.enabled)", config["experiments"]["enabled"])
    measured_on |= dict.fromkeys(OF_EXPERIMENTS, asked)
    known = config["checks"]["known_motifs"]
    listed = ("known motifs (checks.known_motifs)", bool(known["meme"]))
    measured_on |= dict.fromkeys(OF_KNOWN_MOTIFS, listed)
    for number, criterion in enumerate(config["acceptance"]):
        where = f"the config, acceptance, entry {number + 1}"
        if "method" in criterion:
            plugins.check_one(criterion["method"], methods, "method", where)
        if "edit" in criterion:
            plugins.check_one(criterion["edit"], list(config["edit"]), "edit", where)
        what, there = measured_on.get(criterion["value"], ("", True))
        if not there:
            raise BadInput(f"{criterion['value']} is measured on {what} only", where=where)
        _check_sought(criterion, settings, where)
        if criterion["value"] in OF_KNOWN_MOTIFS and known["motifs"]:
            for name in criterion["names"]:
                plugins.check_one(name, known["motifs"], "known motif", where)


def _check_sought(criterion: dict, settings: dict, where: str) -> None:
    """Markers that are to be found are known: a locus of the trait, or a spiked trait."""
    task = criterion.get("task")
    if criterion["value"] == "known_loci":
        loci = [locus for locus in settings["known"] if task in (None, locus["trait"])]
        known = [f"{locus['chrom']}:{locus['position']}" for locus in loci]
        for name in criterion["names"]:
            plugins.check_one(name, known, "known locus", where)
        if task:
            plugins.check_one(task, [x["trait"] for x in settings["known"]], "trait", where)
    if criterion["value"] in ("spiked_recall", "spiked_decoys") and task:
        plugins.check_one(task, list(settings["spiked"]), "spiked trait", where)
