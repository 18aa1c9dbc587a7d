"""Circular chromosomes: what is read across the origin, and what is near on the circle."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.circular import across, pieces, with_copies, with_laps, wrapped
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.onehot import codes_of

CIRCLE = {"c": 30}


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("circle")
    letters = np.random.default_rng(0).choice(list("ACGT"), size=(2, 30))
    (folder / "g.fa").write_text(
        "".join(f">{n}\n{''.join(s)}\n" for n, s in zip("cl", letters, strict=True))
    )
    content = prepare_fasta(folder / "g.fa", folder / "g.fa.gz", circular=["c"])
    assert content["circular"].tolist() == [True, False]
    with Genome(folder / "g.fa.gz") as opened:
        assert opened.circular == CIRCLE
        yield opened


@pytest.mark.parametrize(("start", "end"), [(0, 30), (25, 40), (-7, 5), (-3, 33), (29, 31)])
def test_a_circle_goes_on_with_its_first_bases(genome, start, end):
    letters = genome.sequence("c", 0, 30)
    expected = "".join(letters[place % 30] for place in range(start, end))
    assert genome.sequence("c", start, end) == expected
    np.testing.assert_array_equal(genome.codes("c", start, end), codes_of(expected))
    places = [p for low, high in pieces(start, end, 30) for p in range(low, high)]
    assert places == [place % 30 for place in range(start, end)]
    assert all(0 <= low < high <= 30 for low, high in pieces(start, end, 30))


@pytest.mark.parametrize("place", [(25, 40), (-7, 5)])
def test_a_linear_chromosome_ends(genome, place):
    with pytest.raises(BadInput):
        genome.codes("l", *place)


def test_places_on_a_circle():
    chroms = pd.Series(["c", "l", "c", "c"])
    starts = np.array([-4, -4, 31, 12])
    assert wrapped(chroms, starts, CIRCLE).tolist() == [26, -4, 1, 12]
    assert wrapped("c", starts, CIRCLE).tolist() == [26, 26, 1, 12]
    assert wrapped("l", starts, CIRCLE).tolist() == starts.tolist()
    assert across(chroms, pd.Series([31, 31, 30, 12]), CIRCLE).tolist() == [True] + [False] * 3
    table = pd.DataFrame({"chrom": ["c", "l"], "at": [2, 3]})
    laps = with_laps(table, ["at"], CIRCLE)
    assert sorted(laps["at"][laps["chrom"] == "c"]) == [-28, 2, 32]
    assert laps["at"][laps["chrom"] == "l"].tolist() == [3]


def test_every_stretch_of_a_circle_finds_the_windows_over_it():
    starts = np.arange(0, 30, 4)
    copies = with_copies(starts, 9, 30)
    assert (np.diff(copies) > 0).all()
    for base in range(30):
        over = {int(s) % 30 for s in copies if s <= base < s + 9}
        assert over == {int(s) for s in starts if (base - s) % 30 < 9}
