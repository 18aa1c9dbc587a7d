"""Any FASTA becomes the same genome; damage is found and located."""

import gzip
import hashlib
import os
import random
from pathlib import Path

import numpy as np
import pysam
import pytest

from chromolens.errors import BadInput
from chromolens.genome import fasta, records
from chromolens.genome.fasta import Genome, chromosome_sizes, index_names, prepare_fasta


@pytest.fixture(scope="module")
def genome():
    """Three chromosomes of upper-case letters, one shorter than a line, some with N and IUPAC."""
    draw = random.Random(1)
    letters = {"chrI": "ACGT" * 5 + "NRY", "tiny": "ACGTN", "chrII": "ACGT"}
    return {
        name: "".join(draw.choices(pool, k=length))
        for (name, pool), length in zip(letters.items(), (1000, 7, 480), strict=True)
    }


def text_of(genome, width=60, end="\n"):
    records = []
    for name, sequence in genome.items():
        lines = [sequence[i : i + width] for i in range(0, len(sequence), width)]
        records.append(end.join([f">{name} some description", *lines, ""]))
    return "".join(records)


def masked(genome):
    return {name: seq[:20].lower() + seq[20:] for name, seq in genome.items()}


def write(path, text, form="plain"):
    data = text.encode() if isinstance(text, str) else text
    if form == "plain":
        path.write_bytes(data)
    elif form == "gzip":
        path.write_bytes(gzip.compress(data))
    else:
        with pysam.BGZFile(str(path), "wb") as out:
            out.write(data)
    return path


@pytest.mark.parametrize("form", ["plain", "gzip", "bgzip"])
@pytest.mark.parametrize("width", [1, 60, 80, 10_000])
@pytest.mark.parametrize("block", [40, 1 << 22])
def test_any_form_becomes_the_same_genome(tmp_path, genome, form, width, block, monkeypatch):
    monkeypatch.setattr(records, "BLOCK", block)
    source = write(tmp_path / "source", text_of(masked(genome), width, "\r\n"), form)
    content = prepare_fasta(source, tmp_path / "genome.fa.gz")
    md5 = [hashlib.md5(sequence.encode()).hexdigest() for sequence in genome.values()]
    assert content["chrom"].tolist() == list(genome)
    assert content["length"].tolist() == [len(sequence) for sequence in genome.values()]
    assert content["md5"].tolist() == md5
    beside = ("genome.fa.gz.md5", "genome.fa.gz.circular")
    names = {"source", "genome.fa.gz", *index_names("genome.fa.gz"), *beside}
    assert {path.name for path in tmp_path.iterdir()} == names
    with pysam.FastaFile(str(tmp_path / "genome.fa.gz")) as copy:
        assert {name: copy.fetch(name) for name in copy.references} == genome


def test_sizes_from_the_file_and_from_its_index(tmp_path, genome):
    source = write(tmp_path / "genome.fa", text_of(genome))
    sizes = {name: len(sequence) for name, sequence in genome.items()}
    assert chromosome_sizes(source) == sizes and list(chromosome_sizes(source)) == list(sizes)
    prepare_fasta(source, tmp_path / "copy.fa.gz")
    assert chromosome_sizes(tmp_path / "copy.fa.gz") == sizes


def test_an_index_older_than_the_file_is_not_believed(tmp_path, genome):
    source = write(tmp_path / "genome.fa", text_of(genome))
    index = write(tmp_path / "genome.fa.fai", "chrI\t5\t6\t60\t61\n")
    assert chromosome_sizes(source) == {"chrI": 5}
    os.utime(index, ns=(0, 0))
    assert chromosome_sizes(source)["chrI"] == 1000


def test_an_index_of_another_release_is_named_once_the_content_is_read(tmp_path):
    path = write(tmp_path / "g.fa", ">a\nACGT\n>b\nAC\n")
    index = tmp_path / "g.fa.fai"
    for lengths in ({"a": 3, "b": 2}, {"a": 5, "b": 2}, {"a": 4}, {"a": 4, "b": 2, "c": 9}):
        index.write_text("".join(f"{name}\t{n}\t3\t4\t5\n" for name, n in lengths.items()))
        planned = chromosome_sizes(path)
        assert planned == lengths
        with pytest.raises(BadInput, match="the index says that") as error:
            prepare_fasta(path, tmp_path / "out.fa.gz", planned=planned)
        assert str(index) in str(error.value)
        assert not list(tmp_path.glob("out*"))
    index.write_text("a\n")
    with pytest.raises(BadInput, match="index of .* is damaged"):
        chromosome_sizes(path)


@pytest.mark.parametrize("kind", [".fai", ".gzi"])
def test_every_changed_byte_of_our_own_indexes_is_noticed(tmp_path, genome, kind):
    path = tmp_path / "out.fa.gz"
    prepare_fasta(write(tmp_path / "g.fa", text_of(genome)), path)
    index = Path(f"{path}{kind}")
    content = index.read_bytes()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        index.write_bytes(damaged)
        with pytest.raises(BadInput, match="changed or damaged") as error:
            Genome(path)
        assert str(index) in str(error.value)
    index.unlink()
    with pytest.raises(BadInput, match=str(index)):
        Genome(path)


@pytest.mark.parametrize("block", [10, 1 << 16])
def test_random_access_agrees_with_slices(tmp_path, genome, block, monkeypatch):
    monkeypatch.setattr(fasta, "_BLOCK", block)
    prepare_fasta(write(tmp_path / "in", text_of(genome)), tmp_path / "genome.fa.gz")
    with Genome(tmp_path / "genome.fa.gz") as opened:
        assert opened.sizes == {name: len(sequence) for name, sequence in genome.items()}
        for start, end in [(0, 1), (79, 82), (0, 1000), (999, 1000), (10, 20)]:
            text = genome["chrI"][start:end]
            codes = [("ACGT".index(c) if c in "ACGT" else 4) for c in text]
            assert opened.sequence("chrI", start, end) == text
            assert opened.codes("chrI", start, end).tolist() == codes
            np.testing.assert_array_equal(
                opened.onehot("chrI", start, end), np.eye(5, 4, dtype="float32")[codes]
            )


@pytest.mark.parametrize("place", [("chrI", 990, 1001), ("chrI", -1, 5), ("chrX", 0, 5)])
def test_outside_the_genome(tmp_path, genome, place):
    prepare_fasta(write(tmp_path / "in", text_of(genome)), tmp_path / "genome.fa.gz")
    with Genome(tmp_path / "genome.fa.gz") as opened, pytest.raises(BadInput):
        opened.codes(*place)


def test_a_genome_without_its_index(tmp_path, genome):
    path = write(tmp_path / "genome.fa", text_of(genome))
    with pytest.raises(BadInput, match="samtools faidx"):
        Genome(path)


DAMAGE = {
    "no header": ("ACGT\nACGT\n", "not FASTA.*\n.*\n.*line 1"),
    "blank lines, no header": ("\n\nACGT\n", "not FASTA"),
    "nothing": ("", "not FASTA"),
    "empty sequence": (">a\nACGT\n>b\n>c\nAC\n", "'b' is empty\n.*line 3"),
    "empty last sequence": (">a\nACGT\n>b\n\n", "'b' is empty\n.*line 3"),
    "name used twice": (
        ">a\nAC\n>b\nAC\n>a x\nAC\n",
        "called 'a'.*\n.*line 5; the first .* line 1",
    ),
    "no name": (">\nACGT\n", "without a name"),
    "digits": (">a\nACGT\nAC9T\n", "'9' is not a DNA letter\n.*\n.*line 3"),
    "header in a line": (">a\nACGTA>b\nACGT\n", "'>' is not a DNA letter\n.*\n.*line 2"),
    "gaps": (">a\nAC\nGT\n>b\nAC-T\n", "'-' is not a DNA letter\n.*\n.*line 5"),
    "protein": (">a\nMEEPQSDPSV\n", "'E' is not a DNA letter"),
    "RNA": (">a\nACGU\n", "write T for U"),
    "binary": (b">a\nAC\x01\xff\n", "not a DNA letter"),
    "a name in Latin-1": (">a\nAC\n>Bär x\nGT\n".encode("latin-1"), "not UTF-8: 'Bär x"),
    "a table": ("chrom\tstart\nchr1\t5\n", "not FASTA|not a DNA letter"),
}


@pytest.mark.parametrize("block", [4, 1 << 22])
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_located(tmp_path, damage, block, monkeypatch):
    monkeypatch.setattr(records, "BLOCK", block)
    text, message = DAMAGE[damage]
    source = write(tmp_path / "in.fa", text)
    with pytest.raises(BadInput, match=message) as error:
        prepare_fasta(source, tmp_path / "out.fa.gz")
    assert str(source) in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.fa"]


@pytest.mark.parametrize("form", ["gzip", "bgzip"])
@pytest.mark.parametrize("cut", [1, 8, 28, 200])
def test_cut_archives(tmp_path, genome, form, cut):
    source = write(tmp_path / "in.fa.gz", text_of(genome), form)
    source.write_bytes(source.read_bytes()[:-cut])
    with pytest.raises(BadInput, match="truncated"):
        prepare_fasta(source, tmp_path / "out.fa.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["in.fa.gz"]


def test_a_corrupt_archive(tmp_path, genome):
    source = write(tmp_path / "in.fa.gz", text_of(genome), "gzip")
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(BadInput):
        chromosome_sizes(source)


def expected_of(genome):
    return {
        name: {"length": len(seq), "md5": hashlib.md5(seq.encode()).hexdigest()}
        for name, seq in genome.items()
    }


def test_chromosomes_that_the_table_leaves_out_are_left_out(tmp_path, genome):
    expected = expected_of(genome)
    del expected["tiny"]
    source = write(tmp_path / "in.fa", text_of(genome))
    content = prepare_fasta(source, tmp_path / "out.fa.gz", expected)
    assert content["chrom"].tolist() == ["chrI", "chrII"]
    assert list(chromosome_sizes(tmp_path / "out.fa.gz")) == ["chrI", "chrII"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [("length", 999, "chrI of .* has length 1000\n.*length 999"), ("md5", "0" * 32, "md5 0{32}")],
)
def test_other_content_than_expected(tmp_path, genome, key, value, message):
    expected = expected_of(genome)
    expected["chrI"][key] = value
    with pytest.raises(BadInput, match=message):
        prepare_fasta(write(tmp_path / "in", text_of(genome)), tmp_path / "out.fa.gz", expected)
    assert not (tmp_path / "out.fa.gz").exists()


def test_missing_chromosomes_are_looked_for_under_other_names(tmp_path, genome):
    source = write(tmp_path / "in.fa", text_of(genome))
    table = expected_of({"1": "ACGT", "other": genome["chrII"], "chrI": genome["chrI"]})
    with pytest.raises(BadInput) as error:
        prepare_fasta(source, tmp_path / "out.fa.gz", table)
    assert "has no 1, other" in str(error.value)
    assert 'chromosome_names: {"1": chrI, other: chrII}' in str(error.value)


def test_the_yeast_genome_is_known_by_its_content(mirror, tmp_path):
    source = mirror / "hgdownload.soe.ucsc.edu/goldenPath/sacCer3/bigZips/sacCer3.fa.gz"
    table = {
        "chrI": {"length": 230218, "md5": "6681ac2f62509cfc220d78751b8dc524"},
        "chrVI": {"length": 270161, "md5": "b7ebc601f9a7df2e1ec5863deeae88a3"},
    }
    content = prepare_fasta(source, tmp_path / "yeast.fa.gz", table)
    assert content["chrom"].tolist() == ["chrI", "chrVI"]


def test_what_was_read_does_not_change_what_is_read(tmp_path, genome):
    prepare_fasta(write(tmp_path / "in", text_of(genome)), tmp_path / "genome.fa.gz")
    with Genome(tmp_path / "genome.fa.gz") as opened:
        first = opened.codes("chrII", 3, 30)
        first[:] = 4
        assert opened.sequence("chrII", 3, 30) == genome["chrII"][3:30]
        assert (opened.codes("chrII", 3, 30) < 4).all()


def indexed(folder, genome, form, **layout):
    path = write(folder / "own.fa", text_of(genome, **layout), form)
    pysam.faidx(str(path))
    return path


@pytest.mark.parametrize("form", ["plain", "bgzip"])
@pytest.mark.parametrize("layout", [{}, {"width": 1}, {"end": "\r\n"}, {"width": 10_000}])
def test_a_users_own_index_serves(tmp_path, genome, form, layout):
    large = genome | {"large": "ACGGT" * 40_000}  # several blocks of bgzip
    with Genome(indexed(tmp_path, large, form, **layout)) as opened:
        assert opened.sizes == {name: len(sequence) for name, sequence in large.items()}
        assert opened.sequence("large", 199_990, 200_000) == "ACGGTACGGT"


@pytest.mark.parametrize("form", ["plain", "bgzip"])
@pytest.mark.parametrize(
    ("other", "named"),
    [
        (lambda g: {"chrI": g["chrI"] + "ACG", "tiny": g["tiny"], "chrII": g["chrII"]}, "chrI "),
        (lambda g: {"chrI": g["chrI"][:-1], "tiny": g["tiny"], "chrII": g["chrII"]}, "chrI "),
        (lambda g: {"chrI": g["chrI"], "chrX": g["tiny"], "chrII": g["chrII"]}, "tiny "),
        (lambda g: {"chrI": g["chrI"], "chrII": g["chrII"]}, "tiny "),
        (lambda g: {"chrI": g["chrI"], "tiny": g["tiny"]}, "chrII "),
        (lambda g: g | {"chrIII": "ACGT" * 20}, "goes on behind"),
        (lambda g: dict(reversed(g.items())), "chrI "),
    ],
    ids=["longer", "shorter", "renamed", "one less", "last missing", "one more", "reordered"],
)
def test_an_index_of_another_release_is_refused(tmp_path, genome, form, other, named):
    path = indexed(tmp_path, genome, form)
    index = Path(index_names(path)[0]).read_text()
    indexed(tmp_path, other(genome), form)
    Path(index_names(path)[0]).write_text(index)
    with pytest.raises(BadInput, match=named) as error:
        Genome(path)
    assert "own.fa.fai" in str(error.value) and f"samtools faidx {path}" in str(error.value)


@pytest.fixture
def bgzipped(tmp_path, genome):
    """A large FASTA as bgzip packed it, upper-case, with both indexes."""
    return indexed(tmp_path, genome | {"large": "ACGGT" * 40_000}, "bgzip")


def test_a_clean_bgzipped_fasta_is_linked_not_written_again(tmp_path, bgzipped):
    content = prepare_fasta(bgzipped, tmp_path / "out.fa.gz")
    assert (tmp_path / "out.fa.gz").readlink() == bgzipped
    assert [md5 for md5 in content["md5"]] == md5_of(bgzipped)
    with Genome(tmp_path / "out.fa.gz") as opened:
        assert opened.sequence("large", 199_990, 200_000) == "ACGGTACGGT"
    table = {name: {"length": n} for name, n in chromosome_sizes(bgzipped).items()}
    prepare_fasta(bgzipped, tmp_path / "stated.fa.gz", table)
    assert (tmp_path / "stated.fa.gz").is_symlink()


def test_the_indexes_of_a_linked_fasta_are_those_of_its_content(tmp_path, bgzipped):
    fai, gzi = map(Path, index_names(bgzipped))
    right = fai.read_bytes(), gzi.read_bytes()
    fai.write_text(fai.read_text().replace("tiny", "teny"))
    gzi.write_bytes(right[1][:-3] + b"\1" + right[1][-2:])  # places of a block, damaged
    prepare_fasta(bgzipped, tmp_path / "out.fa.gz")
    made = [Path(name).read_bytes() for name in index_names(tmp_path / "out.fa.gz")]
    assert (tmp_path / "out.fa.gz").is_symlink() and tuple(made) == right


def md5_of(path):
    with pysam.FastaFile(str(path)) as file:
        return [hashlib.md5(file.fetch(name).encode()).hexdigest() for name in file.references]


@pytest.mark.parametrize("unlike", ["masked", "ends", "old", "fewer", "no index"])
def test_any_other_fasta_is_written(tmp_path, genome, bgzipped, unlike):
    table, expected = None, md5_of(bgzipped)
    gzi = Path(index_names(bgzipped)[1])
    if unlike == "masked":
        bgzipped = indexed(tmp_path, masked(genome), "bgzip")
        expected = expected[:3]
    elif unlike == "ends":
        bgzipped = indexed(tmp_path, genome, "bgzip", end="\r\n")
        expected = expected[:3]
    elif unlike == "old":
        os.utime(gzi, ns=(0, 0))
    elif unlike == "fewer":
        table, expected = {"chrI": {"length": 1000}}, expected[:1]
    else:
        gzi.unlink()
    content = prepare_fasta(bgzipped, tmp_path / "out.fa.gz", table)
    assert not (tmp_path / "out.fa.gz").is_symlink()
    assert content["md5"].tolist() == expected == md5_of(tmp_path / "out.fa.gz")
