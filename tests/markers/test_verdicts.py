"""Each verdict, word by word; and what it rests on, from masses made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.markers.chromosomes import rotation
from chromolens.markers.evidence import evidence
from chromolens.markers.nulls import Band
from chromolens.markers.scaling import Scaling
from chromolens.markers.verdicts import Evidence, scaling_verdict, verdict
from tests.markers.made import markers_of

UNTRAINED = Band(0.97, 0.84, 0.97, 0.991, 5, 5 / 11, 10)
ABOVE = Band(3.1, 1.2, 1.6, 2.2, 1, 1 / 11, 10)
WITHIN = Band(1.8, 1.2, 1.6, 2.2, 4, 4 / 11, 10)
STRETCH = "the last 3.6 % of the inputs (chromosome X)"
LSTM = Evidence(STRETCH, 0.036, UNTRAINED, 0.95, 0.02, "X:941,000", WITHIN, 1.7)
EVEN = replace(
    LSTM, share=Band(0.034, 0.032, 0.033, 0.035, 2, 2 / 11, 10), same_inputs=0.035,
    same_markers=0.033, best="XII:656,893", peak=ABOVE, again=2.8,
)  # fmt: skip


def test_the_network():
    found = verdict(LSTM)
    assert found.category == "network"
    assert found.sentence == (
        "97 % of the mass lies on the last 3.6 % of the inputs (chromosome X); the same network "
        "untrained: 97 % (84 to 99 %, 10 draws); rotating the chromosomes moves it with the place "
        "(95 % on the same inputs, 2 % on the markers that lay there before). This "
        "comes from the architecture, not from the genome."
    )


def test_the_genome():
    found = verdict(EVEN)
    assert found.category == "genome"
    assert found.sentence == (
        "3.4 % of the mass lies on the last 3.6 % of the inputs (chromosome X); the same network "
        "untrained: 3.3 % (3.2 to 3.5 %, 10 draws); rotating the chromosomes leaves it spread "
        "(3.5 % on the same inputs, 3.3 % on the markers that lay there before); the best marker "
        "(XII:656,893) has 3.1 times the mean mass, that of its chromosome 2.8 times once "
        "rotated, the best of networks on permuted labels 1.2 to 2.2 times (p = 0.091, 10 draws). "
        "This comes from the genome."
    )


OWN = replace(UNTRAINED, value=0.6, low=0.03, median=0.036, high=0.05, rank=1, p=1 / 11)


@pytest.mark.parametrize(
    ("changed", "category", "said"),
    [
        # a locus that truly lies on the last chromosome
        ({"share": OWN, "same_inputs": 0.04, "same_markers": 0.6, "peak": ABOVE,
          "again": 3.0}, "genome",
         "moves it with the chromosome"),
        # the same, though permuted labels do it too
        ({"share": OWN, "same_inputs": 0.04, "same_markers": 0.6}, "unclear", "p = 0.36"),
        # or untrained networks do
        ({"same_inputs": 0.04, "same_markers": 0.9, "peak": ABOVE,
          "again": 3.0}, "unclear",
         "moves it with the chromosome"),
        ({"same_inputs": 0.1, "same_markers": 0.1}, "unclear", "leaves open what it follows"),
        ({"same_inputs": 0.9, "same_markers": 0.9}, "unclear", "leaves open what it follows"),
        ({"same_inputs": float("nan")}, "unclear", "leaves open"),
    ],
)  # fmt: skip
def test_what_else_may_be(changed, category, said):
    found = verdict(replace(LSTM, **changed))
    assert found.category == category and said in found.sentence
    assert found.sentence.endswith(
        {"genome": "This comes from the genome.", "unclear": "or from the genome."}[category]
    )


def test_names_that_say_chromosome_themselves():
    assert "masses of chrV by 2.4." in scaling_verdict(Scaling(2.4, "chrV", 0, 0, 0, 0))


def test_an_even_network_that_found_nothing_is_unclear():
    assert verdict(replace(EVEN, peak=WITHIN)).category == "unclear"
    # once in eleven a chromosome is the best of all by chance, but not again
    assert verdict(replace(EVEN, again=1.3)).category == "unclear"
    # spread as it stood, but not once other chromosomes lie at the end
    other = verdict(replace(EVEN, same_inputs=0.4))
    assert other.category == "unclear" and "leaves open what it follows (40 %" in other.sentence


def test_may_one_scale_per_chromosome():
    assert scaling_verdict(Scaling(3.3e18, "I", 1, 0.43, 1e-19, 0.31)) == (
        "No: a scale per chromosome would multiply the masses of chromosome I by 3.3e18; 43 % of "
        "the markers, each below the rounding of the largest, hold <0.01 % of the mass, and "
        "would be shown as 31 % of it; 1 chromosome has no mass at all. Such a scale is a "
        "choice of display, not evidence."
    )
    assert scaling_verdict(Scaling(2.4, "V", 0, 0, 0, 0)) == (
        "No: a scale per chromosome would multiply the masses of chromosome V by 2.4. Such "
        "a scale is a choice of display, not evidence."
    )


MARKERS = markers_of(I=40, II=40, X=20)


def even(draw: int) -> np.ndarray:
    """About 1 at each marker."""
    return np.random.default_rng(draw).uniform(0.9, 1.1, 100)


def last_state(draw: int) -> np.ndarray:
    """What lies last has all mass, whatever it is."""
    return 10 ** ((np.arange(100) - 99) / 5) * even(draw)


def locus(order: np.ndarray) -> np.ndarray:
    """Ten markers of chromosome II have most mass, wherever they lie; in the order of inputs."""
    mass = even(0)
    mass[50:60] = 10
    return mass[order]


def test_a_network_that_reads_its_end_is_told_from_one_that_reads_the_genome():
    orders = [rotation(MARKERS, chrom) for chrom in ("II", "X")]
    ends = [last_state(draw) for draw in range(10)]
    moved = [(order, last_state(20)) for order in orders]
    found = evidence(MARKERS, last_state(11), ends, ends, moved, last=20)
    assert found.stretch == "the last 20 % of the inputs (chromosome X)"
    # a geometric series: 1 - 10^-4
    assert found.share.value == pytest.approx(1 - 1e-4, abs=1e-4)
    assert found.same_inputs > 0.999 and found.same_markers < 0.01
    assert found.best == "X:20,000"
    # of a geometric series of 100 the last, over the mean: (1 - q) * 100
    assert found.peak.value == pytest.approx((1 - 10**-0.2) * 100, rel=0.2)
    assert found.again < 1
    assert verdict(found).category == "network"

    evens = [even(draw) for draw in range(10)]
    found = evidence(MARKERS, locus(np.arange(100)), evens, evens,
                     [(o, locus(o)) for o in orders], last=20)  # fmt: skip
    # 20 of 190 on the last inputs; 130 of 190 on 40 % of the markers
    assert found.share.value == pytest.approx(20 / 190, rel=0.1)
    assert found.best == "II:11,000"  # of equals the first
    assert found.peak.value == pytest.approx(10 / 1.9, rel=0.1)
    assert found.again == pytest.approx(10 / 1.9, rel=0.1)
    assert found.same_markers == pytest.approx(20 / 190, rel=0.1)
    assert verdict(found).category == "genome"


def test_markers_are_followed_through_the_rotation():
    order = rotation(MARKERS, "II")  # II, X, I
    mass = np.zeros(100)
    mass[40:60] = 1  # X, where it lies now
    evens = [even(draw) for draw in range(10)]
    found = evidence(MARKERS, even(0), evens, evens, [(order, mass)], last=20)
    assert (found.same_inputs, found.same_markers) == pytest.approx((0, 1))
    wide = evidence(MARKERS, even(0), evens, evens, [(order, mass)], last=30)
    assert wide.stretch == "the last 30 % of the inputs (chromosome II to chromosome X)"


def test_what_is_missing_is_named():
    evens = [even(draw) for draw in range(10)]
    with pytest.raises(BadInput, match="retrained on rotated chromosomes"):
        evidence(MARKERS, evens[0], evens, evens, [])
    with pytest.raises(BadInput, match="9 null draws"):
        evidence(MARKERS, evens[0], evens[:9], evens, [(np.arange(100), evens[0])])
