"""The table of how alike all folds explain."""

from types import SimpleNamespace

import pandas as pd

from chromolens import tables
from chromolens.report.sections.checks import folds_alike
from chromolens.tables.checks import FOLDS_ALIKE


def test_one_table_of_all_models(tmp_path):
    paths = []
    for model, r in (("one", 0.5), ("two", None)):
        row = {"model": model, "method": "ism", "task": "counts_X", "folds": 5, "bases": 12_000}
        row |= {"r": r, "sign": 0.875, "spread": 1.25}
        paths.append(tmp_path / f"{model}.tsv")
        tables.write(FOLDS_ALIKE, pd.DataFrame([row]), paths[-1])
    shown = folds_alike(SimpleNamespace(folds_alike=paths))
    assert shown.rows == [
        ["one", "ism", "counts_X", "5", "12,000", "0.50", "0.88", "1.25"],
        ["two", "ism", "counts_X", "5", "12,000", "–", "0.88", "1.25"],
    ]
    assert folds_alike(SimpleNamespace(folds_alike=[])) is None
