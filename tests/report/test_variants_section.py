"""The section of variants: what it says of tables that are written by hand."""

import dataclasses

import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.report.page import render
from chromolens.report.sections import variants
from chromolens.tables.motifs import HITS
from chromolens.tables.variants import EPISTASIS, LEFT_OUT, MATCHES, SCORED, VARIANTS

KEYS = {"model": "cnn", "task": "Reb1"}


@pytest.fixture
def varied(study, tmp_path):
    rows = pd.DataFrame({
        "id": ["rs1", ".", "rs3", "rs1"], "chrom": "chr1", "start": [10, 30, 31, 10],
        "variant": ["chr1:11:A:C", "chr1:30:GA:G", "chr1:31:A:AT", "chr1:11:A:C"],
        "removed": ["A", "A", "", "A"], "kind": ["A[C>T]G", "deletion 1", "other", "A[C>T]G"],
        "reference": [3.0, 1.0, -2.0, 3.0], "effect": [-2.5, 0.25, 0.5, -2.5],
        "p": [0.001, 0.5, None, 0.001], "q": [0.002, 0.5, None, 0.002],
    })  # fmt: skip
    write_partial(VARIANTS, rows.assign(**KEYS), tmp_path / "variants.tsv.gz")
    nulls = pd.DataFrame({"effect": [0.1, -0.2], "reference": [1.0, 2.0], "task": "Reb1"})
    write_partial(SCORED, nulls, tmp_path / "nulls.tsv.gz")
    dropped = pd.DataFrame({"reason": ["odd", "far", "odd"], "id": ["rs7", ".", "rs9"]})
    dropped = dropped.assign(chrom="1", position=[5, 6, 7], ref="A", alt="<X>")
    write_partial(LEFT_OUT, dropped, tmp_path / "dropped.tsv")
    hits = pd.DataFrame({"chrom": "chr1", "start": [5, 28], "end": [12, 31]})
    hits["name"] = ["REB1", "ABF1"]
    write_partial(HITS, hits, tmp_path / "hits.bed.gz")
    matches = pd.DataFrame({"variant": "chr1:11:A:C", "name": ["REB1", "REB1", "CBF1"]})
    matches = matches.assign(**KEYS, change=["lost", "lost", "gained"])
    write_partial(MATCHES, matches, tmp_path / "matches.tsv.gz")
    return dataclasses.replace(
        study,
        variant_matches=[tmp_path / "matches.tsv.gz"],
        variants=[tmp_path / "variants.tsv.gz"],
        null_scores={("cnn", "fold0"): tmp_path / "nulls.tsv.gz"},
        dropped_variants=tmp_path / "dropped.tsv",
        hit_sites={("cnn", "Reb1", "m"): tmp_path / "hits.bed.gz"},
        config={**study.config, "models": {"cnn": {"objective": "binary"}}},
    )


def test_the_clearest_effects_first_and_each_variant_once(varied):
    (group,) = variants.context(varied)["groups"]
    rows = [dict(zip(group["table"].header, row, strict=True)) for row in group["table"].rows]
    assert [row["variant"] for row in rows] == ["chr1:11:A:C", "chr1:31:A:AT", "chr1:30:GA:G"]
    assert [row["id"] for row in rows] == ["rs1", "rs3", ""]
    assert [row["effect"] for row in rows] == ["−2.50", "0.50", "0.25"]
    # base 30 is ABF1's last, and an insertion behind it lies in no hit
    assert [row["hits there"] for row in rows] == ["REB1", "", "ABF1"]
    assert [row["matches lost"] for row in rows] == ["REB1", "", ""]
    assert [row["matches gained"] for row in rows] == ["CBF1", "", ""]
    assert "± replicates" not in group["table"].header  # nothing is known of them
    assert group["said"].startswith("3 variants, each once, compared with 2 null variants: 1 of")
    assert "1 variant of kinds without nulls" in group["said"]
    assert "log-odds" in group["table"].caption


def test_the_clearest_variants_lead_to_the_page_of_tracks(varied, tmp_path):
    tracks = {("cnn", "Reb1", "m"): tmp_path / "t.bw"}
    linked = dataclasses.replace(varied, browser=tmp_path / "tracks.html", tracks=tracks)
    (group,) = variants.context(linked)["groups"]
    first = '<a href="tracks.html#cnn/Reb1/chr1%3A11%3AA%3AC">chr1:11:A:C</a>'
    assert group["table"].rows[0][0] == first
    for other in (varied, dataclasses.replace(linked, tracks={})):
        (group,) = variants.context(other)["groups"]
        assert group["table"].rows[0][0] == "chr1:11:A:C"


@pytest.mark.slow
def test_haplotypes_of_most_epistasis_first(varied, tmp_path):
    rows = pd.DataFrame({
        "variants": ["a,b", "c,d"], "together": [1.0, -3.0], "apart": [0.5, 1.0],
        "epistasis": [0.5, -4.0], "carriers": [2, 1],
    })  # fmt: skip
    write_partial(EPISTASIS, rows.assign(**KEYS), tmp_path / "haplotypes.tsv.gz")
    (group,) = variants.context(varied)["groups"]
    assert group["haplotypes"] is None
    both = dataclasses.replace(varied, epistasis=[tmp_path / "haplotypes.tsv.gz"])
    (group,) = variants.context(both)["groups"]
    assert group["haplotypes"].rows == [
        ["c, d", "1", "−3.00", "1.00", "−4.00"], ["a, b", "2", "1.00", "0.50", "0.50"],
    ]  # fmt: skip
    assert "together less" in render(both)


def test_every_dot_is_drawn_in_its_colour(varied):
    (group,) = variants.context(varied)["groups"]
    drawn = str(group["figure"])
    paths = [part.split('class="markers ')[1][:4] for part in drawn.split("<path")[1:]
             if "markers" in part]  # fmt: skip
    assert [name.strip('"/> ') for name in paths] == ["odd", "even", "own"]


def test_what_was_left_out_is_counted(varied):
    table = variants.context(varied)["left_out"]
    assert table.rows == [["odd", "2", "rs7 1:5 A><X>"], ["far", "1", "1:6 A><X>"]]


def test_without_nulls_no_claim_is_made(varied):
    (group,) = variants.context(dataclasses.replace(varied, null_scores={}))["groups"]
    assert "no nulls were drawn" in group["said"]


@pytest.mark.slow
def test_the_page_has_the_section_where_variants_were_scored(varied, study):
    page = render(varied)
    assert 'id="variants"' in page and "chr1:30:GA:G" in page and "&lt;X&gt;" in page
    assert 'id="variants"' not in render(study)
