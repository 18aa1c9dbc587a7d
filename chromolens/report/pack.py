"""The pages of a study in one file, to be passed on: their links to each other hold."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from chromolens.runlog import atomic


def pack(pages: Iterable[str | Path], folder: str | Path, path: str | Path) -> None:
    """Write ``pages``, which lie below ``folder``, to the ZIP file ``path``, each at its place.

    The same pages give the same bytes: the file knows no times.
    """
    with atomic(path) as temporary, ZipFile(temporary, "w") as packed:
        for page in sorted(map(Path, pages)):
            place = ZipInfo(str(page.relative_to(folder)))
            place.compress_type, place.external_attr = ZIP_DEFLATED, 0o644 << 16
            with page.open("rb") as source, packed.open(place, "w") as target:
                shutil.copyfileobj(source, target)
