"""Which windows of which models are edited base by base; what would fail late is refused here."""

from collections.abc import Mapping, Sequence

import pandas as pd

from chromolens import plugins
from chromolens.attribution import methods as known_methods
from chromolens.errors import BadInput
from chromolens.planning.plan import gives_hypothetical, model_tasks

BY = {"counterfactual": "ism", "vignette": "integrated_gradients"}
"""The method that a mode asks where the config names none."""


def jobs(config: Mapping, settings: Mapping, models: pd.DataFrame, stages: Sequence[str]) -> list:
    """One row per model and task whose windows are edited; none where the config has no ``edit``.

    Raises
    ------
    BadInput
        Inputs that have no bases; an unknown method, setting or task; a method that can't say what
        to edit; protected stretches that leave nothing.
    """
    edits = config["edit"]
    if edits and "motifs" not in stages:
        raise BadInput(
            f"inputs of kind {settings['kind']} have no bases to edit",
            expected="kind genome or sequences",
            where="the config, edit",
        )
    pairs = model_tasks(models[models["explained"]])
    for name, asked in edits.items():
        _check(asked, settings, list(pairs["task"].unique()), f"the config, edit.{name}")
    wanted = [not asked["tasks"] or set(asked["tasks"]) for asked in edits.values()]
    return [
        row for row in pairs.itertuples() if any(own is True or row.task in own for own in wanted)
    ]


def methods(config: Mapping) -> list[str]:
    """Names of the methods that the edits ask."""
    return sorted({asked["by"] or BY[asked["mode"]] for asked in config["edit"].values()})


def _check(asked: Mapping, settings: Mapping, tasks: list[str], where: str) -> None:
    method = asked["by"] or BY[asked["mode"]]
    plugins.check(known_methods, method, f"{where}.by")
    plugins.check_settings(known_methods, method, asked["settings"], f"{where}.settings")
    for task in asked["tasks"]:
        plugins.check_one(task, tasks, "task", f"{where}.tasks")
    if asked["mode"] == "counterfactual" and not gives_hypothetical(method, asked["settings"]):
        raise BadInput(
            f"{method} as it is set gives no hypothetical contributions, which say what to edit",
            expected="ism, or a method that has them",
            where=f"{where}.by",
        )
    ours = asked["beam"] > 1 or asked["distance"] != 1 or "towards" in asked["directions"]
    if asked["mode"] == "vignette" and ours:
        raise BadInput(
            "the vignette's rule goes up or down, greedily, and keeps no distance",
            expected="directions up or down, beam: 1, distance: 1; or mode: counterfactual",
            where=where,
        )
    length = settings.get("window") or settings.get("length")
    free = set(range(length or 0))
    for start, end in asked["protected"]:
        if start >= end or (length and end > length):
            raise BadInput(
                f"the protected stretch [{start}, {end}]",
                expected=f"[start, end] with start < end{f' <= {length}' if length else ''}",
                where=f"{where}.protected",
            )
        free -= set(range(start, end))
    if length and not free:
        raise BadInput(
            "all positions are protected: there is nothing to edit",
            where=f"{where}.protected",
            remedy="protect less",
        )
