"""Example loci: letters over the genome for each model and task."""

from chromolens.inputs.windows import read_windows
from chromolens.report.annotation import annotation
from chromolens.report.loci import Locus, genome_loci, record_loci
from chromolens.report.locus_figure import draw
from chromolens.report.sections.performance import pool_predictions
from chromolens.report.study import Study
from chromolens.report.tables import significant


def context(study: Study) -> dict:
    """Groups of figures: one per model (nulls left out) and task."""
    found = _genome(study) if study.kind == "genome" else _records(study)
    groups = [
        {"model": model, "task": task, "figures": [_figure(model, task, locus) for locus in loci]}
        for (model, task), loci in found.items()
        if loci
    ]
    return {"groups": groups, "planted": study.truth is not None}


def _genome(study: Study) -> dict[tuple[str, str], list[Locus]]:
    predictions = pool_predictions(study)
    pairs = dict.fromkeys(key[:2] for key in study.tracks if key[0] in predictions)
    if not pairs or study.fasta is None:
        return {}
    windows, known = read_windows(study.windows), annotation(study)
    return {
        (model, task): genome_loci(study, model, task, predictions[model], windows, known)
        for model, task in pairs
        if task in predictions[model]
    }


def _records(study: Study) -> dict[tuple[str, str], list[Locus]]:
    predictions = pool_predictions(study)
    pairs = [
        (model, name.removesuffix(".label"))
        for model, table in predictions.items()
        for name in table
        if name.endswith(".label")
    ]
    return {
        (model, task): record_loci(study, model, task, predictions[model]) for model, task in pairs
    }


def _figure(model: str, task: str, locus: Locus) -> dict:
    where = f"{locus.place}:{locus.start + 1:,}–{locus.end:,}"
    label = f"Contributions to {task} ({model}) at {where}"
    return {
        "where": where,
        "prediction": significant(locus.prediction),
        "drawing": draw(locus, label),
    }
