"""Tables and browser files, read back."""

import numpy as np
import pandas as pd
import pytest
from Bio import motifs as bio

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.sis.files import write_bed, write_clusters
from chromolens.sis.motifs.cluster_motifs import cluster_subsets
from chromolens.tables.sis import ALIGNED, CLUSTERS, SUBSET_MOTIFS, SUBSETS, WEIGHTS
from tests.sis.families import planted

NAMES = {"model": "main", "task": "bound"}


def test_table_comes_back(tmp_path):
    table, _ = planted(2, 1)
    table.loc[0, "string"] = "NA"  # a string, not a missing value
    tables.write(SUBSETS, table, tmp_path / "sis.tsv.gz")
    found = tables.read(SUBSETS, tmp_path / "sis.tsv.gz")
    pd.testing.assert_frame_equal(found, table, check_column_type=False, check_dtype=False)
    tables.write(SUBSETS, table, tmp_path / "again.tsv.gz")
    assert (tmp_path / "again.tsv.gz").read_bytes() == (tmp_path / "sis.tsv.gz").read_bytes()


def test_an_empty_table_comes_back(tmp_path):
    tables.write(SUBSETS, planted(1, 0)[0].iloc[:0], tmp_path / "sis.tsv.gz")
    table = tables.read(SUBSETS, tmp_path / "sis.tsv.gz")
    assert table.empty
    write_bed(table, tmp_path / "subsets.bed")
    assert (tmp_path / "subsets.bed").read_text() == ""


def test_a_table_without_its_columns(tmp_path):
    pd.DataFrame({"id": ["a"]}).to_csv(tmp_path / "sis.tsv", sep="\t")
    with pytest.raises(BadInput, match="'fold'"):
        tables.read(SUBSETS, tmp_path / "sis.tsv")


def test_bed_blocks_are_the_positions(tmp_path):
    table = planted(1, 0)[0].iloc[:3].reset_index(drop=True)
    table["id"] = ["chrII:1000-1101", "chrII:10-111", "record:1"]
    table["positions"] = ["3,4,5,9", "0,2", "7"]
    write_bed(table, tmp_path / "subsets.bed")
    lines = [line.split("\t") for line in (tmp_path / "subsets.bed").read_text().splitlines()]
    assert [line[:4] for line in lines] == [
        ["chrII", "10", "13", "chrII:10-111|0"],
        ["chrII", "1003", "1010", "chrII:1000-1101|0"],
        ["record:1", "7", "8", "record:1|0"],
    ]
    covered = set()
    _, start, *_, count, sizes, starts = lines[1]
    for size, first in zip(sizes.split(","), starts.split(","), strict=True):
        covered |= {int(start) + int(first) + base for base in range(int(size))}
    assert covered == {1003, 1004, 1005, 1009} and int(count) == 2


def test_clusters_are_written_for_other_tools(tmp_path):
    clusters = cluster_subsets(planted(12, 0)[0], [])
    names = ("clusters", "parts", "motifs", "weights")
    files = {f"{name}_tsv": tmp_path / f"{name}.tsv" for name in names}
    files["parts_tsv"] = tmp_path / "aligned.tsv.gz"
    write_clusters(clusters, motifs_meme=tmp_path / "motifs.meme", **files, **NAMES)
    with open(tmp_path / "motifs.meme") as file:
        read = bio.parse(file, "minimal")
    assert [motif.name for motif in read] == list(clusters.found)
    assert [motif.num_occurrences for motif in read] == [m.sites for m in clusters.found.values()]
    assert len(tables.read(SUBSET_MOTIFS, tmp_path / "motifs.tsv")) == len(read) > 0
    assert tables.read(CLUSTERS, tmp_path / "clusters.tsv")["count"].sum() == 7 * 12
    parts = tables.read(ALIGNED, tmp_path / "aligned.tsv.gz")
    pd.testing.assert_frame_equal(parts, clusters.parts, check_dtype=False)
    weights = tables.read(WEIGHTS, tmp_path / "weights.tsv")
    for name, motif in clusters.found.items():
        own = weights.loc[weights["motif"] == name, list("ACGT")]
        np.testing.assert_allclose(own, motif.weights, atol=5e-5)


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_subsets_give_valid_files(tmp_path, rows):
    clusters = cluster_subsets(planted(1, 0)[0].iloc[:rows], [])
    names = ("clusters", "parts", "motifs", "weights")
    files = {f"{name}_tsv": tmp_path / f"{name}.tsv" for name in names}
    write_clusters(clusters, motifs_meme=tmp_path / "motifs.meme", **files, **NAMES)
    assert len(tables.read(CLUSTERS, files["clusters_tsv"])) == rows
    weights = tables.read(WEIGHTS, files["weights_tsv"])
    assert list(weights["motif"].unique()) == list(clusters.found)
    assert (tmp_path / "motifs.meme").read_text().startswith("MEME version 4")
