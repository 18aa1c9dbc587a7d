"""What made a study, then and now: code, versions, and the files that were given."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens import provenance

_MACHINE = ("python", "platform")


def conditions(then: Mapping, folder: Path) -> pd.DataFrame:
    """What differs between a study's provenance and this checkout, environment and these inputs.

    Parameters
    ----------
    then
        ``provenance.json`` of the study.
    folder
        The study's. Its inputs' paths count from where it was run, two folders above. What lies in
        the study was made by the run, and is left to the comparison of results.

    Returns
    -------
    Columns what, then, now; a row for each that is not the same. Files that are absent now are
    ``absent``.
    """
    where = folder.parents[1]
    given = {
        name: digest
        for name, digest in then["inputs"].items()
        if not (where / name).is_relative_to(folder)
    }
    now = provenance.record({}, [], [], [])
    pairs = [(what, then[what], now[what]) for what in ("chromolens", "commit", "code", *_MACHINE)]
    names = sorted(then["packages"].keys() | now["packages"].keys())
    pairs += [
        (f"package {name}", *(side["packages"].get(name, "absent") for side in (then, now)))
        for name in names
    ]
    pairs += [(f"file {name}", digest, _digest(where / name)) for name, digest in given.items()]
    rows = [pair for pair in pairs if pair[1] != pair[2]]
    return pd.DataFrame(rows, columns=["what", "then", "now"])


def _digest(path: Path) -> str:
    return provenance.file_digest(path) if path.exists() else "absent"
