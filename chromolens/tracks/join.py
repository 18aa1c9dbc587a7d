"""Put the shards of a study together: one track per task, or one file of records.

Shards must be of one making and cover what was planned exactly once; else nothing is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.runlog import progress
from chromolens.scores import COVERED, Header, open_scores
from chromolens.tracks.answers import PER_WINDOW
from chromolens.tracks.bigwig import BLOCK, Piece, write_pieces
from chromolens.tracks.mixture import check_same, read_headers
from chromolens.tracks.records import GROUP
from chromolens.tracks.scaling import relative_scales
from chromolens.tracks.tiling import Cover

if TYPE_CHECKING:
    from chromolens.inputs.batches import Inputs

Placed = tuple[Interval, str]
_RECORDS_AT_ONCE = 1024


def join_track(
    shard_files: Sequence[str | Path],
    path: str | Path,
    sizes: Mapping[str, int],
    *,
    task: str,
    array: str = "contributions",
    scales: Mapping[str, float] | None = None,
    planned: Sequence[Interval] | None = None,
) -> None:
    """Write the bigWig ``path`` of one array of one task.

    Parameters
    ----------
    sizes
        Length (bp) of every chromosome, in the order of the FASTA.
    array
        ``contributions``, ``predictions``, ``sd`` or ``sign``.
    scales
        Each fold's scale (``scaling.read_scales``): values are divided by it over the mean of
        the scales. None: raw. For contributions and sd.
    planned
        What the shards must cover; every chromosome of ``sizes`` by default.
    """
    headers = read_headers(list(shard_files))
    check_same(headers)
    index = _task_index(headers, task)
    divisors = _divisors(headers, scales)
    regions = sorted((region, file) for file in headers for region in _regions(file, array))
    whole = [Interval(chrom, 0, size) for chrom, size in sizes.items()]
    check_cover(regions, whole if planned is None else planned)
    order = {chrom: place for place, chrom in enumerate(sizes)}
    regions.sort(key=lambda one: (order.get(one[0].chrom, len(order)), one[0].start))
    parts = progress(regions, total=len(regions), what=Path(path).name)
    write_pieces(path, sizes, _pieces(parts, array, index, divisors))


def join_records(
    shard_files: Sequence[str | Path],
    path: str | Path,
    inputs: "Inputs",
    *,
    task: str,
    rows: np.ndarray | None = None,
) -> None:
    """Write one task's contributions to records as the HDF5 file ``path``.

    Its arrays are ``scores.EXPORT``: one number per position and, of DNA, ``raw/seq`` and
    ``projected_shap/seq`` as chrombpnet lays them out (n, 4, L). Records stand in the order of
    ``rows`` of ``inputs`` (all by default), which the shards must hold exactly once.
    """
    headers = read_headers(list(shard_files))
    check_same(headers)
    index = _task_index(headers, task)
    rows = np.arange(len(inputs.windows)) if rows is None else rows
    places = check_records(_record_ids(headers), inputs.windows["id"].iloc[rows].tolist())
    with scores.written(path, _joined_header(headers)) as file:
        sizes = {"window": len(rows), "position": inputs.length, "channel": inputs.channels}
        arrays = [one for one in scores.EXPORT if inputs.dna or "channel" not in one.dims]
        scores.create(file, arrays, sizes)
        for shard in headers:
            _copy_records(shard, file, index, inputs, rows, places)


def _record_ids(headers: Mapping[str, Header]) -> dict[str, list[str]]:
    found = {}
    for path in headers:
        with open_scores(path) as file:
            found[path] = list(file[GROUP]["id"].asstr()[:])
    return found


def _joined_header(headers: Mapping[str, Header]) -> Header:
    """Header of the whole: every fold's networks, no shard."""
    models = {digest for header in headers.values() for digest in header.models}
    folds = {header.fold for header in headers.values()}
    first = next(iter(headers.values()))
    return replace(first, shard="", fold=",".join(sorted(folds)), models=sorted(models), run={})


def _copy_records(
    path: str,
    file: h5py.File,
    index: int,
    inputs: "Inputs",
    rows: np.ndarray,
    places: Mapping[str, int],
) -> None:
    """Put the records of one shard in their places, some at a time."""
    with open_scores(path) as shard:
        group = shard[GROUP]
        ids = group["id"].asstr()[:]
        for start in range(0, len(ids), _RECORDS_AT_ONCE):
            here = np.array([places[name] for name in ids[start : start + _RECORDS_AT_ONCE]])
            chosen = slice(start, start + len(here))
            onehot = inputs.arrays(rows[here]) if inputs.dna else None
            found = _exported(group, index, chosen, onehot)
            for place, row in enumerate(here):
                for key, array in found.items():
                    file[key][row] = array[place]


def _exported(
    group: h5py.Group, index: int, chosen: slice, onehot: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.EXPORT`` for some records of a shard; ``onehot`` of DNA."""
    contributions = group["contributions"][index, chosen]
    found = {key: group[key][index, chosen] for key in PER_WINDOW}
    found |= {"id": group["id"][chosen], "contributions": contributions}
    if onehot is None:
        return found
    return found | {
        "raw/seq": onehot.transpose(0, 2, 1).astype(np.int8),
        "projected_shap/seq": (onehot * contributions[..., None]).transpose(0, 2, 1),
    }


def _task_index(headers: Mapping[str, Header], task: str) -> int:
    if not headers:
        raise BadInput("there is no shard to join")
    path, header = next(iter(headers.items()))
    if task not in header.tasks:
        raise BadInput(
            f"task {task!r} was not explained", expected=f"one of {header.tasks}", where=path
        )
    return header.tasks.index(task)


def _divisors(
    headers: Mapping[str, Header], scales: Mapping[str, float] | None
) -> dict[str, float]:
    """What the values of each file are divided by."""
    if scales is None:
        return dict.fromkeys(headers, 1.0)
    unknown = {header.fold for header in headers.values()} - set(scales)
    if unknown:
        raise BadInput(
            f"no scale is known of {', '.join(sorted(unknown))}",
            expected=f"folds {', '.join(scales)}",
        )
    relative = relative_scales(scales)
    return {path: relative[header.fold] for path, header in headers.items()}


def _pieces(
    regions: Iterable[Placed], array: str, index: int, divisors: Mapping[str, float]
) -> Iterator[Piece]:
    """The values of one ``array`` and task (place in the header); one file is open at a time."""
    for path, own in groupby(regions, key=itemgetter(1)):
        with open_scores(path, [array, *COVERED], index) as file:
            for region, _ in own:
                values, cover = file[region.name][array], Cover.read(file[region.name])
                for low in range(0, len(cover), BLOCK):
                    found = values[index, low : low + BLOCK] / np.float32(divisors[path])
                    for base, columns in cover.laid_out(low, low + len(found)):
                        yield region.chrom, base, found[columns]


def _regions(path: str, array: str) -> list[Interval]:
    """Regions of a finished shard; BadInput if they lack ``array``."""
    with open_scores(path, []) as file:
        names = [name for name, item in file.items() if isinstance(item, h5py.Group)]
        for name in names:
            if array not in file[name]:
                raise BadInput(
                    f"no array {array!r}",
                    expected=f"one of {sorted(file[name])}",
                    where=f"{path}, {name}",
                    remedy="sd and sign need folds.replicates of 2 or more",
                )
        return [Interval.from_name(name) for name in names]


def by_chromosome(regions: Sequence[Placed]) -> dict[str, list[Placed]]:
    """(region, file) by chromosome, order kept."""
    found: dict[str, list[Placed]] = {}
    for region, path in regions:
        found.setdefault(region.chrom, []).append((region, path))
    return found


def check_cover(regions: Sequence[Placed], planned: Sequence[Interval]) -> None:
    """BadInput unless ``regions`` (sorted, with their files) are ``planned`` exactly once."""
    for (one, path), (other, other_path) in zip(regions, regions[1:], strict=False):
        if one.overlaps(other):
            raise BadInput(
                f"{one} and {other} overlap: a base must come from one shard",
                where=f"{path}, {other_path}",
            )
    have = _merged([region for region, _ in regions])
    want = _merged(sorted(planned))
    missing, surplus = _without(want, have), _without(have, want)
    if missing or surplus:
        _refuse(missing, surplus, regions)


def _refuse(missing: list[Interval], surplus: list[Interval], regions: Sequence[Placed]) -> None:
    paths = {path for region, path in regions for other in surplus if region.overlaps(other)}
    raise BadInput(
        f"the shards are not what was planned: {len(missing)} stretches are missing, "
        f"{len(surplus)} were not planned",
        expected="every planned base in exactly one shard",
        where=f"missing: {_listed(missing)}; not planned: {_listed([*surplus, *sorted(paths)])}",
        remedy="run the missing shards; remove files left from another plan",
    )


def _listed(items: Sequence[object]) -> str:
    shown = ", ".join(str(item) for item in items[:5]) or "none"
    return shown + (f" and {len(items) - 5} more" if len(items) > 5 else "")


def _merged(ordered: Sequence[Interval]) -> list[Interval]:
    """Sorted intervals with neighbours put together."""
    found: list[Interval] = []
    for interval in ordered:
        if found and found[-1].chrom == interval.chrom and interval.start <= found[-1].end:
            last = found.pop()
            interval = Interval(last.chrom, last.start, max(last.end, interval.end))
        found.append(interval)
    return found


def _without(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """Stretches of ``these`` that are in none of ``those`` (both merged)."""
    others = by_chromosome([(interval, "") for interval in those])
    found = []
    for interval in these:
        start = interval.start
        for other, _ in others.get(interval.chrom, ()):
            if other.overlaps(interval):
                if start < other.start:
                    found.append(Interval(interval.chrom, start, other.start))
                start = other.end
        if start < interval.end:
            found.append(Interval(interval.chrom, start, interval.end))
    return found


def check_records(found: Mapping[str, Sequence[str]], planned: Sequence[str]) -> dict[str, int]:
    """Place of each planned record; BadInput unless the files hold each exactly once."""
    places = {name: place for place, name in enumerate(planned)}
    seen: dict[str, str] = {}
    for path, names in found.items():
        for name in names:
            if name in seen or name not in places:
                other = seen.get(name, "no plan")
                raise BadInput(
                    f"record {name!r} is in {path} and in {other}",
                    expected="every planned record in exactly one shard",
                    remedy="remove files left from another plan",
                )
            seen[name] = path
    missing = [name for name in planned if name not in seen]
    if missing:
        raise BadInput(
            f"{len(missing)} records were not explained",
            where=_listed(missing),
            remedy="run the missing shards",
        )
    return places
