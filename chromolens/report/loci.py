"""Example loci: which are shown, and what is drawn over them, in a genome or in records.

Per model and task: among the held-out positives with the highest predictions those that hold
most contribution, one per chromosome while there are chromosomes left. In a genome also the best
hit of each motif that these don't show, and the model's worst mistake of either kind. The same
tables give the same loci.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig

from chromolens import tables
from chromolens.genome.circular import across
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import decode
from chromolens.report.annotation import Annotation, Mark, hits_as_marks
from chromolens.report.contents import Contents
from chromolens.scores import open_scores
from chromolens.tables.motifs import HITS

CONTEXT = 2400
"""Bases of the overview above a locus."""

_CANDIDATES, _BLOCK = 40, 1000
_MOTIFS = 6
"""Motifs whose best hit is shown, those of most hits."""
_PLACE = ["id", "chrom", "start", "end", "prediction", "why"]


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
        Events, hits and planted instances within the bases shown.
    prediction
        The target's value of the window, of out-of-fold models.
    overview
        The neighbourhood; None for records.
    nulls
        Null model -> its contributions by the method of the first row, drawn on that one's scale.
    why
        What the locus is an example of.
    """

    task: str
    place: str
    start: int
    sequence: str
    rows: dict[str, np.ndarray]
    marks: list[Mark]
    prediction: float
    overview: Overview | None = None
    nulls: Mapping[str, np.ndarray] = field(default_factory=dict)
    why: str = ""

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
    study: Contents,
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
    if not study.loci:
        return []
    tracks = {key[2]: path for key, path in study.tracks.items() if key[:2] == (model, task)}
    with Genome(study.fasta) as genome:
        # a figure is of a stretch of a line
        over = across(windows["chrom"], windows["end"], genome.circular)
        places = windows.loc[~over, ["id", "chrom", "start", "end"]]
        candidates = best_predicted(predictions, predicted).merge(places, on="id")
        method, first = next(iter(tracks.items()))
        score = [_mass(first, row) for row in candidates.itertuples()]
        candidates = candidates.assign(score=score).dropna(subset="score")  # a track may have gaps
        candidates = apart(candidates, study.locus_width)
        chosen = spread(candidates, study.loci).assign(why="among the highest predictions")[_PLACE]
        every = places.merge(predictions, on="id").assign(prediction=lambda t: t[predicted])
        sites = study.hit_sites.get((model, task, method))
        hits = tables.read(HITS, sites) if sites else tables.empty(HITS)
        for more in (*best_hits(hits, every), *mistakes(every, predicted)):
            mass = np.array([_mass(first, row) for row in more.itertuples()])
            more = more[np.isfinite(mass)]
            if not _shown(more, chosen, study.locus_width):
                chosen = pd.concat([chosen, more], ignore_index=True)
        found = hits_as_marks(hits)
        return [
            _genome_locus(study, model, task, row, tracks, genome, (annotation, found))
            for row in chosen.itertuples()
        ]


def best_hits(hits: pd.DataFrame, windows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The hit of the largest ``combined`` of each motif that has a window, most hits first.

    ``windows``: id and prediction. A row each of ``_PLACE``, at the hit's place.
    """
    known = hits[(hits["over"] == ".") & hits["window"].isin(windows["id"])]
    predicted = windows.set_index("id")["prediction"]
    for motif in known["motif"].value_counts(sort=True).index[:_MOTIFS]:
        best = known[known["motif"] == motif].nlargest(1, "combined")
        ids = best["window"]
        best = best.assign(
            id=ids, prediction=ids.map(predicted), why="best hit of " + best["name"]
        )
        yield best[_PLACE]


def mistakes(windows: pd.DataFrame, task: str) -> Iterator[pd.DataFrame]:
    """The window without an event that is predicted highest, and the one with that is lowest.

    Of classifiers: labels of 0 and 1 in ``task.label``. Ties go to the smaller id.
    """
    labels = windows[f"{task}.label"]
    if not labels.dropna().isin([0, 1]).all():
        return
    ordered = windows.dropna(subset="prediction").sort_values(["prediction", "id"], kind="stable")
    false = ordered[ordered[f"{task}.label"] == 0].tail(1)
    missed = ordered[ordered[f"{task}.label"] == 1].head(1)
    yield false.assign(why="no event, and predicted higher than all others without one")[_PLACE]
    yield missed.assign(why="an event, and predicted lower than all others")[_PLACE]


def _shown(one: pd.DataFrame, others: pd.DataFrame, width: int) -> bool:
    """Whether the place ``one`` (a row, or none) lies within ``width`` of one of the others."""
    return all(
        ((others["chrom"] == row.chrom) & ((others["start"] - row.start).abs() < width)).any()
        for row in one.itertuples()
    )


def _mass(track: Path, row: object) -> float:
    """Sum of the absolute contributions of a window; NaN where none of its bases has a value."""
    size = np.abs(values(track, row.chrom, row.start, row.end))
    return float(np.nansum(size)) if np.isfinite(size).any() else np.nan


def _placed(path: Path, task: str, row: object, start: int, end: int) -> np.ndarray | None:
    """Contributions of the explained window ``row`` over [start, end), or None without them."""
    found = explained_window(path, task, row.id)
    if found is None:
        return None
    placed = np.full(end - start, np.nan)
    low, high = max(start, row.start), min(end, row.end)
    placed[low - start : high - start] = found[1][low - row.start : high - row.start]
    return placed


def _other_rows(
    study: Contents, key: tuple[str, str], row: object, start: int, end: int
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
    study: Contents,
    model: str,
    task: str,
    row: object,
    tracks: dict[str, Path],
    genome: Genome,
    known: tuple[Annotation, Annotation],
) -> Locus:
    method, first = next(iter(tracks.items()))
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
        marks=[mark for each in known for mark in each.within(row.chrom, start, end)],
        prediction=row.prediction,
        overview=Overview(
            low,
            values(prediction, row.chrom, low, high) if prediction else None,
            values(first, row.chrom, low, high),
            known[0].within(row.chrom, low, high),
        ),
        nulls={
            name: values(study.tracks[name, task, method], row.chrom, start, end)
            for name in sorted(study.nulls)
            if (name, task, method) in study.tracks
        },
        why=row.why,
    )


def record_loci(study: Contents, model: str, task: str, predictions: pd.DataFrame) -> list[Locus]:
    """Loci of one model and task in labelled records, from the explained windows."""
    files = {key[1]: path for key, path in study.explained.items() if key[0] == model}
    masses = {method: explained_masses(path, task) for method, path in files.items()}
    files = {method: path for method, path in files.items() if masses[method]}
    if not files:
        return []
    mass = masses[next(iter(files))]
    candidates = best_predicted(predictions, task)
    candidates = candidates[candidates["id"].isin(mass)]
    candidates = candidates.assign(score=candidates["id"].map(mass))
    chosen = spread(candidates, study.loci)
    return [_record_locus(study, task, row, files) for row in chosen.itertuples()]


def _record_locus(study: Contents, task: str, row: object, files: dict[str, Path]) -> Locus:
    found = {method: explained_window(path, task, row.id) for method, path in files.items()}
    found = {method: pair for method, pair in found.items() if pair is not None}
    onehot, contributions = next(iter(found.values()))
    furthest = max(0, len(contributions) - study.locus_width)
    start = min(max(0, centred(contributions, study.locus_width)), furthest)
    shown = slice(start, start + study.locus_width)
    rows = {method: pair[1][shown] for method, pair in found.items()}
    return Locus(task, row.id, start, decode(onehot[shown]), rows, [], row.prediction)


def spread(candidates: pd.DataFrame, number: int) -> pd.DataFrame:
    """The first ``number`` rows by ``score``, from as many groups as there are.

    ``candidates`` has columns id, group, score. Ties go to the smaller id.
    """
    ordered = candidates.sort_values(["score", "id"], ascending=[False, True], kind="stable")
    turn = ordered.groupby("group", sort=False).cumcount()
    return ordered.assign(turn=turn).sort_values("turn", kind="stable").head(number)


def best_predicted(predictions: pd.DataFrame, task: str) -> pd.DataFrame:
    """Held-out positives of ``task`` with the highest predictions: id, group, prediction.

    The best tenth, but no fewer than 40. Without 1/0 labels, all windows take part.
    """
    labels = predictions.get(f"{task}.label", pd.Series(1, index=predictions.index))
    positive = predictions[labels == 1] if labels.dropna().isin([0, 1]).all() else predictions
    ordered = positive.dropna(subset=task).sort_values(
        [task, "id"], ascending=[False, True], kind="stable"
    )
    top = ordered.head(max(_CANDIDATES, len(ordered) // 10))
    return top[["id", "group", task]].rename(columns={task: "prediction"})


def densest(values: np.ndarray, width: int) -> int:
    """Start of the ``width`` bases whose absolute values sum to most (the middle one of ties)."""
    size = np.nan_to_num(np.abs(values))
    if len(size) <= width:
        return 0
    sums = np.convolve(size, np.ones(width), mode="valid")
    ties = np.flatnonzero(sums >= sums.max() - 1e-9)
    return int(ties[len(ties) // 2])


def centred(values: np.ndarray, width: int) -> int:
    """Start of ``width`` bases with most contribution, moved so that it lies in their middle.

    The middle is the mean place weighted with squared contributions; the start may be negative.
    """
    start = densest(values, width)
    weight = np.nan_to_num(values[start : start + width]) ** 2
    if not weight.any():
        return start
    middle = start + (np.arange(len(weight)) * weight).sum() / weight.sum()
    return int(round(middle - (width - 1) / 2))


def apart(candidates: pd.DataFrame, distance: int) -> pd.DataFrame:
    """Candidates (chrom, start, score, id) less those near a better one of their chromosome."""
    ordered = candidates.sort_values(["score", "id"], ascending=[False, True], kind="stable")
    kept: dict[str, list[int]] = {}
    lonely = []
    for chrom, start in zip(ordered["chrom"], ordered["start"], strict=True):
        taken = kept.setdefault(chrom, [])
        lonely.append(all(abs(start - other) > distance for other in taken))
        taken += [start] if lonely[-1] else []
    return ordered[np.array(lonely, bool)]


def explained_masses(path: Path, task: str) -> dict[str, float]:
    """Sum of absolute contributions of each explained window of ``task``; none if it has none."""
    with open_scores(path) as file:
        if task not in file:
            return {}
        stored = file[task]["contributions"]
        starts = range(0, len(stored), _BLOCK)
        sums = [np.abs(stored[start : start + _BLOCK]).sum(axis=1) for start in starts]
        ids = file[task]["id"].asstr()[:]
    return dict(zip(ids, np.concatenate([*sums, []]).tolist(), strict=True))


def explained_window(path: Path, task: str, name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """One-hot (length, 4) and contributions (length,) of a window; None if it isn't there."""
    with open_scores(path) as file:
        places = np.flatnonzero(file[task]["id"].asstr()[:] == name) if task in file else []
        if not len(places):
            return None
        at = int(places[0])
        return file[task]["onehot"][at], file[task]["contributions"][at]
