"""Explain regions of the genome, base by base, in one file that can be continued.

A region is worked off in stretches, each with all windows that touch it: neighbouring
stretches compute the few windows across their border twice, and in return no stretch needs
to know of another. So memory depends on a stretch, and a base gets the same bits whatever the
shards, the stretches and the interruptions.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval, check_inside
from chromolens.genome.onehot import codes_to_onehot
from chromolens.runlog import progress
from chromolens.tracks.answers import (
    PER_WINDOW,
    answer,
    combined,
    default_windows,
    header_of,
    job_digest,
)
from chromolens.tracks.method import Method
from chromolens.tracks.partial import record, resumable
from chromolens.tracks.replicates import agreement
from chromolens.tracks.stitching import stitch
from chromolens.tracks.tiling import Tiling, starting_in, touching, window_starts

if TYPE_CHECKING:
    from chromolens.genome.fasta import Genome
    from chromolens.models.model import Model


def explain_shard(
    models: Sequence["Model"],
    genome: "Genome",
    regions: Sequence[Interval],
    target: str,
    *,
    method: Method,
    tiling: Tiling,
    origin: scores.Origin,
    windows_at_once: int | None = None,
) -> None:
    """Write the scores file ``target`` (``scores.REGION``, ``scores.TILING``) of ``regions``.

    Parameters
    ----------
    models
        The replicates of one fold: contributions are their mean; with two or more, ``sd`` and
        ``sign`` are written too.
    windows_at_once
        Windows per stretch: memory, and how much a killed job loses. By default what fits
        64 MB per model, at most 4096. Changes no number.
    """
    _check(models, genome, regions, tiling)
    header = header_of(models, method, origin, {"tiling": tiling.settings()})
    names = [region.name for region in regions]
    digest = job_digest(header, method, names)
    size = windows_at_once or default_windows(tiling.window, len(method.tasks), method.batch_size)
    create = _layout(header, regions, genome.sizes, tiling, len(models))
    with resumable(target, digest, create) as file:
        work = list(_stretches(file["finished"][:], regions, tiling, size))
        for index, stretch in progress(work, total=len(work), what=origin.shard):
            group = file[names[index]]
            _store(group, stretch, _explain_stretch(models, genome, stretch, method, tiling))
            record(file, file["finished"], index, stretch.end - regions[index].start)


def _check(
    models: Sequence["Model"], genome: "Genome", regions: Sequence[Interval], tiling: Tiling
) -> None:
    for region in regions:
        check_inside(region, genome.sizes)
    for model in models:
        if model.length != tiling.window:
            raise BadInput(
                f"the model reads {model.length} bp, the tiling has windows of {tiling.window} bp",
                where=f"model {model.digest}",
            )


def _layout(
    header: scores.Header,
    regions: Sequence[Interval],
    sizes: dict[str, int],
    tiling: Tiling,
    replicates: int,
) -> Callable[[h5py.File], None]:
    """A function that lays out an empty file for ``regions``."""
    arrays = [*scores.REGION, *scores.TILING]
    arrays += scores.REGION_AGREEMENT if replicates > 1 else ()

    def create(file: h5py.File) -> None:
        header.write(file)
        for region in regions:
            starts = _own_starts(region, sizes, tiling)
            group = file.create_group(region.name)
            lengths = {"task": len(header.tasks), "base": len(region), "window": len(starts)}
            scores.create(group, arrays, lengths)
            group["window_start"][:] = starts
        finished = scores.Array("finished", "int64", ("region",), "bp", "explained so far")
        scores.create(file, [finished], {"region": len(regions)})

    return create


def _own_starts(region: Interval, sizes: dict[str, int], tiling: Tiling) -> np.ndarray:
    starts = window_starts(sizes[region.chrom], tiling.window, tiling.stride)
    return starting_in(starts, region)


def _stretches(
    finished: np.ndarray, regions: Sequence[Interval], tiling: Tiling, size: int
) -> Iterator[tuple[int, Interval]]:
    """What is left to do: stretches that about ``size`` windows touch, with their region."""
    across = -(-tiling.window // tiling.stride)
    length = max(size - across, 1) * tiling.stride
    for index, region in enumerate(regions):
        for start in range(region.start + int(finished[index]), region.end, length):
            yield index, Interval(region.chrom, start, min(start + length, region.end))


def _explain_stretch(
    models: Sequence["Model"],
    genome: "Genome",
    stretch: Interval,
    method: Method,
    tiling: Tiling,
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.REGION`` and ``scores.TILING`` for one stretch.

    Per-window arrays are those of the windows that start in the stretch.
    """
    starts = window_starts(genome.sizes[stretch.chrom], tiling.window, tiling.stride)
    near = touching(starts, tiling.window, stretch)
    codes = _read_windows(genome, stretch.chrom, near, tiling.window)
    kept = tiling.keeps(codes)
    onehot, near = codes_to_onehot(codes[kept]), near[kept]
    ids = [f"{stretch.chrom}:{start}-{start + tiling.window}" for start in near]
    answers = [answer(model, onehot, ids, method) for model in models] if len(near) else []
    found = _bases(answers, near, stretch, tiling) if answers else {}
    own = starting_in(starts, stretch)
    return found | _windows(answers, np.isin(near, own), np.isin(own, near))


def _read_windows(genome: "Genome", chrom: str, starts: np.ndarray, window: int) -> np.ndarray:
    """Codes uint8 (n, window), read from the genome in one piece."""
    if not len(starts):
        return np.zeros((0, window), dtype=np.uint8)
    piece = genome.codes(chrom, int(starts[0]), int(starts[-1]) + window)
    return piece[(starts - starts[0])[:, None] + np.arange(window)]


def _bases(
    answers: list[dict[str, np.ndarray]], starts: np.ndarray, stretch: Interval, tiling: Tiling
) -> dict[str, np.ndarray]:
    def stitched(values: np.ndarray) -> np.ndarray:
        return stitch(values, starts, tiling.window, stretch, tiling.stitching)

    found = agreement(np.stack([stitched(one["contributions"]) for one in answers]))
    predictions = np.stack([stitched(one["values"][..., None]) for one in answers])
    return found | {"predictions": predictions.mean(axis=0).astype(np.float32)}


def _windows(
    answers: list[dict[str, np.ndarray]], own: np.ndarray, place: np.ndarray
) -> dict[str, np.ndarray]:
    """Per-window arrays (T, windows that start here): ``own`` of the answers go to ``place``."""
    found = {}
    for key in PER_WINDOW if answers else ():
        whole = combined(key, np.stack([one[key] for one in answers]))
        found[key] = np.full((len(whole), len(place)), np.nan, dtype=np.float32)
        found[key][:, place] = whole[:, own]
    return found


def _store(group: h5py.Group, stretch: Interval, found: dict[str, np.ndarray]) -> None:
    """Put one stretch's arrays where they belong; what was not found stays NaN."""
    offset = stretch.start - Interval.from_name(group.name.strip("/")).start
    starts = group["window_start"][:]
    first = int(np.searchsorted(starts, stretch.start))
    for key, array in found.items():
        per_window = key in {array.name for array in scores.TILING}
        begin = first if per_window else offset
        group[key][:, begin : begin + array.shape[1]] = array
