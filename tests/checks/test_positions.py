"""Profiles of positions whose numbers are known, and the verdicts that follow from them."""

import numpy as np
import pandas as pd
import pytest

from chromolens.checks import positions
from chromolens.checks.positions import Masses

LENGTH = 200


def profile(**at):
    """Shares with all mass on the positions given: ``{"0": 0.25, ...}``."""
    found = np.zeros(LENGTH)
    for place, share in at.items():
        found[int(place[1:])] = share
    return found


def zone_of(mass):
    return positions.find_zone(mass[None], flat(), 10)


def flat(start=0, stop=LENGTH):
    found = np.zeros(LENGTH)
    found[start:stop] = 1 / (stop - start)
    return found


def table(trained, untrained, shifted=None, shift=50, count=40, noise=0.1):
    """Numbers of ``count`` inputs that scatter about the masses given."""
    rng = np.random.default_rng(0)

    def around(mass):
        return mass * rng.uniform(1 - noise, 1 + noise, (count, LENGTH))

    shifted = trained if shifted is None else shifted
    masses = Masses(around(trained), around(shifted), np.array(untrained), flat(), shift)
    return positions.tabulate(masses, end=10)


def test_the_numbers_of_a_uniform_profile():
    found = positions.measures(flat(), 10, np.ones(LENGTH, bool))
    expected = {"last_share": 0.05, "first_share": 0.05, "end90": 0.9, "stretch90": 0.9}
    expected |= {"half": 0.5, "gini": 0, "effective": LENGTH, "slope": 0, "silent": 0}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-9), name


def test_the_numbers_of_two_positions_by_hand():
    one = profile(p20=0.25, p190=0.75)
    found = positions.measures(one, 10, one > 0)
    assert found["last_share"] == 0.75 and found["first_share"] == 0
    assert found["end90"] == pytest.approx(180 / LENGTH)  # the last 180 reach back to number 20
    assert found["stretch90"] == pytest.approx(171 / LENGTH)
    assert found["effective"] == pytest.approx(np.exp(0.25 * np.log(4) + 0.75 * np.log(4 / 3)))
    assert found["silent"] == LENGTH - 2
    # of 200 numbers, all but two 0: 2 (199 * 0.25 + 200 * 0.75) / 200 - 201 / 200
    assert found["gini"] == pytest.approx(0.9925)
    assert found["zone"] == pytest.approx(1) and found["most90"] == pytest.approx(
        4 / LENGTH
    )  # two blocks


def test_the_slope_is_in_decades_over_the_length():
    fading = 10.0 ** np.linspace(-3, 0, LENGTH)
    found = positions.measures(fading / fading.sum(), 10, np.ones(LENGTH, bool))
    assert found["slope"] == pytest.approx(-3)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (192, 200, "190-200"),  # inside the end: all of the end
        (2, 8, "0-10"),
        (100, 140, "100-140"),
        (0, 60, "0-60"),
        (0, 200, "0-200"),  # nowhere more than its share
    ],
)
def test_the_zone_has_more_than_its_share_or_is_an_end(start, stop, expected):
    assert positions._written(zone_of(flat(start, stop))) == expected


def test_a_zone_may_have_two_ends():
    both = (flat(0, 20) + flat(180, 200)) / 2
    assert positions._written(zone_of(both)) == "0-20 180-200"


def test_gaps_belong_to_a_zone_unless_they_are_much_of_it():
    gap = flat(100, 140) * np.r_[np.ones(120), np.zeros(4), np.ones(76)]
    assert positions._written(zone_of(gap / gap.sum())) == "100-140"
    sparse = np.repeat(np.arange(100) % 3 == 0, 2) / 68.0  # every third block of two
    np.testing.assert_array_equal(zone_of(sparse), sparse > 0)


@pytest.mark.parametrize("zone", [(180, 200), (0, 20), (90, 110)])
def test_inputs_are_moved_so_that_the_content_leaves_the_zone_and_stays_inside(zone):
    where = np.zeros(LENGTH, bool)
    where[slice(*zone)] = True
    by = positions.find_shift(flat(*zone), where)
    moved = np.flatnonzero(where) - by
    assert moved.min() >= 0 and moved.max() < LENGTH and not where[moved].any()


def test_even_when_no_place_has_much_more_than_its_share():
    found = table(flat(), [flat(190)] * 10)
    assert positions.verdict(found).kind == "even" and set(found["verdict"]) == {"even"}
    # a zone that is everywhere can't be left
    assert found.set_index("measure").loc["moved", "trained":"trained_high"].isna().all()
    # where inputs don't vary nothing can contribute: that is no place that a network prefers
    half = flat(0, 100)
    masses = Masses(np.tile(half, (9, 1)), np.tile(half, (9, 1)), np.array([half]), half, 10)
    assert positions.verdict(positions.tabulate(masses, 10)).kind == "even"


def test_chance_makes_no_zone():
    """Each input has all of its mass at one place, drawn anywhere: 40 of 200 have any."""
    mass = np.zeros((40, LENGTH))
    mass[np.arange(40), np.random.default_rng(0).integers(0, LENGTH, 40)] = 1
    found = positions.tabulate(Masses(mass, mass, np.array([flat()]), flat(), 50), 10)
    assert found.set_index("measure").loc["most90", "trained"] < 0.35  # the places that were hit
    assert positions.verdict(found).kind == "even"


def test_the_network_when_the_untrained_one_has_the_same_place():
    draws = [share * flat(190) + (1 - share) * flat() for share in np.linspace(0.85, 0.99, 10)]
    found = table(0.97 * flat(190) + 0.03 * flat(), draws)
    told = positions.verdict(found)
    assert told.kind == "network"
    # on the last 10 of 200: s + (1 - s) / 20
    assert told.sentence == (
        "97 % of the mass lies on the last 5 % of the positions (10 of 200); the same network "
        "untrained: 92 % (86 to 99 % over 10 draws). This comes from the architecture, "
        "not from the data."
    )


def test_mostly_the_network_when_half_of_the_excess_is_there_before():
    draws = [share * flat(190) + (1 - share) * flat() for share in np.linspace(0.55, 0.65, 10)]
    found = positions.verdict(table(flat(190), draws))
    assert found.kind == "network" and "mostly" in found.sentence


def test_the_network_when_every_draw_has_a_place_of_its_own():
    stretches = [flat(start, start + 40) for start in range(0, 160, 16)]
    found = positions.verdict(table(flat(72, 112), stretches))
    assert found.kind == "network" and "differ from each other as much" in found.sentence


@pytest.mark.parametrize(
    ("shifted", "kind"), [((50, 90), "learned"), ((100, 140), "place"), ((75, 115), "learned")]
)
def test_what_is_learned_moves_with_the_content_or_stays(shifted, kind):
    draws = [share * flat(190) + (1 - share) * flat() for share in np.linspace(0.85, 0.99, 10)]
    found = table(flat(100, 140), draws, flat(*shifted))
    told = positions.verdict(found)
    assert told.kind == kind
    assert ("can't be told" in told.sentence) == (shifted == (75, 115))


def test_a_verdict_needs_mass_and_a_network_to_compare_with():
    lone = table(flat(190), np.zeros((0, LENGTH)))
    assert positions.verdict(lone).kind == "unjudged" and lone["draws"].eq(0).all()
    dead = table(np.zeros(LENGTH), [flat()])
    assert positions.verdict(dead).sentence.startswith("Nothing contributes")
    # a draw without any mass is no draw
    assert table(flat(190), [np.zeros(LENGTH), flat()])["draws"].eq(1).all()


@pytest.mark.slow
def test_intervals_hold_the_truth_of_a_larger_sample():
    rng = np.random.default_rng(1)
    mass = rng.exponential(1, (4000, LENGTH)) * np.where(np.arange(LENGTH) < 190, 1, 30)
    last = positions.shares(mass.mean(axis=0))[190:].sum()
    inside = 0
    for sample in np.split(mass, 40):
        masses = Masses(sample, sample, np.array([flat()]), flat(), 10)
        row = positions.tabulate(masses, 10).set_index("measure").loc["last_share"]
        inside += row["trained_low"] <= last <= row["trained_high"]
    assert inside >= 32  # of 40, 95 % intervals: fewer by chance in less than 1 in 1000


def test_a_figure_has_bins_of_equal_means():
    found = positions.profiles(
        Masses(flat()[None], flat()[None], np.array([flat(190)]), flat(), 10)
    )
    binned = positions.binned(found, most=20)
    np.testing.assert_allclose(binned["trained"], 1)
    np.testing.assert_allclose(binned["untrained"], [0] * 19 + [20])
    assert binned["position"].iloc[0] == pytest.approx(4.5)
    assert isinstance(binned, pd.DataFrame) and positions.floor(binned) < 1
