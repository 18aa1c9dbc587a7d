"""The index of results: it says what the rules write, and a need that nobody meets is refused."""

from pathlib import Path

import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.planning import results
from chromolens.tables.places import FILES, KINDS
from chromolens.tables.study import INDEX
from tests.indexes import index_of

ROOT = Path(__file__).parent.parent
RULES = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
PLACES = {kind: place for files in FILES.values() for kind, place in files.items()}


@pytest.mark.parametrize("kind", PLACES)
def test_every_place_is_an_output_of_a_rule(kind):
    outputs = [part.split("\n    log:")[0] for part in RULES.split("\n    output:\n")[1:]]
    assert any(f'"results/{{study}}/{PLACES[kind]}"' in output for output in outputs)


def test_a_kind_has_one_place():
    assert len(set(KINDS)) == len(KINDS)


def test_a_row_per_file_and_its_keys_as_text():
    trainings = pd.DataFrame({"model": "m", "fold": ["fold0", "fold1"], "replicate": 0})
    index = index_of(study=results.ONE, trainings=trainings)
    assert list(index) == INDEX.names
    networks = index[index["kind"] == "network"]
    assert networks["path"].tolist() == ["models/m/fold0.0.keras", "models/m/fold1.0.keras"]
    assert networks["replicate"].tolist() == ["0", "0"] and set(networks["task"]) == {""}
    assert index.loc[index["kind"] == "folds", "path"].tolist() == ["inputs/folds.tsv"]
    assert "track" not in set(index["kind"])


def test_tracks_are_told_apart_by_what_they_hold():
    tracked = pd.DataFrame({"model": "m", "task": ["a", "b"], "method": "ism"})
    rows = [("ism", "ism", "contributions", False), ("ism.scaled", "ism", "contributions", True)]
    rows += [("ism.sd", "ism", "sd", False), ("prediction", "ism", "predictions", False)]
    joined = pd.DataFrame(rows, columns=["track", "method", "array", "scaled"])
    index = index_of(**results.of_tracks(tracked, joined))
    assert index[["kind", "task", "method", "path"]].iloc[[0, 2, 4, 6]].to_numpy().tolist() == [
        ["track", "a", "ism", "tracks/s.m.a.ism.bw"],
        ["scaled_track", "a", "ism", "tracks/s.m.a.ism.scaled.bw"],
        ["sd_track", "a", "ism", "tracks/s.m.a.ism.sd.bw"],
        ["prediction_track", "a", "", "tracks/s.m.a.prediction.bw"],
    ]
    assert len(index) == 8


def test_no_genome_no_tracks():
    joined = pd.DataFrame(columns=["track", "method", "array", "scaled"])
    tracked = pd.DataFrame({"model": ["m"], "task": ["a"], "method": ["ism"]})
    assert not len(index_of(**results.of_tracks(tracked, joined)))


def test_every_model_has_the_shards_of_its_methods():
    shards = pd.DataFrame({"method": ["ism", "cam"], "fold": "fold0", "shard": ["a-0-9", "a-0-4"]})
    runs = pd.DataFrame({"model": ["m", "n", "n"], "method": ["ism", "ism", "cam"]})
    index = index_of(shards=results.of_shards(shards, runs))
    assert sorted(index["path"]) == [
        f"attribution/{name}.h5" for name in ("m/ism/a-0-9", "n/cam/a-0-4", "n/ism/a-0-9")
    ]
    assert set(index["replicate"]) == {""} and set(index["fold"]) == {"fold0"}
    assert set(index["shard"]) == {"a-0-9", "a-0-4"}


def test_needs_are_the_files_that_the_study_has():
    index = index_of(study=results.ONE)
    assert results.paths_of(index, ["folds", "truth"]) == ["inputs/folds.tsv"]
    with pytest.raises(BadInput, match="did you mean 'folds'"):
        results.paths_of(index, ["fold"])
