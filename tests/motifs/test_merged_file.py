"""Motifs merged into a file of their own, against the windows that the seqlets were cut from."""

import json
import shutil

import h5py
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.motifs.meme import read_meme
from chromolens.motifs.modisco.merged_file import read_counts, read_record, write_merged
from chromolens.motifs.modisco.patterns import core, patterns_table, read_patterns
from chromolens.motifs.modisco.seqlets import seqlets_table
from chromolens.motifs.names.database import Motif
from chromolens.motifs.ppm import consensus, reverse_complement, trim
from chromolens.report.motif_page import seqlet_places
from chromolens.tables.motifs import RECORD

from . import handmade, planted

FIRST = "pos_patterns/pattern_1/seqlets/contrib_scores"
COUNT, READ, SHIFT = 240, 3, 4


@pytest.fixture(scope="module")
def windows():
    codes, hypothetical, sites = planted.plant(COUNT, seed=0)
    return np.eye(4)[codes][:, READ:-READ], hypothetical[:, READ:-READ], sites


def seqlets_of(sites, word, moved=0, turned=False):
    """A seqlet per site: the word begins ``19 + moved`` from its start as it is read."""
    found = []
    for window, start, planted_word, backward in sites:
        if planted_word == word:
            reads_back = backward != turned
            before = 19 + moved if not turned else handmade.WIDTH - 19 - moved - len(word)
            after = handmade.WIDTH - before - len(word)
            found.append((window, start - READ - (after if reads_back else before), reads_back))
    return [s for s in found if 0 <= s[1] <= planted.LENGTH - 2 * READ - handmade.WIDTH]


@pytest.fixture(scope="module")
def modisco(windows, tmp_path_factory):
    """REB1's sites in three patterns (as it is, turned, moved), another word, a negative one."""
    onehot, hypothetical, sites = windows
    first, second = (seqlets_of(sites, word) for word in planted.ACTIVATORS)
    turned = seqlets_of(sites, planted.ACTIVATORS[0], moved=2, turned=True)
    moved = seqlets_of(sites, planted.ACTIVATORS[0], moved=-SHIFT)
    patterns = {
        "pos.pattern_0": second,
        "pos.pattern_1": first[:50],
        "pos.pattern_2": turned[50:80],
        "pos.pattern_10": moved[80:],
        "neg.pattern_0": seqlets_of(sites, planted.REPRESSOR),
        "pos.pattern_1.subpattern_0": first[:20],
        "pos.pattern_1.subpattern_1": first[20:50],
    }
    path = tmp_path_factory.mktemp("merged") / "modisco.h5"
    handmade.write_modisco(path, onehot, hypothetical, patterns, planted.ids(COUNT), READ)
    return path


@pytest.fixture(scope="module")
def merged(modisco, fungi):
    write_merged(modisco, modisco.parent / "merged.h5", fungi)
    return modisco.parent / "merged.h5"


def test_the_record_names_every_pattern(merged):
    record = read_record(merged).set_index("pattern")
    assert list(record.columns) == [column.name for column in RECORD]
    assert record["merged_into"].to_dict() == {
        "pos.pattern_0": "pos.pattern_0",
        "pos.pattern_1": "pos.pattern_1",
        "pos.pattern_2": "pos.pattern_1",
        "pos.pattern_10": "pos.pattern_1",
        "neg.pattern_0": "neg.pattern_0",
    }
    # REB1 of the database reads TTACCCG as planted
    own = record[record["merged_into"] == "pos.pattern_1"]
    assert own["merged_strand"].to_dict() == {
        "pos.pattern_1": "+",
        "pos.pattern_10": "+",
        "pos.pattern_2": "-",
    }
    assert own["merged_offset"].to_dict() == {
        "pos.pattern_1": 0,
        "pos.pattern_10": SHIFT,
        "pos.pattern_2": -2,
    }
    assert (own[["ppm_similarity", "cwm_similarity"]] > 0.9).all(axis=None)


def test_seqlets_are_those_of_the_windows(merged, windows):
    onehot, hypothetical, _ = windows
    with h5py.File(merged) as file:
        for name in ("pos_patterns/pattern_0", "pos_patterns/pattern_1", "neg_patterns/pattern_0"):
            group = file[name]
            seqlets = {key: data[:] for key, data in group["seqlets"].items()}
            arrays = {"sequence": onehot, "contrib_scores": onehot * hypothetical}
            arrays["hypothetical_contribs"] = hypothetical
            sums = {key: np.zeros((handmade.WIDTH, 4)) for key in arrays}
            reached = np.zeros((handmade.WIDTH, 1))
            for n in range(int(seqlets["n_seqlets"][0])):
                at = [seqlets[key][n] for key in ("example_idx", "start", "end", "is_revcomp")]
                assert at[2] - at[1] == handmade.WIDTH
                there = seqlets["sequence"][n].any(axis=1)
                reached[there] += 1
                assert there.sum() >= handmade.WIDTH - SHIFT
                for key, array in arrays.items():
                    padded = np.pad(array[at[0]], ((60, 60), (0, 0)))[None]
                    read = handmade.read(padded, (0, at[1] + 60, at[3]))
                    np.testing.assert_allclose(seqlets[key][n][there], read[there], atol=1e-6)
                    sums[key][there] += read[there]
            for key, total in sums.items():
                np.testing.assert_allclose(group[key][:], total / reached, atol=1e-6)


def test_the_merged_motif_is_that_of_all_sites(modisco, merged, fungi):
    table = patterns_table(merged, fungi).merge(read_counts(merged), on="pattern")
    assert sorted(table["pattern"]) == ["neg.pattern_0", "pos.pattern_0", "pos.pattern_1"]
    first = table.set_index("pattern").loc["pos.pattern_1"]
    before = patterns_table(modisco, fungi).set_index("pattern")
    assert first["members"].startswith("pos.pattern_1;")
    assert first["seqlets"] == before.loc[first["members"].split(";"), "seqlets"].sum()
    assert first["in_windows"] == first["seqlets"]  # one site a window here
    assert first["strand"] == "+" and "REB1" in (first["name"], *first["others"].split(";"))
    assert first["consensus"] in planted.ACTIVATORS[0]


def test_orientation_is_the_matchs_or_the_first_in_the_alphabet(modisco, tmp_path, fungi):
    word = planted.ACTIVATORS[0]
    for known in (word, consensus(reverse_complement(spelt(word)))):
        database = [Motif("M1", "own", "", spelt(known) * 0.97 + 0.0075), *fungi[:40]]
        write_merged(modisco, tmp_path / "m.h5", database)
        table = patterns_table(tmp_path / "m.h5", database).set_index("pattern")
        assert table.loc["pos.pattern_1", ["name", "strand"]].tolist() == ["own", "+"]
        strands = read_record(tmp_path / "m.h5").set_index("pattern")["merged_strand"]
        turned = strands["pos.pattern_1"] == "-"
        assert turned == (known != word) and strands["pos.pattern_2"] == ("+" if turned else "-")
    write_merged(modisco, tmp_path / "m.h5", [])
    for pattern in read_patterns(tmp_path / "m.h5"):
        motif = trim(pattern.motif)
        assert consensus(motif) <= consensus(reverse_complement(motif))


def spelt(word):
    return np.eye(4)[planted.codes_of(word, False)]


def test_seqlets_of_a_merged_file_lie_on_the_sites(merged, windows):
    table = seqlets_table(merged)
    own = table[table["pattern"] == "pos.pattern_1"]
    places = {}
    for window, start, word, backward in windows[2]:
        if word == planted.ACTIVATORS[0]:
            first = planted.ids(COUNT)[window]
            places[first] = (int(first.split(":")[-1].split("-")[0]) + start, "+-"[backward])
    with h5py.File(merged) as file:
        cwm = file["pos_patterns/pattern_1/contrib_scores"][:]
    assert own["core_start"].sub([places[w][0] for w in own["window"]]).abs().max() <= 3
    assert (own["strand"] == [places[w][1] for w in own["window"]]).all()
    assert core(cwm).stop - core(cwm).start == (own["core_end"] - own["core_start"]).iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["noise", "few", "planted"])
def test_files_of_modisco_itself(modisco_runs, fungi, tmp_path, case):
    source = modisco_runs / f"{case}.modisco.h5"
    before = source.read_bytes()
    motifs = write_merged(source, tmp_path / "merged.h5", fungi)
    assert source.read_bytes() == before
    assert len(read_record(tmp_path / "merged.h5")) == len(read_patterns(source))
    assert len(read_counts(tmp_path / "merged.h5")) == len(motifs) == 3 * (case == "planted")
    with h5py.File(tmp_path / "merged.h5") as file:
        assert file["chromolens"].attrs["windows"] > 0
        for group in file.get("pos_patterns", {}).values():
            assert json.loads(group.attrs["members"])


def test_modiscos_own_tools_read_both_files(modisco_runs, merged, tmp_path):
    from modiscolite.io import write_meme_from_h5
    from modiscolite.util import MemeDataType

    for path in (modisco_runs / "planted.modisco.h5", merged):
        write_meme_from_h5(path, MemeDataType.PFM, str(tmp_path / "theirs.meme"), True)
        theirs = {name: ppm for name, _, ppm in read_meme(tmp_path / "theirs.meme")}
        assert len(theirs) == len(read_patterns(path))
        for pattern in read_patterns(path):
            np.testing.assert_allclose(
                theirs[pattern.name.replace(".", "_patterns.", 1)], pattern.ppm, atol=1e-5
            )


def damaged(path, array):
    """``path`` with one bit of ``array`` turned."""
    with h5py.File(path) as file:
        array = file[array].id
        place = array.get_offset() or array.get_chunk_info(0).byte_offset  # packed in pieces
    content = bytearray(path.read_bytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("read", [read_patterns, seqlets_table, lambda p: write_merged(p, p, [])])
def test_a_damaged_file_of_patterns_is_named(modisco, tmp_path, read):
    path = damaged(shutil.copy(modisco, tmp_path / "modisco.h5"), FIRST)
    with pytest.raises(BadInput, match=f"{FIRST} is not what was written(?s:.*)modisco.h5"):
        read(path)


@pytest.mark.parametrize("read", [read_record, read_counts, lambda p: seqlet_places(p, "genome")])
def test_a_damaged_file_of_motifs_is_named(modisco, tmp_path, read):
    write_merged(modisco, tmp_path / "merged.h5", [])
    read(tmp_path / "merged.h5")
    with h5py.File(tmp_path / "merged.h5") as file:
        motif = next(iter(file["pos_patterns"].values())).name
    path = damaged(tmp_path / "merged.h5", f"{motif}/seqlets/example_idx")
    with pytest.raises(BadInput, match=r"not what was written(?s:.*)merged.h5"):
        read(path)
