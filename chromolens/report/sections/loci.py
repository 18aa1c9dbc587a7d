"""Example loci: letters over the genome for each model and task."""

from dataclasses import replace

import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.inputs.windows import read_windows
from chromolens.report.annotation import Annotation, annotation
from chromolens.report.contents import Contents
from chromolens.report.figures.locus import draw
from chromolens.report.loci import Locus, genome_loci, record_loci
from chromolens.report.sections.performance import pool_predictions
from chromolens.report.tables import significant

NEEDS = (
    "windows", "predictions", "track", "prediction_track", "explained", "genome", "truth", "hits",
    "tracks_page",
)  # fmt: skip

Loci = dict[tuple[str, str], list[Locus]]


def context(study: Contents) -> dict:
    """Groups of figures: one per model (nulls left out) and task."""
    found = in_genome(study) if study.kind == "genome" else _records(study)
    groups = [
        {
            "model": model,
            "task": task,
            "figures": [_figure(model, task, locus) for locus in loci],
            "short": draw(_short(loci[0]), f"An example of {task}"),
        }
        for (model, task), loci in found.items()
        if loci
    ]
    return {"groups": groups, "planted": study.truth is not None, "browser": study.browser}


def in_genome(study: Contents) -> Loci:
    """The loci of a genome, by model and task."""
    if study.fasta is None:
        return {}
    predictions = pool_predictions(study)
    tracked = {key[:2] for key in study.tracks}
    windows, known = read_windows(study.windows), annotation(study)
    found = {}
    for model, task in _explained_pairs(predictions):
        # a profile network explains two outputs for each task
        outputs = [
            name
            for name in (task, f"profile_{task}", f"counts_{task}")
            if (model, name) in tracked
        ]
        for name in outputs:
            found[model, name] = genome_loci(
                study, model, name, predictions[model], windows, known, predicted=task
            )
        if not outputs:
            loci = record_loci(study, model, task, predictions[model])
            found[model, task] = [_placed(locus, known) for locus in loci]
    return found


def _placed(locus: Locus, known: Annotation) -> Locus:
    """A locus of an explained window (of a study without tracks), moved to its chromosome."""
    window = Interval.parse(locus.place)
    start = window.start + locus.start
    marks = known.within(window.chrom, start, start + len(locus.sequence))
    return replace(locus, place=window.chrom, start=start, marks=marks)


def _records(study: Contents) -> Loci:
    predictions = pool_predictions(study)
    return {
        (model, task): record_loci(study, model, task, predictions[model])
        for model, task in _explained_pairs(predictions)
    }


def _explained_pairs(predictions: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Models (less the nulls) with their tasks, as their predictions have them."""
    return [
        (model, name.removesuffix(".label"))
        for model, table in predictions.items()
        for name in table
        if name.endswith(".label")
    ]


def _short(locus: Locus) -> Locus:
    """The letters of the first method alone."""
    return replace(locus, rows=dict([*locus.rows.items()][:1]), nulls={}, overview=None)


def _figure(model: str, task: str, locus: Locus) -> dict:
    where = f"{locus.place}:{locus.start + 1:,}–{locus.end:,}"
    label = f"Contributions to {task} ({model}) at {where}"
    return {
        "where": where,
        "why": locus.why,
        "prediction": significant(locus.prediction),
        "drawing": draw(locus, label),
    }
