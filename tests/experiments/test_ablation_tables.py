"""Hits ablated in explained windows, and what motifs are worth: tables checked by hand."""

import h5py
import numpy as np
import pandas as pd
import pytest
from toys import FIRST, LENGTH, SECOND, detector, one_hot, random_words

from chromolens import tables
from chromolens.experiments.ablation import ablate_hits
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.necessity import necessity
from chromolens.scores import seal
from chromolens.tables.experiments import CALIBRATION, MARGINAL
from chromolens.tables.motifs import MEMBERS
from chromolens.tables.sis import ALIGNED, SUBSETS

PLACES = [("c:1", 0), ("c:1", 40), ("d", 0)]
"""Windows; the first two overlap."""


@pytest.fixture
def explained(tmp_path):
    words = [w[:5] + FIRST + w[12:45] + SECOND + w[52:] for w in random_words(3)]
    path = tmp_path / "windows.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("bound")
        names = [f"{chrom}:{start}-{start + LENGTH}" for chrom, start in PLACES]
        group.create_dataset("id", data=names, dtype=h5py.string_dtype())
        folds = ["fold0", "fold0", "fold1"]
        group.create_dataset("fold", data=folds, dtype=h5py.string_dtype())
        group["onehot"] = one_hot(words).astype("int8")
        group["contributions"] = np.tile(np.arange(LENGTH, dtype="float32"), (3, 1))
    seal(path)
    return str(path)


def hits(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["chrom", "start", "motif", "over"])
    strands = {"strand": "+", "name": table["motif"].str.upper(), "fold": "fold9"}
    return table.assign(end=table["start"] + 7, **strands)


HITS = hits([
    ("c:1", 5, "one", "."), ("c:1", 45, "two", "."), ("d", 5, "one", "."), ("d", 45, "two", "."),
    ("d", 45, "one", "two"), ("d", 56, "one", "."), ("e", 5, "one", "."),
])  # fmt: skip


@pytest.fixture(scope="module")
def models():
    weights = ({FIRST: 2.0, SECOND: 1.0}, {FIRST: 6.0, SECOND: 3.0})
    made = [detector([FIRST, SECOND], one) for one in weights]
    return {f"fold{i}": [model] for i, model in enumerate(made)}


def test_each_hit_in_its_nearest_window_by_the_fold_that_never_saw_it(explained, models):
    asked = Experiments(draws=8)
    options = {"task": "bound", "target": "logit", "both": False, "seed": 0}
    table, told = ablate_hits(models, explained, HITS, asked, **options)
    rows = table.set_index(["id", "start"])
    # 45 lies in two windows, and nearer the middle of the first
    assert sorted(rows.index) == [("c:1:0-60", 5), ("c:1:0-60", 45), ("d:0-60", 5), ("d:0-60", 45)]
    assert rows["fold"].tolist() == ["fold0", "fold0", "fold1", "fold1"]
    assert rows["effect"].to_numpy() == pytest.approx([2, 1, 6, 3], abs=1e-4)
    sums = [sum(range(start, start + 7)) for start in (5, 45, 5, 45)]
    assert rows["contribution"].tolist() == sums
    counts = told.set_index("motif")[["found", "hits"]]
    assert counts.loc[""].tolist() == [
        6,
        4,
    ]  # neither over another one, past an end, nor elsewhere
    assert counts.loc["one"].tolist() == [4, 2] and counts.loc["two"].tolist() == [2, 2]
    x, y = np.array(sums, float), np.array([2, 1, 6, 3.0])
    assert told["slope"][0] == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-3)
    assert told["effect"][0] == pytest.approx(3, abs=1e-3)


def test_of_many_hits_some_are_drawn_the_same_ones_whatever_else_is_there(explained, models):
    asked = Experiments(draws=2, hits=1)
    options = {"task": "bound", "target": "logit", "both": False, "seed": 5}
    table, _ = ablate_hits(models, explained, HITS, asked, **options)
    fewer, _ = ablate_hits(models, explained, HITS[HITS["motif"] == "one"], asked, **options)
    assert table["motif"].value_counts().to_dict() == {"one": 1, "two": 1}
    same = table[table["motif"] == "one"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, fewer.reset_index(drop=True))


def test_without_hits(explained, models):
    options = {"task": "bound", "target": "logit", "both": True, "seed": 0}
    table, told = ablate_hits(models, explained, HITS[:0], Experiments(), **options)
    assert not len(table) and told["hits"].tolist() == [0] and np.isnan(told["slope"][0])


def test_needed_and_enough():
    central = {"effect": [1.0, 2.0, 3.0], "low": 0.5, "high": 4.0, "offset": [-9.5, 0.5, 10.5]}
    marginal = pd.DataFrame({"motif": "one", "name": "ONE", **central})
    calibration = pd.DataFrame(
        {
            "motif": ["", "one", "two"],
            "name": ["", "ONE", "TWO"],
            "hits": [5, 3, 2],
            "effect": [4.0, 5.0, 6.0],
            "effect_low": 1.0,
            "effect_high": 9.0,
        }
    )
    members = pd.DataFrame(
        [
            ("one", "sis", "m", "bound", "aligned_0"),
            ("one", "sis", "m", "bound", "aligned_2"),
            ("one", "sis", "m", "bound", "paper_1.0"),
            ("two", "sis", "m", "bound", "aligned_1"),
            ("two", "sis", "other", "bound", "aligned_2"),
            ("two", "modisco", "m", "bound", "aligned_2"),
        ],
        columns=["motif", "reading", "model", "task", "member"],
    )
    aligned = pd.DataFrame({"id": list("aabbc"), "cluster": [0, 2, 2, 1, -1]})
    subsets = pd.DataFrame({"id": list("aabcd")})
    table = necessity(marginal, calibration, members, aligned, subsets, model="m", task="bound")
    one, two = table.set_index("motif").loc[["one", "two"]].to_dict("records")
    assert (one["gained"], one["lost"], one["hits"]) == (2.0, 5.0, 3)
    assert (one["sis_share"], two["sis_share"], one["sis_windows"]) == (0.5, 0.25, 4)
    assert np.isnan(two["gained"]) and two["name"] == "TWO"
    letters = marginal.assign(motif="letters", name="")
    others = [calibration[:1], members, aligned, subsets]
    (own,) = necessity(letters, *others, model="m", task="bound").to_dict("records")
    assert np.isnan(own["sis_share"]) and own["sis_windows"] == 4 and own["hits"] == 0
    bare = necessity(
        marginal, tables.empty(CALIBRATION), members, tables.empty(ALIGNED),
        tables.empty(SUBSETS), model="m", task="bound",
    )  # fmt: skip
    assert bare["hits"].tolist() == [0] and bare["sis_share"].isna().all()
    none = [tables.empty(kind) for kind in (MARGINAL, CALIBRATION, MEMBERS, ALIGNED, SUBSETS)]
    assert not len(necessity(*none, model="m", task="bound"))
