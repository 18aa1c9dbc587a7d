"""Subsets of two models clustered together: whose a cluster is."""

import numpy as np
import pandas as pd
import pytest

from chromolens.sis.motifs.joint import joint_clusters
from chromolens.tables.sis import JOINT, SUBSETS
from tests.sis.families import subsets_table, window


def table(word: str, kept: str, count: int, seed: int) -> pd.DataFrame:
    """``count`` windows with ``word`` at the same place, of which subsets keep what is 1."""
    rng = np.random.default_rng(seed)
    codes = np.array(["ACGT".index(base) for base in word], dtype=np.uint8)
    piece = codes, np.array(list(kept)) == "1"
    return subsets_table([window([piece], [30], rng) for _ in range(count)])


def test_a_site_that_both_keep_counts_once_for_each():
    # the same windows and spans: only the bases between differ
    subsets = {"x": table("GATTACAG", "11111111", 6, 0), "y": table("GATTACAG", "11011011", 6, 0)}
    assert subsets["x"]["id"].tolist() == subsets["y"]["id"].tolist()
    found = joint_clusters(subsets, min_members=7)
    aligned = found[found["mode"] == "aligned"].set_index("finder")
    # 6 sites of one model would be too few
    assert aligned["cluster"].tolist() == [0, 0] and aligned["members"].tolist() == [6, 6]
    assert aligned["string"].to_dict() == {"x": "GATTACAG", "y": "GANTANAG"}


def test_noise_stands_last_with_its_shares():
    subsets = {"x": table("GATTACAG", "11111111", 9, 1), "y": table("CCCGGTTC", "11111111", 1, 2)}
    found = joint_clusters(subsets)
    assert list(found) == JOINT.names
    for _, own in found.groupby("mode"):
        assert own["cluster"].tolist() == [0, 0, -1, -1]
        assert own["members"].tolist() == [9, 0, 0, 1]
        assert own["share"].tolist() == [1, 0, 0, 1] and own["of_finder"].tolist() == [1, 0, 0, 1]


def test_a_model_without_subsets_has_no_share():
    none = pd.DataFrame(columns=SUBSETS.names)
    found = joint_clusters({"x": table("GATTACAG", "11111111", 9, 1), "y": none})
    assert found["members"].tolist() == [9, 0, 9, 0]
    assert found["of_finder"].tolist() == pytest.approx([1, np.nan, 1, np.nan], nan_ok=True)
    assert joint_clusters({"x": none, "y": none}).empty
