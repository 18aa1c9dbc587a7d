"""p and q: uniform where there is nothing to find, right against counting, blind to copies."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, kstest

from chromolens import tables
from chromolens.tables.variants import LISTED, SCORED, VARIANTS
from chromolens.variants.judge import judge, like, p_values
from tests.partial_tables import filled


def scores(rng, count, shift=0.0, kinds=("A[C>T]G", "deletion 1")):
    """Logits of two heaps, as those of classifiers; effects are larger in the upper one."""
    reference = rng.choice([-5.0, 5.0], size=count) + rng.normal(size=count)
    effect = np.where(reference > 0, 4, 1) * rng.normal(size=count) + shift
    frame = pd.DataFrame({"reference": reference, "effect": effect, "task": "x"})
    frame["kind"] = rng.choice(kinds, size=count)
    frame["alternative"] = frame["reference"] + frame["effect"]
    frame["variant"] = [f"a:{i}:A:C" for i in range(count)]
    return filled(SCORED, frame)


def test_p_is_uniform_for_one_more_draw():
    found = [
        kstest(p_values(scores(rng, 300), scores(rng, 3000))["p"], "uniform").pvalue
        for rng in map(np.random.default_rng, range(20))
    ]
    assert np.mean(np.array(found) < 0.05) <= 0.15


def test_p_is_uniform_at_every_level_of_prediction():
    rng = np.random.default_rng(0)
    own = scores(rng, 2000)
    p = p_values(own, scores(rng, 20000))["p"]
    for level in pd.qcut(own["reference"], 4, labels=False).to_numpy() == np.arange(4)[:, None]:
        assert 0.45 < p[level].mean() < 0.55


def test_p_does_not_depend_on_the_scale_of_a_fold():
    rng = np.random.default_rng(5)
    own, nulls = scores(rng, 50), scores(rng, 1000)
    for table in (own, nulls):
        table["fold"] = rng.choice(["fold0", "fold1"], size=len(table))
    before = p_values(own, nulls)["p"]
    for table in (own, nulls):
        table.loc[table["fold"] == "fold1", "effect"] *= 7
    np.testing.assert_allclose(p_values(own, nulls)["p"], before)


def test_p_by_counting():
    nulls = filled(SCORED, pd.DataFrame({
        "variant": [f"v{i}" for i in range(8)], "kind": "insertion 1", "task": "x",
        "reference": [0, 1, 2, 3, 10, 11, 12, 13.0],
        "effect": [0.1, -0.4, 0.2, 0.3, 5, -5, 6, 7.0],
    }))  # fmt: skip
    own = filled(SCORED, pd.DataFrame({
        "variant": ["one", "two", "three", "four"], "task": "x",
        "kind": ["insertion 1", "insertion 1", "insertion 1", "other"],
        "reference": [1.6, 11.4, 1.4, 1.0], "effect": [-0.3, 0.3, 9.0, 9.0],
    }))  # fmt: skip
    found = p_values(own, nulls)
    # 0.3 itself counts: equal within rounding is as large
    assert found["p"].tolist()[:3] == [3 / 5, 5 / 5, 1 / 5]
    assert found["nulls"].tolist() == [4, 4, 4, 0] and np.isnan(found["p"][3])


def test_the_nearest_by_brute_force():
    rng = np.random.default_rng(2)
    values, asked = rng.normal(size=31), rng.normal(size=7)
    for value, chosen in zip(asked, like(asked, values), strict=True):
        far = np.abs(values - value)
        rest = np.setdiff1d(np.arange(31), chosen)
        assert len(chosen) == 16 and far[chosen].max() <= far[rest].min()


@pytest.fixture
def tables_of_a_study():
    rng = np.random.default_rng(4)
    scored, nulls = scores(rng, 40, shift=3), scores(rng, 400)
    scored["fold"], nulls["fold"] = ["fold0", "fold1"] * 20, ["fold0", "fold1"] * 200
    listed = scored[["variant", "kind", "fold"]]
    listed = pd.concat([listed, listed.head(5)], ignore_index=True)
    listed = filled(LISTED, listed.assign(record=range(45), ref_match="ref"))
    predictions = pd.DataFrame({"fold": ["fold0"] * 6, "role": ["positive"] * 5 + ["negative"]})
    predictions["source"] = ["x", "x,y", "y", "x", "x", "negative"]
    predictions["x"] = [-9.0, 0.0, 99.0, 1.0, 99.0, -9.0]
    return listed, scored, nulls, predictions


def test_copies_change_no_q(tables_of_a_study, tmp_path):
    listed, scored, nulls, predictions = tables_of_a_study
    found = judge(listed, scored, nulls, predictions, ["x"])
    assert found["record"].tolist() == list(range(45))
    once = found.drop_duplicates("variant")
    np.testing.assert_allclose(once["q"], false_discovery_control(once["p"]))
    assert found["q"][:5].tolist() == found["q"][40:].tolist()
    tables.write(VARIANTS, found, tmp_path / "t.tsv", model="m")
    assert len(tables.read(VARIANTS, tmp_path / "t.tsv")) == 45


def test_activity_is_among_the_positives_of_the_task_and_fold(tables_of_a_study):
    found = judge(*tables_of_a_study, ["x"])
    most = found[["reference", "alternative"]].max(axis=1)
    known = np.array([-9.0, 0.0, 1.0, 99.0])
    for row, value in zip(found.itertuples(), most, strict=True):
        if row.fold == "fold0":
            assert row.activity == (known < value).mean()
        else:
            assert np.isnan(row.activity)


def test_without_nulls_there_is_no_p(tables_of_a_study):
    listed, scored, nulls, predictions = tables_of_a_study
    found = judge(listed, scored, nulls[:0], predictions, ["x"])
    assert found[["p", "q"]].isna().all(axis=None) and (found["nulls"] == 0).all()
