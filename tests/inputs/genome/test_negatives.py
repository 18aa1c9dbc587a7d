"""Negatives, checked one by one against every event, region and base."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.inputs.genome.composition import Composition
from chromolens.inputs.genome.negatives import GC_BIN, draw

WINDOW = 41
SETTINGS = {"window": WINDOW, "ratio": 2.0, "distance": 30, "match_gc": True, "max_n": 0.1}
WHOLE = {"chrA": Interval("chrA", 0, 30000), "chrB": Interval("chrB", 0, 20000)}
NOWHERE = pd.DataFrame({"chrom": [], "start": [], "end": []})


@pytest.fixture
def toy(random_genome, write_fasta):
    sequences = random_genome([30000, 20000])
    sequences["chrA"] = sequences["chrA"][:5000] + "N" * 3000 + sequences["chrA"][8000:]
    rng = np.random.default_rng(3)
    events = pd.DataFrame(
        {
            "task": rng.choice(["t", "u"], 60),
            "chrom": np.repeat(["chrA", "chrB"], [40, 20]),
            "position": np.concatenate(
                [rng.integers(9000, 29900, 40), rng.integers(100, 19900, 20)]
            ),
        }
    )
    return sequences, events, Composition(write_fasta(sequences))


def positives_of(events):
    return pd.DataFrame({"chrom": events["chrom"], "start": events["position"] - WINDOW // 2})


def gc_of(sequences, row):
    text = sequences[row.chrom][row.start : row.start + WINDOW]
    return (text.count("G") + text.count("C")) / (WINDOW - text.count("N"))


def test_every_negative_keeps_its_distance(toy):
    sequences, events, genome = toy
    regions = pd.DataFrame({"chrom": ["chrA"], "start": [15000], "end": [20000]})
    negatives, shortfall = draw(
        positives_of(events), events, regions, genome, WHOLE, **SETTINGS, seed=0
    )
    assert len(negatives) == 120 and shortfall == {"chrA": 0, "chrB": 0}
    assert negatives["chrom"].value_counts().to_dict() == {"chrA": 80, "chrB": 40}
    assert not negatives.duplicated(["chrom", "start"]).any()
    for row in negatives.itertuples():
        bases = range(row.start, row.start + WINDOW)
        assert 0 <= bases[0] and bases[-1] < len(sequences[row.chrom])
        near = events["position"][events["chrom"] == row.chrom]
        assert min(abs(place - base) for place in near for base in bases) >= 30
        assert row.chrom == "chrB" or not set(bases) & set(range(15000, 20000))
        assert sequences[row.chrom][row.start : row.start + WINDOW].count("N") <= 0.1 * WINDOW


def test_gc_follows_the_positives_bin_by_bin(toy):
    sequences, events, genome = toy
    # Only GC-rich positives, so that unmatched negatives would have another distribution.
    positives = positives_of(events)
    gc = np.array([gc_of(sequences, row) for row in positives.itertuples()])
    positives = positives[gc > np.median(gc)]
    negatives, shortfall = draw(positives, events, NOWHERE, genome, WHOLE, **SETTINGS, seed=0)
    for chrom, rows in positives.groupby("chrom"):
        drawn = negatives[negatives["chrom"] == chrom]
        counts = [
            np.unique(
                [int(gc_of(sequences, row) / GC_BIN + 1e-9) for row in part.itertuples()],
                return_counts=True,
            )
            for part in (rows, drawn)
        ]
        assert shortfall[chrom] == 0
        np.testing.assert_array_equal(counts[0][0], counts[1][0])
        np.testing.assert_array_equal(2 * counts[0][1], counts[1][1])
    free = {**SETTINGS, "match_gc": False}
    unmatched = draw(positives, events, NOWHERE, genome, WHOLE, **free, seed=0)[0]
    means = [
        np.mean([gc_of(sequences, row) for row in part.itertuples()])
        for part in (positives, negatives, unmatched)
    ]
    assert abs(means[0] - means[1]) < GC_BIN < means[0] - means[2]


@pytest.mark.parametrize("ratio", [0.5, 1.3])
def test_ratio_is_kept_in_total(toy, ratio):
    _, events, genome = toy
    settings = {**SETTINGS, "ratio": ratio}
    negatives, _ = draw(positives_of(events), events, NOWHERE, genome, WHOLE, **settings, seed=0)
    expected = {"chrA": round(40 * ratio), "chrB": round(20 * ratio)}
    assert negatives["chrom"].value_counts().to_dict() == expected


def test_the_seed_and_nothing_else_decides(toy):
    _, events, genome = toy
    positives = positives_of(events)
    first = draw(positives, events, NOWHERE, genome, WHOLE, **SETTINGS, seed=0)[0]
    shuffled = positives.sample(frac=1, random_state=0)
    only_b = positives[positives["chrom"] == "chrB"]
    again = draw(shuffled, events, NOWHERE, genome, WHOLE, **SETTINGS, seed=0)[0]
    alone = draw(only_b, events, NOWHERE, genome, WHOLE, **SETTINGS, seed=0)[0]
    other = draw(positives, events, NOWHERE, genome, WHOLE, **SETTINGS, seed=1)[0]
    key = ["chrom", "start"]
    assert (
        first.sort_values(key)[key].values.tolist() == again.sort_values(key)[key].values.tolist()
    )
    chr_b = first["start"][first["chrom"] == "chrB"]
    assert chr_b.tolist() == alone["start"].tolist() != other["start"][-len(chr_b) :].tolist()


def test_what_can_not_be_found_is_counted(toy):
    _, events, genome = toy
    regions = pd.DataFrame({"chrom": ["chrA"], "start": [0], "end": [30000]})
    negatives, shortfall = draw(
        positives_of(events), events, regions, genome, WHOLE, **SETTINGS, seed=0
    )
    assert shortfall == {"chrA": 80, "chrB": 0}
    assert set(negatives["chrom"]) == {"chrB"}


@pytest.mark.parametrize("wrong", [{"ratio": -1.0}, {"distance": 0}])
def test_senseless_settings(toy, wrong):
    _, events, genome = toy
    with pytest.raises(BadInput, match="a ratio of 0 or more"):
        draw(
            positives_of(events),
            events,
            NOWHERE,
            genome,
            WHOLE,
            **{**SETTINGS, **wrong},
            seed=0,
        )


def test_every_place_that_is_allowed_can_be_drawn(random_genome, write_fasta):
    sequences = random_genome([600])
    places = [150, 300, 480]
    events = pd.DataFrame({"chrom": "chrA", "position": places})
    regions = pd.DataFrame({"chrom": ["chrA", "chrA"], "start": [5, 400], "end": [10, 401]})
    settings = {**SETTINGS, "match_gc": False, "ratio": 100.0}
    genome = Composition(write_fasta(sequences))
    stretches = {"chrA": Interval("chrA", 0, 600)}
    negatives, shortfall = draw(
        positives_of(events), events, regions, genome, stretches, **settings, seed=0
    )
    allowed = [
        start
        for start in range(600 - WINDOW + 1)
        if min(abs(at - base) for at in places for base in range(start, start + WINDOW)) >= 30
        and not {*range(5, 10), 400} & set(range(start, start + WINDOW))
    ]
    assert negatives["start"].tolist() == allowed
    assert shortfall == {"chrA": 300 - len(allowed)}


def test_each_block_has_negatives_of_its_own(toy):
    _, events, genome = toy
    events = events[events["chrom"] == "chrB"]
    blocks = [Interval("chrB", 0, 9000), Interval("chrB", 9500, 20000)]
    stretches = {block.name: block for block in blocks}
    inside = [
        [block.contains(Interval("chrB", start, start + WINDOW)) for block in blocks]
        for start in events["position"] - WINDOW // 2
    ]
    positives = positives_of(events)[np.any(inside, axis=1)]
    negatives, shortfall = draw(positives, events, NOWHERE, genome, stretches, **SETTINGS, seed=0)
    assert shortfall == dict.fromkeys(stretches, 0)
    for block, count in zip(blocks, np.sum(inside, axis=0), strict=True):
        starts = negatives["start"]
        held = (starts >= block.start) & (starts + WINDOW <= block.end)
        assert held.sum() == 2 * count > 0
