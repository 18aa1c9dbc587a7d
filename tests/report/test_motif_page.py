"""The page about a task's motifs: what it says, what it bears, and what it costs."""

import re
import time
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from motif_files import build, write_patterns

from chromolens.motifs.names.database import Motif, load_database
from chromolens.motifs.names.tomtom import match
from chromolens.report.motif_page import render, write_motif_page

KNOWN = np.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3]] * 0.9 + 0.025


class Outline(HTMLParser):
    """Tags with their attributes, and the words between them."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.words, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def vertebrates():
    return load_database({"release": "JASPAR2026", "tax_group": "vertebrates"})


@pytest.mark.slow
def test_forty_patterns_cost_less_than_five_seconds(tmp_path, vertebrates):
    assert len(vertebrates) == 1019
    write_patterns(tmp_path / "modisco.h5", 40, each=150)
    match([KNOWN], [KNOWN] * 30)  # kernels are compiled once on a machine
    before = time.process_time()
    files = build(tmp_path, 40, vertebrates)
    write_motif_page(tmp_path / "page.html", files)
    assert time.process_time() - before < 5
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count('class="card"') == 40
    assert len(text) < 3_000_000


def test_stands_alone_and_is_well_formed(tmp_path):
    text = render(build(tmp_path, 3, [Motif("M1", "one", "a family", KNOWN)]))
    outline = Outline(text)
    assert not outline.open
    ids = [a["id"] for _, a in outline.tags if "id" in a]
    links = [a[key] for _, a in outline.tags for key in ("href", "src") if key in a]
    assert len(ids) == len(set(ids)) and links.pop(0) == "../index.html"
    assert {link[1:] for link in links} <= set(ids)
    assert not {"iframe", "link", "img"} & {tag for tag, _ in outline.tags}
    assert [a for tag, a in outline.tags if tag == "script"] == [{}]
    assert all(a.get("aria-label") or a.get("aria-hidden") for t, a in outline.tags if t == "svg")
    assert render(build(tmp_path, 3, [Motif("M1", "one", "a family", KNOWN)])) == text


@pytest.mark.parametrize("size", [0, 1, 2])
def test_tiny_databases(tmp_path, size):
    known = [Motif(f"M{n}", f"name {n}/x", "", np.roll(KNOWN, n, axis=0)) for n in range(size)]
    files = build(tmp_path, 4, known)
    text = render(files)
    matches = pd.read_table(files.matches)
    assert len(matches) == 4 * size
    assert text.count('class="card"') == 4
    assert text.count('aria-label="Database motif name') == 4 * size
    assert text.count("Nothing to compare with") == (0 if size else 4)


def test_no_patterns_are_a_valid_page(tmp_path):
    files = build(tmp_path, 0, [])
    text = render(files)
    assert "No pattern was found" in text and "no motif" in text
    assert [len(pd.read_table(path)) for path in (files.merged, files.subpatterns)] == [0, 0]


def test_names_are_text(tmp_path):
    hostile = "<img src=x onerror=alert(1)> / \"a' b"
    word = np.eye(4)[np.random.default_rng(1).integers(0, 4, 12)]
    known = [Motif(hostile, hostile, hostile, word)] * 40
    text = render(build(tmp_path, 1, known, task=hostile, title=hostile, method=hostile))
    outline = Outline(text)
    assert "img" not in {tag for tag, _ in outline.tags}
    assert not any(key.startswith("on") for _, a in outline.tags for key in a)
    assert hostile in "".join(outline.words)


def test_records_have_no_chromosomes(tmp_path):
    write_patterns(tmp_path / "modisco.h5", 2, ids="record {chrom} {start}")
    text = render(build(tmp_path, 2, [], kind="sequences"))
    assert re.search(r'scope="row">record \d \d+:\d+–\d+<', text) and "nearest TSS" not in text


def test_counts_places_and_examples(tmp_path):
    write_patterns(tmp_path / "modisco.h5", 2)
    genes = tmp_path / "genes.gff3"
    genes.write_text("##gff-version 3\nchr1\tx\tgene\t1101\t1900\t.\t+\t.\tID=g\n")
    files = build(tmp_path, 2, [], genes=genes, sizes={f"chr{n}": 200_000 for n in range(4)})
    text = render(files)
    merged = pd.read_table(files.merged).set_index("pattern")
    assert merged["seqlets"].to_dict() == {"pos.pattern_0": 60, "pos.pattern_1": 60}
    assert "60 seqlets in 60 (50.0%) of the windows" in text
    # of the windows 1, 5, 9, ... on chr1 only the first lies within 1 kb of the one TSS
    assert "1 of 60 within 1 kb" in text and "0 of 60 within 1 kb" in text
    card = text.split('id="pos.pattern_0"')[1].split("</section>")[0]
    assert card.count('scope="row">chr') == 5
    assert "pos.pattern_0.subpattern_1" in card and "Patterns merged" not in card
