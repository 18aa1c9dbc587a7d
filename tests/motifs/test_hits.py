"""Hits on a genome with planted sites, against plain loops; and what can't be found."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval
from chromolens.motifs.hits import sites as hit_sites
from chromolens.motifs.hits.hits import (
    Rules,
    _taken,
    apart_from,
    better_overlapping,
    find_hits,
    q_values,
    share_above,
    windows_of,
)
from chromolens.motifs.hits.sought import Sought, motifs_of_task, shuffles
from chromolens.motifs.meme import write_meme
from chromolens.tables.motifs import HITS, LEXICON
from chromolens.tracks.bigwig import write_bigwig

WORD, LENGTH = "TGACGCAATCGG", 60_000
COMPLEMENT = str.maketrans("ACGT", "TGCA")
MOTIF = Sought(
    "m", "Known one", "pos", np.array([[0.91 if b == w else 0.03 for b in "ACGT"] for w in WORD])
)
HOMES = {"chr1": "fold0", "chr2": "fold1"}
FOLDS = {Interval(chrom, 0, LENGTH): fold for chrom, fold in HOMES.items()}
RULES = Rules(1e-4, 0.05, 0.05, 0.1, 10)


def planted() -> tuple[dict[str, str], dict[str, np.ndarray], list[tuple]]:
    """Sequences, tracks and places: every other planted word contributes, the rest don't."""
    rng, sequences, tracks, places = np.random.default_rng(5), {}, {}, []
    for chrom in HOMES:
        bases = rng.choice(list("ACGT"), LENGTH)
        track = rng.normal(0, 0.1, LENGTH).astype(np.float32)
        for i, start in enumerate(range(500, LENGTH - 500, 900)):
            strand = "+-"[i // 2 % 2]
            word = WORD if strand == "+" else WORD.translate(COMPLEMENT)[::-1]
            bases[start : start + len(WORD)] = list(word)
            if i % 2 == 0:
                track[start : start + len(WORD)] += 0.5
                places.append((chrom, start, strand))
        sequences[chrom], tracks[chrom] = "".join(bases), track
    return sequences, tracks, places


def files(folder: Path, sequences: dict, tracks: dict) -> tuple[Genome, str]:
    lines = [line for name, text in sequences.items() for line in (f">{name}", text)]
    (folder / "g.fa").write_text("\n".join(lines) + "\n")
    prepare_fasta(folder / "g.fa", folder / "g.fa.gz")
    sizes = {name: len(text) for name, text in sequences.items()}
    write_bigwig(folder / "t.bw", sizes, lambda chrom, start, end: tracks[chrom][start:end])
    return Genome(folder / "g.fa.gz"), str(folder / "t.bw")


def windows() -> pd.DataFrame:
    starts = np.arange(0, LENGTH - 200, 1000)
    one = pd.DataFrame({"chrom": "chr1", "start": starts, "end": starts + 800})
    return one.assign(id=[f"chr1:{start}-{start + 800}" for start in starts])


def search(genome: Genome, track: str, motifs: list[Sought], **changed: object) -> tuple:
    given = {"folds": FOLDS, "windows": windows(), "rules": RULES} | changed
    return find_hits(genome, track, motifs, **given)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    sequences, tracks, places = planted()
    return *files(tmp_path_factory.mktemp("hits"), sequences, tracks), sequences, tracks, places


def test_hits_are_the_planted_sites_that_contribute(made: tuple) -> None:
    genome, track, _, tracks, places = made
    hits, summary = search(genome, track, [MOTIF])
    found = set(zip(hits["chrom"], hits["start"], hits["strand"], strict=True))
    # max_contribution_p lets 1 in 20 of the silent words through
    assert set(places) <= found and len(found - set(places)) <= 0.15 * len(places)
    row = hits.iloc[0]
    inside = tracks[row.chrom][row.start : row.end]
    assert row.contribution == pytest.approx(inside.sum(), rel=1e-5)
    assert row.combined == pytest.approx(row.match * np.log(2) + row.contribution)
    assert 0.9 < row.agreement <= 1 and (hits["name"] == "Known_one").all()
    assert hits["score"].max() == 1000 and list(hits) == HITS.names
    assert (hits["fold"] == hits["chrom"].map(HOMES)).all()
    assert summary["hits"].tolist() == [len(hits)] and summary["sites"][0] > 130


def test_agreement_is_the_cosine_along_the_motif(tmp_path: Path) -> None:
    ppm = np.array([[0.97, 0.01, 0.01, 0.01], *[[0, 1, 0, 0], [0, 0, 1, 0]] * 4])
    word = "ACGCGCGCG"
    text = "T" * 20 + word + "T" * 20 + word.translate(COMPLEMENT)[::-1] + "ACGT" * 9
    values = np.arange(len(text), dtype=np.float32)
    genome, track = files(tmp_path, {"chr1": text}, {"chr1": values})
    query = hit_sites.query_of(ppm, np.full(4, 0.25), 1e-4, -1)
    sites = hit_sites.sites_of(genome, track, Interval("chr1", 0, len(text)), [query])[0]
    assert sites["start"].tolist() == [20, 49] and sites["reverse"].tolist() == [False, True]
    for site, read in zip(sites, (values[20:29], values[49:58][::-1]), strict=True):
        cosine = read @ query.profile / np.linalg.norm(read) / np.linalg.norm(query.profile)
        assert site["agreement"] == pytest.approx(-cosine)
        assert site["combined"] == pytest.approx(site["score"] / 100 * np.log(2) - read.sum())


def test_the_mirrored_genome_has_the_mirrored_hits(made: tuple, tmp_path: Path) -> None:
    genome, track, sequences, tracks, _ = made
    turned = {name: text.translate(COMPLEMENT)[::-1] for name, text in sequences.items()}
    back = {name: values[::-1] for name, values in tracks.items()}
    hits, _ = search(genome, track, [MOTIF])
    mirrored, _ = search(*files(tmp_path, turned, back), [MOTIF])
    there = {(h.chrom, LENGTH - h.end, "-+"[h.strand == "-"]): h for h in mirrored.itertuples()}
    assert len(there) == len(hits)
    for hit in hits.itertuples():
        other = there[hit.chrom, hit.start, hit.strand]
        assert (hit.match, hit.p, hit.q) == (other.match, other.p, other.q)
        assert hit.contribution == pytest.approx(other.contribution)


def test_blocks_change_nothing_and_other_motifs_the_null_of_contributions_alone(
    made: tuple, monkeypatch
) -> None:
    genome, track, *_ = made
    whole, _ = search(genome, track, [MOTIF])
    monkeypatch.setattr(hit_sites, "BLOCK", 1013)
    again, _ = search(genome, track, [MOTIF])
    pd.testing.assert_frame_equal(again, whole)
    other = Sought("other", "", "neg", MOTIF.ppm[::-1])
    cut, summary = search(genome, track, [other, MOTIF])
    pd.testing.assert_frame_equal(
        cut[cut["motif"] == "m"].drop(columns=["score", "contribution_p"]),
        whole.drop(columns=["score", "contribution_p"]),
        check_index_type=False,
    )
    assert summary["motif"].tolist() == ["other", "m"]


def test_overlapping_matches_are_one_site_the_best() -> None:
    sites = np.zeros(5, hit_sites.SITE)
    sites["start"] = [10, 12, 12, 16, 30]
    sites["score"] = [500, 700, 700, 650, 400]
    sites["reverse"] = [False, False, True, False, False]
    sites["combined"] = [9, 1, 2, 3, 0]
    kept = hit_sites._best_of_overlapping(sites, 4)
    assert kept["start"].tolist() == [12, 16, 30] and kept["reverse"].tolist()[0]


def test_matches_of_shuffles_on_motifs_are_left_out() -> None:
    rng = np.random.default_rng(2)
    sites, first, second = (np.zeros(n, hit_sites.SITE) for n in (120, 20, 10))
    for some in (sites, first, second):
        some["start"] = np.sort(rng.integers(0, 1500, len(some)))
    motifs = [MOTIF._replace(ppm=MOTIF.ppm[:5]), MOTIF._replace(ppm=np.tile(MOTIF.ppm, (3, 1)))]
    wide = len(motifs[1].ppm)
    kept = apart_from(sites, 7, *_taken(motifs, [first, second]))["start"].tolist()
    taken = {s + i for s in first["start"] for i in range(5)}
    taken |= {s + i for s in second["start"] for i in range(wide)}
    assert kept == [s for s in sites["start"] if taken.isdisjoint(range(s, s + 7))]
    assert 0 < len(kept) < 120
    assert len(apart_from(sites, 7, *_taken(motifs, [first[:0], second[:0]]))) == 120


def test_shares_and_q_values_are_those_of_plain_loops() -> None:
    rng = np.random.default_rng(3)
    own, null = rng.normal(1, 1, 60).round(1), rng.normal(0, 1, 300).round(1)
    expected = [(1 + sum(other >= one for other in null)) / 301 for one in own]
    np.testing.assert_allclose(share_above(own, null), expected)

    def rate(cut: float) -> float:
        return (1 + sum(null >= cut)) / 10 / sum(own >= cut)

    expected = [min(1, *(rate(cut) for cut in own if cut <= one)) for one in own]
    np.testing.assert_allclose(q_values(own, null, 10), expected)
    assert q_values(own, null[:0], 0).tolist() == [1] * 60


def test_the_window_with_the_nearest_centre_that_holds_the_hit() -> None:
    hits = pd.DataFrame({"chrom": ["chr1", "chr1", "chr9"], "start": [1100, 790, 5]})
    found = windows_of(hits.assign(end=hits["start"] + 20), windows())
    assert found.tolist() == ["chr1:1000-1800", ".", "."]


def test_what_is_left_out_is_counted(made: tuple, tmp_path: Path) -> None:
    _, _, sequences, tracks, places = made
    holed = {name: values.copy() for name, values in tracks.items()}
    chrom, start, _ = places[0]
    holed[chrom][start + 3] = np.nan
    genome, track = files(tmp_path, sequences, holed)
    hits, summary = search(genome, track, [MOTIF])
    assert summary["absent"].tolist() == [1]
    assert not ((hits["chrom"] == chrom) & (hits["start"] == start)).any()


def test_what_can_not_be_found_says_why(tmp_path: Path) -> None:
    texts = {"chr1": "N" * 300, "chr2": "ACGTTGCA" * 2 + "CATG"}
    silent = {name: np.full(len(text), np.nan, np.float32) for name, text in texts.items()}
    genome, track = files(tmp_path, texts, silent)
    long = Sought("long", "", "", np.tile(np.eye(4), (8, 1)))
    flat = Sought("flat", "", "pos", np.empty((0, 4)))
    short = Sought("short", "", "pos", np.eye(4))
    poly = Sought("poly", "", "pos", np.tile(np.eye(4)[:1], (9, 1)))
    homes = {Interval(name, 0, len(text)): "fold0" for name, text in texts.items()}
    hits, summary = search(genome, track, [long, flat, short, poly], folds=homes)
    assert hits.empty and list(hits) == HITS.names and summary["hits"].tolist() == [0] * 4
    assert [reason.split()[0] for reason in summary["reason"][1:]] == ["no", "too", "its"]
    hits, summary = search(genome, track, [], folds=homes)
    assert hits.empty and summary.empty


def test_shuffles_hold_the_same_columns_and_another_word() -> None:
    made = shuffles(MOTIF.ppm, 5, np.random.default_rng(0))
    assert len(made) == 5
    for ppm in made:
        assert sorted(map(tuple, ppm)) == sorted(map(tuple, MOTIF.ppm))
        assert not np.allclose(ppm, MOTIF.ppm)
    assert shuffles(np.tile(MOTIF.ppm[:1], (6, 1)), 5, np.random.default_rng(0)) == []


def test_a_lexicon_is_read_for_one_task(tmp_path: Path) -> None:
    table, meme = tmp_path / "lexicon.tsv", tmp_path / "lexicon.meme"
    write_meme({"a": MOTIF.ppm, "b": MOTIF.ppm}, meme)
    rows = [("a", "NAME", "pos", "main:x,main:y"), ("b", "", "", "null:x,main:yy")]
    columns = ["motif", "name", "sign", "tasks"]
    write_partial(LEXICON, pd.DataFrame(rows, columns=columns), table)
    assert [one.motif for one in motifs_of_task(table, meme, "main", "y")] == ["a"]
    assert [one.label for one in motifs_of_task(table, meme, "null", "x")] == ["b"]
    write_partial(LEXICON, pd.DataFrame(rows[:0], columns=columns), table)
    write_meme({}, meme)
    assert motifs_of_task(table, meme, "main", "y") == []
    rows = [("a", "", "up", "main:y")]
    write_partial(LEXICON, pd.DataFrame(rows, columns=columns), table)
    write_meme({"a": MOTIF.ppm}, meme)
    with pytest.raises(BadInput, match="a: sign 'up'"):
        motifs_of_task(table, meme, "main", "y")
    table.write_text("motif\n")
    with pytest.raises(BadInput, match="no column 'name'"):
        motifs_of_task(table, meme, "main", "y")


def test_a_site_inside_a_better_one_of_another_motif_is_told() -> None:
    rows = [
        ("a", 100, 120, "long", 9.0),
        ("a", 105, 113, "short", 5.0),  # inside it
        ("a", 113, 121, "edge", 8.0),  # shares 7 of its 8 bases with `long`, none with `short`
        ("a", 117, 137, "next", 20.0),  # shares 3 with `long`, 4 of 8 with `edge`
        ("b", 100, 120, "alone", 1.0),
    ]
    hits = pd.DataFrame(rows, columns=["chrom", "start", "end", "motif", "combined"])
    assert better_overlapping(hits).tolist() == [".", "long", "next", ".", "."]


def test_blocks_are_searched_each_by_its_fold(made: tuple) -> None:
    genome, track, *_ = made
    homes = {
        Interval("chr1", 0, 29_000): "fold1",
        Interval("chr1", 30_000, LENGTH): "fold0",
        Interval("chr2", 0, LENGTH): "fold1",
    }
    whole, _ = search(genome, track, [MOTIF])
    hits, _ = search(genome, track, [MOTIF], folds=homes)
    gap = (whole["chrom"] == "chr1") & (whole["end"] > 29_000) & (whole["start"] < 30_000)
    # what chance allows depends on what is searched: nearly the same hits
    found, expected = (set(zip(t["chrom"], t["start"], strict=True)) for t in (hits, whole[~gap]))
    assert gap.sum() > 0 and len(found ^ expected) <= 3
    for hit in hits.itertuples():
        own = [fold for one, fold in homes.items()
               if one.contains(Interval(hit.chrom, hit.start, hit.end))]  # fmt: skip
        assert own == [hit.fold]
