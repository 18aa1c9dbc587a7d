"""Letters are as high as the numbers that they stand for."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from chromolens.genome.onehot import encode
from chromolens.motifs.names.tomtom import match
from chromolens.motifs.ppm import reverse_complement, trim
from chromolens.report.alignment import align
from chromolens.report.figures import logos
from chromolens.report.figures.svg import Scale, curve, number

USE = re.compile(r'href="#glyph-(\w)" transform="translate\((\S+) (\S+)\)scale\((\S+) (\S+)\)"')


def letters(drawing: str) -> list[tuple[str, float, float, float, float]]:
    """Base, x, y, width and height of each letter."""
    return [(base, *map(float, numbers)) for base, *numbers in USE.findall(drawing)]


def test_observed_letters_have_the_heights_and_places_of_contributions():
    values = np.array([0.5, -0.25, 1.0, np.nan, 0.125, 0.3])
    drawn = letters(logos.observed("ACGTTN", values, x=10, axis=80, step=8, unit=60))
    assert [row[0] for row in drawn] == list("ACGT")
    heights = np.array([row[4] for row in drawn])
    np.testing.assert_allclose(heights / heights[2], [0.5, -0.25, 1.0, 0.125], atol=1e-4)
    assert [row[1] for row in drawn] == [10, 18, 26, 42]
    assert {row[2] for row in drawn} == {80}


def test_stacked_letters_pile_without_gaps_tallest_outermost():
    drawn = letters(logos.stack([[0.5, 0.2, -0.1, -0.4]], x=0, axis=50, step=10, unit=100))
    feet = {row[0]: (row[2], row[2] - row[4]) for row in drawn}
    assert feet == {"C": (50, 30), "A": (30, -20), "G": (50, 60), "T": (60, 100)}


def test_information_against_the_entropy_formula():
    ppm = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]], dtype=float)
    heights = logos.heights(ppm)
    np.testing.assert_allclose(heights.sum(axis=1), [2, 0, 1], atol=1e-9)
    np.testing.assert_allclose(heights[2], [0.5, 0.5, 0, 0], atol=1e-9)


def test_a_logo_fits_its_box():
    matrix = np.random.default_rng(0).normal(size=(40, 4))
    drawn = letters(logos.logo(matrix, "x", height=46, widest=320))
    tops = [min(y, y - high) for _, _, y, _, high in drawn]
    feet = [max(y, y - high) for _, _, y, _, high in drawn]
    assert min(tops) >= -0.2 and max(feet) <= 47
    assert max(x + width for _, x, _, width, _ in drawn) <= 320.1


@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("shift", [0, 3])
@pytest.mark.parametrize("cut", [slice(None), slice(2, None), slice(None, 7)])
def test_a_motif_lies_where_its_match_was_found(turn, shift, cut):
    target = encode("TTACCCGGAGC") * 0.9 + 0.025
    whole = np.vstack([np.full((shift, 4), 0.25), target[cut], np.full((2, 4), 0.25)])
    query = reverse_complement(whole) if turn else whole
    found = match([trim(query)], [target, reverse_complement(target)[:6]])
    row = SimpleNamespace(strand=found.strand[0, 0], offset=found.offset[0, 0])
    pair = align(row, query, target, drawn=query)
    assert pair.reverse == turn
    first = np.flatnonzero(pair.target.sum(axis=1))[0]
    there = np.arange(len(target))[cut]
    np.testing.assert_allclose(pair.query[first + there], target[there], atol=1e-6)


def test_curves_break_at_absent_values():
    path = curve([0, 1, 2, 3], [1.0, np.nan, 2.0, 2.5], "curve")
    assert 'd="M0 1M2 2L3 2.5"' in path


def test_numbers_and_scales():
    assert [number(v) for v in (1.0, -0.001, 2.346, 10)] == ["1", "0", "2.35", "10"]
    assert Scale((2, 4), (100, 0))(2.5) == 75
