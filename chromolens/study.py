"""A study that was run, opened: its tables, tracks, motifs, hits and models by name.

    study = chromolens.open_study("results/demo")
    study.table("lexicon")
    study.track("main", "bound").values("chr1:1200-1260")

A study's folder holds ``index.tsv``, which says where each result lies; nothing else here knows.
Opening reads that file alone. TensorFlow is loaded with the first network.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import chromolens
from chromolens import tables
from chromolens.errors import BadInput, nearest
from chromolens.tables.places import KEYS, TABLES
from chromolens.tables.study import INDEX

if TYPE_CHECKING:
    from chromolens.genome.fasta import Genome

_AGREEMENT = ("sd", "sign", "fold_mean", "fold_sd", "fold_sign")
TRACKS = {"raw": "track"} | {name: f"{name}_track" for name in ("scaled", *_AGREEMENT)}


def open_study(folder: str | Path) -> "Study":
    """The study in ``folder`` (``results/STUDY``).

    Raises
    ------
    BadInput
        There is no such folder, or no study has been run in it by this version.
    """
    folder = Path(folder)
    if not folder.is_dir():
        known = [path.name for path in folder.parent.glob("*/") if (path / "index.tsv").exists()]
        raise BadInput(
            f"there is no folder {folder}{nearest(folder.name, known)}",
            expected="a study's folder, results/STUDY",
        )
    index = folder / "index.tsv"
    if not index.is_file():
        raise BadInput(
            f"{folder} has no index.tsv, which says where its results lie",
            where=str(index),
            remedy="name a study's folder (results/STUDY); if it is one, run the study again",
        )
    return Study(folder, tables.read(INDEX, index))


@dataclass(frozen=True)
class Track:
    """One number per base of the genome, in a bigWig file."""

    path: Path

    def values(self, place: str) -> np.ndarray:
        """Values float32 (bases,) at ``chrom:start-end``, 0-based and half-open; NaN = absent.

        Raises BadInput for a place that is none, or not on the track's chromosomes.
        """
        from chromolens.genome.intervals import Interval
        from chromolens.tracks.bigwig import read_back

        where = Interval.parse(place)
        return read_back(self.path, where.chrom, where.start, where.end)


class Study:
    """A study's results. ``open_study`` makes it.

    Results have a kind, and as far as they differ in these a model, task, method, fold,
    replicate and shard (``KEYS``). Methods take the ones that are needed to say which is meant;
    where a study has one only, nothing needs to be said. All raise BadInput for what isn't there,
    and name what is.

    Parameters
    ----------
    folder
        The study's folder.
    index
        Columns ``kind``, ``KEYS``, ``path``, all text, empty where a file has none; paths count
        from the folder.
    """

    def __init__(self, folder: Path, index: pd.DataFrame):
        self.folder = folder
        self.index = index

    def __repr__(self) -> str:
        parts = {"models": self.models, "tasks": self.tasks, "methods": self.methods}
        said = "; ".join(f"{what} {', '.join(names) or 'none'}" for what, names in parts.items())
        return f"<study {self.folder}: {said}; {len(self.kinds)} kinds of results>"

    def __contains__(self, kind: str) -> bool:
        return kind in self.kinds

    def __getitem__(self, kind: str) -> pd.DataFrame:
        return self.table(kind)

    def _ipython_key_completions_(self) -> list[str]:
        return self.tables

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order of the config."""
        return self._names("model")

    @property
    def tasks(self) -> list[str]:
        """Names of the tasks that results are of; a profile network has two for each."""
        return self._names("task")

    @property
    def methods(self) -> list[str]:
        """Names of the attribution methods."""
        return self._names("method")

    @property
    def kinds(self) -> list[str]:
        """All kinds of results that the study was planned to have."""
        return list(self.index["kind"].unique())

    @property
    def tables(self) -> list[str]:
        """Those kinds that ``table`` reads, as far as all of their files have been made."""
        table = self.index[self.index["kind"].isin(list(TABLES))]
        made = [(self.folder / path).exists() for path in table["path"]]
        return [kind for kind, all_made in _all_of(table["kind"], made) if all_made]

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What made the study: code, versions, settings, checksums of inputs and models."""
        return json.loads(self.path("provenance").read_text())

    @property
    def config(self) -> dict[str, Any]:
        """The study's complete config."""
        return self.provenance["config"]

    def files(self, kind: str, **keys: str | int) -> pd.DataFrame:
        """The rows of the index of ``kind`` that agree with ``keys``, whether made yet or not."""
        _check(kind, self.kinds, "kind of result", str(self.folder))
        rows = self.index[self.index["kind"] == kind]
        for key, value in keys.items():
            _check(key, KEYS, "key of a result", ", ".join(f"{key}=" for key in KEYS))
            _check(str(value), rows[key].unique(), key, f"{kind} of {self.folder}")
            rows = rows[rows[key] == str(value)]
        return rows

    def paths(
        self, kind: str, by: Sequence[str] = KEYS, **keys: str | int
    ) -> dict[tuple[str, ...], Path]:
        """Paths of all files of ``kind``, made or not, by the values of ``by``."""
        rows = self.files(kind, **keys)
        places = list(zip(*(rows[key] for key in by), strict=True))
        if len(set(places)) < len(places):
            raise BadInput(f"files of {kind} differ in more than {', '.join(by)}")
        return dict(zip(places, [self.folder / path for path in rows["path"]], strict=True))

    def path(self, kind: str, **keys: str | int) -> Path:
        """The path of the one file of ``kind`` with ``keys``, which has been made."""
        return _made(self.place(kind, **keys), f"{_said(kind, keys)} of {self.folder}")

    def place(self, kind: str, **keys: str | int) -> Path:
        """The path that the one file of ``kind`` with ``keys`` has, or will have."""
        rows = self.files(kind, **keys)
        if len(rows) != 1:
            open_keys = [key for key in KEYS if rows[key].nunique() > 1]
            choices = [f"{key}= one of {', '.join(rows[key].unique())}" for key in open_keys]
            raise BadInput(
                f"{len(rows)} files of {self.folder} are {_said(kind, keys)}",
                expected=f"{' and '.join(choices)}" if choices else "other keys together",
            )
        return self.folder / rows["path"].iloc[0]

    def table(self, kind: str, **keys: str | int) -> pd.DataFrame:
        """A table: several files of ``kind`` one below the other.

        Columns as in ``docs/formats.md``; those of ``KEYS`` that a table lacks and that tell its
        files apart stand first. Names are text.
        """
        paths = self.paths(kind, **keys)
        if kind not in TABLES:
            raise BadInput(
                f"{kind} is no table",
                expected=f"one of {', '.join(self.tables)}",
                remedy=f"read the file: study.path({kind!r})",
            )
        parts = []
        for places, path in paths.items():
            part = _read(kind, _made(path, kind))
            told = {key: place for key, place in zip(KEYS, places, strict=True) if place}
            new = {key: place for key, place in told.items() if key not in part}
            parts.append(part.assign(**new)[[*new, *part.columns]] if len(paths) > 1 else part)
        return pd.concat(parts, ignore_index=True)

    def windows(self, model: str = "") -> pd.DataFrame:
        """The windows with the labels of all tasks, or as ``model`` was trained on them."""
        from chromolens.inputs.windows import read_windows

        named = {"model": model} if model else {}
        return read_windows(self.path("model_windows" if model else "windows", **named))

    def track(self, model: str, task: str, method: str = "", form: str = "raw") -> Track:
        """The track of contributions in one of the forms of ``TRACKS``.

        ``raw`` and ``scaled`` are out of fold; ``sd`` and ``sign`` are of replicates;
        ``fold_mean``, ``fold_sd`` and ``fold_sign`` are of all folds (``attribution.all_folds``).
        """
        _check(form, TRACKS, "form of a track", "the last argument of track")
        named = {"method": method} if method else {}
        return Track(self.path(TRACKS[form], model=model, task=task, **named))

    def prediction(self, model: str, task: str) -> Track:
        """The track of what ``model`` predicts, in units of the target."""
        return Track(self.path("prediction_track", model=model, task=task))

    def observed(self, task: str) -> Track:
        """The track of what was observed: signals, or the number of events."""
        return Track(self.path("observed_track", task=task))

    def bases(self, place: str) -> pd.DataFrame:
        """All tracks of the study at ``chrom:start-end`` (0-based, half-open), a row per base.

        Columns ``chrom``, ``start`` (0-based), ``base``; then a column per track that has been
        made, by its file's name: ``MODEL.TASK.METHOD``, ``...scaled``, ``MODEL.TASK.prediction``,
        ``TASK.observed``. NaN is absent.
        """
        from chromolens.genome.intervals import Interval

        where = Interval.parse(place)
        with self.genome() as genome:
            letters = genome.sequence(where.chrom, where.start, where.end)
        places = {"chrom": where.chrom, "start": range(where.start, where.end)}
        kinds = self.index["kind"].isin([*TRACKS.values(), "prediction_track", "observed_track"])
        paths = [self.folder / path for path in self.index.loc[kinds, "path"]]
        study = f"{self.config['study']}."
        values = {
            path.stem.removeprefix(study): Track(path).values(place)
            for path in paths
            if path.exists()
        }
        return pd.DataFrame(places | {"base": list(letters)} | values)

    def hits(self, model: str, task: str, method: str = "") -> pd.DataFrame:
        """Where the lexicon's motifs occur in the genome, a row per hit."""
        named = {"method": method} if method else {}
        return self.table("hits", model=model, task=task, **named)

    def motifs(self, reading: str = "lexicon", **keys: str | int) -> dict[str, np.ndarray]:
        """Motif -> frequencies (length, 4), of the ``lexicon``, ``merged``, ``patterns``, ...

        Every kind NAME_meme is a reading, called NAME.
        """
        from chromolens.motifs.meme import read_motifs

        readings = [kind.removesuffix("_meme") for kind in self.kinds if kind.endswith("_meme")]
        _check(reading, readings, "reading with motifs", str(self.folder))
        return read_motifs(self.path(f"{reading}_meme", **keys))

    def genome(self) -> "Genome":
        """The genome, opened: ``with study.genome() as genome: genome.sequence("chr1", 0, 9)``."""
        from chromolens.genome.fasta import Genome

        return Genome(self.path("genome"))

    def model(self, model: str, fold: str, replicate: int = 0) -> Any:
        """One network, loaded (``models.model.Model``); only here TensorFlow is needed."""
        path = self.path("network", model=model, fold=fold, replicate=replicate)
        return chromolens.load_model(path)

    def relative(self, path: Path) -> str:
        """``path`` as it counts from the study's folder."""
        return str(path.relative_to(self.folder))

    def _names(self, key: str) -> list[str]:
        return [name for name in self.index[key].unique() if name]


def _read(kind: str, path: Path) -> pd.DataFrame:
    """A table as it is declared; windows are declared for either kind of inputs."""
    if kind in ("windows", "model_windows"):
        from chromolens.inputs.windows import read_windows

        return read_windows(path)
    return tables.read(TABLES[kind], path)


def _made(path: Path, what: str) -> Path:
    if not path.exists():
        raise BadInput(
            f"{what} is not there yet", where=str(path), remedy="let the study run to its end"
        )
    return path


def _check(name: str, known: Iterable[str], what: str, where: str) -> None:
    known = list(known)
    if name not in known:
        raise BadInput(
            f"there is no {what} {name!r}{nearest(name, known)}",
            expected=f"one of {', '.join(filter(None, known))}",
            where=where,
        )


def _said(kind: str, keys: dict) -> str:
    return " ".join([kind, *(f"{key}={value}" for key, value in keys.items())])


def _all_of(kinds: Iterable[str], made: list[bool]) -> list[tuple[str, bool]]:
    return list(pd.Series(made, dtype=bool).groupby(list(kinds), sort=False).all().items())
