"""Where each result of a study lies: one row per file, from the tables of its jobs.

The rules write these files, each under the same literal path below ``results/{study}``;
``tests/test_results.py`` holds the two together. Whoever reads results asks this index
(``chromolens/study.py``) and spells no path.
"""

from collections.abc import Iterable, Mapping
from types import ModuleType

import pandas as pd

from chromolens import plugins
from chromolens.tables.places import FILES, KEYS, KINDS
from chromolens.tables.study import INDEX

Jobs = pd.DataFrame | list | dict
"""Rows of a table of jobs, as ``pandas.DataFrame`` takes them; ``ONE`` where there is one."""
ONE = [{}]
AGREEMENT = ("sd", "sign", "fold_mean", "fold_sd", "fold_sign")
"""Arrays of shards that have a track each, of replicates and of all folds."""


def index(study: str, jobs: Mapping[str, Jobs]) -> pd.DataFrame:
    """One row per file: ``INDEX``, all text, empty where a file has no model, task, ...

    ``jobs`` has the keys of ``FILES``. Paths count from the study's folder.
    """
    rows = []
    for table, files in FILES.items():
        frame = pd.DataFrame(jobs[table])
        for kind, place in files.items():
            rows += [_row(kind, place, study, job) for job in frame.to_dict("records")]
    return pd.DataFrame(rows, columns=INDEX.names)


def _row(kind: str, place: str, study: str, job: Mapping) -> dict[str, str]:
    path = place.format(study=study, **{str(key): value for key, value in job.items()})
    return {"kind": kind, "path": path} | {key: str(job.get(key, "")) for key in KEYS}


def of_shards(shards: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row per shard that a run (model, method) explains: model, fold, shard, method."""
    return shards[["method", "fold", "shard"]].merge(runs[["model", "method"]], on="method")


def of_tracks(tracked: pd.DataFrame, joined: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Joined tracks as tables ``raw``, ``scaled``, ``prediction``, and those of ``AGREEMENT``.

    ``tracked`` has the models with their tasks, ``joined`` the tracks of each of these.
    """
    pairs = tracked[["model", "task"]].drop_duplicates()
    table = pairs.merge(joined, how="cross")
    contributions = table["array"] == "contributions"
    scaled = table["scaled"].astype(bool)
    return {
        "raw": table[contributions & ~scaled],
        "scaled": table[contributions & scaled],
        "prediction": table[table["array"] == "predictions"].assign(method=""),
    } | {array: table[table["array"] == array] for array in AGREEMENT}


def needs(sections: ModuleType) -> list[str]:
    """Kinds of results that a package of sections says it is made from, read without importing."""
    names = plugins.names(sections)
    return [kind for name in names for kind in plugins.constant(sections, name, "NEEDS", ())]


def paths_of(index: pd.DataFrame, kinds: Iterable[str]) -> list[str]:
    """Paths of all files of these kinds that the study has; BadInput for an unknown kind."""
    kinds = list(kinds)
    for kind in kinds:
        plugins.check_one(kind, KINDS, "kind of result", "NEEDS")
    return index.loc[index["kind"].isin(kinds), "path"].tolist()
