"""Intervals, their two spellings, and what is outside."""

import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval, check_inside, check_name


@pytest.mark.parametrize("chrom", ["chrI", "chr2-micron", "NC_001133.9", "HLA-A*01:01"])
def test_both_spellings_are_read_back(chrom):
    interval = Interval(chrom, 5, 17)
    assert Interval.from_name(interval.name) == interval
    assert Interval.parse(str(interval)) == interval


def test_spellings_and_length():
    interval = Interval("chrI", 100, 301)
    assert (str(interval), interval.name) == ("chrI:100-301", "chrI-100-301")
    assert (len(interval), interval.middle) == (201, 200)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 5)])
def test_no_empty_or_negative_intervals(start, end):
    with pytest.raises(BadInput, match="0 <= start < end"):
        Interval("chrI", start, end)


@pytest.mark.parametrize("text", ["chrI", "chrI:5", "chrI:a-b", "chrI:1-2-3", ":1-2", "chrI:-1-5"])
def test_other_spellings_are_refused(text):
    with pytest.raises(BadInput, match="chrom:start-end"):
        Interval.parse(text)


def test_overlap_and_containment_agree_with_sets_of_bases():
    intervals = [Interval(c, s, e) for c in "AB" for s in range(4) for e in range(s + 1, 5)]
    for one in intervals:
        for other in intervals:
            bases = {(i.chrom, base) for i in (one,) for base in range(i.start, i.end)}
            others = {(other.chrom, base) for base in range(other.start, other.end)}
            assert one.overlaps(other) == bool(bases & others)
            assert one.contains(other) == (others <= bases)


@pytest.mark.parametrize("name", ["chr1", "2L", "chr1_KI270706v1_random", "NC_001133.9", "chr2-m"])
def test_names_fit_for_files(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a b", "HLA-A*01:01", "chr1\n"])
def test_names_unfit_for_files(name):
    with pytest.raises(BadInput, match="file names"):
        check_name(name)


def test_outside_the_chromosome_says_what_is_right():
    assert check_inside(Interval("A", 0, 10), {"A": 10}) == Interval("A", 0, 10)
    with pytest.raises(BadInput, match="at most 10"):
        check_inside(Interval("A", 5, 11), {"A": 10})
    with pytest.raises(BadInput, match="one of A, C"):
        check_inside(Interval("B", 5, 11), {"A": 10, "C": 20})
