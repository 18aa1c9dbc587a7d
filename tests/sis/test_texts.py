"""Sufficient sets of tokens are the smallest there are, by brute force; their clusters by hand."""

from itertools import combinations

import keras
import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.inputs.tokens.windows import Tokens
from chromolens.models.model import Model
from chromolens.sis.texts import clustered, find_sets

CLASSES = ["a", "b", "c"]
LENGTH, VOCABULARY, SIZE, RECORDS = 6, 9, 3, 90
FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "training": ["part1"]},
        "fold1": {"test": ["part1"], "training": ["part0"]},
    }
)
ASKED = {"records": 8, "threshold": {"relative": 0.7}}
FREQUENCIES = np.array([0, 0.05, 0.1, 0.2, 0.1, 0.05, 0.3, 0.1, 0.1])


def texts(seed: int) -> Tokens:
    """Records of three to six tokens, then padding; number 8 only stands in part0."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(2, VOCABULARY - 1, (RECORDS, LENGTH))
    numbers[: RECORDS // 2 : 5, 0] = VOCABULARY - 1
    numbers[np.arange(LENGTH) >= rng.integers(3, LENGTH + 1, (RECORDS, 1))] = 0
    group = np.repeat(["part0", "part1"], RECORDS // 2)
    labels = rng.integers(0, 3, RECORDS)
    windows = pd.DataFrame({"id": [f"r{i}" for i in range(RECORDS)], "group": group})
    return Tokens(
        windows.assign(
            tokens=[" ".join(map(str, row)) for row in numbers],
            text=[" ".join(f"w{one}" for one in row if one) for row in numbers],
            role="positive",
            source="a,b,c",
            **{name: (labels == place) * 1.0 for place, name in enumerate(CLASSES)},
        )
    )


def network() -> Model:
    """Logits are sums over positions of each token's vector, weighted by its place."""
    inputs = keras.Input((LENGTH,), dtype="int32")
    vectors = keras.layers.Embedding(VOCABULARY, SIZE)(inputs)
    logits = keras.layers.Dense(3)(keras.layers.Flatten()(vectors))
    model = keras.Model(inputs, keras.layers.Softmax()(logits))
    rng = np.random.default_rng(7)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape))
    made = Model.of(model, CLASSES)
    made.background = FREQUENCIES.tolist()  # as training writes it down
    return made


def logits(model: Model, numbers: np.ndarray, kept: tuple) -> np.ndarray:
    """Of one record with only the places ``kept`` known, in numpy."""
    table, kernel, bias = (np.asarray(weight, float) for weight in model.network.weights)
    rows = table[numbers]
    hidden = [p for p in np.flatnonzero(numbers) if p not in kept]
    rows[hidden] = FREQUENCIES @ table
    return rows.ravel() @ kernel + bias


def as_seen(inputs: Tokens, row: int) -> np.ndarray:
    """Numbers of a record; a token that the other part doesn't have is unknown, number 1."""
    numbers = np.array(inputs.windows["tokens"].iloc[row].split(), int)
    return np.where(numbers == VOCABULARY - 1, 1, numbers)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_sets_are_the_smallest_that_keep_the_way(method):
    model, inputs = network(), texts(0)
    found = find_sets(dict.fromkeys(FOLDS.roles, model), inputs, FOLDS, method=method, **ASKED)
    rows = pd.Series(range(RECORDS), inputs.windows["id"])
    assert (found.sets["tokens"] > 0).sum() > 10
    for one in found.sets.itertuples():
        numbers, task = as_seen(inputs, rows[one.id]), CLASSES.index(one.task)
        places = np.flatnonzero(numbers)
        whole = logits(model, numbers, tuple(places))
        masked = logits(model, numbers, ())[task]
        limit = masked + 0.7 * (whole[task] - masked)
        np.testing.assert_allclose(
            [one.whole, one.masked, one.threshold, one.margin],
            [whole[task], masked, limit, whole[task] - np.delete(whole, task).max()],
            atol=1e-4,
        )
        if not one.tokens:
            assert whole[task] <= masked + 1e-4
            continue
        reaching = [
            kept
            for size in range(len(places) + 1)
            for kept in combinations(places, size)
            if logits(model, numbers, kept)[task] >= limit - 1e-5
        ]
        assert one.tokens == len(reaching[0])
        own = found.members[found.members["id"] == one.id]
        kept = tuple(own["place"])
        assert len(kept) == one.tokens and kept in reaching
        alone = logits(model, numbers, kept)
        assert one.value == pytest.approx(alone[task], abs=1e-4)
        assert one.alone == CLASSES[alone.argmax()]
        assert one.without_one < limit
        text = inputs.windows["text"].iloc[rows[one.id]].split()
        assert own["token"].tolist() == [text[place] for place in kept]
        assert own["number"].tolist() == numbers[list(kept)].tolist()


def test_the_most_and_the_least_surely_right_are_asked_and_all_are_counted():
    model, inputs = network(), texts(0)
    found = find_sets(dict.fromkeys(FOLDS.roles, model), inputs, FOLDS, **ASKED)
    margins = np.zeros(RECORDS)
    for row in range(RECORDS):
        numbers = as_seen(inputs, row)
        own = inputs.labels(np.array([row]), CLASSES)[0] == 1
        values = logits(model, numbers, tuple(np.flatnonzero(numbers)))
        margins[row] = (values[own] - values[~own].max())[0]
    table = inputs.windows.assign(margin=margins)
    assert len(found.sought) == 6
    for one in found.sought.itertuples():
        ours = table[(table["group"] == one.fold.replace("fold", "part")) & (table[one.task] == 1)]
        right = ours[ours["margin"] > 0].sort_values("margin")["id"].tolist()
        assert (one.records, one.misclassified) == (len(ours), len(ours) - len(right))
        sets = found.sets[(found.sets["fold"] == one.fold) & (found.sets["task"] == one.task)]
        asked = {side: set(own["id"]) for side, own in sets.groupby("side")}
        if len(right) >= 4:
            assert asked == {"surely": set(right[-2:]), "barely": set(right[:2])}
        assert one.asked == min(4, len(right)) == sets["id"].nunique()
        assert one.with_set == (sets["tokens"] > 0).sum()
    assert found.sought["misclassified"].sum() > 0
    for one in found.kept.itertuples():
        ids = found.sets.loc[(found.sets["task"] == one.task) & (found.sets["tokens"] > 0), "id"]
        has = found.members.loc[found.members["token"] == one.token, "id"]
        assert one.records == len(set(ids) & set(has))
        assert one.share == pytest.approx(one.records / len(ids))
    assert len(found.kept.drop_duplicates(["task", "token"])) == len(found.kept)


def test_clusters_share_tokens():
    sets = [{"x"}, {"p", "q"}, {"p", "q", "r"}, {"p", "q"}, {"s"}, {"s", "t"}, {"p", "z"}]
    # p q to p q r: 1/3; p z to the three: 2/3, 3/4, 2/3, on average 0.694; s to s t: 1/2
    assert clustered(sets, 0.6, 2).tolist() == [-1, 0, 0, 0, 1, 1, -1]
    assert clustered(sets, 25 / 36, 2).tolist() == [-1, 0, 0, 0, 1, 1, 0]
    assert clustered(sets, 0.6, 1).tolist() == [2, 0, 0, 0, 1, 1, 3]
    assert clustered(sets[:1], 0.6, 1).tolist() == [0] and not len(clustered([], 0.6, 1))


def test_clusters_are_of_one_class_and_name_what_their_sets_share():
    found = find_sets(
        dict.fromkeys(FOLDS.roles, network()), texts(0), FOLDS, min_members=2, **ASKED
    )
    assert len(found.clusters)
    for one in found.clusters.itertuples():
        own = found.sets[(found.sets["task"] == one.task) & (found.sets["cluster"] == one.cluster)]
        assert len(own) == one.sets >= 2
        tokens = [
            set(found.members.loc[found.members["id"] == name, "token"]) for name in own["id"]
        ]
        share = {
            token: np.mean([token in each for each in tokens]) for token in set.union(*tokens)
        }
        assert set(one.tokens.split()) == {token for token in share if share[token] >= 0.5}


def test_a_network_that_reads_nothing_has_no_sets():
    model = network()
    model.network.layers[-2].kernel.assign(np.zeros((LENGTH * SIZE, 3)))
    found = find_sets(dict.fromkeys(FOLDS.roles, model), texts(0), FOLDS, **ASKED)
    assert found.sought["with_set"].sum() == 0 < found.sought["asked"].sum()
    assert not found.sets["tokens"].any() and (found.sets["cluster"] == -1).all()
    assert not len(found.members) and not len(found.kept) and not len(found.clusters)


def test_other_thresholds_are_refused():
    with pytest.raises(BadInput, match="(?s)threshold of texts.*relative: above 0"):
        find_sets({}, texts(0), FOLDS, records=2, threshold=0.5)
