"""Necessity and sufficiency: what is lost without a motif, and gained with it, beside its subsets.

A motif is needed where windows lose by its ablation, and enough where backgrounds gain by its
insertion. Sufficient input subsets ask the same of single windows.
"""

import numpy as np
import pandas as pd

from chromolens.tables.experiments import NECESSITY


def necessity(
    marginal: pd.DataFrame,
    calibration: pd.DataFrame,
    members: pd.DataFrame,
    aligned: pd.DataFrame,
    subsets: pd.DataFrame,
    *,
    model: str,
    task: str,
) -> pd.DataFrame:
    """``NECESSITY`` less model and task: a row per motif that was put in or ablated.

    Parameters
    ----------
    marginal, calibration
        ``MARGINAL`` and ``CALIBRATION`` of the model and task; perhaps without rows.
    members
        ``MEMBERS`` of the lexicon.
    aligned, subsets
        ``ALIGNED`` and ``SUBSETS`` of the model and task: parts of subsets with their clusters,
        and the subsets; without rows where none were sought.
    """
    central = marginal.loc[marginal.groupby("motif")["offset"].apply(lambda at: at.abs().idxmin())]
    lost = calibration[calibration["motif"] != ""].set_index("motif")
    gained = central.set_index("motif")
    shares = subset_shares(members, aligned, subsets, model, task)
    # letters of the config are in no subset's cluster, whether a subset holds them or not
    asked = set(members["motif"]) if len(subsets) else set()
    rows = []
    for motif in dict.fromkeys([*gained.index, *lost.index]):
        one, other = gained.reindex([motif]).iloc[0], lost.reindex([motif]).iloc[0]
        rows.append({
            "motif": motif,
            "name": next((n for n in (one["name"], other["name"]) if isinstance(n, str)), ""),
            "lost": other["effect"], "lost_low": other["effect_low"],
            "lost_high": other["effect_high"],
            "hits": 0 if pd.isna(other["hits"]) else int(other["hits"]),
            "gained": one["effect"], "gained_low": one["low"], "gained_high": one["high"],
            "sis_share": shares.get(motif, 0.0) if motif in asked else np.nan,
            "sis_windows": subsets["id"].nunique() if len(subsets) else None,
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=NECESSITY.after("model", "task"))
    return table.astype({"sis_windows": "Int64"})


def subset_shares(
    members: pd.DataFrame, aligned: pd.DataFrame, subsets: pd.DataFrame, model: str, task: str
) -> dict[str, float]:
    """Motif -> share of the windows with a subset that have a part in one of its clusters."""
    own = members[(members["reading"] == "sis") & (members["model"] == model)]
    own = own[(own["task"] == task) & own["member"].str.startswith("aligned_")]
    motif_of = dict(zip(own["member"], own["motif"], strict=True))
    parts = aligned.assign(motif=("aligned_" + aligned["cluster"].astype(str)).map(motif_of))
    windows = parts.dropna(subset=["motif"]).groupby("motif")["id"].nunique()
    return (windows / max(subsets["id"].nunique(), 1)).to_dict()
