"""The plan of models that are compared and of subsets of other windows; what it refuses."""

import pytest

from chromolens.errors import BadInput
from chromolens.planning import plan, subsets
from tests.test_plan import genome, genotypes, planned
from tests.test_plan_of_tokens import tokens

THREE = {"a": {}, "b": {"tasks": ["y"]}, "c": {"tasks": ["x"]}}


def pairs_of(config: dict) -> tuple:
    settings, _, models, methods = planned(config)
    pairs = subsets.pairs(config, plan.stages(settings), plan.model_tasks(models))
    windowed = plan.windows_to_explain(models, methods, "deeplift_rescale")
    return pairs, subsets.methods_of_both(pairs, windowed)


def test_a_row_per_pair_and_task_that_they_share():
    methods = {"deeplift_rescale": {"genome_wide": True}, "ism": {}}
    models = THREE | {"null": {"labels": "permuted"}}
    compare = [["a", "b"], ["c", "a"], ["a", "null"]]
    pairs, shared = pairs_of(
        genome(models=models, sis={"compare": compare}, attribution={"methods": methods})
    )
    rows = [("a", "b", "y"), ("c", "a", "x"), ("a", "null", "x"), ("a", "null", "y")]
    assert list(pairs.itertuples(index=False, name=None)) == rows
    # of a null the motifs' method alone is explained
    both = ["deeplift_rescale", "ism"]
    assert shared == {"a": {"b": both, "null": ["deeplift_rescale"]}, "c": {"a": both}}
    none, shared = pairs_of(genome())
    assert none.empty and list(none) == ["model", "other", "task"] and shared == {}


@pytest.mark.parametrize(
    ("sis", "words"),
    [
        ({"compare": [["a", "bb"]]}, "no model named 'bb'.*entry 1"),
        ({"compare": [["a", "b"], ["b", "b"]]}, "one model.*entry 2"),
        ({"compare": [["a", "b"], ["b", "a"]]}, "compared already.*entry 2"),
        ({"compare": [["b", "c"]]}, "share no task"),
        ({"compare": [["a", "b"]], "enabled": False}, "none are sought"),
    ],
)
def test_what_cant_be_compared_is_refused_while_planning(sis, words):
    with pytest.raises(BadInput, match=f"(?s){words}"):
        pairs_of(genome(models=THREE, sis=sis))


@pytest.mark.parametrize("kind", [genotypes, tokens])
def test_inputs_that_are_no_dna_are_not_compared(kind):
    config = kind()
    config["sis"]["compare"] = [["m", "m2"]]
    with pytest.raises(BadInput, match="none are sought"):
        pairs_of(config)


def others_of(config: dict) -> list[tuple]:
    settings, _, models, _ = planned(config)
    stages, tasks = plan.stages(settings), plan.model_tasks(models)
    sought = (
        subsets.subset_tasks(config, stages, tasks),
        subsets.other_tasks(config, stages, models, tasks),
    )
    return [list(table.itertuples(index=False, name=None)) for table in sought]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sis", "most", "positives"),
    [
        ({}, {}, True),
        ({"misclassified": 7}, {"false_positive": 7, "false_negative": 7}, True),
        ({"keep": "both", "windows": 30}, {"negative": 30}, True),
        ({"keep": "below", "windows": 30}, {"negative": 30}, False),
    ],
)
def test_other_windows_are_sought_where_they_are_asked_for(sis, most, positives):
    models = {"a": {"tasks": ["x"]}, "counts": {"tasks": ["y"], "objective": "regression"}}
    config = genome(models=models, sis=sis)
    assert subsets.other_groups(config["sis"]) == most
    every = [("a", "x"), ("counts", "y")]
    assert others_of(config) == [every if positives else [], every[:1] if most else []]


def test_other_windows_without_events_are_refused():
    models = {"counts": {"objective": "regression"}}
    with pytest.raises(BadInput, match="(?s)the study has none.*misclassified: 0"):
        others_of(genome(models=models, sis={"keep": "both"}))
    assert others_of(genome(sis={"keep": "both", "enabled": False})) == [[], []]
