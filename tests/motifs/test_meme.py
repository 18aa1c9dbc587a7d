"""MEME files, read back by Biopython, and as other programs write them."""

import numpy as np
import pytest
from Bio import motifs as biopython

from chromolens.errors import BadInput
from chromolens.motifs.meme import read_meme, write_meme

HEAD = "MEME version 4\n\nALPHABET= ACGT\n\n"
ROWS = "0.1 0.2 0.3 0.4\n1 0 0 0\n"


@pytest.fixture
def ppms() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {f"motif_{n}": rng.dirichlet([0.5] * 4, size=6 + n) for n in range(3)}


def test_biopython_reads_what_is_written(ppms, tmp_path):
    path = tmp_path / "motifs.meme"
    # Biopython makes whole counts of the frequencies: many sites, so that they stay exact
    sites = {name: 10**7 + place for place, name in enumerate(ppms)}
    write_meme(ppms, path, (0.31, 0.19, 0.19, 0.31), sites)
    with open(path) as handle:
        found = biopython.parse(handle, "minimal")
    assert [motif.name for motif in found] == list(ppms)
    assert [motif.num_occurrences for motif in found] == list(sites.values())
    assert found.background == {"A": 0.31, "C": 0.19, "G": 0.19, "T": 0.31}
    for motif, ppm in zip(found, ppms.values(), strict=True):
        read = np.array([motif.pwm[base] for base in "ACGT"]).T
        np.testing.assert_allclose(read, ppm, atol=2e-6)


def test_read_back(ppms, tmp_path):
    write_meme(ppms, tmp_path / "motifs.meme")
    for (name, _, read), (expected, ppm) in zip(
        read_meme(tmp_path / "motifs.meme"), ppms.items(), strict=True
    ):
        assert name == expected
        np.testing.assert_allclose(read, ppm, atol=2e-6)
        np.testing.assert_allclose(read.sum(axis=1), 1)


def test_blanks_in_names_become_underscores_unless_they_collide(ppms, tmp_path):
    one = ppms["motif_0"]
    write_meme({"a b": one}, tmp_path / "a.meme")
    assert read_meme(tmp_path / "a.meme")[0][0] == "a_b"
    with pytest.raises(BadInput, match="same name"):
        write_meme({"a b": one, "a_b": one}, tmp_path / "b.meme")


def test_rows_of_ns_and_unnormalised_rows_are_written_as_frequencies(tmp_path):
    write_meme({"x": np.array([[0, 0, 0, 0], [0.5, 0, 0, 0.25]])}, tmp_path / "x.meme")
    expected = [[0.25] * 4, [2 / 3, 0, 0, 1 / 3]]
    np.testing.assert_allclose(read_meme(tmp_path / "x.meme")[0][2], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("line", "identifier", "name"),
    [
        ("MOTIF MA0089.3 MAFG::NRF1 (var.2)", "MA0089.3", "MAFG::NRF1 (var.2)"),
        ("MOTIF a/b-c", "a/b-c", "a/b-c"),
        ("MOTIF  x\tAP-1/bZIP family ", "x", "AP-1/bZIP family"),
    ],
)
@pytest.mark.parametrize("keys", ["alength= 4 w= 2 nsites= 9 E= 0", "alength=4 w=2", ""])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_names_and_headers_of_other_programs(tmp_path, line, identifier, name, keys, newline):
    text = f"{HEAD}{line}\n\nlog-odds matrix: alength= 4 w= 1\n 1 2 3 -4\n\n"
    text += f"letter-probability matrix: {keys}\n{ROWS}\nURL http://x\nMOTIF last\n\n"
    text += f"letter-probability matrix: {keys}\n{ROWS}"
    path = tmp_path / "other.meme"
    path.write_bytes(text.replace("\n", newline).encode())
    first, last = read_meme(path)
    assert first[:2] == (identifier, name)
    assert last[0] == "last"
    np.testing.assert_allclose(first[2], [[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no motifs"),
        (HEAD, "no motifs"),
        (f"letter-probability matrix: w= 2\n{ROWS}", "before any MOTIF"),
        ("MOTIF x\nletter-probability matrix: w= 3\n" + ROWS, "2 rows"),
        ("MOTIF x\nletter-probability matrix: w= 1\n0.5 0.5 0.5 0.5\n", "not a row"),
        ("MOTIF x\nletter-probability matrix: w= 1\n" + "0.05 " * 20, "not a row"),
        ("MOTIF x\nletter-probability matrix: w= 1\nnan 0 0 1\n", "not a row"),
    ],
)
def test_bad_files_are_named(tmp_path, text, message):
    path = tmp_path / "bad.meme"
    path.write_text(text)
    with pytest.raises(BadInput, match=message) as error:
        read_meme(path)
    assert "bad.meme" in str(error.value)
