"""One control, trained and explained out of fold: what the two readings start from."""

import chromolens.kernels  # noqa: F401, isort: skip (before anybody imports TensorFlow)
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.shuffles import seed_of
from chromolens.inputs import genome
from chromolens.inputs.batches import Inputs, of_model, open_inputs
from chromolens.inputs.chosen import choose
from chromolens.inputs.folds import Folds, fold_table
from chromolens.inputs.windows import rows_of
from chromolens.models.judging.evaluate import HeldOut, evaluate_folds
from chromolens.models.model import load_model
from chromolens.models.training.train import train
from chromolens.planning.plan import attribution_settings
from chromolens.planning.subsets import sis_settings
from chromolens.scores import Origin
from chromolens.sis import thresholds
from chromolens.sis.find import find_subsets
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.sis import SUBSETS
from chromolens.tracks.jobs import explain_chosen, split_settings
from chromolens.tracks.method import Method

FOLDS, VALIDATION = 3, 3


def prepared(config: dict, data: Path, task: str) -> pd.DataFrame:
    """All windows of one task, with negatives of its own positives' GC, far from every event.

    ``data`` holds ``yeast_genome`` and ``yeast_chipexo`` with the chromosomes' own names.
    """
    inputs = config["inputs"]
    keys = ("window", "positive_within", "apart", "negative_distance", "match_gc", "max_n")
    return genome.prepare(
        fasta=str(fasta_of(data)),
        folds=fold_table(config["folds"]["test"]),
        peaks={name: str(data / f"yeast_chipexo/peaks/{name}.bed.gz") for name in inputs["peaks"]},
        events_only=[name for name in inputs["peaks"] if name != task],
        exclude=[str(data / "yeast_chipexo/exclude_regions.bed.gz")],
        negative_ratio=2.0,
        **{key: inputs[key] for key in keys},
    ).windows


def fasta_of(data: Path) -> Path:
    """The yeast genome."""
    return data / "yeast_genome/sacCer3.fa.gz"


def make_control(
    config: dict, name: str, windows: pd.DataFrame, fasta: Path, seed: int, folder: Path
) -> dict[str, float]:
    """Train control ``name`` of ``config`` on every fold; write ``windows.h5``, ``sis.tsv.gz``.

    ``seed`` decides the positives, the folds, the first weights, and every draw.
    """
    keras.backend.clear_session()
    model = config["models"][name]
    task, permuted = model["tasks"][0], model["labels"] == "permuted"
    drawn = of_model(
        windows,
        [task],
        objective="binary",
        permuted=permuted,
        most=model["max_positives"],
        seed=seed,
    )
    inputs = open_inputs(drawn, fasta)
    folds = _folds(sorted(set(drawn["group"])), seed)
    for fold, groups in folds.roles.items():
        _train(config, model, inputs, groups, seed, folder / f"{fold}.0.keras")
    paths = [str(folder / f"{fold}.0.keras") for fold in folds.roles]
    question = {"tasks": [task], "objective": "binary", "name": name, "seed": seed}
    held_out = evaluate_folds(inputs, paths, folds, **question)
    _explain(config, inputs, held_out.predictions, folds, task, seed, folder)
    return {"positives": int((drawn[task] == 1).sum()), "auroc": _auroc(held_out)}


def _folds(chromosomes: list[str], seed: int) -> Folds:
    """Chromosomes dealt to ``FOLDS`` folds; a few of the next fold's decide when to stop."""
    rng = np.random.default_rng(seed_of("folds", seed))
    tests = [list(part) for part in np.array_split(rng.permutation(chromosomes), FOLDS)]
    validations = [tests[(i + 1) % FOLDS][:VALIDATION] for i in range(FOLDS)]
    return Folds.of_table(fold_table(tests, validations))


def _train(
    config: dict, model: dict, inputs: Inputs, groups: dict, seed: int, target: Path
) -> None:
    train(
        inputs,
        architecture=model["architecture"],
        architecture_settings=model["settings"],
        tasks=model["tasks"],
        training_groups=groups["training"],
        validation_groups=groups["validation"],
        path=target,
        workdir=target.with_suffix(".unfinished"),
        untrained=model["untrained"],
        notes={"fold": target.name.split(".")[0], "replicate": 0},
        seed=seed,
        **config["training"],
    )


def _auroc(held_out: HeldOut) -> float:
    return float(held_out.pooled.set_index("metric")["value"]["auroc"])


def _explain(
    config: dict,
    inputs: Inputs,
    predictions: pd.DataFrame,
    folds: Folds,
    task: str,
    seed: int,
    folder: Path,
) -> None:
    """Contributions of all positives and subsets of some, by the fold that never saw them."""
    own, settings = {task: task}, config["sis"]
    limits = thresholds.fold_thresholds(predictions, own, settings["threshold"])
    relative = thresholds.is_relative(settings["threshold"])
    candidates = thresholds.candidates(predictions, own, limits, relative)
    most = len(inputs.windows)
    counts = {"count": most, "sis_count": settings["windows"], "seed": seed}
    chosen = choose(inputs.windows, predictions, candidates, own, **counts)
    tables.write(CHOSEN, chosen, folder / "picked.tsv")
    models = {fold: load_model(folder / f"{fold}.0.keras") for fold in folds.roles}
    shared, _ = split_settings(attribution_settings(config, config["inputs"]) | {"seed": seed})
    name = next(iter(config["attribution"]["methods"]))
    explain_chosen(
        {fold: [model] for fold, model in models.items()},
        inputs,
        str(folder / "picked.tsv"),
        str(folder / "windows.h5"),
        method=Method(name, [task], batch_size=32, **shared),
        origin=Origin("nulls", "", "windows", "", {}),
        folds=folds,
        labels=own,
        most=most,
    )
    rows = rows_of(chosen, inputs.windows, "sis", [task], most)[task]
    of_fold = thresholds.by_fold(limits, task, settings["threshold"])
    found, _ = find_subsets(
        models, inputs, rows, folds, task=task, thresholds=of_fold, **sis_settings(config)
    )
    tables.write(SUBSETS, found, folder / "sis.tsv.gz")
