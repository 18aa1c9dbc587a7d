"""Which patterns are one motif: planted variants, and brute force for correlation and linkage."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from chromolens.motifs.modisco.merging import Shape, align, link, merge, shape
from chromolens.motifs.modisco.patterns import Pattern, core
from chromolens.motifs.ppm import reverse_complement

LENGTH = 50
CTCF, GATA, TAL = "CCACCAGGGGGCGC", "AGATAAGA", "CTG"


def pattern(parts, name="pos.pattern_0", *, sites=200, backward=False, seed=0, sign=1):
    """Made of sites of the words ``parts`` (place -> word), 85 % right, and their contributions.

    A letter of a word may be a class: ``W`` is A in these sites, ``w`` T, and both speak alike
    to the model, which adds up 1 for a right base and -1/3 for another, and some noise.
    """
    rng = np.random.default_rng(seed)
    accepted, spelt = np.zeros((LENGTH, 4)), {}
    for place, word in parts.items():
        for offset, letter in enumerate(word):
            base = {"W": "A", "w": "T"}.get(letter, letter)
            spelt[place + offset] = "ACGT".index(base)
            good = [0, 3] if letter in "Ww" else ["ACGT".index(base)]
            accepted[place + offset] = -1 / 3
            accepted[place + offset, good] = 1
    codes = rng.integers(0, 4, (sites, LENGTH))
    for place, base in spelt.items():
        codes[:, place] = np.where(rng.random(sites) < 0.85, base, codes[:, place])
    onehot = np.eye(4)[codes]
    scores = sign * accepted * rng.uniform(0.5, 1.5, (sites, 1, 1))
    scores = scores + rng.normal(0, 0.1, onehot.shape)
    if backward:
        onehot, scores = (array[:, ::-1, ::-1] for array in (onehot, scores))
    cwm = (onehot * scores).mean(axis=0)
    kind = "pos" if sign > 0 else "neg"
    made = Pattern(name, kind, sites, onehot.mean(axis=0), cwm, core(cwm, sign))
    return made, shape(made, scores.mean(axis=0))


def score(first, second):
    return align(first[1], second[1])


SAME = {
    "halves of the seqlets": ({10: CTCF}, {10: CTCF}),
    "moved": ({10: CTCF}, {19: CTCF}),
    "one base of eight": ({20: "AGWTAAGA"}, {22: "AGwTAAGA"}),
    "one base of ten": ({20: "TTACCCWGTT"}, {20: "TTACCCwGTT"}),
    "a faint end lost": ({10: CTCF}, {10: CTCF[:-1]}),
}
OTHER = {
    "composite of the same strand": ({30: GATA}, {19: TAL, 30: GATA}),
    "composites of two spacings": ({19: TAL, 30: GATA}, {17: TAL, 30: GATA}),
    "other motifs": ({15: CTCF}, {15: GATA}),
    "other motifs of one length": ({15: "TGACTCAGCA"}, {15: "CCACGTGGTC"}),
    "half of a long one": ({15: CTCF}, {15: CTCF[:7]}),
}


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sites", [30, 400])
@pytest.mark.parametrize("case", SAME)
def test_the_same_motif(case, backward, sites):
    first, second = SAME[case]
    one = pattern(first)
    other = pattern(second, sites=sites, backward=backward, seed=1)
    found = score(one, other)
    assert found.score >= 1
    assert found.strand == ("-" if backward else "+")
    place, planted = min(first), min(second)
    length = len(second[planted])
    begins = LENGTH - planted - length if backward else planted
    # where the word lies in the other pattern, as read on that strand
    begins = LENGTH - begins - length if found.strand == "-" else begins
    assert found.offset == place - begins


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sites", [30, 400])
@pytest.mark.parametrize("case", OTHER)
def test_another_motif(case, backward, sites):
    first, second = OTHER[case]
    assert score(pattern(first), pattern(second, sites=sites, backward=backward, seed=1)).score < 1


def test_an_alignment_against_brute_force():
    rng = np.random.default_rng(0)
    one, other = (Shape(*rng.normal(size=(2, size, 4))) for size in (7, 11))
    best = (-9.0,)
    for strand in "+-":
        for offset in range(-10, 7):
            found = []
            for name in ("ppm", "hypothetical"):
                a, b = np.zeros((40, 4)), np.zeros((40, 4))
                a[15:22], second = getattr(one, name), getattr(other, name)
                start = 15 + offset
                b[start : start + 11] = second if strand == "+" else second[::-1, ::-1]
                found.append((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))
            best = max(best, (sum(found), *found, strand, offset))
    found = align(one, other)
    assert tuple(found)[:2] == pytest.approx(best[1:3]) and tuple(found)[2:] == best[3:]
    turned = Shape(reverse_complement(other.ppm), reverse_complement(other.hypothetical))
    assert align(one, turned).score == pytest.approx(align(one, other).score)
    assert align(one, Shape(*np.zeros((2, 5, 4)))).score == 0


@pytest.mark.parametrize("seed", range(5))
def test_linkage_is_average_linkage_of_repeated_items(seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 4, 9)
    scores = rng.uniform(0.5, 1.4, (9, 9))
    scores = (scores + scores.T) / 2
    np.fill_diagonal(scores, 2)
    items = np.repeat(np.arange(9), weights)
    distances = 2 - scores[np.ix_(items, items)]
    tree = linkage(distances[np.triu_indices(len(items), 1)], method="average")
    labels = fcluster(tree, 1.0, criterion="distance")
    expected = sorted(sorted({int(i) for i in items[labels == n]}) for n in set(labels))
    assert link(scores, weights) == expected


def test_a_chain_is_not_one_group():
    scores = np.array(
        [[2, 1.05, 0.3, 0], [1.05, 2, 1.04, 0.3], [0.3, 1.04, 2, 1.05], [0, 0.3, 1.05, 2]]
    )
    assert link(scores, [1] * 4) == [[0, 1], [2, 3]]
    assert link(np.ones((1, 1)), [5]) == [[0]] and link(np.ones((0, 0)), []) == []


def test_variants_join_their_motif_and_not_the_composite():
    given = [
        pattern({20: "AGWTAAGA"}, "pos.pattern_0", sites=500, seed=1),
        pattern({19: TAL, 30: "AGWTAAGA"}, "pos.pattern_1", sites=300, seed=2),
        pattern({25: "AGwTAAGA"}, "pos.pattern_2", sites=90, seed=3, backward=True),
        pattern({19: TAL, 30: "AGWTAAGA"}, "pos.pattern_3", sites=60, seed=4, backward=True),
        pattern({20: "AGWTAAGA"}, "neg.pattern_0", sites=80, seed=5, sign=-1),
    ]
    motifs = merge(*zip(*given, strict=True))
    assert [list(motif.members) for motif in motifs] == [
        ["pos.pattern_0", "pos.pattern_2"],
        ["pos.pattern_1", "pos.pattern_3"],
        ["neg.pattern_0"],
    ]
    assert [motif.name for motif in motifs] == ["pos.pattern_0", "pos.pattern_1", "neg.pattern_0"]
    lone = motifs[0].members["pos.pattern_0"]
    assert (lone.strand, lone.offset) == ("+", 0) and lone.ppm == pytest.approx(1)
