"""How alike two models are before one asks why: contributions, predictions, subsets, metrics."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from chromolens.checks.methods import explained_by_all, rank_agreement
from chromolens.tables.sis import ALIKE


def agreement(
    task: str,
    *,
    explained: Mapping[str, tuple[str, str]],
    predictions: tuple[pd.DataFrame, pd.DataFrame],
    pooled: tuple[pd.DataFrame, pd.DataFrame],
    subsets: tuple[pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:
    """``ALIKE`` of two models in one task.

    Parameters
    ----------
    explained
        Method -> the windows file (``scores.WINDOWS``) of either model.
    predictions, pooled, subsets
        Of either model: ``PREDICTIONS``, ``POOLED``, ``SUBSETS``.
    """
    rows = [of_contributions(method, *_shared(files, task)) for method, files in explained.items()]
    rows += [of_predictions(*(_values(table, task) for table in predictions))]
    rows += [of_subsets(*subsets), *_of_metrics(task, *pooled)]
    return table_of(rows)


def table_of(rows: list[dict]) -> pd.DataFrame:
    """``ALIKE`` of its rows."""
    table = pd.DataFrame(rows).reindex(columns=ALIKE.names)
    return table.fillna({"name": ""}).astype({"windows": "Int64"})


def of_contributions(method: str, one: np.ndarray, other: np.ndarray) -> dict:
    """A row of ``ALIKE`` from two models' contributions (n, length) to the same windows."""
    value = rank_agreement(one, other)
    return {"measure": "contributions", "name": method, "value": value, "windows": len(one)}


def of_predictions(one: pd.Series, other: pd.Series) -> dict:
    """A row of ``ALIKE`` from two models' predictions, by window."""
    both = pd.concat({"one": one, "other": other}, axis=1, join="inner").dropna()
    varied = len(both) > 1 and (both.nunique() > 1).all()
    value = float(spearmanr(both["one"], both["other"]).statistic) if varied else np.nan
    return {"measure": "predictions", "value": value, "windows": len(both)}


def of_subsets(one: pd.DataFrame, other: pd.DataFrame) -> dict:
    """A row of ``ALIKE`` from two tables of subsets (columns id, positions)."""
    kept = [_kept(table) for table in (one, other)]
    shared = [name for name in kept[0] if name in kept[1]]
    alike = [
        len(kept[0][name] & kept[1][name]) / len(kept[0][name] | kept[1][name]) for name in shared
    ]
    value = float(np.mean(alike)) if alike else np.nan
    return {"measure": "subsets", "value": value, "windows": len(shared)}


def _kept(table: pd.DataFrame) -> dict[str, set[str]]:
    """Window -> all positions that its subsets keep."""
    texts = table.groupby("id", sort=False)["positions"].agg(",".join)
    return {name: set(text.split(",")) for name, text in texts.items()}


def _shared(files: tuple[str, str], task: str) -> tuple[np.ndarray, np.ndarray]:
    windows = explained_by_all(dict(zip(("one", "other"), files, strict=True)), task)
    return windows["contributions"]["one"], windows["contributions"]["other"]


def _values(predictions: pd.DataFrame, task: str) -> pd.Series:
    """Predictions of the first replicate, by window: those of the network that has subsets."""
    first = predictions[predictions["replicate"] == 0]
    return first.set_index("id")[task]


def _of_metrics(task: str, one: pd.DataFrame, other: pd.DataFrame) -> list[dict]:
    ours = [table[table["task"] == task].set_index("metric") for table in (one, other)]
    return [
        {
            "measure": "metric",
            "name": name,
            "of_model": ours[0].loc[name, "value"],
            "of_other": ours[1].loc[name, "value"],
            "windows": ours[0].loc[name, "n"],
        }
        for name in ours[0].index
        if name in ours[1].index
    ]
