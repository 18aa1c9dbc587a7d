"""Motifs of subsets, against the families they were drawn from."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from chromolens.genome.onehot import codes_of, encode, reverse_complement_codes
from chromolens.motifs.names.database import Motif
from chromolens.motifs.ppm import reverse_complement
from chromolens.sis.motifs.cluster_motifs import Clusters, cluster_subsets
from chromolens.sis.motifs.matrices import matrices
from chromolens.sis.motifs.members import Member, members_of, parts_of
from chromolens.sis.motifs.strings import FLANK
from chromolens.tables.sis import ALIGNED
from tests.sis.families import MOTIFS, planted, site, strand, subsets_table, window


def names(found: Clusters, mode: str) -> list[str]:
    return [name for name in found.found if name.startswith(mode)]


def letters(ppm: np.ndarray) -> str:
    return "".join("ACGT"[base] for base in ppm.argmax(axis=1))


def test_a_subset_of_two_sites_gives_both_motifs():
    rng = np.random.default_rng(3)
    windows = []
    for _ in range(40):
        pieces = [strand(site(MOTIFS[name], rng), rng) for name in ("gata", "rap")]
        windows.append(window(pieces, [20, int(45 + rng.integers(0, 15))], rng))
    found = cluster_subsets(subsets_table(windows), [])
    assert names(found, "aligned") == ["aligned_0", "aligned_1"]
    assert (found.parts["cluster"] >= 0).mean() > 0.9


def test_motif_is_read_from_the_sequence_underneath():
    # subsets keep five of eight bases, and never the last two
    rng, keep = np.random.default_rng(0), ["10111100", "11011100", "11101100", "11110100"] * 5
    laid = []
    for place, flags in enumerate(keep):
        codes = np.r_[rng.integers(0, 4, FLANK), codes_of("GTACCCGG"), rng.integers(0, 4, FLANK)]
        kept = np.pad(np.array(list(flags)) == "1", FLANK)
        # a member ends FLANK behind its last kept base
        laid.append((Member(codes[:-2].astype(np.uint8), kept[:-2], ("chr1", place, place)), 0))
    motif = matrices(laid, 0, 5)
    assert (motif.bases == 20).all() and motif.sites == 20
    np.testing.assert_allclose(motif.ppm.sum(axis=1), 1)
    # 20 of 20 bases and a pseudocount of 1: (20 + 0.25) / 21
    certain = np.isclose(motif.ppm.max(axis=1), 20.25 / 21)
    assert certain.tolist() == [False] * 3 + [True] * 8 + [False]
    assert letters(motif.ppm[certain]) == "GTACCCGG"
    # what the subsets keep: position 0 and 5 always, 1 to 4 three times of four
    expected = np.zeros((12, 4))
    expected[np.arange(3, 9), encode("GTACCC").argmax(axis=1)] = [1, 0.75, 0.75, 0.75, 0.75, 1]
    np.testing.assert_allclose(motif.weights, expected)


def database() -> list[Motif]:
    """The planted motifs, with names that are awkward, and 40 random ones."""
    rng = np.random.default_rng(9)
    known = []
    for name, text in MOTIFS.items():
        ppm = encode(text) * 0.88 + 0.03
        ppm[ppm.sum(axis=1) < 0.9] = 0.25
        known.append(Motif(name, f"{name} a/b", "", ppm))
    random = [rng.dirichlet(np.full(4, 0.15), 10) for _ in range(40)]
    return known + [Motif(f"r{n}", f"random{n}", "", ppm) for n, ppm in enumerate(random)]


def test_planted_motifs_come_out_and_are_named():
    table, _ = planted(40, 30, seed=4)
    found = cluster_subsets(table, database())
    named = found.motifs[found.motifs["named"]]
    ours = named[named["motif"].str.startswith("aligned_")]
    assert set(ours["name"]) == {f"{name} a/b" for name in MOTIFS}
    assert set(found.motifs["motif"]) == set(found.found)
    assert sum(found.strings["count"]) == len(table)


def test_no_part_is_lost():
    table, _ = planted(20, 30, seed=5)
    parts = cluster_subsets(table, []).parts
    assert list(parts.columns) == ALIGNED.names
    expected = [part for whole in members_of(table) for part in parts_of(whole)]
    assert parts["kept"].tolist() == [part.kept.sum() for part in expected]
    assert parts.groupby(["id", "order"])["part"].max().sum() + len(table) == len(parts)
    assert (parts.loc[parts["kept"] < 4, "cluster"] == -1).all()


def test_aligned_letters_are_the_motif():
    table, _ = planted(40, 0, seed=6)
    found = cluster_subsets(table, [])
    for cluster in range(5):
        motif, seen = found.found[f"aligned_{cluster}"], Counter()
        for row in found.parts[found.parts["cluster"] == cluster].itertuples():
            seen.update((row.offset + at, base) for at, base in enumerate(row.string))
        # all windows are apart, so each part is a site; columns begin MARGIN before the medoid
        for (at, base), count in seen.items():
            if base != "N" and 0 <= at + 3 < len(motif.weights):
                assert motif.weights[at + 3, "ACGT".index(base)] == count / motif.sites


def test_strands_of_the_sites_change_nothing_but_the_strand():
    rng = np.random.default_rng(7)
    forward = [window([site(MOTIFS["ctcf"], rng)], [40], rng) for _ in range(60)]
    mixed = [_turned(*each) if rng.random() < 0.5 else each for each in forward]
    plus, both = (cluster_subsets(subsets_table(each), []) for each in (forward, mixed))
    one, other = plus.found["aligned_0"].ppm, both.found["aligned_0"].ppm
    ways = [np.abs(one - way).max() for way in (other, reverse_complement(other))]
    assert one.shape == other.shape and min(ways) < 1e-9
    assert 0.3 < (both.parts["strand"] == "-").mean() < 0.7
    assert (plus.parts["strand"] == "+").all()


def _turned(sequence: str, kept: np.ndarray) -> tuple[str, np.ndarray]:
    codes = reverse_complement_codes(codes_of(sequence))
    return letters(np.eye(4)[codes]), np.sort(len(sequence) - 1 - kept)


def test_paper_clusters_are_cut_at_gaps():
    rng = np.random.default_rng(5)
    pieces = [(codes_of("TGACTCA"), np.ones(7, bool)), (codes_of("GATAAGG"), np.ones(7, bool))]
    windows = [window(pieces, [30, 55], rng) for _ in range(30)]
    found = cluster_subsets(subsets_table(windows), database())
    paper = names(found, "paper")
    assert paper == ["paper_0.0", "paper_0.1"]
    assert [found.found[name].sites for name in paper] == [30, 30]
    for name, text in zip(paper, ("TGACTCA", "GATAAGG"), strict=True):
        assert letters(found.found[name].ppm)[3:-3] == text


def test_a_site_seen_through_two_windows_counts_once():
    table, _ = planted(10, 0, seed=6)
    twice = table.copy()
    twice["id"] = [_moved(name, 5) for name in table["id"]]
    twice["positions"] = [_less(positions, 5) for positions in table["positions"]]
    both = cluster_subsets(pd.concat([table, twice], ignore_index=True), [])
    once = cluster_subsets(table, [])
    parts = names(once, "aligned")
    assert parts and parts == names(both, "aligned")
    assert [once.found[name].sites for name in parts] == [both.found[name].sites for name in parts]
    assert both.parts["cluster"].tolist() == 2 * once.parts["cluster"].tolist()


def _moved(name: str, by: int) -> str:
    chrom, stretch = name.split(":")
    start, end = map(int, stretch.split("-"))
    return f"{chrom}:{start + by}-{end + by}"


def _less(positions: str, by: int) -> str:
    return ",".join(str(int(position) - by) for position in positions.split(","))


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_subsets(rows):
    table, _ = planted(1, 0)
    found = cluster_subsets(table.iloc[:rows], database())
    assert len(found.motifs) == len(found.found) and len(found.strings) == rows
    assert "named" in found.motifs and list(found.parts.columns) == ALIGNED.names


def test_an_empty_database_names_nothing():
    motifs = cluster_subsets(planted(12, 0)[0], []).motifs
    assert len(motifs) and not motifs["named"].any()
    assert motifs["reason"].str.contains("database is empty").all()
