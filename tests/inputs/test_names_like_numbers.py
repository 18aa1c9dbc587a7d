"""Names that look like numbers or gaps stay text, however far down a large file they stand.

pandas guesses the types of a file piece by piece (256 KB): the odd names come after many pieces
of plain numbers.
"""

from pathlib import Path

import pytest

from chromolens import tables
from chromolens.inputs.peaks import read_genes, read_peaks, read_regions
from chromolens.inputs.records import read_source
from chromolens.planning.samples import read_samples
from chromolens.tables.column import FLOAT, INTEGER, TEXT
from chromolens.tables.inputs import CHROMOSOMES, GENOME_WINDOWS, RECORD_WINDOWS, TRUTH
from chromolens.tables.models import PREDICTIONS

ODD = ["007", "1e5", "NA", "nan", "NaN", "None", "null", "True", "inf", "-1", "1.0", "1_000"]
NAMES = [str(number) for number in range(1, 50_001)] + ODD
SIZES = dict.fromkeys(NAMES, 100)


def written(path: Path, line: str, head: str = "") -> str:
    """A file with ``line`` for each name (``{}``)."""
    path.write_text(head + "".join(line.format(name) for name in NAMES))
    return str(path)


def test_peaks(tmp_path):
    peaks = read_peaks(written(tmp_path / "p.bed", "{0}\t10\t20\t{0}\t5\n"), SIZES)
    assert peaks["chrom"].tolist() == peaks["name"].tolist() == NAMES


def test_regions(tmp_path):
    regions, left_out = read_regions(written(tmp_path / "r.bed", "{0}\t10\t20\n"), SIZES)
    assert regions["chrom"].tolist() == NAMES and not left_out


def test_genes(tmp_path):
    line = "{0}\tx\tgene\t11\t20\t.\t+\t.\tName={0}\n"
    genes, left_out = read_genes(written(tmp_path / "g.gff3", line), SIZES)
    assert genes["chrom"].tolist() == genes["name"].tolist() == NAMES and not left_out


def test_tables_of_records(tmp_path):
    table = written(tmp_path / "t.tsv", "{0}\tACGT\t1\t{0}\n", "id\tsequence\t1e5\tsplit\n")
    records = read_source({"table": table})
    assert records["id"].tolist() == records["split"].tolist() == NAMES
    assert (records["1e5"] == 1).all()


def test_fasta_records(tmp_path):
    fasta = written(tmp_path / "t.fa", ">{0}\nACGT\n")
    assert read_source({"fasta": fasta, "label": 1})["id"].tolist() == NAMES


def test_sample_sheets(tmp_path):
    sheet = written(tmp_path / "s.tsv", "{0}\t{0}\t{0}\n", "task\treplicate\tpeaks\n")
    peaks = read_samples(sheet)["peaks"]
    assert list(peaks) == NAMES
    assert all(paths == [f"{tmp_path}/{task}"] for task, paths in peaks.items())


@pytest.mark.parametrize(
    "table", [GENOME_WINDOWS, RECORD_WINDOWS, CHROMOSOMES, TRUTH, PREDICTIONS]
)
def test_tables_of_jobs(tmp_path, table):
    columns = [column for column in table.columns if column.type in (TEXT, INTEGER, FLOAT)]
    fixed = {"sequence": "ACGT", "strand": "+", "role": "positive"}  # no names
    cells = ["{0}" if column.type == TEXT else "1" for column in columns]
    named = zip(columns, cells, strict=True)
    line = "\t".join(fixed.get(column.name, cell) for column, cell in named) + "\n"
    head = "\t".join(column.name for column in columns) + "\n"
    path = written(tmp_path / "t.tsv", line, "" if table.head is None else head)
    read = tables.read(table, path)
    for column in columns:
        one = fixed.get(column.name, 1)
        wanted = NAMES if column.type == TEXT and one == 1 else [one] * len(NAMES)
        assert read[column.name].tolist() == wanted, column.name
