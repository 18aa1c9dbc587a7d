"""From one base of a track back to everything that made its value.

    python -m chromolens explain results/STUDY chr1:12345

This module alone knows how a study's folder is laid out, because that folder is its argument. It
imports no TensorFlow: networks are recognised by the digests of their files.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from chromolens.errors import BadInput, nearest
from chromolens.genome.intervals import Interval
from chromolens.provenance import file_digest
from chromolens.scores import Header, open_scores


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
    study, base = Path(study), _base(place)
    made = _record(study)
    if made["config"]["inputs"]["kind"] != "genome":
        raise BadInput("only tracks over a genome are explained base by base", where=str(study))
    covering = sorted(path for path in _shards(study) if _region(path, base))
    if not covering:
        raise BadInput(
            f"no shard of {study} explains {place}",
            where=str(study / "attribution"),
            remedy="look in inputs/folds.tsv which chromosomes are explained",
        )
    found = [answer for path in covering for answer in _answers(path, base, made, study)]
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


def _record(study: Path) -> dict:
    path = study / "provenance.json"
    if not path.is_file():
        raise BadInput(
            f"{study} has no provenance.json",
            where=str(path),
            remedy="name a study's folder (results/STUDY), and let the study run to its end",
        )
    return json.loads(path.read_text())


def _shards(study: Path) -> list[Path]:
    return [path for folder in study.glob("attribution/*/*") for path in _shards_in(folder)]


def _shards_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.h5") if path.name != "windows.h5")


def _regions(path: Path) -> list[Interval]:
    """The regions of the shard ``path``: its name says which; none for a shard of records."""
    try:
        return [Interval.from_name(name) for name in path.stem.split("+")]
    except BadInput:
        return []


def _region(path: Path, base: Interval) -> Interval | None:
    return next((region for region in _regions(path) if region.contains(base)), None)


def _answers(path: Path, base: Interval, made: dict, study: Path) -> Iterator[dict]:
    region = _region(path, base)
    with open_scores(path) as file:
        header = Header.read(file)
        group = file[region.name]
        column = base.start - region.start
        for row, task in enumerate(header.tasks):
            yield {
                "place": f"{base.chrom}:{base.end}",
                "study": header.study,
                "model": header.model,
                "method": header.method,
                "task": task,
                "contribution": float(group["contributions"][row, column]),
                "prediction": float(group["predictions"][row, column]),
                "track": _track(study, header, task, base),
                "windows": _windows(path.parent, row, base, header),
                "shard": str(path.relative_to(study)),
                "fold": header.fold,
                "networks": [_network(study, digest, made) for digest in header.models],
                "settings": header.settings,
                "code": header.provenance.get("code"),
                "run": header.run,
                "study code": {key: made.get(key) for key in ("chromolens", "commit", "code")},
                "inputs": made.get("inputs", {}),
            }


def _track(study: Path, header: Header, task: str, base: Interval) -> dict | None:
    """The track's own value, which must be that of the shard; None where it isn't written."""
    from chromolens.tracks.bigwig import read_back

    name = f"{header.study}.{header.model}.{task}.{header.method}.bw"
    path = study / "tracks" / name
    if not path.is_file():
        return None
    value = read_back(path, base.chrom, base.start, base.end)
    return {"file": f"tracks/{name}", "value": float(value[0])}


def _windows(folder: Path, row: int, base: Interval, header: Header) -> list[dict]:
    """The windows over the base; a shard holds those that start in its regions."""
    width = header.settings["tiling"]["window"]
    reach = Interval(base.chrom, max(0, base.start - width + 1), base.end)
    found = []
    for path in _shards_in(folder):
        for region in filter(reach.overlaps, _regions(path)):
            with open_scores(path) as file:
                found += _starting_in(file[region.name], row, reach, width)
    return sorted(found, key=lambda window: Interval.parse(window["window"]).start)


def _starting_in(group: object, row: int, reach: Interval, width: int) -> list[dict]:
    starts = np.asarray(group["window_start"])
    arrays = ("values", "reference_values", "completeness_error")
    return [
        {"window": str(Interval(reach.chrom, int(starts[i]), int(starts[i]) + width))}
        | {name: float(group[name][row, i]) for name in arrays}
        for i in np.flatnonzero((starts >= reach.start) & (starts < reach.end))
    ]


def _network(study: Path, digest: str, made: dict) -> dict:
    """The file that a digest belongs to: now in the folder, and when the study was recorded."""
    recorded = [name for name, known in made.get("models", {}).items() if known == digest]
    files = sorted(study.glob("models/*/*.keras"))
    now = [str(path.relative_to(study)) for path in files if file_digest(path) == digest]
    return {
        "sha256": digest,
        "file": (now or ["not in this folder any more"])[0],
        "recorded": bool(recorded),
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
