"""The subsets of several models clustered together: how much of each cluster is whose.

A cluster that one model has and the other doesn't is a reason of one alone.
"""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from chromolens.motifs.names.database import Motif
from chromolens.sis.motifs.cluster_motifs import Clusters, cluster_subsets
from chromolens.tables.sis import JOINT


def joint_clusters(
    subsets: Mapping[str, pd.DataFrame], database: Sequence[Motif] = (), **settings: object
) -> pd.DataFrame:
    """``JOINT``: a row per mode, cluster and model, noise (-1) last.

    ``subsets``: model -> its table, as ``find.find_subsets`` gives it. ``settings`` are those of
    ``cluster_motifs.cluster_subsets``. A site that two models find counts once for each.
    """
    # places are told apart by the name in front of the window's
    named = [own.assign(id=name + "|" + own["id"], finder=name) for name, own in subsets.items()]
    table = pd.concat(named, ignore_index=True)
    found = cluster_subsets(table, database, **settings)
    labels = found.strings.set_index("string")["cluster"]
    # the first part of each subset begins a row of the table
    owner = (found.parts["part"] == 0).cumsum().to_numpy(dtype=int) - 1
    members = {
        "paper": table.assign(cluster=table["string"].map(labels)),
        "aligned": found.parts.assign(finder=table["finder"].to_numpy()[owner]),
    }
    rows = [
        row
        for mode, each in members.items()
        for row in _rows(mode, each, list(subsets), _names(found, mode))
    ]
    return pd.DataFrame(rows, columns=JOINT.names)


def _names(found: Clusters, mode: str) -> dict[int, str]:
    """Cluster -> names of its motifs, in their order."""
    named: dict[int, dict[str, None]] = {}
    for row in found.motifs[found.motifs["named"].astype(bool)].itertuples():
        reading, _, number = row.motif.partition("_")
        if reading == mode:
            named.setdefault(int(number.split(".")[0]), {})[row.name] = None
    return {cluster: ", ".join(names) for cluster, names in named.items()}


def _rows(
    mode: str, members: pd.DataFrame, finders: list[str], names: Mapping[int, str]
) -> Iterator[dict]:
    totals = members["finder"].value_counts()
    order = members["cluster"].drop_duplicates().sort_values(key=lambda c: c.where(c >= 0, len(c)))
    for cluster in order:
        ours = members[members["cluster"] == cluster]
        for finder in finders:
            strings = ours.loc[ours["finder"] == finder, "string"]
            yield {
                "mode": mode,
                "cluster": cluster,
                "name": names.get(cluster, ""),
                "finder": finder,
                "members": len(strings),
                "share": len(strings) / len(ours),
                "of_finder": len(strings) / totals.get(finder, float("nan")),
                "string": strings.mode().iloc[0] if len(strings) else "",
            }
