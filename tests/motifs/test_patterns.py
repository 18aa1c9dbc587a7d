"""Patterns of the planted words, and where their seqlets lie."""

import h5py
import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.motifs.compare import similarity
from chromolens.motifs.meme import read_meme
from chromolens.motifs.modisco.patterns import (
    core,
    patterns_table,
    read_patterns,
    write_patterns_meme,
)
from chromolens.motifs.modisco.seqlets import seqlets_table, write_seqlets
from chromolens.motifs.ppm import consensus, trim
from chromolens.scores import seal
from chromolens.tables.motifs import SEQLETS

from . import planted


@pytest.fixture(scope="module")
def table(modisco_runs, fungi) -> pd.DataFrame:
    return patterns_table(modisco_runs / "planted.modisco.h5", fungi)


@pytest.fixture(scope="module")
def seqlets(modisco_runs) -> pd.DataFrame:
    return seqlets_table(modisco_runs / "planted.modisco.h5")


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    """The planted sites in genome coordinates."""
    rows = []
    for window, start, word, backward in planted.plant(planted.COUNT, seed=0)[2]:
        name = planted.ids(planted.COUNT)[window]
        place = Interval.parse(name).start + start
        rows.append((name, place, place + len(word), word, backward))
    return pd.DataFrame(rows, columns=["window", "site", "site_end", "word", "backward"])


def spelt(text: str) -> np.ndarray:
    return np.eye(4)[planted.codes_of(text, False)]


def word_of(found: str) -> str:
    """The planted word that a consensus spells, on either strand."""
    words = [*planted.ACTIVATORS, planted.REPRESSOR]
    return max(words, key=lambda word: similarity(spelt(word), spelt(found.replace("N", "A"))))


def test_each_word_is_one_pattern_of_its_sign(table):
    assert table["sign"].tolist() == ["pos", "pos", "neg"]
    found = [word_of(text) for text in table["consensus"]]
    assert set(found[:2]) == set(planted.ACTIVATORS)
    assert found[2] == planted.REPRESSOR
    assert (table["seqlets"] >= 20).all()
    assert table["seqlets"][0] >= table["seqlets"][1]
    assert (table["seqlets"] == table["support"]).all()


def test_patterns_are_named(table):
    names = (table["name"] + ";" + table["others"]).str.split(";")
    by_word = dict(zip(map(word_of, table["consensus"]), names, strict=True))
    assert "REB1" in by_word["ATTACCCGGA"]
    assert "UME6" in by_word["TAGCCGCCGA"]


def test_motifs_are_the_words(modisco_runs):
    for pattern in read_patterns(modisco_runs / "planted.modisco.h5"):
        np.testing.assert_allclose(pattern.ppm.sum(axis=1), 1)
        motif = trim(pattern.motif)
        word = spelt(word_of(consensus(motif)))
        assert abs(len(motif) - len(word)) <= 1
        assert similarity(motif, word) > 0.95
        assert (pattern.cwm.sum() > 0) == (pattern.sign == "pos")


def test_seqlets_lie_on_the_planted_sites(seqlets, sites, table):
    words = {row.pattern: word_of(row.consensus) for row in table.itertuples()}
    merged = seqlets.assign(word=seqlets["pattern"].map(words)).merge(
        sites, on=["window", "word"], how="left"
    )
    inside = (merged["core_start"] <= merged["site"]) & (merged["site_end"] <= merged["core_end"])
    assert inside.mean() > 0.95
    # one base off anywhere, or a strand taken for the other, and these would not be alike
    before, after = (
        merged["site"] - merged["start"],
        merged["end"] - merged["site_end"],
    )
    place = np.where(merged["strand"] == "+", before, after)
    for _, places in pd.Series(place).groupby(merged["pattern"]):
        assert (places == places.mode()[0]).mean() > 0.95
    # and the strand is the site's, or always the other one
    for _, part in merged[inside].groupby("pattern"):
        same = (part["strand"] == "-") == part["backward"].astype(bool)
        assert same.mean() in (0, 1)


def test_the_genome_at_a_seqlet_is_the_seqlet(seqlets, modisco_runs):
    """Sequences stored by modisco, against the planted windows read at the BED's places."""
    codes = dict(
        zip(planted.ids(planted.COUNT), planted.plant(planted.COUNT, seed=0)[0], strict=True)
    )
    for pattern, part in seqlets.groupby("pattern"):
        sign, key = pattern.split(".")
        with h5py.File(modisco_runs / "planted.modisco.h5") as file:
            stored = file[f"{sign}_patterns/{key}/seqlets/sequence"][:].argmax(axis=2)
        read = []
        for row in part.itertuples():
            first = Interval.parse(row.window).start
            here = codes[row.window][row.start - first : row.end - first]
            read.append(here if row.strand == "+" else 3 - here[::-1])
        assert sorted(map(tuple, read)) == sorted(map(tuple, stored))


def test_contributions_are_sums_over_the_seqlets(seqlets):
    codes, hypothetical, _ = planted.plant(planted.COUNT, seed=0)
    contributions = (np.eye(4)[codes] * hypothetical).sum(axis=2)
    by_window = dict(zip(planted.ids(planted.COUNT), contributions, strict=True))
    for row in seqlets.itertuples():
        first = Interval.parse(row.window).start
        expected = by_window[row.window][row.start - first : row.end - first].sum()
        assert row.contribution == pytest.approx(expected, abs=1e-4)
    assert seqlets["score"].max() == 1000
    assert seqlets["score"].min() >= 0


@pytest.fixture
def by_hand(tmp_path):
    """One pattern of 8 bp with its core at 1-7, two seqlets, windows cropped by 3."""
    path = tmp_path / "hand.h5"
    cwm = np.zeros((8, 4))
    cwm[3:5, 0] = 1
    sequence = np.tile(np.eye(4)[0], (8, 1))
    with h5py.File(path, "w") as file:
        group = file.create_group("pos_patterns/pattern_0")
        group["contrib_scores"], group["sequence"] = cwm, sequence
        seqlets = group.create_group("seqlets")
        seqlets["n_seqlets"] = [2]
        seqlets["start"], seqlets["end"] = [10, 4], [18, 12]
        seqlets["example_idx"], seqlets["is_revcomp"] = [1, 0], [False, True]
        seqlets["contrib_scores"] = np.stack([cwm, cwm / 2]).astype("float32")
        own = file.create_group("chromolens")
        own.create_dataset("ids", data=["chrA:100-130", "chr:B:0-30"], dtype=h5py.string_dtype())
        own.attrs["offset"] = 3
    seal(path)
    return path


def test_places_by_hand(by_hand):
    expected = pd.DataFrame(
        [
            ["chr:B", 13, 21, "pos.pattern_0", 1000, "+", 14, 20, "chr:B:0-30", 2.0],
            # 107-115, read backwards: the core's 1-7 is 108-114
            ["chrA", 107, 115, "pos.pattern_0", 500, "-", 108, 114, "chrA:100-130", 1.0],
        ],
        columns=SEQLETS.names,
    )
    pd.testing.assert_frame_equal(seqlets_table(by_hand), expected, check_dtype=False)


def test_records_are_their_own_chromosomes(by_hand):
    table = seqlets_table(by_hand, kind="sequences")
    assert table["chrom"].tolist() == ["chr:B:0-30", "chrA:100-130"]
    assert table["start"].tolist() == [13, 7]
    with pytest.raises(BadInput, match="genome or sequences"):
        seqlets_table(by_hand, kind="genotypes")


def test_uneven_cores_turn_with_the_strand(by_hand):
    with h5py.File(by_hand, "a") as file:
        cwm = np.zeros((8, 4))
        cwm[2, 1] = 1
        file["pos_patterns/pattern_0/contrib_scores"][:] = cwm
    seal(by_hand)
    table = seqlets_table(by_hand)
    assert table[["core_start", "core_end"]].to_numpy().tolist() == [[13, 18], [110, 115]]


def test_bed_has_no_header_and_six_columns_first(by_hand, tmp_path):
    write_seqlets(by_hand, tmp_path / "seqlets.bed")
    first = (tmp_path / "seqlets.bed").read_text().splitlines()[0].split("\t")
    assert first == "chr:B 13 21 pos.pattern_0 1000 + 14 20 chr:B:0-30 2".split()


@pytest.mark.parametrize("case", ["noise", "few"])
def test_no_patterns_give_empty_tables(modisco_runs, fungi, tmp_path, table, case):
    path = modisco_runs / f"{case}.modisco.h5"
    assert list(patterns_table(path, fungi).columns) == list(table.columns)
    assert len(patterns_table(path, fungi)) == 0
    assert list(seqlets_table(path).columns) == SEQLETS.names
    write_seqlets(path, tmp_path / "none.bed")
    assert (tmp_path / "none.bed").read_text() == ""
    write_patterns_meme(path, tmp_path / "none.meme")
    assert "MOTIF" not in (tmp_path / "none.meme").read_text()


def test_meme_holds_the_cores(modisco_runs, tmp_path):
    write_patterns_meme(modisco_runs / "planted.modisco.h5", tmp_path / "p.meme")
    patterns = read_patterns(modisco_runs / "planted.modisco.h5")
    for (name, _, ppm), pattern in zip(read_meme(tmp_path / "p.meme"), patterns, strict=True):
        assert name == pattern.name
        np.testing.assert_allclose(ppm, pattern.motif, atol=2e-6)


def test_the_core_leaves_the_other_sign_out():
    cwm = np.zeros((30, 4))
    cwm[10:14, 2] = [1, 0.1, 0.5, 0.3]
    cwm[25, 0] = -1
    assert core(cwm) == slice(8, 16)
    assert core(-cwm, -1) == slice(8, 16)
    assert core(np.roll(cwm, -10, axis=0)) == slice(0, 6)
