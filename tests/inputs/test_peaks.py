"""Peaks, exclusion lists and genes: coordinates by hand, and each mistake with its line."""

import gzip

import pandas as pd
import pybigtools
import pytest

from chromolens.errors import BadInput
from chromolens.genome.names import roman
from chromolens.inputs.peaks import read_genes, read_peaks, read_regions

SIZES = {"chrI": 1000, "chrII": 500}
ROSSI = (
    "raw.githubusercontent.com/CEGRcode/2021-Rossi_Nature/650fd9e7fa4142580b31440323de5d3748c9e71b"
)


@pytest.fixture
def file(tmp_path):
    def write(text, name="file.bed"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_bed_summits_are_middles_and_lines_are_counted(file):
    header = "track name=x\nbrowser position chrI\n# comment\n\n"
    path = file(header + "chrI\t10\t21\r\nchrII\t0\t4\tpeak 2\t7.5\t-\n")
    peaks = read_peaks(path, SIZES)
    columns = ["chrom", "start", "end", "summit", "name", "score", "line"]
    rows = peaks[columns].fillna(-1).values.tolist()
    assert rows == [["chrI", 10, 21, 15, ".", -1, 5], ["chrII", 0, 4, 2, "peak 2", 7.5, 6]]


def test_narrowpeak_summits(file):
    lines = [f"chrI\t100\t200\tp\t0\t.\t1\t2\t3\t{summit}" for summit in (0, 99, 30, -1)]
    peaks = read_peaks(file("\n".join(lines)), SIZES)
    assert peaks["summit"].tolist() == [100, 199, 130, 150]


def test_column_ten_of_other_formats_is_no_summit(file):
    bed12 = "chrI\t100\t200\tx\t0\t+\t100\t200\t0\t2\t10,10\t0,90\n"
    assert read_peaks(file(bed12), SIZES)["summit"].tolist() == [150]


IDR = "\t3.2\t4.1\t101\t199\t1.5\t31\t100\t199\t2.5\t29"  # columns 11 to 20


@pytest.mark.parametrize("more", ["\t", "\t\t", "\t0.5", IDR])
def test_narrowpeak_with_more_columns(file, more):
    lines = [f"chrI\t100\t200\tp\t0\t.\t{7.5 + i}\t2\t3\t{30 + i}{more}\n" for i in range(2)]
    peaks = read_peaks(file("".join(lines)), SIZES)
    assert peaks["summit"].tolist() == [130, 131]
    assert peaks["signal"].tolist() == [7.5, 8.5]


BROAD = "chrI\t100\t200\tx\t9\t.\t1.5\t2\t3"  # nine columns: no summit
BED12 = "chrI\t100\t200\tx\t0\t+\t100\t200\t0\t2\t10,10,\t0,90,"


@pytest.mark.parametrize(
    "line", ["chrI\t100\t200\t\t\t", BROAD, BED12, f"{BED12}\t1.5\t2\t3", f"{BROAD}\t4.5\t0.1"]
)
def test_columns_of_other_formats_are_no_summits(file, line):
    assert read_peaks(file(line), SIZES)["summit"].tolist() == [150]


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("a.narrowPeak", [BROAD], "9 columns in a file called narrowPeak"),
        ("a.bed", [f"{BROAD}\t0.5"], "columns 7 to 10 are 1.5, 2, 3, 0.5"),
        ("a.bed", [f"{BROAD}\t7\t10,10\t0,90"], "12 columns that may be narrowPeak's or BED12's"),
        ("a.bed", ["chrI\t100\t200", f"{BROAD}\t7"], "1 lines are narrowPeak's and 1 are not"),
        ("a.bed", ["chrI\tx\tgene\t1\t9\t.\t+\t.\tID=a"], "a line of GFF or GTF"),
        ("a.bed", ["chrom\tstart\tend"], "leave the line of column names out"),
    ],
)
def test_columns_that_may_mean_two_things_are_asked_about(file, name, lines, message):
    with pytest.raises(BadInput, match=message):
        read_peaks(file("\n".join(lines), name), SIZES)


def test_peaks_past_the_end_are_cut_there(file):
    lines = ["chrII\t450\t540", "chrII\t499\t700", "chrI\t0\t1000"]
    peaks = read_peaks(file("\n".join(lines)), SIZES)
    assert peaks[["end", "cut"]].values.tolist() == [[500, True], [500, True], [1000, False]]
    # 495 is the middle of the peak as it was called; the second's lies past the end
    assert peaks["summit"].tolist() == [495, 499, 500]


@pytest.mark.parametrize(
    "text",
    ["chrI,10,20,a\nchrII,1,4,b\n", '"chrI","10","20","a"\n"chrII","1","4","b"\n',
     '"chrI"\t10\t20\ta\n"chrII"\t1\t4\tb\t\n', "chrI 10 20 a\nchrII 1 4 b\n"],
)  # fmt: skip
def test_bed_by_commas_and_in_quotes(file, text):
    peaks = read_peaks(file(text), SIZES)
    rows = [["chrI", 10, 20, "a"], ["chrII", 1, 4, "b"]]
    assert peaks[["chrom", "start", "end", "name"]].values.tolist() == rows


def test_gzipped_files_read_the_same(file, tmp_path):
    path = file("chrI\t10\t20\nchrII\t1\t2\n")
    (tmp_path / "peaks.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert read_peaks(tmp_path / "peaks.gz", SIZES).equals(read_peaks(path, SIZES))


MISTAKES = {
    "too few columns": ("chrI\t10\n", "2 column"),
    "no number": ("chrI\t1e3\t20\n", "start '1e3'"),
    "a header": ("chrom\tstart\tend\n", "start 'start'"),
    "end before start": ("chrI\t20\t10\n", "start 20, end 10"),
    "empty": ("chrI\t20\t20\n", "start 20, end 20"),
    "negative": ("chrI\t-1\t10\n", "start -1"),
    "past the end": ("chrII\t500\t501\n", "past the end of chrII\n.*below 500"),
    "score": ("chrI\t1\t2\tx\thigh\n", "score 'high'"),
    "summit outside": ("chrI\t1\t11\tp\t0\t.\t1\t2\t3\t10\n", "summit 10"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_come_with_file_and_line(file, mistake):
    text, message = MISTAKES[mistake]
    path = file("chrI\t1\t2\n# comment\n" + text)
    with pytest.raises(BadInput, match=message) as error:
        read_peaks(path, SIZES, what="peaks of Reb1")
    assert f"{path}, line 3" in str(error.value)


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_no_peaks(file, text):
    with pytest.raises(BadInput, match="peaks of Reb1: no peaks"):
        read_peaks(file(text), SIZES, what="peaks of Reb1")


def test_no_file(tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        read_peaks(tmp_path / "absent.bed", SIZES)


def test_a_cut_archive(file, tmp_path):
    whole = gzip.compress(b"".join(b"chrI\t%d\t%d\n" % (i, i + 7) for i in range(900)))
    (tmp_path / "peaks.gz").write_bytes(whole[:-20])
    with pytest.raises(BadInput, match="truncated"):
        read_peaks(tmp_path / "peaks.gz", SIZES)


def test_unknown_names_are_listed_with_the_line_that_helps(file):
    path = file("chrI\t1\t2\nchr1\t1\t2\n2\t1\t2\nchrM\t5\t6\n")
    with pytest.raises(BadInput) as error:
        read_peaks(path, SIZES)
    message = str(error.value)
    assert "no chromosome chr1, 2, chrM" in message and f"{path}, line 2 (3" in message
    assert "one of chrI, chrII" in message
    assert 'chromosome_names: {chr1: chrI, "2": chrII}' in message
    assert "chromosome_names: {chrM: null}" in message


def test_names_are_mapped_or_left_out(file):
    path = file("chr1\t1\t2\nchrM\t5\t6\nchrII\t3\t4\n")
    peaks = read_peaks(path, SIZES, {"chr1": "chrI", "chrM": None})
    assert peaks[["chrom", "line"]].values.tolist() == [["chrI", 1], ["chrII", 3]]


def test_regions_are_cut_and_counted(file):
    path = file("chr1\t0\t10\nchrII\t490\t600\nchrII\t500\t600\nchrM\t0\t5\nchrM\t5\t6\n")
    regions, counts = read_regions(path, SIZES, {"chr1": "chrI"})
    assert regions[["chrom", "start", "end"]].values.tolist() == [
        ["chrI", 0, 10],
        ["chrII", 490, 500],
    ]
    assert counts == {
        "no chromosome chrM in the FASTA": 2,
        "wholly past the chromosome's end": 1,
        "cut at the chromosome's end": 1,
    }


def test_an_empty_exclusion_list_excludes_nothing(file):
    regions, counts = read_regions(file(""), SIZES)
    assert regions.empty and counts == {}


def gff(*rows):
    return "##gff-version 3\n" + "".join(
        f"{chrom}\tx\t{kind}\t{start}\t{end}\t.\t{strand}\t.\t{attributes}\n"
        for chrom, kind, start, end, strand, attributes in rows
    )


def test_genes_are_preferred_and_become_half_open(file):
    path = file(
        gff(
            ("chrI", "gene", 1, 10, "+", "ID=g1;Name=A%20B"),
            ("chrI", "mRNA", 1, 10, "+", "ID=t1;Parent=g1"),
            ("chrII", "gene", 401, 510, "-", "ID=g2"),
            ("chrM", "gene", 1, 5, "-", "ID=g3"),
        )
        + "##FASTA\n>chrI\nACGT\n"
    )
    genes, counts = read_genes(path, SIZES)
    assert genes[["chrom", "start", "end", "strand", "name"]].values.tolist() == [
        ["chrI", 0, 10, "+", "A B"],
        ["chrII", 400, 500, "-", "g2"],
    ]
    assert counts == {"no chromosome chrM in the FASTA": 1, "cut at the chromosome's end": 1}


def test_gtf_says_names_in_its_own_way(file):
    attributes = 'gene_id "YAL1"; gene_name "FLO 9"; gene_source "sgd";'
    path = file(gff(("chrI", "gene", 1, 10, "-", attributes)))
    genes, _ = read_genes(path, SIZES)
    assert genes[["start", "end", "strand", "name"]].values.tolist() == [[0, 10, "-", "FLO 9"]]


@pytest.mark.parametrize("kind", ["mRNA", "transcript"])
def test_files_without_genes_give_their_transcripts(file, kind):
    rows = [("chrI", "exon", 1, 4, "+", "ID=e"), ("chrI", kind, 3, 9, "+", "gene=YFG;ID=t")]
    genes, _ = read_genes(file(gff(*rows)), SIZES)
    assert genes[["start", "end", "name"]].values.tolist() == [[2, 9, "YFG"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chrI\t1\t2\n", "3 columns\n.*\n.*line 1"),
        ("chrI\tx\tgene\t0\t9\t.\t+\t.\tID=a\n", "start -1"),
        ("chrI\tx\texon\t1\t9\t.\t+\t.\tID=a\n", "no genes"),
    ],
)
def test_gff_mistakes(file, text, message):
    with pytest.raises(BadInput, match=message):
        read_genes(file(text), SIZES)


def test_yeast_files(mirror):
    sizes = dict.fromkeys((f"chr{roman(number)}" for number in range(1, 17)), 2_000_000)
    names = {f"chr{number}": f"chr{roman(number)}" for number in range(1, 17)}
    with pytest.raises(BadInput, match="chr14: chrXIV"):
        read_peaks(mirror / ROSSI / "04_ChExMix_Peaks/Reb1_CX.bed", sizes)
    first = read_peaks(mirror / ROSSI / "04_ChExMix_Peaks/Reb1_CX.bed", sizes, names).iloc[0]
    assert (first["chrom"], first["start"], first["summit"]) == ("chrXIV", 412603, 412603)
    folder = mirror / ROSSI / "02_References_and_Features_Files"
    genes, ignored = read_genes(folder / "Xu_2009_ORF-Ts_V64.gff3", sizes)
    assert len(genes) == 5171 and ignored == {}
    regions, ignored = read_regions(folder / "ChExMix_Peak_Filter_List_190612.bed", sizes, names)
    assert sum(ignored.values()) == 2 and len(regions) == 417


AUTOSQL = """table regions
"regions"
(
string chrom; "chromosome"
uint chromStart; "start"
uint chromEnd; "end"
)"""


def bigbed(path, rows):
    pybigtools.open(str(path), "w").write({"chr1": 1000, "chr9": 500}, iter(rows), AUTOSQL)
    return path


def test_regions_of_a_bigbed_are_those_of_the_bed(tmp_path, write_lines):
    rows = [("chr1", 5, 90), ("chr1", 80, 1000), ("chr9", 0, 7)]
    bed = write_lines("regions.bed", ["\t".join(map(str, row)) for row in rows])
    sizes = {"chr1": 950, "chr2": 500}
    table, counts = read_regions(bigbed(tmp_path / "regions.bb", [(*r, "") for r in rows]), sizes)
    expected, expected_counts = read_regions(bed, sizes)
    pd.testing.assert_frame_equal(table, expected)
    assert counts == expected_counts and table["end"].tolist() == [90, 950]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_damaged_bigbed(tmp_path, share):
    path = bigbed(tmp_path / "x.bb", [("chr1", start, start + 1, "") for start in range(900)])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BadInput):
        read_regions(path, {"chr1": 1000})
