"""The plan of simulated crosses and spiked traits, and what it refuses."""

import pytest

from chromolens.errors import BadInput
from chromolens.planning import plan, sources
from tests.test_plan import genotypes, planned

CROSS = {"samples": 9, "chromosomes": 2, "markers": 3}


def test_a_cross_is_simulated_and_a_spiked_trait_is_a_task():
    spiked = {"z": {"causal": 4}}
    own = {"genotypes": "", "traits": "", "simulated": CROSS, "spiked": spiked, "tasks": ["noise"]}
    settings, _, models, _ = planned(genotypes(inputs=own))
    assert plan.tasks(settings) == ["noise", "z"] == list(models["explains"][0])
    made = [f"simulated/{name}.tsv.gz" for name in ("genotypes", "markers", "traits")]
    assert sources.genotypes(settings) == made[:2] and sources.observations(settings) == made[2:]
    prepared = sources.prepare_settings(settings, sources.prepared(settings, "r"), 3)
    assert prepared["spiked"] == {"z": {"causal": 4, "heritability": 0.6, "apart": 0}}


KNOWN = {"known": [{"trait": "x", "chrom": "I", "position": 9}]}
FOUND = {"value": "known_loci", "by": "scan"}
SPIKED = {"value": "spiked_recall", "by": "scan", "min": 1}


@pytest.mark.parametrize(
    ("inputs", "acceptance", "words"),
    [
        ({"spiked": {"x": {}}}, [], "x is a column of the traits and a spiked trait"),
        ({"spiked": {"a b": {}}}, [], "task 'a b' can't be used in file names"),
        ({"spiked": {"z": {"heritability": 0}}}, [], "0 is less than or equal to the minimum"),
        ({"spiked": {"z": {"heritability": 1.1}}}, [], "1.1 is greater than the maximum"),
        ({"spiked": {"z": {"causal": 0}}}, [], "0 is less than the minimum of 1"),
        ({"simulated": CROSS}, [], "a simulated cross brings its own genotypes"),
        ({"genotypes": ""}, [], "the study has no genotypes"),
        ({"traits": ""}, [], "the study has no traits"),
        ({}, [SPIKED], "on spiked traits only"),
        ({}, [FOUND], "on known loci .inputs.known. only"),
        ({"spiked": {"z": {}}}, [SPIKED | {"task": "x"}], "no spiked trait named 'x'"),
        (KNOWN, [FOUND | {"task": "y"}], "no trait named 'y'"),
        (KNOWN, [FOUND | {"names": ["I:8"]}], "'I:8'; did you mean 'I:9'"),
        (KNOWN, [FOUND | {"names": ["I:9"], "task": "y"}], "no known locus named 'I:9'"),
    ],
)
def test_what_cannot_be_is_refused_while_planning(inputs, acceptance, words):
    with pytest.raises(BadInput, match=words):
        planned(genotypes(inputs=inputs, acceptance=acceptance))


def test_a_known_locus_may_be_asked_for():
    planned(genotypes(inputs=KNOWN, acceptance=[FOUND | {"names": ["I:9"], "task": "x"}]))
