"""Networks that a study is given in the place of trainings: their files, by fold.

What a file says of its network is read before the first job, without TensorFlow: which layers and
heads it has, and whether the files of a fold set are alike.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens.config import of_folds
from chromolens.errors import BadInput, nearest
from chromolens.inputs.folds import Folds
from chromolens.models.foreign.answers import read_answers
from chromolens.models.foreign.configs import Described, describe
from chromolens.models.nulls import is_null
from chromolens.planning import sources
from chromolens.planning.content import OwnFiles


def networks(config: dict, folds: Folds, downloaded: str, own: OwnFiles) -> dict[str, dict]:
    """Model -> fold -> ``files`` of a network that is not trained, ``answers``, and ``digests``.

    All are empty where it is trained. ``answers`` are the file, if any, of known answers.
    ``downloaded`` is the folder of files that come from a URL.
    """
    names, found = list(folds.roles), {}
    for model, stated in config["models"].items():
        where = f"the config, models.{model}"
        files = _by_fold(sources.localise(stated["file"], downloaded), names, f"{where}.file")
        _check_untrained(stated, config["folds"]["replicates"], where)
        answers = sources.files(sources.localise(stated["answers"], downloaded))
        found[model] = {
            fold: {
                "files": own.inputs(parts),
                "answers": own.inputs(answers),
                "digests": own.digests([*_with_cards(parts), *answers]),
            }
            for fold, parts in files.items()
        }
    return found


def check(
    models: pd.DataFrame, given: Mapping[str, dict], settings: dict, downloaded: str
) -> None:
    """Raise BadInput at the first network that the study can't explain, as far as its file says.

    Files that are yet to be downloaded are left to the jobs.

    Parameters
    ----------
    models
        The table of ``plan.models``.
    given
        What ``networks`` gives.
    settings
        The inputs, with all files local.
    downloaded
        Folder of files that come from a URL.
    """
    for model in models.to_dict("records"):
        where, by_fold = f"the config, models.{model['model']}.file", given[model["model"]]
        _check_apart(by_fold, where)
        found = {}
        for fold, one in by_fold.items():
            local = [sources.at_hand(path, downloaded) for path in one["files"]]
            described = describe(tuple(map(Path, local))) if local and all(local) else None
            if described is not None:
                place = f"{local[-1]} ({fold})"
                _check_layers(described, model["layout"], place)
                _check_input(described, settings.get("window"), place)
                _check_heads(described, model, place)
                found[fold] = described
            for path in filter(None, [sources.at_hand(p, downloaded) for p in one["answers"]]):
                read_answers(path, fold, list(by_fold))
        _check_alike(found, where)


def _by_fold(file: object, folds: list[str], where: str) -> dict[str, list[str]]:
    """Fold -> the files of its network: one, or its architecture and its weights."""
    if isinstance(file, list):
        if len(file) != len(folds):
            raise BadInput(
                f"{len(file)} files for {len(folds)} folds",
                expected="one file for all folds, or one for each in their order",
                where=where,
            )
        return {fold: _parts(one) for fold, one in zip(folds, file, strict=True)}
    if not of_folds(file):
        return {fold: _parts(file) for fold in folds}
    for name in file:
        if name not in folds:
            raise BadInput(
                f"there is a file of {name!r}, which is no fold{nearest(name, folds)}",
                expected=f"files of {', '.join(folds)}",
                where=where,
            )
    if missing := [fold for fold in folds if fold not in file]:
        raise BadInput(
            f"there is no file of {', '.join(missing)}",
            expected=f"a file of each of {', '.join(folds)}",
            where=where,
            remedy="name its file, or remove the fold from folds.test or folds.files",
        )
    return {fold: _parts(file[fold]) for fold in folds}


def _parts(file: str | dict) -> list[str]:
    """A network's file; or of a pair its architecture and its weights, in this order."""
    if isinstance(file, dict):
        return [file["architecture"], file["weights"]]
    return [file] if file else []


def _with_cards(parts: list[str]) -> list[str]:
    """``parts``, and the .json that may stand beside the last: its architecture or sidecar."""
    return [*parts, *(str(Path(file).with_suffix(".json")) for file in parts[-1:])]


def _check_untrained(model: dict, replicates: int, where: str) -> None:
    if model["answers"] and not model["file"]:
        raise BadInput(
            "answers are known of a network that is to be trained",
            where=f"{where}.answers",
            remedy=f"name its file, {where}.file",
        )
    retrained = model["nulls"]["permuted"] or model["nulls"]["rotated"]
    if model["file"] and (replicates > 1 or is_null(model) or retrained):
        raise BadInput(
            "a network that is given isn't trained: it has no replicates, no permuted labels, "
            "no rotated chromosomes and no first weights",
            where=where,
            remedy="say folds: {replicates: 1}, labels: true, untrained: false, and of nulls "
            "untrained alone",
        )


def _check_apart(by_fold: Mapping[str, dict], where: str) -> None:
    """BadInput where two folds of a set have one network: one of them saw its test chromosomes.

    One file for all folds is no set: who says that knows it.
    """
    paths = {fold: one["files"][-1] for fold, one in by_fold.items() if one["files"]}
    if len(set(paths.values())) < 2:
        return
    fold_of: dict[str, str] = {}
    for fold, path in paths.items():
        other = fold_of.setdefault(by_fold[fold]["digests"].get(path, path), fold)
        if other != fold:
            raise BadInput(
                f"{other} and {fold} have the same network",
                expected="a network for each fold, which never saw its test chromosomes",
                where=f"{where}: {paths[other]}, {path}",
            )


def _check_layers(network: Described, layout: str | dict, where: str) -> None:
    stated = layout if isinstance(layout, dict) else {}
    if network.own:
        raise BadInput(
            f"the network has layers that Keras doesn't know: {', '.join(network.own)}",
            expected="layers of Keras",
            where=where,
            remedy="rebuild it of Keras's own layers; or explain it in Python, where classes can "
            "be given: load_model(FILE, custom_objects={name: class})",
        )
    for name in network.lambdas:
        if name not in stated.get("lambdas", {}):
            raise BadInput(
                f"{name!r} is a Lambda layer: code in a model file, which is not run",
                where=where,
                remedy=f"if it adds counts, as chrombpnet's does, say so: layout: {{lambdas: "
                f"{{{name}: logsumexp}}}}",
            )
    places = [str(place) for place in range(len(network.outputs))]
    for name in stated.get("outputs", {}):
        if name not in (*network.outputs, *places):
            raise BadInput(
                f"the network has no output {name!r}{nearest(name, network.outputs)}",
                expected=f"one of {', '.join(network.outputs)}, or its place, from 0",
                where=f"{where}; layout, outputs",
            )


def _check_input(network: Described, window: int | None, where: str) -> None:
    sizes = {size for shape in network.inputs for size in shape[1:]}
    if window and network.inputs and not sizes & {window, None}:
        shapes = ", ".join(map(str, network.inputs))
        raise BadInput(
            f"the network reads {shapes}, the windows have {window} bp",
            where=where,
            remedy="say its length in inputs.window",
        )


def _check_heads(network: Described, model: dict, where: str) -> None:
    """As far as dense layers give the outputs, whose columns the config says."""
    profiles, tasks = model["objective"] == "profile", model["tasks"]
    counted = [columns for columns in network.columns if columns is not None]
    if profiles:
        fits = 0 < len(network.outputs) - len(counted) and len(network.outputs) > 1
        fits &= sum(counted) == len(tasks) or not counted
    else:
        fits = sum(counted) == len(tasks) or len(counted) < len(network.outputs)
    if not fits:
        shown = zip(network.outputs, network.columns, strict=True)
        heads = [name + (f" ({columns} columns)" if columns else "") for name, columns in shown]
        each = "a profile and log counts" if profiles else "a column"
        raise BadInput(
            f"the network's heads are {', '.join(heads)}",
            expected=f"{each} for each of {', '.join(tasks)}",
            where=where,
        )


def _check_alike(found: Mapping[str, Described], where: str) -> None:
    """BadInput where the heads or inputs of a fold's network are not those of the first."""
    for fold, theirs in found.items():
        first, ours = next(iter(found.items()))
        same_names = sorted(ours.outputs) == sorted(theirs.outputs)
        if (same_names and ours.outputs != theirs.outputs) or ours.columns != theirs.columns:
            raise BadInput(
                f"the heads of {fold} are {', '.join(theirs.outputs)}",
                expected=f"{', '.join(ours.outputs)}, in this order, as in {first}",
                where=where,
                remedy="take networks of one architecture, whose outputs stand in one order",
            )
        if ours.inputs != theirs.inputs:
            raise BadInput(
                f"the network of {fold} reads {', '.join(map(str, theirs.inputs))}",
                expected=f"{', '.join(map(str, ours.inputs))}, as in {first}",
                where=where,
            )
