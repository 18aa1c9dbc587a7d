"""``python -m chromolens audit`` on files of every kind that it reads."""

import logging

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import tables
from chromolens.__main__ import main
from chromolens.tables.checks import POSITIONS, PROFILE

LENGTH = 20


@pytest.fixture
def network(tmp_path):
    """Saved weights that read only base 12 of 20."""

    def save(channels, place=12):
        found = keras.Sequential(
            [keras.Input((LENGTH, channels)), layers.Flatten(), layers.Dense(1)]
        )
        weights = np.zeros((LENGTH, channels))
        weights[place] = np.arange(1, channels + 1)
        found.set_weights([weights.reshape(-1, 1), np.zeros(1)])
        found.save(tmp_path / "network.keras")
        return str(tmp_path / "network.keras")

    return save


def letters(count, seed=0):
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def test_an_array_of_dosages(network, tmp_path, capsys):
    dosages = np.random.default_rng(0).integers(0, 3, (30, LENGTH))
    np.save(tmp_path / "dosages.npy", dosages.astype(float))
    written = ["--table", tmp_path / "n.tsv", "--profile", tmp_path / "p.tsv"]
    written += ["--plot", tmp_path / "p.svg"]
    command = ["audit", network(1), "--inputs", tmp_path / "dosages.npy", "--draws", 2, *written]
    assert main(list(map(str, command))) == 0
    assert "positions 13 to 13 of 20 (5 %)" in capsys.readouterr().out
    profile = tables.read(PROFILE, tmp_path / "p.tsv")["trained"]
    assert np.flatnonzero(profile).tolist() == [12]
    assert set(tables.read(POSITIONS, tmp_path / "n.tsv")["draws"]) == {2}
    assert "<svg" in (tmp_path / "p.svg").read_text()


def test_records_of_other_lengths_are_counted(network, tmp_path, capsys, caplog):
    records = [letters(LENGTH, seed) for seed in range(9)] + [letters(LENGTH + 1)]
    text = "".join(f">r{number}\n{record}\n" for number, record in enumerate(records))
    (tmp_path / "records.fa").write_text(text)
    command = ["audit", network(4), "--inputs", str(tmp_path / "records.fa"), "--draws", "2"]
    with caplog.at_level(logging.WARNING):
        assert main(command) == 0
    assert "1 of 10 are no records of 20 bases" in caplog.text
    assert "on positions 13 to 13 of 20" in capsys.readouterr().out


def test_windows_of_a_genome_are_read_at_their_places(network, tmp_path, caplog):
    """The network reads base 12 of a window; that base is N in a third of them."""
    chromosome = list(letters(3000))
    starts = np.arange(90) * 30 + 100
    for middle in starts[::3]:
        chromosome[middle + 2] = "N"
    (tmp_path / "genome.fa").write_text(f">chr1\n{''.join(chromosome)}\n")
    beds = [f"chr1\t{middle}\t{middle + 1}\n" for middle in [*starts, 5]]
    (tmp_path / "peaks.bed").write_text("".join(beds))
    command = ["audit", network(4), "--inputs", tmp_path / "genome.fa", "--draws", 0]
    command += ["--regions", tmp_path / "peaks.bed", "--profile", tmp_path / "p.tsv"]
    with caplog.at_level(logging.WARNING):
        assert main(list(map(str, command))) == 0
    assert "1 of 91 are no windows of 20 bp inside" in caplog.text
    even = pd.Series(tables.read(PROFILE, tmp_path / "p.tsv")["even"])
    others = even.drop(12)
    assert even[12] == pytest.approx(2 / 3 * others.mean(), rel=0.01)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.npy", b"text", "the array can't be read"),
        ("x.fa", b">r\nACGT\n", "there are no records of 20 bases"),
        ("x.fa", b"ACGT\n", "this is no FASTA"),
    ],
)
def test_what_cannot_be_read_is_named(network, tmp_path, capsys, name, content, message):
    (tmp_path / name).write_bytes(content)
    assert main(["audit", network(4), "--inputs", str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().err
