"""Files of variants: every form gives the same alleles, and what can't be scored says why."""

import gzip

import pandas as pd
import pysam
import pytest

from chromolens.errors import BadInput
from chromolens.variants import listed
from chromolens.variants.listed import Reading
from chromolens.variants.reading import STATED, read_variants
from tests.variants.alleles import (
    FOLDS,
    SETTINGS,
    sequences,
    stated,
    write_bcf,
    write_genome,
    write_vcf,
)

A = sequences()["a"]
ROWS = [("a", 100, A[99], "ACGT"[("ACGT".index(A[99]) + 1) % 4], "v1"),
        ("a", 300, A[299:302], A[299], "v2")]  # fmt: skip
HEADED = "#chr\tpos\tother\tREF\tALT\tvariant_id\n"


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def lines(form):
    return "".join(form.format(*row, start=row[1] - 1, end=row[1]) + "\n" for row in ROWS)


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (HEADED, "{0}\t{1}\tx\t{2}\t{3}\t{4}"),
        (f"# made by hand\n{HEADED}", "{0}\t{1}\tx\t{2}\t{3}\t{4}"),
        ("chrom,position,reference,alternative,id\n", "{0},{1},{2},{3},{4}"),
        ("", "{0}\t{1}\t{2}\t{3}\t{4}"),  # chrombpnet
        ("", "{0}\t{1}\t{4}\t{2}\t{3}"),  # original
        ("", "{0}\t{4}\t0\t{1}\t{2}\t{3}"),  # plink
        ("", "{0}\t{start}\t{end}\t{2}\t{3}\t{4}"),  # bed
    ],
)
def test_tables_in_every_form(tmp_path, head, form):
    path = tmp_path / "variants.tsv"
    path.write_text(head + lines(form).lower())
    found = read_variants(path)
    assert found[["chrom", "position", "ref", "alt", "id"]].to_numpy().tolist() == [
        list(row) for row in ROWS
    ]


@pytest.mark.parametrize("form", ["plain", "gzip", "bgzip", "bcf", "no contigs"])
def test_vcf_in_every_form(tmp_path, form):
    records = ["a 100 v1 A C,G", "a 200 . T .", "b 9 v3 c *"]
    source = write_vcf(tmp_path / "v.vcf", *records, contigs=form != "no contigs")
    names = {"gzip": "v.vcf.gz", "bgzip": "v.vcf.gz", "bcf": "v.bcf"}
    path = tmp_path / names.get(form, "v.vcf")
    if form == "gzip":
        path.write_bytes(gzip.compress(source.read_bytes()))
    elif form == "bgzip":
        pysam.tabix_compress(str(source), str(path))
    elif form == "bcf":
        write_bcf(source, path)
    found = read_variants(path)
    assert found.to_numpy().tolist() == [
        [0, 1, "v1", "a", 100, "A", "C"],
        [0, 2, "v1", "a", 100, "A", "G"],
        [1, 1, ".", "a", 200, "T", "."],
        [2, 1, "v3", "b", 9, "C", "*"],
    ]
    assert list(found) == STATED


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ids.txt", "rs123\nrs456\n", "an id is no allele(.|\n)*dbSNP"),
        ("ids.tsv", "rs123\tx\nrs456\ty\n", "an id is no allele"),
        ("v.tsv", "chrom\tpos\tid\nchr1\t5\trs1\n", "can't be told apart"),
        ("v.tsv", "chrom\tpos\tref\talt\na\tfive\tA\tC\n", "'five'(.|\n)*line 2"),
        ("v.tsv", "chrom\tpos\tref\talt\n", "no variants"),
        ("v.vcf", "", "can't be read|no variants"),
        ("v.vcf", "nonsense\n", "can't be read"),
        ("v.bcf", "BCF, but no", "can't be read"),
    ],
)
def test_files_that_say_no_alleles(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=message):
        read_variants(tmp_path / name)


@pytest.mark.parametrize("records", [("a 9 . A C", "a 8 . A C"),
                                     ("a 9 . A C", "b 8 . A C", "a 10 . A C")])  # fmt: skip
def test_a_vcf_that_is_not_sorted_is_refused(tmp_path, records):
    with pytest.raises(BadInput, match="stands behind(.|\n)*bcftools sort"):
        read_variants(write_vcf(tmp_path / "v.vcf", *records))


def test_a_vcf_without_records(tmp_path):
    with pytest.raises(BadInput, match="no variants"):
        read_variants(write_vcf(tmp_path / "v.vcf"))


def test_what_is_left_out_says_why(genome):
    ref, b = A[99], sequences()["b"]
    others = [base for base in "ACGT" if base != ref]
    cases = [
        (("a", 100, ref, "."), listed.NO_ALTERNATIVE),
        (("a", 100, ref, "<DEL>"), listed.SYMBOLIC),
        (("a", 100, ref, "*"), listed.SYMBOLIC),
        (("a", 100, ref, f"{ref}[b:9["), listed.SYMBOLIC),
        (("a", 100, ref, "N"), listed.LETTERS),
        (("a", 100, ref, ref), listed.EQUAL),
        (("a", 100, A[99:121], ref), listed.LONG),
        (("z", 100, ref, others[0]), listed.NO_CHROMOSOME),
        (("a", 601, ref, others[0]), listed.PAST),
        (("a", 0, ref, others[0]), listed.PAST),
        (("a", 100, others[0], ref), listed.SWAPPED),
        (("a", 100, *others[:2]), listed.UNLIKE),
        (("c", 100, sequences()["c"][99], None), listed.SEEN),
        (("a", 10, A[9], None), listed.EDGE),
        (("a", 595, A[594], None), listed.EDGE),
        (("b", 399, b[398], None), listed.UNKNOWN_BASES),
    ]
    rows = [(*row[:3], row[3] or next(x for x in "ACGT" if x != row[2])) for row, _ in cases]
    good = ("1", 100, ref, others[0])  # 1 is a, says the config
    reading = Reading(genome, FOLDS, SETTINGS | {"max_n": 0.3})
    kept, dropped = reading.taken(stated(*rows, good))
    assert dropped["reason"].tolist() == [reason for _, reason in cases]
    assert kept[["record", "chrom", "variant", "ref_match", "fold"]].to_numpy().tolist() == [
        [len(cases), "a", f"a:100:{ref}:{others[0]}", "ref", "fold0"]
    ]


def test_swapped_alleles_are_turned_where_that_is_asked_for(genome):
    ref, other = A[99], next(base for base in "ACGT" if base != A[99])
    kept, dropped = Reading(genome, FOLDS, SETTINGS | {"turn_swapped": True}).taken(
        stated(("a", 100, other, ref))
    )
    assert dropped.empty and kept["ref_match"].tolist() == ["alt"]
    assert kept[["removed", "added"]].to_numpy().tolist() == [[ref, other]]
    assert kept[["ref", "alt"]].to_numpy().tolist() == [[other, ref]]  # as the file has it


def test_nothing_left_names_the_reasons_and_the_likely_names(genome):
    rows = stated(("chrA", 100, "A", "C"), ("chrB", 100, "A", "C"), ("a", 3, "<X>", "C"))
    with pytest.raises(BadInput, match=r"2 with a chromosome(.|\n)*chrA: a, chrB: b"):
        Reading(genome, FOLDS, SETTINGS).taken(rows, "v.vcf")


def test_rows_are_as_declared(genome, tmp_path):
    from chromolens import tables
    from chromolens.tables.variants import LEFT_OUT, LISTED

    kept, dropped = Reading(genome, FOLDS, SETTINGS).taken(
        stated(*[row[:4] for row in ROWS], ("a", 100, "N", "A"))
    )
    for table, frame in ((LISTED, kept), (LEFT_OUT, dropped)):
        tables.write(table, frame, tmp_path / "t.tsv")
        pd.testing.assert_frame_equal(tables.read(table, tmp_path / "t.tsv"), frame)
