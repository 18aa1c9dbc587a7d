"""Composites: two known motifs side by side are told, with the gap between them."""

import numpy as np
import pytest

from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import name_motifs
from chromolens.motifs.ppm import information, reverse_complement, trim


@pytest.fixture(scope="module")
def two(fungi: list[Motif]) -> tuple[Motif, Motif]:
    """Two known motifs that are unlike each other."""
    by_name = {motif.name: motif for motif in fungi}
    return by_name["REB1"], by_name["CBF1"]


def laid(left: np.ndarray, gap: int, right: np.ndarray) -> np.ndarray:
    return np.vstack([trim(left), np.full((gap, 4), 0.25), trim(right)])


@pytest.mark.parametrize("turned", [False, True])
def test_a_pair_is_a_composite_of_its_parts(two: tuple, fungi: list, turned: bool) -> None:
    one, other = two
    whole = laid(one.ppm, 6, other.ppm)
    whole = reverse_complement(whole) if turned else whole
    ppms = {"pair": whole, "one": one.ppm, "other": other.ppm}
    table = name_motifs(ppms, dict.fromkeys(ppms, 100), fungi).set_index("motif")
    pair = table.loc["pair"]
    assert {pair["name"], pair["partner"]} == {one.name, other.name}
    assert pair["gap"] == pytest.approx(6, abs=2)  # a match may reach a column into the gap
    width = len(trim((other if turned else one).ppm))
    assert width <= pair["cut"] <= width + 6
    assert (table.loc[["one", "other"], "partner"] == "").all()


def test_a_partner_is_a_motif_of_the_same_set(two: tuple, fungi: list) -> None:
    one, other = two
    ppms = {"pair": laid(one.ppm, 6, other.ppm), "one": one.ppm}
    row = name_motifs(ppms, {"pair": 100, "one": 100}, fungi).set_index("motif").loc["pair"]
    # whichever of the two names the pair, the other one names nothing else
    strongest = row["name"]
    assert row["partner"] == (one.name if strongest == other.name else "")


def test_noise_beside_a_motif_is_no_partner(two: tuple, fungi: list) -> None:
    rng = np.random.default_rng(0)
    ppms = {str(i): laid(two[0].ppm, 3, rng.dirichlet([2] * 4, 9)) for i in range(40)}
    ppms |= {name: motif.ppm for name, motif in zip("ab", two, strict=True)}
    assert information(ppms["0"]) > information(trim(two[0].ppm))
    table = name_motifs(ppms, dict.fromkeys(ppms, 100), fungi)
    assert (table["partner"] != "").mean() <= 0.05
