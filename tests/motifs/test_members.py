"""Members of the lexicon as they are read from the files of each reading."""

import h5py
import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens import tables
from chromolens.genome.onehot import decode, encode
from chromolens.motifs.lexicon.filters import name_filters
from chromolens.motifs.lexicon.members import (
    best_matching,
    filter_members,
    modisco_members,
    read_members,
    sis_members,
)
from chromolens.motifs.meme import write_meme
from chromolens.motifs.ppm import reverse_complement
from chromolens.scores import seal
from chromolens.tables.motifs import FILTERS, MERGED
from chromolens.tables.sis import SUBSET_MOTIFS, SUBSETS

WORD = "TTACCCGGAA"
WINDOWS = [f"chr{i % 2}:{100 * i}-{100 * i + 50}" for i in range(6)]


def naming(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns).assign(named=True)


@pytest.fixture
def patterns(tmp_path):
    """Three patterns, none merged; seqlets of six windows of two folds."""
    names = ["pos.pattern_0", "pos.pattern_1", "neg.pattern_0"]
    table = naming(pattern=names, sign=["pos", "pos", "neg"], seqlets=[3, 2, 1])
    table = table.assign(model="m", task="t", name="A/B <c>", family="x", members=names)
    owners = ["pos.pattern_0"] * 3 + ["pos.pattern_1"] * 2 + ["neg.pattern_0"]
    lines = [
        f"chr1\t1\t9\t{o}\t5\t+\t1\t9\t{w}\t0.5\n" for o, w in zip(owners, WINDOWS, strict=True)
    ]
    (tmp_path / "seqlets.bed").write_text("".join(lines))
    with h5py.File(tmp_path / "windows.h5", "w") as file:
        group = file.create_group("t")
        group["id"] = WINDOWS[::-1]
        group["fold"] = ["fold1", "fold0"] * 3
    seal(tmp_path / "windows.h5")
    ppms = {name: encode(WORD) for name in names}
    write_meme(ppms, tmp_path / "merged.meme")
    return tmp_path, table


def read(folder, table):
    write_partial(MERGED, table, folder / "merged.tsv")
    names = ("merged.tsv", "merged.meme", "seqlets.bed", "windows.h5")
    return modisco_members(*(folder / name for name in names))


def test_patterns_and_the_folds_of_their_seqlets(patterns):
    found = read(*patterns)
    assert [m.label for m in found] == ["pos.pattern_0", "pos.pattern_1", "neg.pattern_0"]
    assert [m.support for m in found] == [3, 2, 1] and [m.sign for m in found][2] == "neg"
    # window i is of fold i % 2
    assert [m.folds for m in found] == [
        {"fold0": 2, "fold1": 1}, {"fold0": 1, "fold1": 1}, {"fold1": 1},
    ]  # fmt: skip
    assert found[0].name == "A/B <c>" and (found[0].model, found[0].task) == ("m", "t")


def test_a_merged_pattern_hands_over_its_seqlets(patterns):
    folder, table = patterns
    merged = table.iloc[[0, 2]].assign(
        seqlets=[5, 1], members=["pos.pattern_0;pos.pattern_1", "neg.pattern_0"]
    )
    found = read(folder, merged)
    assert [(m.label, m.support) for m in found] == [("pos.pattern_0", 5), ("neg.pattern_0", 1)]
    assert found[0].folds == {"fold0": 3, "fold1": 2}


def test_no_patterns(patterns):
    folder, table = patterns
    assert read(folder, table[:0]) == []


def test_a_study_without_subsets_has_members_all_the_same(patterns):
    folder, table = patterns
    write_partial(MERGED, table, folder / "merged.tsv")
    files = dict.fromkeys(["motifs", "motifs_meme", "sis", "filters", "filters_meme"], [])
    files |= {"merged": [folder / "merged.tsv"], "merged_meme": [folder / "merged.meme"]}
    files |= {"seqlets": [folder / "seqlets.bed"], "windows": [folder / "windows.h5"]}
    assert [m.reading for m in read_members(files)] == ["modisco"] * 3
    assert read_members({name: [] for name in files}) == []


def subsets(count: int = 60) -> pd.DataFrame:
    """Every third holds the word, on either strand; the fold is the row's number modulo 4."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(count):
        bases = rng.choice(list("ACGT"), 30)
        word = WORD if i % 2 else WORD[::-1].translate(str.maketrans("ACGT", "TGCA"))
        bases[8:18] = list(word) if i % 3 == 0 else bases[8:18]
        rows.append((f"w{i}", f"fold{i % 4}", i % 2, "".join(bases)))
    return pd.DataFrame(rows, columns=["id", "fold", "order", "sequence"])


def test_the_subsets_of_a_motif_are_those_that_hold_it():
    found = best_matching(encode(WORD), subsets(), 20)
    assert set(found["id"]) == {f"w{i}" for i in range(0, 60, 3)}
    turned = best_matching(reverse_complement(encode(WORD)), subsets(), 20)
    assert set(turned["id"]) == set(found["id"])
    assert len(best_matching(encode(WORD), subsets(), 1000)) == 60
    assert len(best_matching(encode(WORD), subsets()[:0], 5)) == 0


def test_a_motif_wider_than_a_subset_is_compared_too():
    short = pd.DataFrame({"sequence": ["GAG", "ACC", "GGT"]})
    assert set(best_matching(encode(WORD), short, 2).index) == {1, 2}


def test_motifs_of_subsets(tmp_path):
    table = naming(motif=["any name"], model="m", task="t", support=[20])
    write_partial(SUBSET_MOTIFS, table, tmp_path / "motifs.tsv")
    write_meme({"any name": encode(WORD)}, tmp_path / "motifs.meme")
    write_partial(SUBSETS, subsets(), tmp_path / "sis.tsv.gz")
    (found,) = sis_members(*(tmp_path / n for n in ("motifs.tsv", "motifs.meme", "sis.tsv.gz")))
    assert found.support == 20 and found.sign == "pos"
    assert found.folds == {f"fold{i}": 5 for i in range(4)} and "w3|1" in found.subsets


def test_filters_are_named_and_the_dead_are_not_lost(tmp_path, fungi):
    known = next(motif for motif in fungi if motif.name == "REB1")
    sites = {"motif": ["fold0_filter_0", "fold0_filter_1"], "model": "m", "fold": "fold0"}
    table = pd.DataFrame({**sites, "filter": [0, 1], "sites": [120, 0]})
    table = table.assign(max_activation=[1.0, 0.0], windows=300)
    named = name_filters(table, {"fold0_filter_0": known.ppm}, fungi)
    assert list(named["name"]) == ["REB1", ""] and list(named["named"]) == [True, False]
    assert named["reason"].iloc[1] == "dead: never above 0" and list(named["support"]) == [120, 0]
    tables.write(FILTERS, named, tmp_path / "filters.tsv")
    write_meme({"fold0_filter_0": known.ppm}, tmp_path / "filters.meme")
    (found,) = filter_members(tmp_path / "filters.tsv", tmp_path / "filters.meme")
    assert (found.name, found.support, found.folds) == ("REB1", 120, {"fold0": 120})


def test_no_filters(fungi):
    columns = ["model", "motif", "fold", "filter", "sites", "max_activation", "windows"]
    named = name_filters(pd.DataFrame(columns=columns), {}, fungi)
    assert list(named)[:7] == columns and "named" in named and not len(named)


@pytest.mark.parametrize("offset, first", [(0, "TTACC"), (-7, "CGGAA")])
def test_a_composite_is_two_members_its_best_match_first(patterns, offset, first):
    folder, table = patterns
    parts = table[:1].assign(partner="B", gap=1, cut=5, offset=offset, overlap=4)
    found = read(folder, parts)
    assert [decode(one.ppm) for one in found] == sorted(["TTACC", "CGGAA"], key=first.__ne__)
    assert [one.name for one in found] == ["A/B <c>", "B"]
    assert all(one.composite and one.support == 3 and one.label == parts["pattern"][0]
               for one in found)  # fmt: skip
    assert [one.name for one in read(folder, parts.assign(named=False))] == ["", ""]
