"""Names: known motifs name themselves, what isn't a motif gets no name, each rule has its say."""

import numpy as np
import pytest

from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import false_name_rate, name_motifs
from chromolens.motifs.names.tomtom import match
from chromolens.motifs.ppm import information, reverse_complement, trim
from chromolens.tables.motifs import NAMING


def random_motifs(count: int, seed: int, length: int = 10) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {f"random_{n}": rng.dirichlet([0.15] * 4, size=length) for n in range(count)}


def named(ppms, database, support=100, **rules):
    return name_motifs(ppms, dict.fromkeys(ppms, support), database, **rules).set_index("motif")


@pytest.fixture(scope="module")
def known(fungi) -> list[Motif]:
    """Those of the database that the rules can name."""
    trimmed = {motif.id: trim(motif.ppm) for motif in fungi}
    fit = {key for key, ppm in trimmed.items() if len(ppm) >= 6 and information(ppm) >= 8}
    return [motif for motif in fungi if motif.id in fit]


def test_known_motifs_name_themselves(known, fungi):
    table = named({motif.id: motif.ppm for motif in known}, fungi)
    assert len(known) > 100
    assert table["named"].mean() > 0.9
    rows = table[table["named"]]
    own = rows["name"] == rows.index.map({motif.id: motif.name for motif in known})
    assert own.mean() > 0.98
    assert (rows["q"] <= 0.01).all()
    assert (rows["reason"] == "").all()
    # they lie on themselves: no shift but that of the trimmed flank, on the strand as it is
    assert (rows["overlap"] >= 6).all()
    assert (rows["offset"][own] >= 0).all()


def test_flanks_noise_and_strand_dont_hide_a_known_motif(known, fungi):
    rng = np.random.default_rng(0)
    hidden = {}
    for motif in known[:40]:
        flank = rng.dirichlet([60] * 4, size=15)
        site = 0.9 * reverse_complement(motif.ppm) + 0.1 * rng.dirichlet([5] * 4, len(motif.ppm))
        hidden[motif.id] = np.vstack([flank, site, flank])
    table = named(hidden, fungi)
    right = [
        motif.name in (row.name_found, *row.others.split(";"))
        for motif, row in zip(
            known[:40], table.rename(columns={"name": "name_found"}).itertuples(), strict=True
        )
    ]
    assert np.mean(right) > 0.85


def test_offset_and_strand_say_where_the_query_lies(fungi):
    target = next(motif for motif in fungi if len(motif.ppm) >= 14).ppm
    queries = [target[3:12], reverse_complement(target)[2:12], np.vstack([target[:0], target])]
    ppms = [motif.ppm for motif in fungi]
    place = next(n for n, ppm in enumerate(ppms) if ppm is target)
    found = match(queries, ppms)
    assert found.offset[:, place].tolist() == [3, 2, 0]
    assert found.overlap[:, place].tolist() == [9, 10, len(target)]
    assert found.strand[:, place].tolist() == ["+", "-", "+"]


def test_the_best_match_is_the_nearest_by_brute_force():
    rng = np.random.default_rng(5)
    targets = list(random_motifs(60, seed=1, length=8).values())
    picked = rng.integers(0, 60, 30)
    queries = [0.6 * targets[n] + 0.4 * rng.dirichlet([1] * 4, size=8) for n in picked]
    distances = [[np.sqrt(((q - t) ** 2).sum(1)).sum() for t in targets] for q in queries]
    nearest = np.argmin(distances, axis=1)
    found = match(queries, targets)
    np.testing.assert_array_equal(found.p.argmin(axis=1), nearest)
    np.testing.assert_array_equal(nearest, picked)


def test_p_values_are_uniform_or_cautious_for_unrelated_motifs():
    """The share of p below a level, among targets drawn like the background, is near it."""
    targets = list(random_motifs(150, seed=2).values())
    p = match(list(random_motifs(60, seed=3).values()), targets).p
    for level in (0.01, 0.1):
        assert 0.3 * level < (p < level).mean() < 1.5 * level


def test_q_is_benjamini_hochberg_over_the_database(fungi):
    found = match(list(random_motifs(3, seed=0).values()), [motif.ppm for motif in fungi])
    for p, q in zip(found.p, found.q, strict=True):
        order = np.argsort(p)
        scaled = p[order] * len(p) / (np.arange(len(p)) + 1)
        expected = [min(1, scaled[rank:].min()) for rank in range(len(p))]
        np.testing.assert_allclose(q[order], expected, rtol=1e-12)


def test_random_motifs_rarely_get_names(fungi):
    table = named(random_motifs(300, seed=4), fungi)
    assert (table["information"] >= 8).mean() > 0.9
    assert table["named"].mean() < 0.04
    unnamed = table[~table["named"]]
    assert (unnamed["name"] == "").all()
    assert (unnamed["motif_id"] == "").all()
    assert unnamed["reason"].str.contains("best q|information|overlap").all()


def test_shuffled_known_motifs_rarely_get_names(known, fungi):
    ppms = {motif.id: motif.ppm for motif in known}
    rate = false_name_rate(ppms, fungi, seed=0, repeats=3)
    assert 0 <= rate < 0.05
    assert rate == false_name_rate(ppms, fungi, seed=0, repeats=3)


def test_false_names_are_seen_where_there_are_any():
    poly_a = np.tile([0.97, 0.01, 0.01, 0.01], (10, 1))
    others = [Motif(key, key, "", ppm) for key, ppm in random_motifs(60, seed=6).items()]
    database = [*others, Motif("a", "polyA", "", poly_a)]
    assert false_name_rate({"x": poly_a}, database, seed=0) == 1
    assert np.isnan(false_name_rate({"x": np.full((10, 4), 0.25)}, database, seed=0))
    assert np.isnan(false_name_rate({}, database, seed=0))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"support": 12}, "support 12 < 20"),
        ({"min_information": 50}, r"information \d+\.\d < 50 bits"),
        ({"min_overlap": 40}, r"overlap \d+ < 40 \(REB1\)"),
        ({"max_q": 0}, r"best q [0-9e.-]+ > 0 \(REB1\)"),
    ],
)
def test_each_rule_has_its_reason(fungi, changed, reason):
    reb1 = next(motif for motif in fungi if motif.name == "REB1")
    assert named({"m": reb1.ppm}, fungi).loc["m", "name"] == "REB1"
    row = named({"m": reb1.ppm}, fungi, **changed).loc["m"]
    assert not row["named"]
    assert row["name"] == "" == row["family"]
    assert row.to_frame().T["reason"].str.fullmatch(reason).all()


def test_a_better_match_of_too_little_overlap_gives_no_name():
    """The match named is one of enough overlap, even where a shorter motif fits better."""
    others = [Motif(key, key, "", ppm) for key, ppm in random_motifs(60, seed=6).items()]
    query = random_motifs(1, seed=9, length=14)["random_0"]
    assert len(trim(query)) == 14
    short = Motif("s", "SHORT", "", query[2:13])
    blurred = Motif("l", "LONG", "", 0.6 * query + 0.1)
    database = [*others, short, blurred]
    assert named({"m": query}, database).loc["m", "name"] == "SHORT"
    row = named({"m": query}, database, min_overlap=12).loc["m"]
    assert row["name"] == "LONG"
    assert row["others"] == ""


def test_an_unnamed_motif_keeps_its_candidates(fungi):
    reb1 = next(motif for motif in fungi if motif.name == "REB1")
    row = named({"m": reb1.ppm}, fungi, support=3).loc["m"]
    assert row["others"].split(";")[0] == "REB1"


def test_flat_motifs_and_empty_lists(fungi):
    table = named({"flat": np.full((12, 4), 0.25), "x": fungi[0].ppm}, fungi)
    assert table.loc["flat", "reason"].startswith("information 0.0 < 8 bits")
    assert table.loc["x", "p"] < 1e-3
    assert list(name_motifs({}, {}, fungi)) == ["motif", *(column.name for column in NAMING)]
    assert len(name_motifs({}, {}, fungi)) == 0
    assert "the database is empty" in named({"x": fungi[0].ppm}, []).loc["x", "reason"]


def test_a_small_database_is_said_to_be_small(fungi, caplog):
    table = named({"x": fungi[0].ppm}, fungi[:2])
    assert "only 2 known motifs" in table.loc["x", "reason"]
    assert "2 known motifs" in caplog.text
