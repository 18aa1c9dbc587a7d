"""Drawn variants: enough of each kind, out of fold with their hosts, and windows as they say."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.variants.haplotypes import haplotypes, stands_of
from chromolens.variants.listed import Reading
from chromolens.variants.normalise import Change, indel_kinds, kind_of
from chromolens.variants.nulls import draw_nulls
from tests.variants.alleles import FOLDS, SETTINGS, WINDOW, sequences, write_genome

COUNT = 8


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


@pytest.fixture(scope="module")
def windows():
    rows = [(chrom, start, role) for chrom in "abc" for start in range(30, 380, 5)
            for role in ("positive", "negative")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["chrom", "start", "role"])
    frame.loc[frame["role"] == "negative", "start"] += 150
    frame["id"] = [f"w{number}" for number in range(len(frame))]
    return frame.assign(end=frame["start"] + WINDOW, group=frame["chrom"])


@pytest.fixture(scope="module")
def nulls(genome, windows):
    reading = Reading(genome, FOLDS, SETTINGS)
    return draw_nulls(genome, windows, FOLDS, reading, count=COUNT, seed=1)


def test_as_many_of_each_kind(nulls):
    counts = nulls["kind"].value_counts()
    assert counts[[kind for kind in counts.index if "[" in kind]].max() == COUNT
    assert (counts[list(indel_kinds())] >= COUNT - 3).all()  # two draws may be one variant
    assert counts.filter(like="[").size > 90  # of 96, on two chromosomes of 600 bp


def test_out_of_fold_with_their_hosts_half_of_which_are_events(nulls, windows):
    home = {"a": "fold0", "b": "fold1"}
    assert (nulls["chrom"].map(home) == nulls["fold"]).all()
    assert (nulls["host_chrom"] == nulls["chrom"]).all()  # a fold holds out one chromosome here
    apart = {role: own[["chrom", "start"]].drop_duplicates() for role, own in
             windows.groupby("role")}  # fmt: skip
    first = apart["negative"]["start"].min()
    assert nulls["start"].min() >= first - 20  # sites are no events; an indel may move left
    at_events = (nulls["host"] < first).mean()
    assert 0.1 < at_events < 0.5


def test_each_is_what_its_kind_says(genome, nulls):
    for row in nulls.itertuples():
        change = Change(row.chrom, row.start, row.removed, row.added)
        assert kind_of(genome, change) == row.kind
        assert sequences()[row.chrom][row.start :].startswith(row.removed)


def test_windows_are_the_hosts_with_the_neighbourhood(genome, nulls):
    stands, near = stands_of(SETTINGS), WINDOW // 5
    some = nulls.sample(40, random_state=3)
    found = haplotypes(genome, some, WINDOW, stands)
    for number, row in enumerate(some.itertuples()):
        host, own = sequences()[row.host_chrom], sequences()[row.chrom]
        end = row.host + len(row.removed) + near
        around = own[row.start - near : row.start], own[row.start + len(row.removed) :][:near]
        for place, stand in enumerate(stands):
            before = host[: row.host - near] + around[0]
            one = before + row.removed + around[1] + host[end:]
            first = row.host - stand
            asked = found.reference[number, place], found.alternative[number, place, 0]
            texts = [sequence_of(found.codes[i]) for i in asked]
            other = before + row.added + around[1] + host[end:]
            assert texts == [one[first : first + WINDOW], other[first : first + WINDOW]]


def test_the_seed_decides(genome, windows, nulls):
    reading = Reading(genome, FOLDS, SETTINGS)
    again = draw_nulls(genome, windows, FOLDS, reading, count=COUNT, seed=1)
    pd.testing.assert_frame_equal(again, nulls)
    other = draw_nulls(genome, windows, FOLDS, reading, count=COUNT, seed=2)
    assert set(other["variant"]) != set(nulls["variant"])


def test_contexts_are_counted_on_the_strand_of_the_pyrimidine(nulls):
    snvs = nulls[nulls["kind"].str.contains("[", regex=False)]
    assert set(snvs["removed"]) == set("ACGT")
    assert set(snvs["kind"].str[2]) == {"C", "T"}
    assert np.isin(codes_of("".join(snvs["added"])), range(4)).all()


@pytest.mark.slow
def test_windows_at_the_ends_leave_no_room(genome):
    rows = {"id": ["w0", "w1"], "chrom": ["a", "b"], "start": 0, "role": "negative"}
    narrow = pd.DataFrame(rows).assign(end=10, group=["a", "b"])
    with pytest.raises(BadInput, match="no null variant(.|\n)*nulls: 0"):
        draw_nulls(genome, narrow, FOLDS, Reading(genome, FOLDS, SETTINGS), count=2, seed=1)
