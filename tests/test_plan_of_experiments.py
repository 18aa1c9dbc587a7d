"""The plan of experiments: which models, tasks and methods, and what is refused before a job."""

import pandas as pd
import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.planning import experiments, plan
from tests.test_plan import genome, planned
from tests.test_plan_of_tokens import tokens

NULL = {"main": {}, "null": {"labels": "permuted"}}


def tried(config: dict, **asked: object) -> list[tuple[str, str]]:
    own = {"study": "s", "inputs": config["inputs"], "experiments": {"enabled": True, **asked}}
    config = config | {"experiments": configuration.complete(own, [])["experiments"]}
    settings, _, models, _ = planned(config)
    stages = plan.stages(settings)
    found = experiments.tried(config, settings, stages, plan.model_tasks(models))
    return list(found.itertuples(index=False, name=None))


def test_every_model_and_task_or_none():
    config = genome(models=NULL)
    assert tried(config) == [(m, t) for m in ("main", "null") for t in ("x", "y")]
    assert tried(config, enabled=False) == []


def test_nulls_are_asked_with_the_motifs_of_the_others():
    assert experiments.seen_by(planned(genome(models=NULL))[2]) == ["main"]
    alone = {"null": {"labels": "permuted"}}
    assert experiments.seen_by(planned(genome(models=alone))[2]) == ["null"]


def test_a_null_loses_the_hits_of_a_model_that_was_searched():
    both = pd.DataFrame({"model": ["main", "null"], "task": "x"})
    windowed = pd.DataFrame({"model": ["main", "main", "null"], "method": ["a", "b", "a"]})
    searched = pd.DataFrame({"model": ["other", "main"], "task": ["y", "x"], "method": "a"})
    found = experiments.ablated(both, windowed, searched)
    assert found.to_numpy().tolist() == [
        ["main", "x", "a", "main", "a"],
        ["main", "x", "b", "main", "a"],
        ["null", "x", "a", "main", "a"],
    ]
    assert not len(experiments.ablated(both, windowed, searched[:0]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"letters": {"odd": "NNN"}}, "'NNN' can't be put"),
        ({"letters": {"odd": "ACGU"}}, "letters.odd"),
        ({"letters": {"long": "ACGT" * 26}}, "104 letters, and windows have 100 bp"),
        ({"gap": 100}, "no two motifs stand 100 bp apart"),
        ({"places": 4}, "odd number"),
        ({"pairs": [["one"]]}, "pairs"),
        ({"backgrounds": "shufles"}, "shuffles"),
        ({"cuont": 9}, "did you mean 'count'"),
    ],
)
def test_what_would_fail_late(asked, told):
    with pytest.raises(BadInput, match=told):
        tried(genome(), **asked)


def test_tokens_have_no_motifs_to_put_in():
    with pytest.raises(BadInput, match="kind tokens have no motifs"):
        tried(tokens())


@pytest.mark.parametrize(
    ("criterion", "told"),
    [
        ({"value": "interaction", "names": ["a"], "min": 1}, "is of two motifs"),
        ({"value": "interaction", "names": ["a", "b"]}, "no bound"),
        ({"value": "inserted", "min": 1}, "no names"),
        ({"value": "substituted", "min": 1}, "no names"),
        ({"value": "ablation", "min": 1}, "no metric(.|\n)*slope, r"),
        ({"value": "ablation", "metric": "sloop", "min": 1}, "did you mean 'slope'"),
        ({"value": "ablation", "metric": "r", "min": 1}, "experiments.enabled"),
    ],
)
def test_criteria_that_nobody_can_measure(criterion, told):
    with pytest.raises(BadInput, match=told):
        planned(genome(acceptance=[criterion]))
