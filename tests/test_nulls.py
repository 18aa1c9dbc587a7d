"""Nulls in the plan and on the page, and the rates of named motifs over seeds."""

import pytest

from chromolens.errors import BadInput
from chromolens.planning import given
from chromolens.planning.content import OwnFiles
from chromolens.report import gather
from tests.test_plan import genome, planned


def test_an_untrained_network_is_a_null():
    models = {"m": {}, "null": {"untrained": True, "max_positives": 50}}
    _, _, table, _ = planned(genome(models=models))
    assert dict(zip(table["model"], table["explained"], strict=True)) == {"m": True, "null": False}


CONTRADICTIONS = {
    "isn't trained": {"untrained": True, "file": "m.keras"},
    "never sees its labels": {"untrained": True, "labels": "permuted"},
    "regression has no positives": {"max_positives": 5, "objective": "regression"},
    "-1 is less than the minimum of 0": {"max_positives": -1},
}


@pytest.mark.parametrize("message", CONTRADICTIONS)
def test_contradictions_of_a_model_are_refused(message, tmp_path):
    with pytest.raises(BadInput, match=message):
        config = genome(models={"m": CONTRADICTIONS[message]})
        _, folds, _, _ = planned(config)
        own = OwnFiles([], str, tmp_path / "known.json")
        given.networks(config, folds, "down", own)


def test_a_models_line_says_how_it_was_cut_and_that_it_was_not_trained():
    config = genome(models={"null": {"untrained": True, "max_positives": 50}})
    words = gather._described(config["models"]["null"])
    assert words == "cnn, binary, untrained, at most 50 positives"
