"""Databases: JASPAR against the numbers in its own tables, MEME files, misspelt sources."""

import sqlite3
from pathlib import Path

import numpy as np
import pyjaspar
import pytest

from chromolens.errors import BadInput
from chromolens.motifs.meme import write_meme
from chromolens.motifs.names.database import check_source, load_database, matrices

SQLITE = Path(pyjaspar.__file__).parent / "data/JASPAR2024.sqlite"


def test_fungi_are_the_newest_versions_in_the_tables(fungi):
    query = """
        SELECT m.BASE_ID || '.' || MAX(m.VERSION) FROM MATRIX m
        JOIN MATRIX_ANNOTATION a ON a.ID = m.ID AND a.TAG = 'tax_group' AND a.VAL = 'fungi'
        WHERE m.COLLECTION = 'CORE' GROUP BY m.BASE_ID
    """
    with sqlite3.connect(SQLITE) as tables:
        expected = {row[0] for row in tables.execute(query)}
    assert len(expected) > 150
    assert {motif.id for motif in fungi} == expected
    assert len(fungi) == len(expected)


def test_frequencies_are_the_counts_of_the_tables(fungi):
    motif = next(motif for motif in fungi if motif.name == "REB1")
    base, number = motif.id.split(".")
    query = """
        SELECT row, col, val FROM MATRIX_DATA d JOIN MATRIX m ON m.ID = d.ID
        WHERE m.BASE_ID = ? AND m.VERSION = ?
    """
    counts = np.zeros(motif.ppm.shape)
    with sqlite3.connect(SQLITE) as tables:
        for letter, column, value in tables.execute(query, (base, number)):
            counts[int(column) - 1, "ACGT".index(letter)] = value
    np.testing.assert_allclose(motif.ppm, counts / counts.sum(axis=1, keepdims=True))
    assert motif.family


def test_all_rows_are_frequencies(fungi):
    for motif in fungi:
        assert motif.ppm.shape[1] == 4
        np.testing.assert_allclose(motif.ppm.sum(axis=1), 1)


def test_meme_file(tmp_path, fungi):
    write_meme({motif.id: motif.ppm for motif in fungi[:3]}, tmp_path / "some.meme")
    found = load_database({"meme": str(tmp_path / "some.meme")})
    assert [motif.id for motif in found] == [motif.id for motif in fungi[:3]]
    assert [motif.family for motif in found] == ["", "", ""]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"release": "JASPAR2023"}, "JASPAR2024"),
        ({"tax_group": "mushrooms"}, "fungi"),
        ({"taxgroup": "fungi"}, "tax_group"),
        ({"meme": "x.meme", "release": "JASPAR2024"}, "meme alone"),
    ],
)
def test_misspelt_sources_say_what_would_be_right(source, expected):
    with pytest.raises(BadInput, match=expected):
        load_database(source)


def test_matrices_are_taken_by_identifier(fungi):
    reb1 = next(motif for motif in fungi if motif.name == "REB1")
    found = matrices({"tax_group": "fungi"}, {"mine": reb1.id, "other": fungi[0].id})
    assert list(found) == ["mine", "other"]
    np.testing.assert_array_equal(found["mine"], reb1.ppm)
    with pytest.raises(BadInput, match="no motif 'REB1'") as error:
        matrices({"tax_group": "fungi"}, {"mine": "REB1"})
    assert "mine" in str(error.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"release": "JASPAR2042"}, "JASPAR2024"),
        ({"release": "JASPAR2024", "tax_group": "fungus"}, r"(?s)did you mean 'fungi'.*plants"),
    ],
)
def test_a_wrong_source_is_refused_while_planning(source, message):
    with pytest.raises(BadInput, match=message):
        check_source(source)


def test_right_sources_pass():
    check_source({"meme": "not/yet/downloaded.meme"})
    check_source({"release": "JASPAR2024", "collection": "CORE", "tax_group": "fungi"})


def test_a_bad_meme_file_is_refused_before_the_first_job(tmp_path):
    path = tmp_path / "bad.meme"
    head = "MEME version 4\nMOTIF a\nletter-probability matrix: alength= 4 w= 1\n"
    path.write_text(f"{head}0.2 0.2 0.2 0.9\n")
    with pytest.raises(BadInput, match="not a row") as error:
        check_source({"meme": str(path)})
    assert f"{path}:4" in str(error.value)
