"""SIS strings and their parts."""

import numpy as np
import pytest

from chromolens.sis.motifs.strings import sis_string, split_at_gaps, surroundings


def test_string_as_in_the_paper():
    assert sis_string("ACGTACGT", [5, 1, 2]) == "CGNNC"
    assert sis_string("ACGT", [3]) == "T"
    assert sis_string("ACGT", []) == ""


@pytest.mark.parametrize(("last", "parts"), [(10, 1), (11, 2), (12, 2)])
def test_ten_bases_not_kept_are_a_gap(last, parts):
    # positions 0 and 11 have ten bases between them
    found = split_at_gaps([last, 0], 10)
    assert len(found) == parts
    assert np.concatenate(found).tolist() == [0, last]


def test_parts_of_nothing():
    assert split_at_gaps([]) == []


def test_surroundings_end_with_the_window():
    assert surroundings("ACGTACGTAC", [4, 6], 3) == "CGTACGTAC"
    assert surroundings("ACGT", [0, 1], 3) == "NNNACGTN"
