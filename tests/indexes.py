"""Indexes of made-up studies, as the plan would write them."""

from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.planning import results
from chromolens.tables.places import FILES
from chromolens.tables.study import INDEX


def index_of(name: str = "s", **jobs: results.Jobs) -> pd.DataFrame:
    """The index of a study with these tables of jobs only (keys of ``FILES``)."""
    return results.index(name, dict.fromkeys(FILES, []) | jobs)


def write_index(folder: Path, name: str = "s", **jobs: results.Jobs) -> None:
    """Write the index of a study in ``folder``, which has what every study has, and ``jobs``."""
    index = index_of(name, study=results.ONE, **jobs)
    tables.write(INDEX, index, folder / "index.tsv")
