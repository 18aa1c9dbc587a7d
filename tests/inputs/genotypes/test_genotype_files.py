"""Reading genotypes: one matrix in every kind of file, and files that can't be right."""

import numpy as np
import pytest

from chromolens.errors import BadInput

CALLS = {-1: "./.", 0: "0/0", 1: "0|1", 2: "1/1"}
NA = {-1: "NA", 0: "0", 1: "1", 2: "2"}


def cells(matrix, words=NA):
    return [[words[int(value)] for value in row] for row in matrix]


def sites(places, columns):
    return [
        (chrom, at, name, "A", "G", own)
        for (name, chrom, at), own in zip(places, columns, strict=True)
    ]


def known(matrix):
    return np.where(matrix < 0, np.nan, matrix)


@pytest.fixture
def settings(request, matrix, places, write_table, write_vcf, write_plink):
    """The matrix in one kind of file."""
    kind = request.param
    if kind.startswith("bed"):
        return write_plink(matrix)
    if kind in ("tsv", "tsv.gz", "csv"):
        divider = "," if kind == "csv" else "\t"
        return write_table(cells(matrix), name=f"genotypes.{kind}", divider=divider)
    return write_vcf(sites(places, cells(matrix.T, CALLS)), f"genotypes.{kind}")


KINDS = ["tsv", "tsv.gz", "csv", "vcf", "vcf.gz", "vcf.bgz", "bcf", "bed"]


@pytest.mark.parametrize("settings", KINDS, indirect=True)
def test_every_kind_of_file_gives_the_same_store(settings, store, matrix, places):
    opened = store(**settings)
    np.testing.assert_array_equal(opened.dosage(np.arange(12)), known(matrix))
    np.testing.assert_array_equal(opened.dosage([7, 2], slice(0, 4)), known(matrix)[[7, 2], :4])
    assert opened.samples["id"].tolist() == [f"s{i}" for i in range(12)]
    rows = opened.markers[["marker", "chrom", "position"]].itertuples(index=False, name=None)
    assert list(rows) == places
    assert opened.ploidy == 2 and opened.dropped.empty
    np.testing.assert_allclose(opened.markers["frequency"], np.nanmean(known(matrix), 0) / 2)
    np.testing.assert_allclose(opened.markers["missing"], (matrix < 0).mean(axis=0))
    np.testing.assert_allclose(opened.samples["missing"], (matrix < 0).mean(axis=1))
    alleles = {"vcf": ["A", "G"], "bcf": ["A", "G"], "bed": ["A", "G"]}
    kind = settings["genotypes"].split(".")[1]
    assert opened.markers[["ref", "alt"]].iloc[0].tolist() == alleles.get(kind, ["", ""])


def test_dosages_and_other_words_for_missing(store, write_table, write_vcf, places):
    values = np.array(
        [[0.25, 1, 2, 0, 1, 0.5, 1], [1, 0, 1.75, 2, 0, 0, 2], [2, 2, 0, 1, 2, 1, 0]]
    )
    table = [[f"{value:g}" for value in row] for row in values]
    table[2][4] = "-9"
    values[2, 4] = np.nan
    opened = store(**write_table(table), missing=["-9"])
    np.testing.assert_array_equal(opened.dosage([0, 1, 2]), values)
    columns = [
        [".:" + (text if text != "-9" else ".") for text in own] for own in np.array(table).T
    ]
    vcf = write_vcf(sites(places, columns), form="DP:DS")
    np.testing.assert_array_equal(store(**vcf).dosage([0, 1, 2]), values)


def test_calls_or_dosages_of_a_vcf_that_has_both(store, write_vcf, places):
    columns = [["0/1:0.5", "1/1", "0/0:0"]] * 7
    vcf = write_vcf(sites(places, columns), form="GT:DS")
    assert store(**vcf).dosage([0, 1, 2])[:, 0].tolist() == [1, 2, 0]
    np.testing.assert_array_equal(
        store(**vcf, field="DS").dosage([0, 1, 2])[:, 0], [0.5, np.nan, 0]
    )
    with pytest.raises(BadInput, match="no DP(.|\n)*chr2:5"):
        store(**write_vcf(sites(places, columns), form="GT:DS"), field="DP")


def test_haploid_samples(store, write_table, write_vcf, write_plink, places, dropped):
    haploid = np.array([[0, 1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 1, 1], [1, 1, 0, 0, 0, 1, 0]])
    table = store(**write_table(cells(haploid)))
    vcf = write_vcf(sites(places, [[str(value) for value in own] for own in haploid.T]))
    plain = store(**vcf)
    pairs = [[f"{value}/{value}" for value in own] for own in haploid.T]
    pairs[0][2] = "0/1"
    doubled = store(**write_vcf(sites(places, pairs), "pairs.vcf"), ploidy=1)
    wanted = haploid.astype(float)
    for opened in (table, plain):
        assert opened.ploidy == 1
        np.testing.assert_array_equal(opened.dosage([0, 1, 2]), wanted)
        np.testing.assert_allclose(opened.markers["frequency"], haploid.mean(axis=0))
    wanted[2, 0] = np.nan
    np.testing.assert_array_equal(doubled.dosage([0, 1, 2]), wanted)
    reason = "call that a sample of this ploidy can't have, read as missing"
    assert dropped(doubled) == {reason: (1, "0/1 at chr2:5")}
    heterozygous = 2 * haploid
    heterozygous[2, 0] = 1
    bed = store(**write_plink(heterozygous), ploidy=1)
    np.testing.assert_array_equal(bed.dosage([0, 1, 2]), wanted)
    assert dropped(bed) == {reason: (1, "s2 at m0")}


def test_half_calls_and_hemizygous_ones(store, write_vcf, places, dropped):
    columns = [["0/0", "0/1", "1|1"]] * 3
    columns += [["0/0", "./.", "1/1"], ["0|.", "./1", "0/1"], ["0", "1", "0/1"]]
    columns += [["./1", "1/1", "0/0"]]
    opened = store(**write_vcf(sites(places, columns)))
    # a marker with one value in all samples is left out
    wanted = np.array([[0, 0, 0, 0, 0, np.nan], [1, 1, 1, np.nan, 2, 2], [2, 2, 2, 2, 1, 0]])
    np.testing.assert_array_equal(opened.dosage([0, 1, 2]), wanted)
    # counted is what was called so, whether its marker stays or not
    assert dropped(opened) == {
        "call with one allele missing, read as missing": (3, "0|. at chr10:405"),
        "marker with one value in all samples": (1, "m4"),
    }


def test_one_odd_call_does_not_change_the_ploidy(store, write_vcf, places, dropped):
    columns = [["0/0", "0/1", "1/1"] * 20 for _ in places]
    columns[2][1] = "0/0/1"
    opened = store(**write_vcf(sites(places, columns)))
    assert opened.ploidy == 2 and np.isnan(opened.dosage([1])[0, 2])
    reason = "call that a sample of this ploidy can't have, read as missing"
    assert dropped(opened) == {reason: (1, "0/0/1 at chr2:205")}
    four = [["0/0/0/0", "0/1/1/1", "1/1/0/0"] * 20 for _ in places]
    opened = store(**write_vcf(sites(places, four)))
    assert opened.ploidy == 4 and opened.dosage([0, 1, 2])[:, 0].tolist() == [0, 3, 2]
    np.testing.assert_allclose(opened.markers["frequency"], 5 / 12)


def test_sites_that_are_no_pair_of_alleles(store, write_vcf, dropped):
    own = ["0/0", "0/1", "1/1"]
    rows = [
        ("chr2", 5, ".", "A", "G", own),
        ("chr2", 9, "x", "A", "G,T", ["0/1", "1/2", "0/0"]),
        ("chr2", 11, "y", "A", ".", ["0/0", "0/0", "0/0"]),
        ("chr2", 11, ".", "A", "<DEL>", own),
    ]
    opened = store(**write_vcf(rows))
    assert opened.markers["marker"].tolist() == ["chr2:5:A:G", "chr2:11:A:<DEL>"]
    assert dropped(opened) == {
        "site with several alternative alleles": (1, "chr2:9"),
        "site with no alternative allele": (1, "chr2:11"),
    }


def test_order_and_places(store, write_table, write_lines, dropped):
    """chr9 stands before chr1 as in the file; of one place, the file's order; no place: out."""
    rows = [
        "b\tchr9\t7",
        "a\tchr9\t5",
        "c\tchr1\t5",
        "d\tchr1\t5",
        "e\t0\t4",
        "f\tchr1\t",
        "h\tchr1\t9",
    ]
    markers = write_lines("own.tsv", ["SNP\tCHR\tBP", *rows])
    names = list("dcbaefg")
    table = write_table(cells(np.eye(7, dtype=int)), names)
    opened = store(genotypes=table["genotypes"], markers=markers)
    assert opened.markers["marker"].tolist() == ["a", "b", "c", "d"]
    chosen = [names.index(name) for name in "abcd"]
    np.testing.assert_array_equal(opened.dosage(range(7)), np.eye(7)[:, chosen])
    assert dropped(opened) == {
        "marker without a place": (2, "e"),
        "marker that the table of markers doesn't have": (1, "g"),
        "marker without genotypes": (1, "h"),
    }
    assert opened.notes["markers at the place of another"] == 1
    assert opened.notes["markers out of order in the file"] == 2


def test_positions_in_other_units(store, write_table, write_lines):
    rows = [f"m{i}\t1\t{i / 10}" for i in range(7)]
    table = write_table(cells(np.eye(7, dtype=int)))
    table["markers"] = write_lines("cm.tsv", ["marker\tchrom\tpos", *rows])
    opened = store(**table, bases_per_unit=1e6)
    assert opened.markers["position"].tolist() == [1, *(100_000 * i for i in range(1, 7))]
    with pytest.raises(BadInput, match="'0.1'(.|\n)*cm.tsv, line 3(.|\n)*bases_per_unit"):
        store(**table)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("3", "at m2 is '3'(.|\n)*0 to 2 copies(.|\n)*line 3, sample s1"),
        ("-2", "at m2 is '-2'(.|\n)*line 3, sample s1"),
        ("AA", "at m2 is 'AA'(.|\n)*line 3, sample s1"),
        ("inf", "at m2 is 'inf'"),
        ("1\t1", "9 cells(.|\n)*expected: 8(.|\n)*line 3"),
    ],
)
def test_cells_that_are_no_genotypes(cell, words, store, matrix, write_table):
    table = cells(matrix)
    table[1][2] = cell
    with pytest.raises(BadInput, match=words):
        store(**write_table(table))


@pytest.mark.parametrize("how", ["comments", "hash", "crlf", "utf-16", "quoted", "trailing"])
def test_tables_as_others_write_them(how, store, matrix, write_table, tmp_path):
    table = write_table(cells(matrix))
    path = tmp_path / "genotypes.tsv"
    head, *rest = path.read_text().splitlines()
    quoted = ["\t".join(f'"{cell}"' for cell in line.split("\t")) for line in (head, *rest)]
    lines = {
        "comments": [
            "# made by us, on a day",
            "##version 1",
            head,
            *rest[:3],
            "# more",
            *rest[3:],
        ],
        "hash": [f"#{head}", *rest],
        "quoted": quoted,
        "trailing": [head, *(f"{line}\t" for line in rest)],
    }.get(how, [head, *rest])
    text = "".join(f"{line}\n" for line in lines)
    if how == "crlf":
        text = text.replace("\n", "\r\n")
    path.write_bytes(text.encode("utf-16" if how == "utf-16" else "utf-8"))
    np.testing.assert_array_equal(store(**table).dosage(range(12)), known(matrix))


def test_tables_that_are_something_else(store, matrix, write_table, write_lines):
    table = write_table(cells(matrix))
    turned = [
        "\t".join(["marker", *(f"s{i}" for i in range(12))]),
        *("\t".join([f"m{i}", *row]) for i, row in enumerate(cells(matrix.T))),
    ]
    others = {
        "no id in common: s0, s1(.|\n)*a row of the genotypes is a sample": turned,
        "the table has no columns(.|\n)*tabs or commas": ["sample m0 m1", "s0 1 1"],
        "no samples": [turned[0].replace("s", "m")],
        "9 cells(.|\n)*line 2": ["m0\tm1\tm2\tm3\tm4\tm5\tm6\tm7", "s0" + "\t1" * 8],
        "a sample has no id(.|\n)*sample 2": ["sample\tm0", "s0\t1", "\t1"],
        "a marker has no id(.|\n)*marker 2": ["sample\tm0\t", "s0\t1\t"],
    }
    for words, lines in others.items():
        with pytest.raises(BadInput, match=words):
            store(markers=table["markers"], genotypes=write_lines("other.tsv", lines))


def test_haploid_samples_have_no_two(store, matrix, write_table):
    with pytest.raises(BadInput, match="0 to 1 copies"):
        store(**write_table(cells(matrix)), ploidy=1)


HEADER = "marker\tchrom\tpos"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            [HEADER, "m0\t1\t5", "m1\t1\t6", "m0\t1\t7"],
            "two markers have the id 'm0': number 1 and number 3",
        ),
        ([HEADER, "m0\t1\t5", "m1\t1\tx"], "position of a marker is 'x'(.|\n)*line 3"),
        ([HEADER, "m0\t1\t5", "m1\t1"], "2 cells(.|\n)*line 3"),
        (
            ["marker\tchrom\tpos_a\tpos_b", "m0\t1\t5\t6"],
            "no column 'position'(.|\n)*pos_a, pos_b(.|\n)*marker_columns",
        ),
        ([HEADER, "n0\t1\t5"], "no id in common: m0, m1, m2, ...; and n0"),
        ([HEADER, "m0\tNA\t5", "m1\t1\t0"], "no marker has a place"),
        ([HEADER], "table of markers is empty"),
    ],
)
def test_tables_of_markers_that_cannot_be_right(
    lines, words, store, matrix, write_table, write_lines
):
    table = write_table(cells(matrix))
    table["markers"] = write_lines("wrong.tsv", lines)
    with pytest.raises(BadInput, match=words):
        store(**table)


def test_names_that_stand_there_twice(store, matrix, write_table, write_vcf, write_plink, places):
    with pytest.raises(BadInput, match="two samples have the id 's3': number 4 and number 5"):
        samples = [*(f"s{i}" for i in range(4)), *(f"s{i}" for i in range(3, 11))]
        store(**write_table(cells(matrix), samples=samples))
    with pytest.raises(BadInput, match="two markers have the id 'm0': number 1 and number 2"):
        store(**write_table(cells(matrix), ["m0", "m0", *(f"m{i}" for i in range(2, 7))]))
    with pytest.raises(BadInput, match="two samples have the id 'a'"):
        store(**write_plink(matrix, iid=["a"] * 12))
    rows = sites(places, cells(matrix.T, CALLS))
    with pytest.raises(BadInput, match="two markers have the id 'm0': number 1 and number 8"):
        store(**write_vcf([*rows, rows[0]]))
    with pytest.raises(BadInput, match="can't be read as VCF"):
        store(**write_vcf(rows, samples=["a"] * 12))


def test_a_table_needs_places(store, matrix, write_table):
    with pytest.raises(BadInput, match="where its markers lie(.|\n)*`markers`"):
        store(genotypes=write_table(cells(matrix))["genotypes"])


def test_vcf_that_cannot_be_read(store, write_vcf, write_lines, matrix, places, tmp_path):
    rows = sites(places, cells(matrix.T, CALLS))
    for content in (b"no vcf\n", b""):
        (tmp_path / "odd.vcf").write_bytes(content)
        with pytest.raises(BadInput, match="can't be read as VCF"):
            store(genotypes=str(tmp_path / "odd.vcf"))
    with pytest.raises(BadInput, match="missing.vcf can't be read"):
        store(genotypes=str(tmp_path / "missing.vcf"))
    rows[1] = (*rows[1][:5], ["0/2", *rows[1][5][1:]])
    with pytest.raises(BadInput, match="(.|\n)*chr2:105"):
        store(**write_vcf(rows))
    whole = tmp_path / write_vcf(sites(places, cells(matrix.T, CALLS)), "cut.bcf")["genotypes"]
    whole.write_bytes(whole.read_bytes()[:-60])
    with pytest.raises(BadInput, match="can't be read as VCF or BCF"):
        store(genotypes=str(whole))
    for name, words in (("end.vcf.bgz", "EOF marker"), ("end.vcf.gz", "truncated or corrupt")):
        whole = tmp_path / write_vcf(sites(places, cells(matrix.T, CALLS)), name)["genotypes"]
        whole.write_bytes(whole.read_bytes()[:-28])
        with pytest.raises(BadInput, match=words):
            store(genotypes=str(whole))
    fixed = "#CHROM POS ID REF ALT QUAL FILTER INFO".replace(" ", "\t")
    bare = ["##fileformat=VCFv4.2", "##contig=<ID=chr2>", fixed, "chr2\t9\t.\tA\tG\t.\t.\t."]
    with pytest.raises(BadInput, match="the file has no samples"):
        store(genotypes=write_lines("bare.vcf", bare))
    with pytest.raises(BadInput, match="no site has one alternative"):
        store(**write_vcf([("chr2", 9, "x", "A", "G,T", ["0/1", "1/2"])]))


def test_the_bits_of_plink(store, tmp_path, write_lines):
    """A byte is four samples, the first lowest: 00 two A1, 01 missing, 10 one each, 11 no A1."""
    codes = [[0b00, 0b01, 0b10, 0b11, 0b00], [0b11, 0b11, 0b10, 0b00, 0b01]]
    (tmp_path / "x.bed").write_bytes(
        b"\x6c\x1b\x01"
        + bytes(
            sum(code << 2 * place for place, code in enumerate(own[start : start + 4]))
            for own in codes
            for start in (0, 4)
        )
    )
    write_lines("x.fam", [f"f s{i} 0 0 0 -9" for i in range(5)])
    write_lines("x.bim", ["1\ta\t0\t10\tC\tT", "1 . 0 20 G A"])
    opened = store(genotypes=str(tmp_path / "x.bed"))
    wanted = [[2, 0], [np.nan, 0], [1, 1], [0, 2], [2, np.nan]]
    np.testing.assert_array_equal(opened.dosage(range(5)), wanted)
    assert opened.markers[["marker", "position", "ref", "alt"]].values.tolist() == [
        ["a", 10, "T", "C"],
        ["1:20:A:G", 20, "A", "G"],
    ]


def test_plink_files_that_do_not_belong_together(
    store, write_plink, matrix, tmp_path, write_lines
):
    bed = write_plink(matrix)["genotypes"]
    fam = (tmp_path / "genotypes.fam").read_text().splitlines()
    with pytest.raises(BadInput, match=r"24 bytes(.|\n)*expected: 17 for the 8 samples"):
        store(genotypes=bed, fam=write_lines("few.fam", fam[:8]))
    with pytest.raises(BadInput, match="5 cells(.|\n)*odd.fam, line 1"):
        store(genotypes=bed, fam=write_lines("odd.fam", ["a b c d e"]))
    with pytest.raises(BadInput, match="no.bim can't be read"):
        store(genotypes=bed, bim=str(tmp_path / "no.bim"))
    (tmp_path / "genotypes.bed").write_bytes(b"chr1\t1\t2\n")
    with pytest.raises(BadInput, match="begins with the bytes 63 68 72(.|\n)*6c 1b 01"):
        store(genotypes=bed)
