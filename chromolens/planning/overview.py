"""What a study comes to, in a few lines: told before the first job."""

import os
from collections.abc import Iterable, Mapping

import pandas as pd

from chromolens.inputs.download import check_mirror
from chromolens.inputs.folds import Folds
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import class_names, read_source
from chromolens.planning import sources
from chromolens.planning.machine.disk import amount, free
from chromolens.planning.regions import Starts

_LARGEST = 200_000_000
"""Bytes: files of records that are larger are not counted, as a plan takes seconds."""


def title(study: str, tasks: list[str], models: pd.DataFrame, folds: Folds, bases: int) -> str:
    """``demo: 1 task, 2 models, 4 folds, 2.0 Mb``; ``bases`` of the genome that is explained."""
    parts = [(len(tasks), "task"), (len(models), "model"), (len(folds.roles), "fold")]
    said = [_many(number, what) for number, what in parts]
    extent = f"{bases / 1e6:,.1f} Mb" if bases >= 1e5 else f"{bases:,} bp"
    return f"{study}: {', '.join(said + [extent] * bool(bases))}"


def lines(
    config: dict,
    settings: dict,
    downloaded: str,
    sizes: Mapping[str, int],
    models: pd.DataFrame,
    trainings: pd.DataFrame,
    methods: pd.DataFrame,
    windowed: pd.DataFrame,
    placed: Mapping[str, Starts | None],
    room: tuple[float, int, int],
    folder: str,
) -> list[str]:
    """Inputs, trainings, explanations and disk, a line each; small files of inputs are read.

    Parameters
    ----------
    config, settings, downloaded
        The completed config, its inputs with all files local, and where downloads will lie.
    sizes
        Bases of each chromosome; empty without a genome.
    models, trainings, methods, windowed
        Tables of ``plan``.
    placed
        What ``regions.windows`` gives.
    room
        What ``disk.room`` gives.
    folder
        Where the results will lie.

    Raises
    ------
    BadInput
        For peaks or records that a job would refuse, or a file that the mirror lacks.
    """
    told = {
        "inputs": _inputs(config, settings, downloaded, sizes),
        "train": _trained(models, trainings),
        "explain": _explained(models, methods, windowed, placed, bool(sizes))
        + "; tracks by all folds too" * config["attribution"]["all_folds"],
        "disk": f"{_room(*room)}, {amount(free(folder))} free",
    }
    return [f"  {name:<9}{text}" for name, text in told.items()]


def _room(need: float, left: int, files: int) -> str:
    if not left:
        return "all shards and tracks are there" if files else "no tracks along a genome"
    return f"{amount(need)} for {left:,} shards and tracks that are not there yet"


def _inputs(config: dict, settings: dict, downloaded: str, sizes: Mapping[str, int]) -> str:
    fetched = sources.downloads(config).itertuples()
    absent = [row.url for row in fetched if not os.path.exists(f"{downloaded}/{row.path}")]
    for url in absent:
        check_mirror(url)
    more = [f"{_many(len(absent), 'file')} to fetch"] if absent else []
    if settings.get("simulate"):
        counted = [f"{settings['simulate']['events']:,} events to simulate"]
    elif settings.get("peaks"):
        counted = _events(settings, downloaded, sizes)
    elif settings.get("sequences"):
        counted = _records(settings["sequences"], downloaded)
    else:
        counted = [_files(sources.files(sources.observations(settings)), downloaded)]
    return "; ".join(counted + more)


def _events(settings: dict, downloaded: str, sizes: Mapping[str, int]) -> list[str]:
    """Events of each task, of the files that can be read before the first job."""
    counted, absent, names = [], [], settings["chromosome_names"]
    for task, given in settings["peaks"].items():
        paths = [sources.at_hand(path, downloaded) for path in sources.files(given)]
        if all(paths):
            counted.append(f"{task} {sum(len(read_peaks(p, sizes, names)) for p in paths):,}")
        else:
            absent.append(task)
    said = [f"events: {', '.join(counted)}"] if counted else []
    return said + ([f"not counted yet: {', '.join(absent)}"] if absent else [])


def _records(given: list[dict], downloaded: str) -> list[str]:
    """Records of the sources that can be read now and are not large."""
    classes, counted, rest = class_names(given), 0, 0
    for source in given:
        local = _at_hand(source, downloaded)
        if local is None or _size(sources.files(_paths(local))) > _LARGEST:
            rest += 1
        else:
            counted += len(read_source(local, classes))
    said = [f"{counted:,} records"] if rest < len(given) else []
    return said + ([f"{_many(rest, 'source')} not counted: made first, or large"] if rest else [])


def _paths(source: Mapping) -> list:
    return [source.get(key) for key in ("fasta", "labels", "table", "splits")]


def _at_hand(source: dict, downloaded: str) -> dict | None:
    """``source`` with its files where they can be read now; None where one can't be."""
    found = {path: sources.at_hand(path, downloaded) for path in sources.files(_paths(source))}
    if not all(found.values()):
        return None
    splits = {name: found[path] for name, path in source.get("splits", {}).items()}
    own = {k: found[v] for k, v in source.items() if isinstance(v, str) and v in found}
    return source | own | ({"splits": splits} if splits else {})


def _files(paths: list[str], downloaded: str) -> str:
    found = [path for path in (sources.at_hand(path, downloaded) for path in paths) if path]
    said = f"{_many(len(found), 'file')}, {amount(_size(found))}"
    return f"{_many(len(paths), 'file')} to make" if paths and not found else said


def _size(paths: Iterable[str]) -> int:
    return sum(os.path.getsize(path) for path in paths if os.path.isfile(path))


def _trained(models: pd.DataFrame, trainings: pd.DataFrame) -> str:
    own = models.loc[[not file for file in models["file"]], "model"]
    if own.empty:
        return "nothing: the networks are given"
    rows = trainings[trainings["model"].isin(own)]
    shape = (len(own), rows["fold"].nunique(), rows["replicate"].nunique())
    words = ("model", "fold", "replicate")
    said = [_many(n, word) for n, word in zip(shape, words, strict=True)]
    given = f"; {len(models) - len(own)} given" if len(own) < len(models) else ""
    return f"{_many(len(rows), 'training')}: {' x '.join(said)}{given}"


def _explained(
    models: pd.DataFrame,
    methods: pd.DataFrame,
    windowed: pd.DataFrame,
    placed: Mapping[str, Starts | None],
    genome: bool,
) -> str:
    names = ", ".join(models.loc[models["explained"], "model"])
    every, by_what = "every base" if genome else "every held-out record", dict[str, list[str]]()
    for name in methods.loc[methods["tracked"], "method"] if names else ():
        what = _placed(placed[name]) if name in placed else every
        by_what.setdefault(what, []).append(name)
    said = [f"{what} by {', '.join(by)} (model {names})" for what, by in by_what.items()]
    tasks = {row.model: len(row.explains) for row in models.itertuples()}
    most = methods.set_index("method")["windows"]
    windows = sum(most[row.method] * tasks[row.model] for row in windowed.itertuples())
    return "; ".join(said + ([f"up to {windows:,} windows in full"] if windows else [])) or "none"


def _placed(starts: Starts | None) -> str:
    """The windows of a method that explains regions."""
    if starts is None:
        return "windows on regions (not counted yet)"
    return f"{_many(sum(map(len, starts.values())), 'window')} on regions"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
