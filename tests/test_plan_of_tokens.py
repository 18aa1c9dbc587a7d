"""The plan of texts, and what it refuses."""

import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.planning import plan, sources, subsets
from tests.test_plan import genome, planned


def tokens(**parts: object) -> dict:
    inputs = {"kind": "tokens", "texts": [{"folder": "corpus"}], "tasks": ["x", "y"], "length": 9}
    models = {"m": {"architecture": "embedding_mlp", "objective": "classes"}}
    methods = {"lrp_epsilon": {"genome_wide": True}}
    config = {"study": "s", "inputs": inputs, "models": models}
    return configuration.complete(config | {"attribution": {"methods": methods}} | parts, [])


def test_tokens_are_planned_without_the_stages_of_dna():
    settings, folds, models, _ = planned(tokens())
    assert plan.stages(settings) == ("tokens",)
    assert plan.tasks(settings) == ["x", "y"] and list(models["model"]) == ["m"]
    assert sources.observations(settings) == ["corpus"]
    assert sorted(folds.fold_of) == [f"part{i}" for i in range(4)]
    prepared = sources.prepare_settings(settings, [], 3)
    assert prepared["length"] == 9 and prepared["seed"] == 3 and "kind" not in prepared


def test_sets_of_tokens_are_sought_where_they_are_asked_for():
    for sis, sought in ({}, []), ({"enabled": True}, ["m"]):
        config = tokens(sis=sis)
        _, _, models, _ = planned(config)
        assert list(subsets.sets_sought(config, "tokens", ("tokens",), models)["model"]) == sought
    asked = subsets.text_settings(config)
    assert asked["threshold"] == {"relative": 0.5} and asked["records"] == 40
    assert subsets.sis_settings(config)["mask"] == "mean"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"models": {"m": {"objective": "classes"}}}, "cnn reads windows of numbers"),
        ({"attribution": {"methods": {"ism": {}}}}, "ism can't explain tokens: there is no other"),
        ({"attribution": {"references": "shuffle"}}, "'shuffle' are for DNA"),
        ({"attribution": {"strands": "both"}}, "strands 'both' are for DNA"),
        ({"sis": {"enabled": True, "threshold": 2.0}}, "2.0 as threshold of texts"),
        ({"sis": {"enabled": True, "mask": 0.25}}, "sis.mask is 0.25, and a token"),
        (
            {"sis": {"enabled": True}, "models": {"m": {"architecture": "embedding_mlp"}}},
            "m predicts binary tasks",
        ),
    ],
)
def test_what_tokens_cannot_have_is_refused_while_planning(parts, words):
    with pytest.raises(BadInput, match=f"(?s){words}"):
        planned(tokens(**parts))


def test_architectures_of_tokens_are_for_tokens():
    with pytest.raises(BadInput, match="(?s)embedding_mlp reads tokens.*models.m"):
        planned(genome(models={"m": {"architecture": "embedding_mlp"}}))


def test_kmers_about_peaks_become_tracks_and_other_texts_do_not():
    peaks = {"peaks": "x.bed", "fasta": "g.fa", "width": 9, "label": "x"}
    inputs = tokens()["inputs"]
    for source, kmer, tracks in ((peaks, 3, 2), (peaks, 0, 0), ({"table": "t.tsv"}, 3, 0)):
        config = tokens(inputs=inputs | {"texts": [source], "kmer": kmer})
        settings, _, models, methods = planned(config)
        assert len(plan.placed_texts(settings, plan.tracks(models, methods))) == tracks
    assert plan.text_genomes({"texts": [peaks, {"table": "t.tsv"}]}) == ["g.fa"]
