"""Tracks in browsers: what the page, the session and the hub hold is what the files say."""

import base64
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyBigWig
import pytest
import synthetic_browser
from partial_tables import write_partial
from synthetic_browser import SUBSET, TASKS, TITLE

from chromolens import tables
from chromolens.report.browser import inside
from chromolens.report.browser.browse import browse
from chromolens.report.browser.page import IGV
from chromolens.report.browser.signals import Signal, View
from chromolens.report.contents import Contents
from chromolens.report.page import render
from chromolens.study import Study
from chromolens.tables.motifs import HITS
from chromolens.tables.variants import VARIANTS


def script(page: str, name: str) -> str:
    return re.search(rf'<script [^>]*id="{name}">(.*?)</script>', page, re.S)[1]


def values_of(page: str) -> dict[str, list[np.ndarray]]:
    """Address of each signal -> its values at each of its stretches."""
    data = json.loads(script(page, "data"))
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(script(page, "values"))), "<f4")
    found, at = {}, 0
    for signal in data["signals"]:
        found[signal["url"]] = []
        for number in signal["stretches"]:
            length = len(data["stretches"][number][2])
            found[signal["url"]].append(numbers[at : at + length])
            at += length
    assert at == len(numbers)
    return found


@pytest.fixture(scope="module")
def made(browsed) -> tuple[Study, Contents, str, dict]:
    study, contents = browsed
    page = (study.folder / "report/tracks.html").read_text()
    return study, contents, page, json.loads(script(page, "data"))


def test_values_are_those_of_the_tracks_and_letters_those_of_the_genome(made):
    study, _, page, data = made
    held = values_of(page)
    assert len(held) == 2 * 2 + 2 + 1  # two methods, two tasks; predictions; one observed
    with study.genome() as genome:
        for chrom, start, sequence in data["stretches"]:
            assert sequence == genome.sequence(chrom, start, start + len(sequence))
    for url, parts in held.items():
        with pyBigWig.open(str(study.folder / "report" / url)) as track:
            for (chrom, start, sequence), part in zip(data["stretches"], parts, strict=True):
                true = track.values(chrom, start, start + len(sequence), numpy=True)
                np.testing.assert_array_equal(part, true.astype("f4"))


def test_loci_are_those_of_the_report(made):
    _, contents, page, data = made
    shown = set(re.findall(r"<figcaption><b>(chr[^<]+)</b>", render(contents)))
    listed = page.split("Example loci", 1)[1].split("Best hits of each motif")[0]
    assert shown and shown == set(re.findall(r">(chr[^<]+)<br>", listed))
    places = [f"{c}:{s + 1:,}–{e:,}" for _, c, s, e in data["places"]]
    assert shown <= set(places)


def test_hits_are_those_of_the_table_and_the_best_are_listed(made):
    study, _, _, data = made
    for task, features in zip(TASKS, data["features"][-2:], strict=True):
        table = tables.read(HITS, study.folder / f"{task}.hits.bed.gz")
        inside = {
            (row.chrom, row.start, row.end, row.name, row.strand)
            for row in table.itertuples()
            for chrom, start, letters in data["stretches"]
            if row.chrom == chrom and start < row.end and row.start < start + len(letters)
        }
        rows = features["rows"]
        assert {(r["chr"], r["start"], r["end"], r["name"], r["strand"]) for r in rows} == inside
        best = table.nlargest(5, "combined")
        listed = {tuple(place[1:]) for place in data["places"]}
        assert set(best[["chrom", "start", "end"]].itertuples(index=False, name=None)) <= listed
        assert len(best) == 5


def test_bigbeds_hold_events_genes_planted_and_subsets(made):
    study, contents, _, _ = made

    def entries(name: str) -> dict:
        with pyBigWig.open(str(study.folder / f"tracks/two.{name}.bb")) as file:
            return {chrom: file.entries(chrom, 0, size) for chrom, size in file.chroms().items()}

    events = [tuple(x) for x in entries("events")["chrI"]]
    for task, path in contents.peaks.items():
        lines = [line.split("\t") for line in path.read_text().splitlines()]
        own = {(int(s), int(e), f"{task}\t0\t.") for c, s, e, *_ in lines if c == "chrI"}
        assert own and own <= set(events)
    first = contents.genes.read_text().splitlines()[1].split("\t")
    assert entries("genes")["chrI"][0] == (int(first[3]) - 1, int(first[4]), "YI000W\t0\t+")
    assert entries("planted")["chrI"][0][2].startswith("Reb1 (causal)\t0\t")
    assert entries("subsets") == {
        "chrI": [(*SUBSET[1:3], "\t".join(map(str, ("Reb1 (cnn)", *SUBSET[4:]))))]
    }


def test_axes_are_shared_symmetric_for_contributions_and_hold_all_values(made):
    _, _, page, data = made
    held = values_of(page)
    for kind, expected in (("contributions", 2), ("prediction", 1)):
        signals = [s for s in data["signals"] if s["kind"] == kind]
        axes = {s["url"].split(".")[-2]: tuple(s["limits"]) for s in signals}
        assert len({tuple(s["limits"]) for s in signals}) <= expected and axes
        for signal in signals:
            low, high = signal["limits"]
            values = np.concatenate(held[signal["url"]])
            assert low <= np.nanmin(values) and np.nanmax(values) <= high
            assert kind != "contributions" or low == -high


def test_text_is_escaped_and_nothing_comes_from_elsewhere(made):
    _, _, page, _ = made
    own = page.replace(script(page, "data"), "").replace(IGV.read_text(), "")
    assert (
        TITLE not in page and "Two &lt;i&gt;yeast&lt;/i&gt; factors &amp; &lt;/script&gt;" in own
    )
    assert len(own) < len(page) - 1e6 and not re.search(r'(src|href)="(https?:)?//', own)
    assert "default-src 'self' 'unsafe-inline' data: blob:" in page


def test_where_room_is_short_places_keep_their_own_tracks_and_the_last_are_left_out(
    tmp_path, monkeypatch
):
    study, contents = synthetic_browser.build(tmp_path)
    monkeypatch.setattr(inside, "MOST", 10_000)
    browse(study, replace(contents, loci=2))
    page = study.place("tracks_page").read_text()
    data, held = json.loads(script(page, "data")), values_of(page)
    # a view has contributions, a prediction and perhaps what was observed: three of 1000 bp each
    assert len(data["places"]) == 3 and sum(map(len, sum(held.values(), []))) <= 10_000
    assert "further places are left out" in page
    assert "holds the tracks of the task that the place is of" in page
    by_stretch = [s for s in data["signals"] if s["kind"] == "contributions"]
    assert {len(s["stretches"]) for s in by_stretch} != {len(data["stretches"])}


def test_the_clearest_variants_are_places_that_links_can_name(tmp_path):
    study, contents = synthetic_browser.build(tmp_path)
    rows = [("chrII", 400, "A", "C", 0.01, -2.0), ("chrII", 900, "", "G", 0.5, 3.0)]
    table = pd.DataFrame(rows, columns=["chrom", "start", "removed", "added", "q", "effect"])
    table["variant"] = ["chrII:401:A:C", "chrII:900:T:TG"]
    tasks = [table.assign(model="cnn", task=task) for task in ("Reb1", "elsewhere")]
    write_partial(VARIANTS, pd.concat(tasks), tmp_path / "variants.tsv.gz")
    browse(study, replace(contents, variants=[tmp_path / "variants.tsv.gz"]))
    page = study.place("tracks_page").read_text()
    listed = page.split("Clearest variants", 1)[1].split("</nav>")[0]
    buttons = re.findall(r'data-place="(\d+)" data-name="([^"]+)">([^<]+)<br>', listed)
    assert [name for _, name, _ in buttons] == [
        "cnn/Reb1/chrII:401:A:C", "cnn/Reb1/chrII:900:T:TG",
    ]  # fmt: skip
    assert [told for *_, told in buttons] == ["chrII:401–401", "chrII:901–901"]
    places = json.loads(script(page, "data"))["places"]
    assert [places[int(number)][1:] for number, *_ in buttons] == [
        ["chrII", 400, 401], ["chrII", 900, 901],
    ]  # fmt: skip
    assert "A &gt; C, effect −2" in listed and "– &gt; G, effect 3" in listed


def test_a_study_without_loci_and_hits_has_a_page_that_says_so(tmp_path):
    study, contents = synthetic_browser.build(tmp_path)
    index = study.index[~study.index["kind"].isin(["hits", "hits_bigbed"])]
    browse(Study(tmp_path, index), replace(contents, loci=0))
    page = study.place("tracks_page").read_text()
    data = json.loads(script(page, "data"))
    assert data["places"] == data["stretches"] == [] and "There are no places to list" in page
    axes = {signal["kind"]: signal["limits"] for signal in data["signals"]}
    assert axes["contributions"] == [-1, 1] and axes["prediction"] == [0, 1]


@pytest.mark.parametrize("output", ["Reb1", "profile_Reb1", "counts_Reb1"])
def test_what_was_observed_is_seen_with_each_output_of_its_task(output):
    view = View("m", output, "ism")
    assert Signal("observed", Path("x"), "Reb1").is_of(view)
    assert Signal("prediction", Path("x"), output, "m").is_of(view)
    assert Signal("contributions", Path("x"), output, "m", "ism").is_of(view)
    for other in (("m", output, "deeplift_rescale"), ("n", output, "ism"), ("m", "Abf1", "ism")):
        model, task, method = other
        assert not Signal("contributions", Path("x"), task, model, method).is_of(view)
    assert not Signal("observed", Path("x"), "Abf1").is_of(view)


def test_the_session_names_files_that_exist_and_how_they_are_drawn(made):
    study, _, _, data = made
    root = ElementTree.parse(study.folder / "tracks/igv_session.xml").getroot()
    paths = [each.get("path") for each in root.iter("Resource")]
    tracks = {each.get("id"): each for each in root.iter("Track")}
    assert set(paths) < set(tracks) and len(paths) == 7 + 4 + 2
    assert all((study.folder / "tracks" / path).is_file() for path in paths)
    assert (study.folder / "tracks" / root.get("genome")).is_file()
    letters = [each for each in tracks.values() if each.get("renderer") == "DYNSEQ"]
    assert len(letters) == 4
    for each in letters:
        axis = each.find("DataRange")
        assert float(axis.get("minimum")) == -float(axis.get("maximum")) < 0
    shown = {each.get("name") for each in letters if each.get("visible") == "true"}
    assert shown == {"Reb1 contributions (cnn, deeplift_rescale)"}
    _, chrom, start, end = data["places"][0]
    assert root.get("locus") == f"{chrom}:{start + 1}-{end}"


def stanzas(path: Path) -> list[dict[str, str]]:
    """Records of UCSC's "ra" format: settings of a word and its value, apart by blank lines."""
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="ascii").strip()):
        pairs = [line.split(" ", 1) for line in block.splitlines()]
        assert all(len(pair) == 2 and pair[1].strip() for pair in pairs), block
        assert len({key for key, _ in pairs}) == len(pairs), block
        found.append(dict(pairs))
    return found


def test_the_hub_keeps_the_rules_of_ucsc(made):
    """Those of genome.ucsc.edu/goldenPath/help: hgTrackHubHelp and trackDb/trackDbHub."""
    study, *_ = made
    folder = study.folder / "tracks"
    (hub,) = stanzas(folder / "hub.txt")
    assert list(hub)[0] == "hub" and re.fullmatch(r"\w+", hub["hub"])
    assert {"shortLabel", "longLabel", "genomesFile", "email"} <= set(hub)
    (genome,) = stanzas(folder / hub["genomesFile"])
    assert genome["genome"] == "sacCer3"
    tracks = stanzas(folder / genome["trackDb"])
    assert len(tracks) == 7 + 4 + 2
    assert len({track["track"] for track in tracks}) == len(tracks)
    for track in tracks:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", track["track"])
        assert len(track["shortLabel"]) <= 17 and len(track["longLabel"]) <= 76
        assert track["visibility"] in ("hide", "dense", "squish", "pack", "full")
        colour = [int(part) for part in track["color"].split(",")]
        assert len(colour) == 3 and all(0 <= part <= 255 for part in colour)
        with pyBigWig.open(str(folder / track["bigDataUrl"])) as file:
            kind, *numbers = track["type"].split(" ")
            assert kind == ("bigWig" if file.isBigWig() else "bigBed")
        assert numbers in (["6"], ["6", "+"], ["12"]) or kind == "bigWig"
        if kind == "bigWig":
            low, high = map(float, track["viewLimits"].split(":"))
            assert low < high and numbers == track["viewLimits"].split(":")
            assert re.fullmatch(r"\d+:\d+:\d+", track["maxHeightPixels"])
            assert (track.get("logo") == "on") == ("contributions" in track["longLabel"])
