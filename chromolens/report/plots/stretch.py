"""What a study knows of a stretch of its genome, or of one of its records: read, not drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chromolens.errors import BadInput, nearest
from chromolens.genome.bigbed import bigbed_overlapping
from chromolens.genome.intervals import Interval, check_inside
from chromolens.genome.onehot import decode
from chromolens.report.annotation import Mark
from chromolens.report.loci import explained_window
from chromolens.scores import open_scores
from chromolens.study import Study, Track

PROFILE_OF = ("profile_", "counts_")
"""Beginnings of the tasks that a profile network has for each signal."""


@dataclass(frozen=True)
class Stretch:
    """Bases ``where`` (a record has the name of its id, from 0), and what is known of them.

    Attributes
    ----------
    sequence
        Letters (length,).
    rows
        (model, method) -> contributions (length,) in the target's units, NaN where nothing is
        explained.
    predictions
        Model -> the target (length,), of models that have a track of it.
    observed : (length,) or None
        Signal, or number of events.
    marks
        Hits, planted instances, events and genes that overlap it.
    task, target
        What is explained.
    """

    where: Interval
    sequence: str
    task: str
    target: str
    rows: dict[tuple[str, str], np.ndarray]
    predictions: dict[str, np.ndarray] = field(default_factory=dict)
    observed: np.ndarray | None = None
    marks: list[Mark] = field(default_factory=list)


def models_and_task(study: Study, models: Sequence[str], task: str) -> tuple[list[str], str]:
    """The models and the task that are meant.

    No models are all that have the task, in the config's order; no task is the first one of the
    first model. BadInput for what isn't there.
    """
    named = study.index[(study.index["model"] != "") & (study.index["task"] != "")]
    tasks = {
        name: list(named.loc[named["model"] == name, "task"].unique()) for name in study.models
    }
    for model in models:
        _check(model, study.models, "model")
    task = task or tasks[next(iter(models), study.models[0])][0]
    _check(task, study.tasks, "task")
    models = list(models) or [name for name in study.models if task in tasks[name]]
    for model in models:
        _check(task, tasks[model], f"task of {model}")
    return models, task


def stretch(
    study: Study,
    place: str,
    task: str,
    models: Sequence[str],
    methods: Sequence[str] = (),
    form: str = "raw",
) -> Stretch:
    """What is known at ``place`` of ``task``, which all ``models`` have.

    Rows are of ``models`` x ``methods`` (by default the first), as far as the method explained
    anything with the model; ``form`` of contributions is raw or scaled.
    """
    _check(form, ("raw", "scaled"), "form of contributions")
    kind = study.config["inputs"]["kind"]
    if kind not in ("genome", "sequences"):
        raise BadInput(f"{study.folder} is a study of {kind}, which has no letters to draw")
    rows = study.files("explained")
    explained = list(zip(rows["model"], rows["method"], strict=True))
    methods = list(methods) or [name for model, name in explained if model in models][:1]
    for method in methods:
        _check(method, list(rows["method"].unique()), "method")
    pairs = [(model, name) for model in models for name in methods if (model, name) in explained]
    if not pairs:
        raise BadInput(
            f"{', '.join(methods) or 'no method'} explained nothing with {', '.join(models)}",
            expected=f"one of {', '.join(map(' '.join, explained))} (model, method)",
        )
    target = study.config["attribution"]["target"]
    if kind == "sequences":
        return _record(study, place, task, target, pairs)
    where = region(study, place)
    with study.genome() as genome:
        sequence = genome.sequence(where.chrom, where.start, where.end)
    return Stretch(
        where=where,
        sequence=sequence,
        task=task,
        target=target,
        rows={pair: contributions(study, where, task, *pair, form) for pair in pairs},
        predictions=_predictions(study, where, task, models),
        observed=observed(study, where, task),
        marks=marks(study, where, task, pairs),
    )


def region(study: Study, place: str) -> Interval:
    """``chrom:start-end`` (0-based, half-open; thousands may be apart), on the study's genome."""
    chrom, _, ends = str(place).rpartition(":")
    sizes = study.table("chromosomes").set_index("chrom")["length"].to_dict()
    where = Interval.parse(f"{chrom}:{ends.replace(',', '').replace('–', '-')}")
    return check_inside(where, sizes, str(study.folder))


def contributions(
    study: Study, where: Interval, task: str, model: str, method: str, form: str = "raw"
) -> np.ndarray:
    """Contributions (length,): of the track, or where there is none, of the explained windows.

    Windows that overlap are averaged; NaN where none is.
    """
    kind = "scaled_track" if form == "scaled" else "track"
    keys = {"model": model, "task": task, "method": method}
    if kind in study and _holds(study, kind, **keys):
        return Track(study.path(kind, **keys)).values(str(where))
    path = study.path("explained", model=model, method=method)
    return _explained(path, where, task, form == "scaled")


def _explained(path: Path, where: Interval, task: str, scaled: bool) -> np.ndarray:
    """Contributions of the windows in ``path`` that overlap ``where``, averaged."""
    total, times = np.zeros(len(where)), np.zeros(len(where))
    with open_scores(path) as file:
        ids = file[task]["id"].asstr()[:] if task in file else []
        for row, window in enumerate(map(Interval.parse, ids)):
            if window.overlaps(where):
                low, high = max(window.start, where.start), min(window.end, where.end)
                here = slice(low - where.start, high - where.start)
                values = file[task]["contributions"][row, low - window.start : high - window.start]
                total[here] += values / (file[task]["scale"][row] if scaled else 1)
                times[here] += 1
    return np.divide(total, times, out=np.full(len(where), np.nan), where=times > 0)


def _record(
    study: Study, name: str, task: str, target: str, pairs: Sequence[tuple[str, str]]
) -> Stretch:
    rows, letters = {}, ""
    for model, method in pairs:
        path = study.path("explained", model=model, method=method)
        found = explained_window(path, task, name)
        if found is not None:
            letters, rows[model, method] = decode(found[0]), found[1]
    if not rows:
        raise BadInput(
            f"no record {name!r} was explained{nearest(name, _ids(study, task, pairs[0]))}",
            expected="the id of a record in study.table('picked')",
            where=str(study.folder),
        )
    return Stretch(Interval(name, 0, len(letters)), letters, task, target, rows)


def _ids(study: Study, task: str, pair: tuple[str, str]) -> list[str]:
    with open_scores(study.path("explained", model=pair[0], method=pair[1])) as file:
        return list(file[task]["id"].asstr()[:]) if task in file else []


def _predictions(
    study: Study, where: Interval, task: str, models: Sequence[str]
) -> dict[str, np.ndarray]:
    return {
        model: study.prediction(model, task).values(str(where))
        for model in models
        if "prediction_track" in study
        and _holds(study, "prediction_track", model=model, task=task)
    }


def observed(study: Study, where: Interval, task: str) -> np.ndarray | None:
    """The observed track of the task, or of the signal that a profile's task is made for."""
    for name in (task, *(task.removeprefix(word) for word in PROFILE_OF)):
        if "observed_track" in study and _holds(study, "observed_track", task=name):
            return study.observed(name).values(str(where))
    return None


def marks(
    study: Study, where: Interval, task: str, pairs: Sequence[tuple[str, str]]
) -> list[Mark]:
    """What overlaps ``where``, as far as it has been made: hits, planted instances, events, genes.

    Hits are those of the first model and method of ``pairs`` that have any, events of all tasks.
    """
    found, made = [], study.tables
    for model, method in pairs:
        keys = {"model": model, "task": task, "method": method}
        if "hits" in made and _holds(study, "hits", **keys):
            found += _rows("hit", study.table("hits", **keys), where, "name")
            break
    if "truth" in made:
        found += _rows("planted", study.table("truth"), where, "motif")
    if "genes_bigbed" in study and study.place("genes_bigbed").exists():
        found += _genes(study.path("genes_bigbed"), where)
    if "windows" not in made:
        return found
    windows = study.windows()
    middle = windows["start"] + (windows["end"] - windows["start"]) // 2
    events = windows.assign(start=middle, end=middle + 1)[windows["role"] == "positive"]
    return found + _rows("event", events.assign(strand="."), where, "source")


def _rows(kind: str, table: object, where: Interval, name: str) -> list[Mark]:
    """The rows of a table of places (chrom, start, end, strand) that overlap ``where``."""
    near = (
        table["chrom"].eq(where.chrom)
        & (table["start"] < where.end)
        & (table["end"] > where.start)
    )
    return [
        Mark(kind, row.chrom, int(row.start), int(row.end), str(getattr(row, name)), row.strand)
        for row in table[near].itertuples()
    ]


def _genes(path: Path, where: Interval) -> list[Mark]:
    return [
        Mark("gene", where.chrom, start, end, name, strand)
        for start, end, (name, _, strand, *_) in bigbed_overlapping(path, where)
    ]


def _holds(study: Study, kind: str, **keys: str) -> bool:
    """Whether the study was planned to have this result."""
    rows = study.files(kind)
    return bool(np.logical_and.reduce([rows[key] == value for key, value in keys.items()]).any())


def _check(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise BadInput(
            f"there is no {what} {name!r}{nearest(name, known)}",
            expected=f"one of {', '.join(known)}",
        )
