"""The user's VCF again: every record as it was but for INFO, read back by pysam."""

import pandas as pd
import pysam
import pytest

from chromolens.genome.sizes import LONGEST
from chromolens.tables.variants import LEFT_OUT, VARIANTS
from chromolens.variants.vcf import DROPPED, fields_of, write_vcf
from tests.partial_tables import filled
from tests.variants.alleles import write_bcf
from tests.variants.alleles import write_vcf as write_source

RECORDS = ("a 100 v1 A C,G", "a 100 . A T", "a 200 v2 T *", "b 9 v3 c G")
SIZES = {"a": 600, "b": 600, "c": 600}


def judged():
    rows = [(0, 1, "x", 0.5, 0.01, 0.02), (0, 1, "y-1", -0.5, 0.5, 0.5),
            (0, 2, "x", 1.5, None, None), (0, 2, "y-1", 2.5, 0.1, 0.2),
            (3, 1, "x", 1e-7, 1.0, 1.0), (3, 1, "y-1", -2.0, 1.0, 1.0)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["record", "allele", "task", "effect", "p", "q"])
    names = {(0, 1): "a:100:A:C", (0, 2): "a:100:A:G", (3, 1): "b:9:C:G"}
    frame["variant"] = [names[row.record, row.allele] for row in frame.itertuples()]
    frame["id"] = ["v1", "v1", "v1", "v1", "v3", "v3"]
    return filled(VARIANTS, frame.assign(model="main", ref_match="ref"))


def left_out():
    rows = [(1, 1, "neither allele is the genome's"), (2, 1, "a symbolic allele, a breakend or *")]
    return filled(LEFT_OUT, pd.DataFrame(rows, columns=["record", "allele", "reason"]))


@pytest.mark.parametrize("form", ["vcf", "vcf.gz", "bcf"])
def test_records_are_equal_but_for_info(tmp_path, form):
    source = write_source(tmp_path / "v.vcf", *RECORDS)
    if form == "vcf.gz":
        pysam.tabix_compress(str(source), str(source := tmp_path / "v.vcf.gz"))
    if form == "bcf":
        source = write_bcf(source, tmp_path / "v.bcf")
    path = tmp_path / "out.vcf.gz"
    write_vcf(path, source, judged(), left_out(), SIZES)
    with pysam.VariantFile(str(source)) as before, pysam.VariantFile(str(path)) as after:
        pairs = list(zip(before, after, strict=True))
        for old, new in pairs:
            columns = [str(one).rstrip("\n").split("\t") for one in (old, new)]
            assert columns[0][:7] == columns[1][:7] and columns[0][8:] == columns[1][8:]
            assert new.info["AF"] == old.info["AF"]
        first, second, third, last = (new.info for _, new in pairs)
    assert first["CL_EFFECT_x"] == (0.5, 1.5) and first["CL_P_x"] == pytest.approx((0.01, None))
    assert first["CL_EFFECT_y_1"] == (-0.5, 2.5) and first["CL_Q_y_1"] == pytest.approx((0.5, 0.2))
    assert DROPPED not in first and "CL_EFFECT_x" not in second
    assert second[DROPPED] == ("neither_allele_is_the_genome's",)
    assert third[DROPPED] == ("a_symbolic_allele_a_breakend_or_*",)
    assert last["CL_EFFECT_x"] == pytest.approx((1e-7,))


def test_places_are_found_by_the_index(tmp_path):
    path = tmp_path / "out.vcf.gz"
    write_vcf(path, write_source(tmp_path / "v.vcf", *RECORDS), judged(), left_out(), SIZES)
    with pysam.VariantFile(str(path)) as file:
        assert [record.id for record in file.fetch("b", 0, 20)] == ["v3"]


def test_places_on_the_longest_chromosomes_are_found_by_the_index(tmp_path):
    path, variants = tmp_path / "out.vcf.gz", judged()
    variants["variant"] = variants["variant"].str.replace("b:9:", f"b:{LONGEST}:")
    write_vcf(path, tmp_path / "list.tsv", variants, left_out(), SIZES | {"b": LONGEST})
    with pysam.VariantFile(str(path)) as file:
        assert [one.id for one in file.fetch("b", LONGEST - 5, LONGEST)] == ["v3"]
        assert {one.id for one in file.fetch("a", 0, 150)} == {"v1"}


def test_effects_are_of_the_records_own_alleles_where_they_were_turned(tmp_path):
    """The genome has the record's ALT: the table's effect is that of REF against it."""
    path, turned = tmp_path / "out.vcf.gz", judged()
    turned.loc[turned["record"] == 3, "ref_match"] = "alt"
    write_vcf(path, write_source(tmp_path / "v.vcf", *RECORDS), turned, left_out(), SIZES)
    with pysam.VariantFile(str(path)) as file:
        first, *_, last = (record.info for record in file)
    assert last["CL_EFFECT_y_1"] == (2.0,) and last["CL_P_y_1"] == (1.0,)
    assert first["CL_EFFECT_y_1"] == (-0.5, 2.5)
    # a list's records are made with the genome's allele as REF
    write_vcf(path, tmp_path / "list.tsv", turned, left_out(), SIZES)
    with pysam.VariantFile(str(path)) as file:
        assert [record.info["CL_EFFECT_y_1"] for record in file][-1] == (-2.0,)


def test_annotating_again_replaces_the_fields(tmp_path):
    one, two = tmp_path / "one.vcf.gz", tmp_path / "two.vcf.gz"
    write_vcf(one, write_source(tmp_path / "v.vcf", *RECORDS), judged(), left_out(), SIZES)
    write_vcf(two, one, judged(), left_out(), SIZES)
    assert one.read_bytes() == two.read_bytes()


def test_a_list_becomes_a_vcf_in_order(tmp_path):
    path = tmp_path / "out.vcf.gz"
    twice = judged().assign(record=[5, 5, 9, 9, 0, 0], allele=1)
    twice = pd.concat([twice, twice.iloc[:2].assign(record=11, id="again")])
    write_vcf(path, tmp_path / "list.tsv", twice, left_out(), SIZES)
    with pysam.VariantFile(str(path)) as file:
        found = [(r.chrom, r.pos, r.id, r.ref, r.alts, r.info["CL_EFFECT_x"]) for r in file]
    assert found == [
        ("a", 100, "v1;again", "A", ("C",), (0.5,)),
        ("a", 100, "v1", "A", ("G",), (1.5,)),
        ("b", 9, "v3", "C", ("G",), (pytest.approx(1e-7),)),
    ]


def test_names_of_fields_are_letters_and_never_the_same():
    names = fields_of(["a b", "a-b", "a_b"])
    assert len(set(names.values())) == 9
    assert all(name.replace("_", "").replace(".", "").isalnum() for name in names.values())
