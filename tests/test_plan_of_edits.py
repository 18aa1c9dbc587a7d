"""The plan of editing: whose windows are edited, and what is refused before the first job."""

import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.planning import editing, plan, sources
from tests.test_plan import genome, planned
from tests.test_plan_of_tokens import tokens


def classes(**inputs: object) -> dict:
    """The config of a study of simulated classes."""
    made = {"classes": {"rich": [0.1, 0.4, 0.4, 0.1], "even": [0.25] * 4}}
    models = {"m": {"objective": "classes"}, "null": {"objective": "classes", "untrained": True}}
    own = {"kind": "sequences", "simulated": made, "length": 50, "step": 50}
    return configuration.complete({"study": "s", "inputs": own | inputs, "models": models}, [])


def jobs(config: dict, **edits: object) -> list[tuple[str, str]]:
    config = config | {"edit": configuration.complete(
        {"study": "s", "inputs": config["inputs"], "edit": edits}, []
    )["edit"]}  # fmt: skip
    settings, _, models, _ = planned(config)
    found = editing.jobs(config, settings, models, plan.stages(settings))
    return [(row.model, row.task) for row in found]


def test_simulated_classes_are_sources_and_tasks():
    query = {"fasta": "query.fa", "class": "rich", "split": "test"}
    settings, folds, *_ = planned(classes(sequences=[query]))
    assert plan.tasks(settings) == ["rich", "even"]
    assert settings["sequences"][0]["fasta"] == "simulated/train/rich.fa"
    assert len(settings["sequences"]) == 7 and settings["sequences"][-1]["fasta"] == "query.fa"
    assert folds.roles == {
        "fold0": {"test": ["test"], "validation": ["validation"], "training": ["train"]}
    }
    assert sources.observations(settings) == sorted(s["fasta"] for s in settings["sequences"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"rihc": ["ACG"]}, "did you mean 'rich'(.|\n)*simulated.words"),
        ({"rich": ["ACG", "A" * 21]}, "21 letters, and a record 20 bases"),
        ({"rich": ["ACGU"]}, "words.rich"),
        ({"rich": []}, "words.rich"),
    ],
)
def test_words_that_no_record_can_hold(words, told):
    even = dict.fromkeys(["rich", "poor"], [0.25] * 4)
    with pytest.raises(BadInput, match=told):
        planned(classes(simulated={"classes": even, "words": words, "bases": 20}))


def test_a_study_without_any_sequences():
    with pytest.raises(BadInput, match="has no sequences"):
        planned(classes(simulated={}))


def test_of_every_explained_model_the_tasks_that_are_asked_for():
    assert jobs(classes()) == []
    assert jobs(classes(), a={}) == [("m", "rich"), ("m", "even")]
    assert jobs(classes(), a={"tasks": ["even"]}) == [("m", "even")]
    assert jobs(classes(), a={"tasks": ["even"]}, b={}) == [("m", "rich"), ("m", "even")]


def test_the_methods_that_edits_ask():
    edits = {"a": {}, "b": {"mode": "vignette"}, "c": {"by": "saliency"}, "d": {"by": "ism"}}
    config = configuration.complete(classes() | {"edit": edits}, [])
    assert editing.methods(config) == ["integrated_gradients", "ism", "saliency"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"by": "isn"}, "did you mean 'ism'(.|\n)*edit.a.by"),
        ({"by": "occlusion"}, "no hypothetical contributions"),
        ({"by": "saliency", "settings": {"absolute": True}}, "no hypothetical contributions"),
        ({"settings": {"steps": 9}}, "steps(.|\n)*edit.a.settings"),
        ({"tasks": ["rch"]}, "did you mean 'rich'"),
        ({"mode": "vignette", "beam": 2}, "greedily"),
        ({"mode": "vignette", "directions": ["towards"]}, "greedily"),
        ({"protected": [[0, 50]]}, "all positions are protected"),
        ({"protected": [[0, 30], [20, 50]]}, "all positions are protected"),
        ({"protected": [[0, 51]]}, "start < end <= 50"),
        ({"protected": [[7, 7]]}, "protected stretch"),
    ],
)
def test_what_would_fail_late(edit, message):
    with pytest.raises(BadInput, match=message):
        jobs(classes(), a=edit)


def test_windows_of_a_genome_are_edited_and_tokens_are_not():
    assert jobs(genome(), a={"protected": [[0, 99]]}) == [("main", "x"), ("main", "y")]
    with pytest.raises(BadInput, match="kind tokens have no bases"):
        jobs(tokens(), a={})
