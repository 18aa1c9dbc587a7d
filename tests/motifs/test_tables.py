"""Sub-patterns and matches as tables, against the files and naming they come from."""

import numpy as np
import pytest

from chromolens.motifs.lexicon.tables import motif_tables
from chromolens.motifs.modisco.merged_file import write_merged
from chromolens.motifs.modisco.patterns import read_patterns
from chromolens.motifs.modisco.subpatterns import subpatterns_table
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.matches import (
    matches_table,
    read_matches_meme,
    write_matches_meme,
)
from chromolens.motifs.names.tomtom import match
from chromolens.motifs.ppm import trim
from chromolens.tables.motifs import MATCHES, SUBPATTERNS

from . import handmade, planted

WORD, OTHER = "ATTACCCGGA", "CGTATATAGTGA"


def windows(count):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (count, 60))
    for window in range(count):
        word = WORD if window < 50 else OTHER
        codes[window, 24 : 24 + len(word)] = planted.codes_of(word, False)
    onehot = np.eye(4)[codes]
    return onehot, np.where(np.arange(60)[:, None] // 12 == 2, onehot - 0.25, 0)


@pytest.fixture
def modisco(tmp_path):
    places = [(window, 4, False) for window in range(90)]
    patterns = {
        "pos.pattern_0": places[:50],
        "pos.pattern_1": places[50:],
        "pos.pattern_0.subpattern_0": places[:20],
        "pos.pattern_0.subpattern_1": places[20:50],
        "pos.pattern_0.subpattern_10": places[10:20],
    }
    names = planted.ids(90)
    handmade.write_modisco(tmp_path / "m.h5", *windows(90), patterns, names)
    return tmp_path / "m.h5"


def test_subpatterns_most_seqlets_first(modisco):
    table = subpatterns_table(modisco)
    assert table["subpattern"].tolist() == [f"pos.pattern_0.subpattern_{n}" for n in (1, 0, 10)]
    assert table["seqlets"].tolist() == [30, 20, 10]
    assert (table["pattern"] == "pos.pattern_0").all() and (table["sign"] == "pos").all()
    assert table["consensus"].str.contains(WORD).all()
    # fewer sites say less: 3 / (2 ln 2 n) bits a position are expected of chance
    assert table["information"].is_monotonic_decreasing


def test_matches_are_the_smallest_p_of_different_names(modisco, fungi):
    table = matches_table(modisco, fungi, most=4)
    for pattern in read_patterns(modisco):
        own = table[table["pattern"] == pattern.name]
        found = match([trim(pattern.motif)], [known.ppm for known in fungi])
        fit = [n for n in range(len(fungi)) if found.overlap[0, n] >= 6]
        names = dict.fromkeys(fungi[n].name for n in sorted(fit, key=lambda n: found.p[0, n]))
        assert own["name"].tolist() == list(names)[:4] and own["rank"].tolist() == [1, 2, 3, 4]
        for row in own.itertuples():
            target = [known.id for known in fungi].index(row.motif_id)
            for column in ("p", "q", "offset", "strand", "overlap"):
                assert getattr(row, column) == getattr(found, column)[0, target]
            assert row.passes == (row.q <= 0.01 and row.overlap >= 6)
    assert table["passes"].any() and not table["passes"].all()


def test_matched_motifs_come_back_from_their_file(modisco, fungi, tmp_path):
    named = [Motif("an id / of two", "x", "", fungi[0].ppm), *fungi[1:]]
    table = matches_table(modisco, named, most=200)
    write_matches_meme(table, named, tmp_path / "matches.meme")
    ppms = read_matches_meme(tmp_path / "matches.meme", table)
    assert set(ppms) == set(table["motif_id"])
    for known in named:
        if known.id in ppms:
            np.testing.assert_allclose(ppms[known.id], known.ppm, atol=1e-5)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_tiny_databases_and_no_patterns(modisco, tmp_path, fungi, size):
    table = matches_table(modisco, fungi[:size])
    assert list(table.columns) == MATCHES.after("model", "task") and len(table) == 2 * size
    write_matches_meme(table, fungi[:size], tmp_path / "matches.meme")
    assert len(read_matches_meme(tmp_path / "matches.meme", table)) == size
    handmade.write_modisco(tmp_path / "none.h5", *windows(1), {}, planted.ids(1))
    write_merged(tmp_path / "none.h5", tmp_path / "merged.h5", fungi[:size])
    found = motif_tables(tmp_path / "none.h5", tmp_path / "merged.h5", fungi[:size])
    assert {name: len(rows) for name, rows in found.items()} == dict.fromkeys(found, 0)
    assert list(found["subpatterns"].columns) == SUBPATTERNS.after("model", "task")
    assert {"merged_into", "cwm_similarity"} < set(found["patterns"].columns)
    assert {"members", "in_windows", "q"} < set(found["merged"].columns)
