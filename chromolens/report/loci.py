"""Example loci: read what is drawn over them, in a genome or in labelled records."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import decode
from chromolens.report import explained
from chromolens.report.annotation import Annotation, Mark
from chromolens.report.choice import apart, best_predicted, centred, spread
from chromolens.report.study import Study

CONTEXT = 2400
"""Bases of the overview above a locus."""


@dataclass(frozen=True)
class Overview:
    """The neighbourhood of a locus: arrays over [start, start + len), NaN where uncovered."""

    start: int
    prediction: np.ndarray | None
    contributions: np.ndarray
    marks: list[Mark]


@dataclass(frozen=True)
class Locus:
    """What one figure shows.

    Attributes
    ----------
    task
        Task that is explained.
    place
        Chromosome, or id of the record.
    start
        First base shown, 0-based.
    sequence
        Bases shown.
    rows
        Method -> contributions (len(sequence),) in the target's units.
    marks
        Events and planted instances within the bases shown.
    prediction
        The target's value of the window, of out-of-fold models.
    overview
        The neighbourhood; None for records.
    """

    task: str
    place: str
    start: int
    sequence: str
    rows: dict[str, np.ndarray]
    marks: list[Mark]
    prediction: float
    overview: Overview | None = None

    @property
    def end(self) -> int:
        """First base not shown any more, 0-based."""
        return self.start + len(self.sequence)


def values(path: Path, chrom: str, start: int, end: int) -> np.ndarray:
    """A track over [start, end), NaN where it says nothing or doesn't know the chromosome."""
    with pyBigWig.open(str(path)) as track:
        if chrom not in (track.chroms() or {}):
            return np.full(end - start, np.nan)
        return np.asarray(track.values(chrom, start, end), dtype=float)


def genome_loci(
    study: Study,
    model: str,
    task: str,
    predictions: pd.DataFrame,
    windows: pd.DataFrame,
    annotation: Annotation,
    *,
    predicted: str,
) -> list[Locus]:
    """Loci of one model and task in a genome.

    ``predictions`` are the held-out ones of the model, of which column ``predicted`` decides;
    ``windows`` is the windows table.
    """
    tracks = {key[2]: path for key, path in study.tracks.items() if key[:2] == (model, task)}
    places = windows[["id", "chrom", "start", "end"]]
    candidates = best_predicted(predictions, predicted).merge(places, on="id")
    first = next(iter(tracks.values()))
    score = [_mass(first, row) for row in candidates.itertuples()]
    candidates = apart(candidates.assign(score=score), study.locus_width)
    chosen = spread(candidates, study.loci)
    with Genome(study.fasta) as genome:
        return [
            _genome_locus(study, model, task, row, tracks, genome, annotation)
            for row in chosen.itertuples()
        ]


def _mass(track: Path, row: object) -> float:
    return float(np.nansum(np.abs(values(track, row.chrom, row.start, row.end))))


def _placed(path: Path, task: str, row: object, start: int, end: int) -> np.ndarray | None:
    """Contributions of the explained window ``row`` over [start, end), or None without them."""
    found = explained.window(path, task, row.id)
    if found is None:
        return None
    placed = np.full(end - start, np.nan)
    low, high = max(start, row.start), min(end, row.end)
    placed[low - start : high - start] = found[1][low - row.start : high - row.start]
    return placed


def _other_rows(
    study: Study, key: tuple[str, str], row: object, start: int, end: int
) -> dict[str, np.ndarray]:
    """Rows of the methods that explained this window only, not the whole genome."""
    model, task = key
    files = {
        method: path
        for (name, method), path in study.explained.items()
        if name == model and (model, task, method) not in study.tracks
    }
    rows = {method: _placed(path, task, row, start, end) for method, path in files.items()}
    return {method: values for method, values in rows.items() if values is not None}


def _genome_locus(
    study: Study,
    model: str,
    task: str,
    row: object,
    tracks: dict[str, Path],
    genome: Genome,
    annotation: Annotation,
) -> Locus:
    first = next(iter(tracks.values()))
    inside = centred(values(first, row.chrom, row.start, row.end), study.locus_width)
    start = max(0, min(row.start + inside, genome.sizes[row.chrom] - study.locus_width))
    end = min(start + study.locus_width, genome.sizes[row.chrom])
    low, high = max(0, start - CONTEXT // 2), min(genome.sizes[row.chrom], end + CONTEXT // 2)
    rows = {method: values(path, row.chrom, start, end) for method, path in tracks.items()}
    prediction = study.prediction_tracks.get((model, task, next(iter(tracks))))
    return Locus(
        task=task,
        place=row.chrom,
        start=start,
        sequence=genome.sequence(row.chrom, start, end),
        rows=rows | _other_rows(study, (model, task), row, start, end),
        marks=annotation.within(row.chrom, start, end),
        prediction=row.prediction,
        overview=Overview(
            low,
            values(prediction, row.chrom, low, high) if prediction else None,
            values(first, row.chrom, low, high),
            annotation.within(row.chrom, low, high),
        ),
    )


def record_loci(study: Study, model: str, task: str, predictions: pd.DataFrame) -> list[Locus]:
    """Loci of one model and task in labelled records, from the explained windows."""
    files = {key[1]: path for key, path in study.explained.items() if key[0] == model}
    masses = {method: explained.masses(path, task) for method, path in files.items()}
    files = {method: path for method, path in files.items() if masses[method]}
    if not files:
        return []
    mass = masses[next(iter(files))]
    candidates = best_predicted(predictions, task)
    candidates = candidates[candidates["id"].isin(mass)]
    candidates = candidates.assign(score=candidates["id"].map(mass))
    chosen = spread(candidates, study.loci)
    return [_record_locus(study, task, row, files) for row in chosen.itertuples()]


def _record_locus(study: Study, task: str, row: object, files: dict[str, Path]) -> Locus:
    found = {method: explained.window(path, task, row.id) for method, path in files.items()}
    found = {method: pair for method, pair in found.items() if pair is not None}
    onehot, contributions = next(iter(found.values()))
    furthest = max(0, len(contributions) - study.locus_width)
    start = min(max(0, centred(contributions, study.locus_width)), furthest)
    shown = slice(start, start + study.locus_width)
    rows = {method: pair[1][shown] for method, pair in found.items()}
    return Locus(task, row.id, start, decode(onehot[shown]), rows, [], row.prediction)
