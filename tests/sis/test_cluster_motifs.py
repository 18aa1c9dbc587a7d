"""Clusters and motifs of subsets, against the families they were drawn from."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from chromolens.genome.onehot import codes_of, encode
from chromolens.motifs.database import Motif
from chromolens.sis.cluster_motifs import (
    align_members,
    cluster_parts,
    cluster_subsets,
    motif_of,
)
from chromolens.sis.members import Member, aligned, distances, members_of, parts_of
from chromolens.sis.strings import FLANK
from tests.sis.families import MOTIFS, SPACER, planted, site, subsets_table, window


def member(text: str, place: int = 0) -> Member:
    """Kept bases upper case; lower case and the flanks are there but not kept."""
    flank = "N" * FLANK
    kept = np.array([letter.isupper() for letter in text])
    return Member(codes_of(flank + text + flank), np.pad(kept, FLANK), ("chr1", place, place))


def jaccard(one: Member, other: Member) -> float:
    """Best Jaccard similarity by trying everything on (place, base) sets."""
    best = 0.0
    for turned in (other, other.reversed()):
        a = {(int(i), int(one.codes[i])) for i in np.flatnonzero(one.kept)}
        for shift in range(-60, 61):
            b = {(int(i) + shift, int(turned.codes[i])) for i in np.flatnonzero(turned.kept)}
            best = max(best, len(a & b) / len(a | b))
    return best


def test_distances_by_brute_force():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ACGTacgt"), 12)) for _ in range(8)]
    members = [member("A" + text + "G") for text in texts]
    expected = [[1 - jaccard(a, b) for b in members] for a in members]
    np.testing.assert_allclose(distances(members), expected, atol=1e-6)


def test_alignment_finds_strand_and_offset():
    medoid = member("TTACCCGCA")
    assert aligned(member("ACCCGCAGG"), medoid)[1] == 2
    piece, offset = aligned(member("TGCGGGT"), medoid)  # ACCCGCA read backwards
    assert offset == 2 and piece.letters.argmax(1).tolist() == encode("ACCCGCA").argmax(1).tolist()


@pytest.mark.parametrize("seed", [0, 1])
def test_parts_cluster_by_their_family(seed):
    table, families = planted(30, 40, seed)
    parts, labels = [], []
    for whole, family in zip(members_of(table), families, strict=True):
        for part in parts_of(whole):
            parts.append(part)
            labels.append(family)
    found = cluster_parts(parts)
    alone = np.where(found < 0, np.arange(len(found)) + 1000, found)
    assert adjusted_rand_score(labels, alone) >= 0.8


def test_a_subset_of_two_sites_gives_both_motifs():
    rng = np.random.default_rng(3)
    starts = [[20, int(45 + rng.integers(0, 15))] for _ in range(40)]
    windows = [window([site("gata", rng), site("rap", rng)], start, rng) for start in starts]
    parts = [part for whole in members_of(subsets_table(windows)) for part in parts_of(whole)]
    labels = cluster_parts(parts)
    assert labels.max() == 1 and (labels >= 0).mean() > 0.9


def test_motif_is_read_from_the_sequence_underneath():
    # subsets keep six of eight bases at most, and never the last two
    rng, keep = np.random.default_rng(0), ["11111100", "10111100", "11011100", "11101100"] * 5
    members = []
    for place, flags in enumerate(keep):
        codes = np.r_[rng.integers(0, 4, FLANK), codes_of("GTACCCGG"), rng.integers(0, 4, FLANK)]
        kept = np.pad(np.array(list(flags)) == "1", FLANK)
        # a member ends FLANK behind its last kept base
        members.append(Member(codes[:-2].astype(np.uint8), kept[:-2], ("chr1", place, place)))
    medoid, laid = align_members(members)
    ppm, total = motif_of(laid, 0, len(medoid.letters) - 1)
    assert (total == 20).all()
    np.testing.assert_allclose(ppm.sum(axis=1), 1)
    # 20 of 20 bases and a pseudocount of 1: (20 + 0.25) / 21
    certain = np.isclose(ppm.max(axis=1), 20.25 / 21)
    assert certain.tolist() == [False] * 3 + [True] * 8 + [False]
    assert "".join("ACGT"[base] for base in ppm.argmax(axis=1)[certain]) == "GTACCCGG"


def database() -> list[Motif]:
    """The planted motifs and 40 random ones."""
    rng = np.random.default_rng(9)
    known = []
    for name, text in MOTIFS.items():
        ppm = encode(text) * 0.88 + 0.03
        ppm[list(SPACER.get(name, ()))] = 0.25
        known.append(Motif(name, name, "", ppm))
    random = [rng.dirichlet(np.full(4, 0.15), 10) for _ in range(40)]
    return known + [Motif(f"r{n}", f"random{n}", "", ppm) for n, ppm in enumerate(random)]


def test_planted_motifs_come_out_and_are_named():
    table, _ = planted(40, 30, seed=4)
    found = cluster_subsets(table, database())
    named = found.motifs[found.motifs["named"]]
    ours = named[named["motif"].str.startswith("parts_")]
    assert set(ours["name"]) == set(MOTIFS)
    assert set(found.motifs["motif"]) == set(found.ppms) == set(found.supports)
    assert sum(found.strings["count"]) == len(table)


def test_paper_clusters_are_cut_at_gaps():
    rng = np.random.default_rng(5)
    pieces = [(codes_of("TGACTCA"), np.ones(7, bool)), (codes_of("GATAAGG"), np.ones(7, bool))]
    windows = [_same_strand(pieces, [30, 55], rng) for _ in range(30)]
    found = cluster_subsets(subsets_table(windows), database())
    paper = [name for name in found.ppms if name.startswith("cluster_")]
    assert paper == ["cluster_0_part_0", "cluster_0_part_1"]
    assert [found.supports[name] for name in paper] == [30, 30]
    for name, text in zip(paper, ("TGACTCA", "GATAAGG"), strict=True):
        letters = "".join("ACGT"[base] for base in found.ppms[name].argmax(axis=1))
        assert letters[3:-3] == text


def _same_strand(pieces, starts, rng):
    codes, kept = rng.integers(0, 4, 101), np.zeros(101, bool)
    for (base, keep), start in zip(pieces, starts, strict=True):
        codes[start : start + len(base)], kept[start : start + len(base)] = base, keep
    return "".join("ACGT"[code] for code in codes), np.flatnonzero(kept)


def test_a_site_seen_through_two_windows_counts_once():
    table, _ = planted(10, 0, seed=6)
    twice = table.copy()
    twice["id"] = [_moved(name, 5) for name in table["id"]]
    twice["positions"] = [_less(positions, 5) for positions in table["positions"]]
    both = pd.concat([table, twice], ignore_index=True)
    once = cluster_subsets(table, database()).supports
    again = cluster_subsets(both, database()).supports
    parts = [name for name in once if name.startswith("parts_")]
    assert parts and [once[name] for name in parts] == [again[name] for name in parts]


def _moved(name: str, by: int) -> str:
    chrom, stretch = name.split(":")
    start, end = map(int, stretch.split("-"))
    return f"{chrom}:{start + by}-{end + by}"


def _less(positions: str, by: int) -> str:
    return ",".join(str(int(position) - by) for position in positions.split(","))


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_subsets(rows):
    table, _ = planted(1, 0)
    found = cluster_subsets(table.iloc[:rows], [])
    assert len(found.motifs) == len(found.ppms) and len(found.strings) == rows
    assert "named" in found.motifs
