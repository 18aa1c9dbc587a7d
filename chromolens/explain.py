"""From one base of a track back to everything that made its value.

    chromolens explain results/STUDY chr1:12345

It imports no TensorFlow: networks are recognised by the digests of their files.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from chromolens.errors import BadInput, nearest
from chromolens.genome.intervals import Interval, check_inside
from chromolens.provenance import file_digest
from chromolens.report.plots.stretch import marks, observed
from chromolens.scores import COVERED, Header, open_scores
from chromolens.study import Study, Track, open_study
from chromolens.tracks.tiling import Cover, Series, Tiling, grid, on_circles, read_series, touching

_NOT_HELD = "in no shard: it starts in a gap between blocks, or its shard is not there"


def explain(study: str | Path, place: str, *, task: str = "", method: str = "") -> list[dict]:
    """What made the value of every track at one base.

    Parameters
    ----------
    study
        The study's folder, ``results/STUDY``.
    place
        ``chrom:position``, 1-based as genome browsers show it.
    task, method
        Only these; all where empty.

    Returns
    -------
    One dict per model, method and task whose shards cover the base: see ``describe`` for the keys.

    Raises
    ------
    BadInput
        No such folder, chromosome, task or method; or a base that nothing explains.
    """
    opened, base = open_study(study), _base(place)
    if opened.config["inputs"]["kind"] != "genome":
        raise BadInput("only tracks over a genome are explained base by base", where=str(study))
    check_inside(base, _sizes(opened), str(study))
    covering = sorted(path for path in _shards(opened) if _region(path, base))
    if not covering:
        raise BadInput(
            f"no shard of {study} explains {place}",
            where=str(study),
            remedy=f"look in {opened.place('folds')} which stretches are explained",
        )
    found = [answer for path in covering for answer in _answers(path, base, opened)]
    if not found:
        raise _unexplained(covering, base, place)
    for key, wanted in (("task", task), ("method", method)):
        _check_wanted(wanted, sorted({answer[key] for answer in found}), key)
        found = [answer for answer in found if wanted in ("", answer[key])]
    return found


def describe(answers: list[dict]) -> str:
    """``answers`` as indented text, one block each."""
    return "\n\n".join("\n".join(_lines(answer)) for answer in answers)


def _base(place: str) -> Interval:
    chrom, _, position = place.replace(",", "").rpartition(":")
    if not chrom or not position.isdecimal() or int(position) < 1:
        raise BadInput(
            f"{place!r} is no place", expected="chrom:position, the first base is 1: chr1:12345"
        )
    return Interval(chrom, int(position) - 1, int(position))


def _sizes(study: Study) -> dict[str, int]:
    return study.table("chromosomes").set_index("chrom")["length"].to_dict()


def _shards(study: Study, **run: str) -> list[Path]:
    """The shards that have been made, of one model and method or of all."""
    paths = study.paths("shard", **run).values() if "shard" in study else []
    return [path for path in paths if path.is_file()]


def _regions(path: Path) -> list[Interval]:
    """The regions of the shard ``path``: none for a shard of records.

    Its name says which, or, as FIRST..LAST, only the first and the last of them.
    """
    names = path.stem.split("+")
    if ".." in path.stem:
        with open_scores(path) as file:
            names = list(file)
    try:
        return [Interval.from_name(name) for name in names]
    except BadInput:
        return []


def _region(path: Path, base: Interval) -> Interval | None:
    return next((region for region in _regions(path) if region.contains(base)), None)


def _unexplained(covering: list[Path], base: Interval, place: str) -> BadInput:
    """The error about a base of ``covering`` shards that none of their windows covers."""
    ends = []
    for path in covering:
        with open_scores(path, COVERED) as file:
            cover, method = Cover.read(file[_region(path, base).name]), Header.read(file).method
        ends += [(abs(end - base.start), end, method) for end in (*cover.starts, *cover.ends - 1)]
    nearest = [f"{base.chrom}:{end + 1} by {method}" for _, end, method in sorted(ends)[:1]]
    return BadInput(
        f"no window that was explained covers {place}: it lies outside of the regions",
        expected=f"the nearest base with a value is {nearest[0]}" if nearest else "",
        where=", ".join(map(str, covering)),
        remedy="say regions: genome (attribution.methods) to explain every base",
    )


def _answers(path: Path, base: Interval, study: Study) -> Iterator[dict]:
    region, made = _region(path, base), study.provenance
    with open_scores(path) as file:
        header = Header.read(file)
        group = file[region.name]
        columns = Cover.read(group).columns(base.start, base.end)
        tasks = header.tasks if columns.stop > columns.start else []  # else between regions
        for row, task in enumerate(tasks):
            column = columns.start
            track = _track(study, header, task, base)
            value = float(group["contributions"][row, column])
            yield _unlike(value, track) | {
                "place": f"{base.chrom}:{base.end}",
                "study": header.study,
                "model": header.model,
                "method": header.method,
                "task": task,
                "contribution": value,
                "prediction": float(group["predictions"][row, column]),
                "track": track,
                "observed": _observed(study, base, task),
                "here": _here(study, base, task, header),
                "windows": _windows(study, row, base, header),
                "shard": study.relative(path),
                "fold": header.fold,
                "networks": [_network(study, digest) for digest in header.models],
                "settings": header.settings,
                "code": header.provenance.get("code"),
                "run": header.run,
                "study code": {key: made.get(key) for key in ("chromolens", "commit", "code")},
                "inputs": made.get("inputs", {}),
            }


def _track(study: Study, header: Header, task: str, base: Interval) -> dict | None:
    """The track's own value, which must be that of the shard; None where it isn't written."""
    paths = study.paths("track", ("model", "task", "method")) if "track" in study else {}
    path = paths.get((header.model, task, header.method))
    if path is None or not path.is_file():
        return None
    return {"file": study.relative(path), "value": float(Track(path).values(str(base))[0])}


def _observed(study: Study, base: Interval, task: str) -> float | None:
    """What was observed there; None where the study has no such track."""
    values = observed(study, base, task)
    return None if values is None else float(values[0])


def _here(study: Study, base: Interval, task: str, header: Header) -> str:
    """Hits, planted instances and events over the base, places counted from 1."""
    found = marks(study, base, task, [(header.model, header.method)])
    said = [f"{m.kind} {m.name} {m.chrom}:{m.start + 1}-{m.end} {m.strand}" for m in found]
    return ", ".join(said) or "no hit, planted instance or event"


def _unlike(value: float, track: dict | None) -> dict[str, str]:
    """What to say first where a shard and its track give a base different values."""
    if track is None or np.array_equal(value, track["value"], equal_nan=True):
        return {}
    return {
        "NOT THE SAME": f"the shard says {value:.9g}, {track['file']} {track['value']:.9g}: one "
        "is damaged or of another run. Remove the track and run the study again"
    }


def _windows(study: Study, row: int, base: Interval, header: Header) -> list[dict]:
    """The windows over the base; a shard holds the numbers of those that begin in its regions."""
    tiling = Tiling(**header.settings["tiling"])
    reach = Interval(base.chrom, max(0, base.start - tiling.kept + 1), base.end)
    found = []
    for path in _shards(study, model=header.model, method=header.method):
        for region in filter(reach.overlaps, _regions(path)):
            with open_scores(path) as file:
                found += _beginning_in(file[region.name], row, reach, tiling)
    series = on_circles(series_of(study, header), _circular(study), tiling.window)
    starts = series(base.chrom)
    over = starts[touching(starts + tiling.margin, tiling.kept, base)].tolist()
    size = _sizes(study)[base.chrom]
    on_line = [start % size for start in over]
    names = [str(Interval(base.chrom, start, start + tiling.window)) for start in on_line]
    held = {window["window"] for window in found}
    found += [{"window": name, "numbers": _NOT_HELD} for name in names if name not in held]
    return sorted(found, key=lambda window: Interval.parse(window["window"]).start)


def series_of(study: Study, header: Header) -> Series:
    """The windows of each chromosome that a shard of ``header`` was made of."""
    tables = study.paths("regions", ("method",)) if "regions" in study else {}
    if (header.method,) in tables:
        return read_series(str(tables[header.method,]))
    return grid(_sizes(study), Tiling(**header.settings["tiling"]), _circular(study))


def _circular(study: Study) -> dict[str, int]:
    sizes = _sizes(study)
    return {chrom: sizes[chrom] for chrom in study.config["inputs"].get("circular", [])}


def _beginning_in(group: object, row: int, reach: Interval, tiling: Tiling) -> list[dict]:
    starts = np.asarray(group["window_start"])
    kept, arrays = starts + tiling.margin, ("values", "reference_values", "completeness_error")
    return [
        {"window": str(Interval(reach.chrom, int(starts[i]), int(starts[i]) + tiling.window))}
        | {name: float(group[name][row, i]) for name in arrays}
        for i in np.flatnonzero((kept >= reach.start) & (kept < reach.end))
    ]


def _network(study: Study, digest: str) -> dict:
    """The file that a digest belongs to: now in the folder, and when the study was recorded."""
    recorded = study.provenance.get("models", {}).values()
    files = sorted(path for path in study.paths("network").values() if path.is_file())
    now = [study.relative(path) for path in files if file_digest(path) == digest]
    return {
        "sha256": digest,
        "file": (now or ["not in this folder any more"])[0],
        "recorded": digest in recorded,
    }


def _check_wanted(name: str, known: list[str], what: str) -> None:
    if name and name not in known:
        raise BadInput(
            f"no {what} {name!r} is explained there{nearest(name, known)}",
            expected=f"one of {', '.join(known)}",
        )


def _lines(value: object, key: str = "", depth: int = 0) -> Iterator[str]:
    """Nested dicts and lists as indented lines."""
    indent = "  " * depth
    if isinstance(value, dict):
        if key:
            yield f"{indent}{key}"
        for inner, part in value.items():
            yield from _lines(part, inner, depth + bool(key))
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        yield f"{indent}{key} ({len(value)})"
        for part in value:
            yield f"{indent}  " + ", ".join(f"{name} {_text(one)}" for name, one in part.items())
    else:
        yield f"{indent}{key}: {_text(value)}"


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
