"""Loci are chosen as stated, read at the right bases, and drawn where they are."""

import dataclasses
import re

import h5py
import numpy as np
import pandas as pd
import pyBigWig
import pytest
from partial_tables import filled
from synthetic_study import SITES

from chromolens import tables
from chromolens.report.annotation import annotation
from chromolens.report.figures.locus import draw
from chromolens.report.loci import apart, best_predicted, centred, densest, spread, values
from chromolens.report.sections import loci as section
from chromolens.report.sections.performance import pool_predictions
from chromolens.report.thinned import edges, extreme, thinned
from chromolens.scores import seal
from chromolens.tables.motifs import HITS
from chromolens.tracks.bigwig import write_bigwig


def test_spread_takes_one_per_group_first():
    table = pd.DataFrame({"id": list("abcd"), "group": list("xxyz"), "score": [9, 8, 7, 7]})
    assert spread(table, 3)["id"].tolist() == ["a", "c", "d"]
    assert spread(table, 4)["id"].tolist() == ["a", "c", "d", "b"]


def test_best_predicted_are_positives_with_the_highest_predictions():
    n = 500
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "id": [f"w{i}" for i in range(n)],
            "group": "x",
            "t": rng.normal(size=n),
            "t.label": rng.integers(0, 2, n).astype(float),
        }
    )
    found = best_predicted(table, "t")
    expected = table[table["t.label"] == 1].sort_values("t", ascending=False).head(40)
    assert found["id"].tolist() == expected["id"].tolist()


def test_densest_and_centred_against_brute_force():
    signal = np.random.default_rng(2).normal(size=80)
    sums = [np.abs(signal[i : i + 25]).sum() for i in range(56)]
    assert densest(signal, 25) == int(np.argmax(sums))
    one = np.zeros(201)
    one[150:157] = 1
    assert centred(one, 41) == 133
    assert densest(np.ones(5), 9) == 0


def test_apart_drops_neighbours_of_better_ones():
    table = pd.DataFrame(
        {"id": list("abc"), "chrom": "c", "start": [100, 150, 400], "score": [1, 2, 1]}
    )
    assert apart(table, 120)["id"].tolist() == ["b", "c"]


def test_values_are_absent_where_the_track_says_nothing(study):
    path = study.tracks["cnn", "Reb1", "ism"]
    found = values(path, "chrI", 40, 60)
    with pyBigWig.open(str(path)) as track:
        np.testing.assert_array_equal(found, track.values("chrI", 40, 60))
    assert np.isnan(found[:10]).all() and np.isfinite(found[10:]).all()
    assert np.isnan(values(path, "chrUn", 0, 3)).all()


@pytest.fixture(scope="module")
def found(study):
    return section.in_genome(study)


def best(loci):
    """Those among the highest predictions."""
    return [locus for locus in loci if "highest" in locus.why]


def test_each_task_has_its_loci_on_its_own_sites(found, study):
    assert set(found) == {("cnn", task) for task in SITES}
    for (_, task), each in found.items():
        assert len({locus.place for locus in best(each)}) == study.loci
        for locus in best(each):
            sites = [mark for mark in locus.marks if mark.kind == "planted"]
            assert task in {mark.name for mark in sites}
            site = next(mark for mark in sites if mark.name == task)
            inside = slice(site.start - locus.start, site.end - locus.start)
            row = locus.rows["deeplift_rescale"]
            assert row[inside].min() > 0.25 > np.abs(np.delete(row, np.r_[inside])).mean()


def test_loci_are_held_out_positives(found, study):
    table = pool_predictions(study)["cnn"].set_index("id")
    for (_, task), each in found.items():
        for locus in best(each):
            row = table[np.isclose(table[task], locus.prediction)]
            assert (row[f"{task}.label"] == 1).all() and len(row) == 1


def test_the_worst_mistakes_are_shown(found, study):
    table = pool_predictions(study)["cnn"]
    for (_, task), each in found.items():
        by_label = table.groupby(f"{task}.label")[task]
        shown = {locus.why.split(",")[0]: locus.prediction for locus in each}
        assert shown["no event"] == by_label.max()[0]
        assert shown["an event"] == by_label.min()[1]


def test_a_track_with_gaps_shows_loci_that_it_explains(study, tmp_path):
    key = ("cnn", "Reb1", "deeplift_rescale")
    with pyBigWig.open(str(study.tracks[key])) as track:
        sizes = track.chroms()
    chrom, half = "chrI", sizes["chrI"] // 2
    write_bigwig(
        tmp_path / "gaps.bw",
        sizes,
        lambda name, start, end: np.where(
            (np.arange(start, end) < half) & (name == chrom), 1.0, np.nan
        ),
    )
    tracks = {key: tmp_path / "gaps.bw"}
    loci = section.in_genome(dataclasses.replace(study, tracks=tracks))["cnn", "Reb1"]
    assert loci and {locus.place for locus in loci} == {chrom}
    assert all(np.isfinite(locus.rows["deeplift_rescale"]).any() for locus in loci)
    tracks = {key: empty(tmp_path / "empty.bw", sizes)}
    assert section.in_genome(dataclasses.replace(study, tracks=tracks))["cnn", "Reb1"] == []


def empty(path, sizes):
    write_bigwig(path, sizes, lambda _, start, end: np.full(end - start, np.nan))
    return path


def test_each_motif_has_its_best_hit_unless_it_is_shown(found, study, tmp_path):
    key, shown = ("cnn", "Reb1", "deeplift_rescale"), found["cnn", "Reb1"][0]
    windows = pd.read_csv(study.windows, sep="\t")
    away = windows[windows["chrom"] != shown.place].iloc[:2]
    rows = pd.DataFrame(
        {"chrom": away["chrom"], "start": away["start"] + 20, "window": away["id"]}
    )
    rows = rows.assign(end=rows["start"] + 9, motif="M1", name="A<b>", over=".", strand="-")
    rows = rows.assign(combined=[1.0, 2.0], q=0.01, contribution=3.0)
    again = {"chrom": shown.place, "start": shown.start + 50, "end": shown.start + 59}
    rows = pd.concat([rows, rows.iloc[:1].assign(**again, motif="M2", name="B")])
    tables.write(HITS, filled(HITS, rows), tmp_path / "hits.bed.gz")
    loci = section.in_genome(dataclasses.replace(study, hit_sites={key: tmp_path / "hits.bed.gz"}))
    own = [locus for locus in loci["cnn", "Reb1"] if locus.why.startswith("best hit")]
    assert [(locus.why, locus.place) for locus in own] == [
        ("best hit of A<b>", rows["chrom"].iloc[1])
    ]
    (mark,) = [mark for mark in own[0].marks if mark.kind == "hit"]
    assert (mark.start, mark.strand) == (rows["start"].iloc[1], "-") and "q 0.01" in mark.more
    marks = loci["cnn", "Reb1"][0].marks
    assert [mark.name for mark in marks if mark.kind == "hit"] == ["B"]


def test_a_null_stands_on_the_scale_of_the_first_row(study):
    key = ("cnn", "Reb1", "deeplift_rescale")
    null = {("nothing", *key[1:]): study.tracks[key]}
    loci = section.in_genome(
        dataclasses.replace(study, tracks={**study.tracks, **null}, nulls=frozenset({"nothing"}))
    )
    locus = loci["cnn", "Reb1"][0]
    assert np.array_equal(locus.nulls["nothing"], locus.rows["deeplift_rescale"], equal_nan=True)
    twice = dataclasses.replace(locus, nulls={"nothing": locus.nulls["nothing"] / 2})
    heights = [re.findall(r"scale\(\S+ (\S+)\)", str(draw(each, ""))) for each in (locus, twice)]
    assert np.abs(np.array(heights[0][-40:], float)).max() == pytest.approx(
        2 * np.abs(np.array(heights[1][-40:], float)).max(), rel=0.01
    )


def test_the_figure_tells_place_base_and_value(found, page):
    locus = found["cnn", "Reb1"][0]
    at = int(np.nanargmax(locus.rows["ism"]))
    told = f"{locus.place}:{locus.start + at + 1:,} {locus.sequence[at]}  "
    assert re.search(re.escape(told) + r"deeplift_rescale \S+; ism 0\.\d+</title>", page)


def test_annotations_have_the_coordinates_of_their_files(study):
    first = study.peaks["Reb1"].read_text().split("\n")[0].split("\t")
    marks = annotation(study).within(first[0], int(first[1]), int(first[2]))
    events = [mark for mark in marks if mark.kind == "event"]
    assert [(mark.name, mark.start) for mark in events] == [("Reb1", int(first[1]))]
    genes = [m for m in annotation(study).within("chrI", 0, 1000) if m.kind == "gene"]
    assert [(gene.start, gene.end, gene.strand) for gene in genes] == [(899, 2000, "+")]


def test_stretches_of_the_overview_are_even():
    sizes = np.diff(edges(1660, 460))
    assert edges(1660, 460)[-1] == 1660 and sizes.max() - sizes.min() <= 1


def test_a_stretch_is_shown_by_its_farthest_value_and_absent_where_all_of_it_is():
    values = np.array([1.0, -3.0, 2.0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(thinned(values, extreme, 3), [-3, 2, np.nan])


@pytest.fixture
def explained(study, tmp_path):
    """Explained windows of Reb1: the same number at each base, the window's place in the table."""
    windows = pd.read_csv(study.windows, sep="\t").query("Reb1 == 1")
    with h5py.File(tmp_path / "windows.h5", "w") as file:
        group = file.create_group("Reb1")
        group["id"] = windows["id"].tolist()
        group["onehot"] = np.zeros((len(windows), 201, 4), dtype=np.int8)
        group["contributions"] = np.arange(len(windows))[:, None] + np.linspace(0, 0.9, 201)
    seal(tmp_path / "windows.h5")
    given = {("cnn", "slow_method"): tmp_path / "windows.h5"}
    return dataclasses.replace(study, explained=given), windows.reset_index(drop=True)


def test_methods_that_explained_the_window_only_are_drawn_beside_tracks(explained):
    study, windows = explained
    for locus in best(section.in_genome(study)["cnn", "Reb1"]):
        row = locus.rows["slow_method"]
        at = int(np.flatnonzero(np.isfinite(row))[0])
        number, offset = divmod(row[at], 1)
        window = windows.loc[int(number)]
        assert window["chrom"] == locus.place
        assert window["start"] + round(offset / 0.9 * 200) == locus.start + at


def test_a_genome_without_tracks_shows_its_explained_windows(explained):
    study, windows = explained
    found = section.in_genome(dataclasses.replace(study, tracks={}))
    assert [key for key, loci in found.items() if loci] == [("cnn", "Reb1")]
    for locus in found["cnn", "Reb1"]:
        row = windows[(windows["chrom"] == locus.place) & (windows["start"] <= locus.start)]
        assert (row["end"] >= locus.end).any()
        assert locus.marks == annotation(study).within(locus.place, locus.start, locus.end)
