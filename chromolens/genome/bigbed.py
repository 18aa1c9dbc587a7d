"""Regions of bigBed files: those that databases hand out, and a study's own."""

from collections.abc import Iterator
from pathlib import Path

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval

_MAGIC = 0x8789F2EB.to_bytes(4, "little")


def is_bigbed(path: str | Path) -> bool:
    """Whether there is a file ``path`` that begins as bigBed does."""
    if not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def bigbed_overlapping(path: str | Path, where: Interval) -> list[tuple[int, int, list[str]]]:
    """Start, end and further columns of each region that overlaps ``where``, by place."""
    import pybigtools

    file = pybigtools.open(str(path))
    if where.chrom not in file.chroms():
        return []
    found = file.records(where.chrom, where.start, where.end)
    return [(start, end, list(rest)) for start, end, *rest in found]


def bigbed_regions(path: str | Path) -> Iterator[tuple[str, int, int]]:
    """Yield chromosome, start and end of each region; BadInput for a damaged file."""
    import pybigtools

    try:
        file = pybigtools.open(str(path))
        for chrom in file.chroms():
            for start, end, *_ in file.records(chrom):
                yield chrom, start, end
    except pybigtools.BBIReadError as error:
        raise BadInput(
            f"this bigBed can't be read: {error}",
            where=str(path),
            remedy="it is damaged: copy or download it again",
        ) from error
