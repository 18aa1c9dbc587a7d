"""Regions of bigBed files, as databases hand them out."""

from collections.abc import Iterator
from pathlib import Path

from chromolens.errors import BadInput

_MAGIC = 0x8789F2EB.to_bytes(4, "little")


def is_bigbed(path: str | Path) -> bool:
    """Whether there is a file ``path`` that begins as bigBed does."""
    if not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


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
