"""Text as other systems write it: read where that can be done in one way, else named."""

import codecs
import gzip

import numpy as np
import pysam
import pytest

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.genome.records import copy_records
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import read_source
from chromolens.motifs.meme import read_meme
from chromolens.planning.samples import read_samples

BED = "chr\u00e9\t10\t20\nchr\u00e9\t30\t41\n"  # a name beyond ASCII
WAYS = {
    "plain": BED.encode(),
    "marked": codecs.BOM_UTF8 + BED.encode(),
    "utf-16 little": codecs.BOM_UTF16_LE + BED.encode("utf-16-le"),
    "utf-16 big": codecs.BOM_UTF16_BE + BED.encode("utf-16-be"),
    "windows": BED.replace("\n", "\r\n").encode(),
    "old mac": BED.replace("\n", "\r").encode(),
    "no last end": BED.rstrip("\n").encode(),
    "latin-1 in a comment": b"# caf\xe9\n" + BED.encode(),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_ways_to_write_the_same(tmp_path, way, packed):
    path = tmp_path / "p.bed"
    path.write_bytes(gzip.compress(WAYS[way], mtime=0) if packed else WAYS[way])
    peaks = read_peaks(path, {"chr\u00e9": 100})
    assert peaks[["start", "end"]].values.tolist() == [[10, 20], [30, 41]]


@pytest.mark.parametrize("way", ["marked", "utf-16 big", "old mac"])
def test_fasta_in_other_ways_is_the_same_genome(tmp_path, way):
    text = ">a x\nACGT\nAC\n>b\nGG\n"
    path = tmp_path / "g.fa"
    encoded = {
        "marked": codecs.BOM_UTF8 + text.encode(),
        "utf-16 big": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "old mac": text.replace("\n", "\r").encode(),
    }
    path.write_bytes(encoded[way])
    assert [(one.name, one.length) for one in copy_records(path)] == [("a", 6), ("b", 2)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BED.encode("latin-1"), "perhaps Latin-1(.|\n)*line 1(.|\n)*iconv"),
        (BED.encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (codecs.BOM_UTF16_LE + b"abc", "truncated"),
        (b"PK\x03\x04...", "spreadsheet"),
        (b"BZh91AY", "packed with bzip2"),
        (gzip.compress(b"BAM\x01...", mtime=0), "is BAM"),
        (gzip.compress(BED.encode() * 99, mtime=0)[:-9], "truncated"),
        (gzip.compress(BED.encode(), mtime=0) + b"more", "corrupt"),
    ],
)
def test_what_else_it_may_be_is_named(tmp_path, content, words):
    path = tmp_path / "p.bed"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words) as error:
        read_peaks(path, {"chr\u00e9": 100})
    assert str(path) in str(error.value)


def test_a_bgzip_table_cut_between_blocks(tmp_path):
    path = tmp_path / "p.bed.gz"
    with pysam.BGZFile(str(path), "wb") as out:
        out.write(BED.encode())
    path.write_bytes(path.read_bytes()[:-28])
    with pytest.raises(BadInput, match="end mark is missing"):
        read_peaks(path, {"chr\u00e9": 100})


ROWS = ["id,sequence,label", "x,ACGT,1", 'y,"ACGG",0']


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_tables_by_any_divider(tmp_path, divider):
    path = tmp_path / "t.csv"
    path.write_bytes(codecs.BOM_UTF8 + "\r\n".join(ROWS).replace(",", divider).encode())
    records = read_source({"table": str(path)})
    assert records[["id", "sequence", "label"]].values.tolist() == [
        ["x", "ACGT", 1.0],
        ["y", "ACGG", 0.0],
    ]


@pytest.mark.parametrize(
    ("last", "words"),
    [("z,ACGT", "2 cells"), ("z,ACGT,1,2", "4 cells"), ('z,"ACGT,1', "can't be told apart")],
)
def test_ragged_rows_are_refused_with_their_line(tmp_path, last, words):
    path = tmp_path / "t.csv"
    path.write_text("\n".join([*ROWS, last]))
    with pytest.raises(BadInput, match=words) as error:
        read_source({"table": str(path)})
    assert f"{path}, line 4" in str(error.value)


def test_trailing_dividers_shift_nothing(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("id\tsequence\tlabel\nx\tACGT\t1\t\n")
    assert read_source({"table": str(path)})["id"].tolist() == ["x"]


def test_comments_are_those_of_another_width(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("# by us, then\n##x\n\n#a\tb\n1\t2\n# more\n#3\t4\n")
    own = [(4, ["#a", "b"]), (5, ["1", "2"]), (7, ["#3", "4"])]
    assert list(texts.uncommented(path)) == own
    assert texts.rows(path) == [
        (1, ["# by us, then"]),
        (2, ["##x"]),
        *own[:2],
        (6, ["# more"]),
        own[2],
    ]
    path.write_text("# nothing\n# else\n")
    assert texts.rows(path) == [(1, ["# nothing"]), (2, ["# else"])]
    assert list(texts.uncommented(path)) == []


def test_a_path_with_a_hash_is_whole(tmp_path):
    path = tmp_path / "samples.tsv"
    path.write_text("# a comment, with commas, in it\ntask\tpeaks\na\trun#2/p.bed\n")
    assert read_samples(path)["peaks"] == {"a": [f"{tmp_path}/run#2/p.bed"]}


def test_a_meme_file_in_latin_1_is_named(tmp_path):
    path = tmp_path / "m.meme"
    text = "MEME version 4\nMOTIF a B\u00e4r\nletter-probability matrix: w= 1\n1 0 0 0\n"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match="perhaps Latin-1(.|\n)*line 2"):
        read_meme(path)
    path.write_bytes(text.encode())
    (motif,) = read_meme(path)
    assert motif[1] == "B\u00e4r" and np.array_equal(motif[2], [[1, 0, 0, 0]])


def test_lines_are_numbered_from_one(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes(b"a\r\n\r\nb")
    assert list(texts.lines(path)) == [(1, "a"), (2, ""), (3, "b")]
