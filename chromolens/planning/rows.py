"""Rows of a plan's table for the wildcards of a job, found at once however long the table is.

Rules of few jobs ask Snakemake's ``lookup``, which parses its query anew for each job: with
thousands of jobs that was most of the time of planning them.
"""

from collections.abc import Callable, Mapping

import pandas as pd


def rows(table: pd.DataFrame, *keys: str, column: str = "") -> Callable[[Mapping], list]:
    """What a rule may have in the place of ``lookup(query=..., within=table)``.

    Parameters
    ----------
    table
        Of the plan.
    keys
        Columns whose value is that of the wildcard of the same name.
    column
        Which column is asked for.

    Returns
    -------
    Wildcards -> the rows, as named tuples, or their values of ``column``; none: an empty list.
    """
    asked = table[column] if column else table.itertuples(index=False)
    found: dict[tuple, list] = {}
    for key, one in zip(table[list(keys)].itertuples(index=False, name=None), asked, strict=True):
        found.setdefault(key, []).append(one)

    def of_job(wildcards: Mapping) -> list:
        return found.get(tuple(wildcards[key] for key in keys), [])

    return of_job
