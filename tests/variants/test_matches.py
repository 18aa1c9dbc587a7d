"""Motifs made and broken: by hand, and against sums over every place and strand."""

import numpy as np
import pytest

from chromolens.genome.intervals import stretch
from chromolens.genome.onehot import BASES, codes_of, encode
from chromolens.motifs.hits.scan import best
from chromolens.motifs.hits.sites import composition
from chromolens.motifs.hits.sought import Sought
from chromolens.motifs.modisco.sites import matcher
from chromolens.variants.listed import Reading, unique
from chromolens.variants.matches import changed_matches
from tests.variants.alleles import FOLDS, SETTINGS, mutated, sequences, stated, write_genome

A = sequences()["a"]


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def motif(word, name="M"):
    return Sought("pos.0", name, "pos", 0.9 * encode(word) + 0.025)


def taken(genome, *changes):
    return unique(Reading(genome, FOLDS, SETTINGS).taken(stated(*changes))[0])


def other(base):
    return BASES[(BASES.index(base) + 1) % 4]


def test_a_broken_and_a_made_site(genome):
    word = A[99:109]
    rows = taken(genome, ("a", 104, A[103], other(A[103])), ("a", 150, A[149], other(A[149])))
    made = mutated(A, 150, A[149], other(A[149]))[144:154]
    stretches = [stretch(name, genome.sizes) for name in "ab"]
    asked = {"stretches": stretches, "max_p": 5e-6}
    motifs = {"x": [motif(word, "broken")], "y": [motif(made, "made"), motif(word)], "z": []}
    found = changed_matches(genome, rows, motifs, **asked)
    keys = found[["task", "variant", "name", "change"]].to_numpy().tolist()
    one, two = rows["variant"]
    assert keys == [["x", one, "broken", "lost"], ["y", one, "M", "lost"],
                    ["y", two, "made", "gained"]]  # fmt: skip
    lost, _, gained = found.itertuples()
    assert np.isnan(lost.alternative) and np.isnan(gained.reference)
    weights = matcher(motif(word).ppm, composition(genome, stretches), 5e-6).weights
    assert lost.reference == pytest.approx(weights.max(axis=1).sum() / 100)


def test_against_every_place_and_strand(genome):
    """Random changes and a short motif, which many matches of any kind have."""
    rng, changes = np.random.default_rng(0), []
    for at in range(60, 540, 6):
        removed, added = rng.integers(1, 4, 2)
        alt = "".join(rng.choice(list(BASES), added))
        if A[at - 1 : at - 1 + removed] != alt:
            changes.append(("a", at, A[at - 1 : at - 1 + removed], alt))
    rows, own = taken(genome, *changes), motif("GATTA")
    max_p, background = 0.02, composition(genome, [stretch("a", genome.sizes)])
    ready = matcher(own.ppm, background, max_p)
    found = changed_matches(
        genome, rows, {"x": [own]}, stretches=[stretch("a", genome.sizes)], max_p=max_p
    )
    expected = {}
    for row in rows.itertuples():
        passes = []
        for allele in (row.removed, row.added):
            text = mutated(A, row.start + 1, row.removed, allele)
            scores = best(codes_of(text), ready.weights.astype(float))
            places = range(row.start - len(own.ppm) + 1, row.start + len(allele))
            passes.append(max(scores[place] for place in places) >= ready.floor)
        if passes[0] != passes[1]:
            expected[row.variant] = "lost" if passes[0] else "gained"
    assert dict(zip(found["variant"], found["change"], strict=True)) == expected
    assert set(expected.values()) == {"lost", "gained"} and len(expected) > 8
