"""Indexes of made-up studies, as the plan would write them."""

from pathlib import Path

import pandas as pd

from chromolens.planning import results


def index_of(name: str = "s", **jobs: results.Jobs) -> pd.DataFrame:
    """The index of a study with these tables of jobs only (keys of ``results.FILES``)."""
    return results.index(name, dict.fromkeys(results.FILES, []) | jobs)


def write_index(folder: Path, name: str = "s", **jobs: results.Jobs) -> None:
    """Write the index of a study in ``folder``, which has what every study has, and ``jobs``."""
    index = index_of(name, study=results.ONE, **jobs)
    index.to_csv(folder / "index.tsv", sep="\t", index=False)
