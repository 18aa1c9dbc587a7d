"""Windows on regions against a plain loop over the regions; what is left out is counted."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.inputs.genome.regions import place

SIZES = {"a": 1000, "b": 300, "c": 500}
WIDTHS = {"window": 40, "keep": 20, "stride": 8}


WHOLE = (Interval("a", 0, 1000), Interval("b", 0, 300))


def placed(tmp_path, text, name="r.bed", stretches=WHOLE, **more):
    path = tmp_path / name
    path.write_text(text)
    asked = {"files": [str(path)], "chromosome_names": {}, "events": False} | WIDTHS | more
    return place(SIZES, list(stretches), **asked)


def by_loop(regions, window, keep, stride, size):
    """Starts of the windows on (start, end) of one chromosome, found base by base."""
    starts = set()
    for start, end in regions:
        middle = start + (end - start) // 2
        wide = end - start > keep
        low, high = (start, end) if wide else (middle, middle + 1)
        for direction in (1, -1):
            centre = middle
            while True:
                kept = range(centre - keep // 2, centre - keep // 2 + keep)
                found = min(max(centre - window // 2, 0), size - window)
                moved = found + window // 2 - keep // 2
                if set(range(moved, moved + keep)) & set(range(low, high)):
                    starts.add(found)
                if (kept[-1] >= high - 1) if direction == 1 else (kept[0] <= low):
                    break
                centre += direction * stride
    return sorted(starts)


@pytest.mark.parametrize("widths", [(40, 20, 8), (40, 40, 10), (41, 20, 20), (40, 1, 1)], ids=str)
def test_windows_are_those_of_a_plain_loop(tmp_path, widths):
    window, keep, stride = widths
    rng = np.random.default_rng(1)
    starts = rng.integers(0, 980, 40)
    regions = [(int(s), int(min(s + rng.integers(1, 90), 1000))) for s in starts]
    regions += [(0, 1000), (0, 3), (995, 1000)]
    text = "".join(f"a\t{start}\t{end}\n" for start, end in regions)
    found = placed(tmp_path, text, window=window, keep=keep, stride=stride).starts["a"]
    assert found.tolist() == by_loop(regions, window, keep, stride, 1000)


def test_kept_parts_cover_wide_regions_and_summits(tmp_path):
    found = placed(tmp_path, "a\t100\t217\nb\t50\t60\n").starts
    covered = {base for start in found["a"] for base in range(start + 10, start + 30)}
    assert covered >= set(range(100, 217))
    assert found["b"].tolist() == [55 - 20]


def test_a_narrowpeak_has_one_window_on_its_summit(tmp_path):
    lines = "a\t100\t300\tp\t0\t.\t5\t-1\t-1\t7\nb\t100\t200\tq\t0\t.\t5\t-1\t-1\t-1\n"
    found = placed(tmp_path, lines, "r.narrowPeak").starts
    assert found["a"].tolist() == [107 - 20] and found["b"].tolist() == [150 - 20]


def test_an_event_has_one_window_however_wide(tmp_path):
    assert placed(tmp_path, "a\t100\t300\n", events=True).starts["a"].tolist() == [200 - 20]


def test_unsorted_overlapping_and_repeated_regions_are_one_series(tmp_path):
    text = "b\t100\t101\na\t500\t501\na\t495\t496\na\t500\t501\nb\t20\t21\n"
    found = placed(tmp_path, text)
    assert {chrom: starts.tolist() for chrom, starts in found.starts.items()} == {
        "a": [475, 480], "b": [0, 80],
    }  # fmt: skip
    dropped = found.tally.table().set_index("reason")["count"].to_dict()
    assert dropped == {"same window as another region's": 1}
    table = found.table(40)
    assert table["chrom"].tolist() == ["a", "a", "b", "b"]
    assert (table["end"] - table["start"] == 40).all()


def test_what_is_left_out_is_counted(tmp_path):
    text = "a\t990\t1200\nc\t10\t20\na\t0\t2\na\t500\t510\n"
    found = placed(tmp_path, text)
    dropped = found.tally.table().set_index("reason")
    assert dropped["count"].to_dict() == {
        "cut at the chromosome's end": 1,
        "where nothing is explained": 1,
        "nearer to the chromosome's end than a window reaches": 2,
    }
    assert set(dropped["example"]) == {"a:990", "c:15", "a:999"}


def test_windows_that_a_block_keeps_nothing_of_are_left_out(tmp_path):
    blocks = (Interval("a", 100, 300), Interval("a", 600, 800))
    lines = "".join(f"a\t{at}\t{at + 1}\n" for at in (85, 90, 91, 310, 311, 450, 599, 795))
    found = placed(tmp_path, lines, stretches=blocks)  # kept: 10 bases on either side
    assert (found.starts["a"] + 20).tolist() == [
        at for at in (85, 90, 91, 310, 311, 450, 599, 795)
        if any(set(range(at - 10, at + 10)) & set(range(b.start, b.end)) for b in blocks)
    ]  # fmt: skip
    assert found.tally.table()["count"].tolist() == [8 - len(found.starts["a"])]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no peaks|no regions|empty"),
        ("# nothing\n", "no peaks"),
        ("a\t10\n", "2 column(.|\n)*r.bed, line 1"),
        ("a\t10\t20\nchra\t1\t2\n", "no chromosome chra(.|\n)*line 2"),
        ("a\t1000\t1010\n", "past the end of a"),
        ("a\t20\t10\n", "start 20, end 10"),
        ("c\t10\t20\n", "no region can be explained(.|\n)*1 where nothing is explained"),
        ("a\t10\t20\tp\t0\t.\t5\t-1\t-1\t3\na\t10\t20\n", "1 lines are narrowPeak's and 1"),
    ],
)
def test_bad_regions_are_refused_in_their_own_words(tmp_path, text, words):
    with pytest.raises(BadInput, match=words):
        placed(tmp_path, text)
