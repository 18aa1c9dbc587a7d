"""The lexicon: which members become one motif, and what is said of it."""

import re

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.genome.onehot import encode
from chromolens.motifs.lexicon.lexicon import (
    _word,
    joined,
    make_lexicon,
    matrix_of,
    write_lexicon,
)
from chromolens.motifs.lexicon.members import Member
from chromolens.motifs.meme import read_motifs
from chromolens.motifs.names.agreement import agreement
from chromolens.motifs.names.database import Motif
from chromolens.motifs.ppm import consensus, normalise, reverse_complement, trim
from chromolens.tables.motifs import LEXICON, MEMBERS

CTCF, GATA = "GCCACCAGGGGGCGC", "AGATAAGATAAC"
PALINDROME = "AGGTCACAGTGACCT"


def drawn(word: str, sites: int = 100, turned: bool = False, seed: int = 0) -> np.ndarray:
    """PPM of sites that differ from the word at one base in ten."""
    rng = np.random.default_rng([seed, *word.encode()])
    counts = np.array([rng.multinomial(sites, row) for row in encode(word) * 0.87 + 0.0325])
    return reverse_complement(normalise(counts)) if turned else normalise(counts)


def member(reading: str, ppm: np.ndarray | str, label: str = "m", **facts: object) -> Member:
    ppm = drawn(ppm) if isinstance(ppm, str) else ppm
    sign = "" if reading == "filters" else "pos"
    given = {"model": "cnn", "task": "" if reading == "filters" else "t", "sign": sign}
    given |= {"support": 50, "folds": {"fold0": 50}} | facts
    return Member(reading, label=label, ppm=trim(ppm), **given)


def groups(members: list[Member]) -> set[frozenset[str]]:
    return {frozenset(members[place].label for place in group) for group in joined(members)}


def test_draws_of_a_motif_are_one_whatever_the_reading_strand_and_cut():
    members, truth = [], {}
    for word in (CTCF, GATA, PALINDROME):
        pieces = [word, word[1:], word[:-2], "TT" + word + "A"]
        labels = [f"{word}{place}" for place in range(4)]
        truth[word] = frozenset(labels)
        for place, (piece, label) in enumerate(zip(pieces, labels, strict=True)):
            reading = ("modisco", "sis", "filters", "filters")[place]
            ppm = drawn(piece, 40 + 60 * place, turned=place % 2 == 1, seed=place)
            members.append(member(reading, ppm, label))
    assert groups(members) == set(truth.values())
    assert groups(members[::-1]) == set(truth.values())


def test_a_half_site_is_a_motif_of_its_own_unless_it_has_the_name():
    whole, half = encode("AGGTCATGACCT"), encode("AGGTCA")
    apart = [member("modisco", whole, "whole"), member("sis", half, "half")]
    assert len(groups(apart)) == 2
    named = [member("modisco", whole, "a", name="ESR1"), member("filters", half, "b", name="ESR1")]
    assert len(groups(named)) == 1
    most = [member("modisco", whole, "whole"), member("sis", whole[:7], "most")]
    assert len(groups(most)) == 1


@pytest.mark.parametrize(
    ("first", "second", "motifs"),
    [
        ({"sign": "pos"}, {"sign": "neg"}, 2),
        ({"sign": "pos"}, {"sign": ""}, 1),
        ({"name": "A", "family": "x"}, {"name": "B", "family": "y"}, 2),
        ({"name": "A", "family": "x"}, {"name": "B", "family": "x"}, 1),
        ({"name": "A", "family": "x"}, {"name": "B", "family": ""}, 1),
        ({"name": "A", "family": "x", "others": frozenset("B")}, {"name": "B", "family": "y"}, 1),
    ],
)
def test_contrary_members_stay_apart_however_alike(first, second, motifs):
    pair = [member("modisco", CTCF, "1", **first), member("modisco", CTCF, "2", **second)]
    assert len(groups(pair)) == motifs
    # nor do members between the two of them join them
    between = [member("filters", CTCF, f"f{place}") for place in range(5)]
    assert len(groups([*pair, *between])) == motifs


def test_the_matrix_is_the_mean_by_sites_and_filters_do_not_count():
    shown = [drawn(CTCF, seed=1), drawn(CTCF, seed=2)]
    group = [
        member("modisco", shown[0], support=300),
        member("sis", reverse_complement(shown[1]), support=100),
        member("filters", drawn(CTCF, 20, seed=3), support=9000),
    ]
    np.testing.assert_allclose(matrix_of(group), 0.75 * shown[0] + 0.25 * shown[1])
    np.testing.assert_allclose(matrix_of(group[2:]), trim(drawn(CTCF, 20, seed=3)))


def study() -> list[Member]:
    return [
        member("modisco", CTCF, "pos.pattern_0", support=200, folds={"fold0": 150, "fold1": 50}),
        member("sis", drawn(CTCF, turned=True), "a", subsets=frozenset("xyz"), folds={"fold2": 9}),
        member("sis", CTCF[1:], "b", subsets=frozenset("zw"), support=30, folds={"fold3": 9}),
        member("filters", CTCF[2:], "fold1_filter_3", folds={"fold1": 50}),
        member("filters", CTCF[2:], "fold1_filter_4", support=3),
        member("modisco", GATA, "pos.pattern_0", model="null", folds={"fold0": 50}),
        member("modisco", drawn(GATA, 80), "pos.pattern_1", support=49, task="u"),
        member("modisco", np.full((6, 4), 0.25), "flat"),
    ]


def test_what_is_said_of_a_motif():
    found = make_lexicon(study(), [], ["null"])
    first, second = found.table.to_dict("records")
    assert first["motif"] == "M01_" + consensus(found.ppms[first["motif"]])[:12]
    expected = {
        "readings": "modisco,sis,filters",
        "tasks": "cnn:t",
        "models": "cnn",
        "null": False,
    }
    expected |= {"modisco_sites": 200, "sis_sites": 4, "filters": 1, "sign": "pos"}
    expected |= {
        "modisco_folds": "fold0,fold1",
        "sis_folds": "fold2,fold3",
        "filter_folds": "fold1",
    }
    assert {key: first[key] for key in expected} == expected
    assert second["tasks"] == "cnn:u,null:t" and second["models"] == "cnn,null" and second["null"]
    assert found.sites == {first["motif"]: 280, second["motif"]: 99}
    assert list(found.table) == LEXICON.names and list(found.members) == MEMBERS.names
    assert len(found.members) == 6


def test_members_lie_where_the_table_says():
    found = make_lexicon(study(), [], ["null"])
    words = {m.label: consensus(m.ppm) for m in study() if m.model == "cnn" and m.task != "u"}
    for row in found.members[found.members["motif"].str.startswith("M01")].itertuples():
        word = words[row.member]
        turned = consensus(reverse_complement(encode(word))) if row.strand == "-" else word
        motif = consensus(found.ppms[row.motif])
        assert motif[row.offset : row.offset + len(word)] == turned


def test_the_order_of_the_members_changes_nothing():
    one, other = (make_lexicon(members, [], ["null"]) for members in (study(), study()[::-1]))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.members, other.members)


def test_names_are_those_of_the_matrix_and_safe(fungi):
    hostile = [Motif(m.id, f"../{m.name} <b>&", m.family, m.ppm) for m in fungi]
    known = next(motif for motif in fungi if motif.name == "REB1")
    found = make_lexicon([member("modisco", known.ppm, support=80), member("sis", GATA)], hostile)
    row = found.table.iloc[0]
    assert row["name"] == "../REB1 <b>&" and row["motif"] == "M01_.._REB1_b"
    assert all(re.fullmatch(r"M\d+_[A-Za-z0-9.+_-]+", name) for name in found.ppms)


def test_an_empty_lexicon_is_valid(tmp_path):
    files = [tmp_path / name for name in ("lexicon.tsv", "members.tsv", "lexicon.meme")]
    write_lexicon(make_lexicon([], []), *files)
    table, members = map(tables.read, (LEXICON, MEMBERS), files)
    assert list(table) == LEXICON.names and list(members) == MEMBERS.names and not len(table)
    assert read_motifs(files[2]) == {}
    assert agreement(table, members, with_sis=True).line.startswith(
        "Seen by only one reading: none"
    )


def test_files_give_back_what_was_written(tmp_path):
    files = [tmp_path / name for name in ("lexicon.tsv", "members.tsv", "lexicon.meme")]
    found = make_lexicon(study(), [], ["null"])
    write_lexicon(found, *files)
    assert list(tables.read(LEXICON, files[0])["null"]) == [False, True]
    said = agreement(*map(tables.read, (LEXICON, MEMBERS), files), with_sis=True)
    only = found.table["motif"].iloc[1]
    assert said.line == (
        f"Seen by only one reading: {only} (MoDISco); by filters alone: 0. "
        "MoDISco and SIS both show 0 of 0 named motifs."
    )
    ppms = read_motifs(files[2])
    assert list(ppms) == list(found.ppms)
    for name, ppm in ppms.items():
        np.testing.assert_allclose(ppm, found.ppms[name], atol=2e-6)


def test_long_words_are_cut_to_their_clearest_letters():
    assert _word("NNCNNGCGCRNRYGCWNGAAYGTTCTAGAANNW") == "GAAYGTTCTAGA"
    assert _word("NTTACCCGGN") == "TTACCCGG" and _word("NN") == ""


def test_parts_of_composites_count_and_shape_no_matrix_of_a_lone_motif():
    lone = member("modisco", CTCF, "lone", name="CTCF", support=40)
    blurred = 0.5 * drawn(CTCF) + 0.125
    part = member("modisco", blurred, "part", name="CTCF", support=200, composite=True)
    found = make_lexicon([part, lone], [])
    assert found.table[["modisco_sites", "composite_sites"]].to_numpy().tolist() == [[240, 200]]
    assert np.allclose(found.ppms[found.table["motif"][0]], lone.ppm)
    assert found.members["composite"].tolist() == [False, True]
