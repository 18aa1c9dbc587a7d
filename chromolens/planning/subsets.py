"""Which sufficient subsets a study seeks and may seek, and which models they compare."""

from collections.abc import Mapping, Sequence

import pandas as pd

from chromolens import plugins
from chromolens.errors import BadInput
from chromolens.planning import plan
from chromolens.sis.thresholds import TEXTS, TRAIT, check_relative, check_threshold, is_relative


def check(config: dict, stages: Sequence[str], models: pd.DataFrame) -> None:
    """Raise BadInput at a threshold or mask that this study can't have."""
    threshold, target = config["sis"]["threshold"], config["attribution"]["target"]
    check_threshold(threshold, "the config, sis.threshold")
    if config["sis"]["enabled"] and target != "logit" and not is_relative(threshold):
        raise BadInput(
            f"predictions are logits, and can't be compared with a threshold of target {target!r}",
            expected="sis.threshold: {relative: 0.5}",
            where="the config, sis.threshold",
            remedy="say so, or explain the logit (attribution.target), or sis: {enabled: false}",
        )
    if "markers" in stages and config["sis"]["enabled"]:
        _check_marker_sets(config["sis"])
    if "tokens" in stages and config["sis"]["enabled"]:
        _check_text_sets(config["sis"], models)


def _check_marker_sets(sis: dict) -> None:
    check_relative(sis["threshold"], TRAIT)
    if isinstance(sis["mask"], list):
        raise BadInput(
            f"sis.mask has {len(sis['mask'])} numbers, and a marker has one value",
            expected="mean (each marker's mean dosage) or a number",
            where="the config, sis.mask",
        )


def _check_text_sets(sis: dict, models: pd.DataFrame) -> None:
    check_relative(sis["threshold"], TEXTS)
    for model in models[models["objective"] != "classes"].itertuples():
        raise BadInput(
            f"sufficient tokens keep a text's own class, and {model.model} predicts "
            f"{model.objective} tasks",
            expected="objective: classes",
            where=f"the config, models.{model.model}.objective",
            remedy="or say sis: {enabled: false}",
        )
    if sis["mask"] != "mean":
        raise BadInput(
            f"sis.mask is {sis['mask']!r}, and a token is a vector",
            expected="mean (the mean vector of the training records' tokens)",
            where="the config, sis.mask",
        )


def sets_sought(
    config: dict, stage: str, stages: Sequence[str], jobs: pd.DataFrame
) -> pd.DataFrame:
    """Those of ``jobs`` whose sufficient sets are sought, of the kind of ``stage``."""
    return plan.of_stage(stage, stages, jobs) if config["sis"]["enabled"] else jobs[:0]


def subset_tasks(config: dict, stages: Sequence[str], model_tasks: pd.DataFrame) -> pd.DataFrame:
    """Those of ``model_tasks`` in which subsets are sought that keep the target up."""
    sought = sets_sought(config, "sis", stages, model_tasks)
    return sought if config["sis"]["keep"] != "below" else sought[:0]


def other_groups(sis: Mapping) -> dict[str, int]:
    """Most windows of each group of ``sis.others.GROUPS`` whose subsets are sought, as ``sis``."""
    most = dict.fromkeys(("false_positive", "false_negative"), sis["misclassified"])
    most["negative"] = sis["windows"] if sis["keep"] != "above" else 0
    return {group: count for group, count in most.items() if count}


def other_tasks(
    config: dict, stages: Sequence[str], models: pd.DataFrame, model_tasks: pd.DataFrame
) -> pd.DataFrame:
    """Those of ``model_tasks`` in which subsets of other windows are sought (``other_groups``)."""
    if not config["sis"]["enabled"] or not other_groups(config["sis"]):
        return model_tasks[:0]
    binary = models.loc[models["objective"] == "binary", "model"]
    table = plan.of_stage("sis", stages, model_tasks)
    table = table[table["model"].isin(binary)]
    if table.empty:
        raise BadInput(
            "sis.keep or sis.misclassified needs a model of events, and the study has none",
            expected="a model of objective binary, and inputs of DNA",
            where="the config, sis.keep and sis.misclassified",
            remedy="say sis: {keep: above, misclassified: 0}",
        )
    return table


def pairs(config: dict, stages: Sequence[str], model_tasks: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of models whose subsets are compared, and task that they share.

    Columns model, other, task.
    """
    rows: list[tuple[str, str, str]] = []
    own = model_tasks.groupby("model", sort=False)["task"].apply(list).to_dict()
    for number, (model, other) in enumerate(config["sis"]["compare"]):
        where = f"the config, sis.compare, entry {number + 1}"
        if subset_tasks(config, stages, model_tasks).empty:
            raise BadInput(
                f"subsets of {model} and {other} are to be compared, and none are sought",
                expected="sis: {enabled: true, keep: above or both}, and inputs of DNA",
                where=where,
            )
        for name in (model, other):
            plugins.check_one(name, list(own), "model", where)
        if model == other or {model, other} in [{*row[:2]} for row in rows]:
            raise BadInput(
                f"{model} and {other} are one model, or compared already",
                expected="two different models, each pair once",
                where=where,
            )
        shared = [(model, other, task) for task in own[model] if task in own[other]]
        if not shared:
            raise BadInput(
                f"{model} and {other} share no task",
                expected=f"one of {', '.join(own[model])} among the tasks of {other}, which are "
                f"{', '.join(own[other])}",
                where=where,
            )
        rows += shared
    return pd.DataFrame(rows, columns=["model", "other", "task"])


def methods_of_both(pairs: pd.DataFrame, windowed: pd.DataFrame) -> dict[str, dict[str, list]]:
    """Model -> other -> methods that explain windows of both (``windows_to_explain``)."""
    own = windowed.groupby("model", sort=False)["method"].apply(list).to_dict()
    found: dict[str, dict[str, list]] = {}
    for row in pairs.itertuples():
        methods = [name for name in own.get(row.model, []) if name in own.get(row.other, [])]
        found.setdefault(row.model, {})[row.other] = methods
    return found


def sis_settings(config: dict) -> dict:
    """What the search for subsets is told."""
    return sweep_settings(config) | {"max_subsets": config["sis"]["max_subsets"]}


def sweep_settings(config: dict) -> dict:
    """What the search for one subset at many thresholds is told."""
    chosen = {key: config["sis"][key] for key in ("method", "mask")}
    return chosen | {"target": config["attribution"]["target"]}


def text_settings(config: dict) -> dict:
    """How many texts are asked for sufficient tokens, for what share; how sets are grouped."""
    sis = config["sis"]
    groups = {key: sis["clustering"][key] for key in ("max_distance", "min_members")}
    return {"records": sis["windows"], "threshold": sis["threshold"]} | groups
