"""Simulated genomes in the plan: they stand in for files, and give no label away."""

import pytest
from test_plan import SIZES, genome, planned

from chromolens.errors import BadInput
from chromolens.planning import preflight


def test_a_simulated_genome_stands_in_for_the_files():
    halves = [{"motifs": ["CTCF"], "share": 0.5}, {"motifs": ["SP1"], "share": 0.5}]
    motifs = {"CTCF": "MA0139.2", "SP1": "MA0079.5"}
    simulate = {"chromosomes": SIZES, "events": 3, "task": "z"}
    simulate |= {"alternatives": halves, "motifs": motifs}
    settings, *_ = planned(genome(inputs_simulate=simulate, inputs_peaks={}, inputs_fasta=""))
    assert settings["fasta"] == "simulated/genome.fa"
    assert settings["peaks"] == {"z": "simulated/peaks.bed"}


@pytest.mark.parametrize(
    ("motifs", "share", "message"),
    [
        (["CTCF"], 1.0, "CTCF is in 1 of the events"),
        (["CTFC"], 0.5, "no PPM for the motif 'CTFC'"),
    ],
)
def test_a_label_that_is_given_away_is_refused_before_the_first_job(motifs, share, message):
    alternatives = [{"motifs": motifs, "share": share}, {"motifs": ["SP1"], "share": 1 - share}]
    motifs = {"CTCF": "MA0139.2", "SP1": "MA0079.5"}
    given = {"chromosomes": SIZES, "motifs": motifs, "alternatives": alternatives}
    with pytest.raises(BadInput, match=message):
        preflight._check_simulation(given)


def test_pairs_apart_without_their_number_are_refused_before_the_first_job():
    halves = [{"motifs": ["CTCF"], "share": 0.5}, {"motifs": ["SP1"], "share": 0.5}]
    motifs = {"CTCF": "MA0139.2", "SP1": "MA0079.5"}
    given = {"chromosomes": SIZES, "motifs": motifs, "alternatives": halves}
    apart = {"motifs": ["CTCF", "SP1"], "number": 5, "spacing": [20, 30]}
    preflight._check_simulation(given | {"apart": [apart]})
    for wrong in ({"number": None}, {"spacing": [30, 20]}, {"motifs": ["CTCF"]}):
        with pytest.raises(BadInput, match="simulate.apart has"):
            preflight._check_simulation(given | {"apart": [apart | wrong]})
