"""bigWigs: read as the arrays they were written from, and refused when they can't be trusted."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.genome.reading import BLOCK
from chromolens.inputs.genome.signals import Signal, check_signals, open_bigwig


def counts(length, seed, holes=True):
    rng = np.random.default_rng(seed)
    array = rng.poisson(2, length).astype(float)
    if holes:
        array[rng.random(length) < 0.3] = np.nan
    return array


@pytest.fixture
def arrays():
    # chrA is longer than a block, so that totals cross its edge.
    return {"chrA": counts(BLOCK + 5000, 0), "chrB": counts(3000, 1)}


def test_values_and_totals_are_those_of_the_arrays(arrays, write_bigwig):
    second = {chrom: counts(len(array), 7) for chrom, array in arrays.items()}
    signal = Signal([write_bigwig(arrays, "1.bw"), write_bigwig(second, "2.bw")])
    chroms = np.array(["chrB", "chrA", "chrA", "chrB", "chrA"])
    starts = np.array([2800, BLOCK - 100, 5, 0, BLOCK + 4800])
    expected = [
        (np.nan_to_num(arrays[chrom]) + np.nan_to_num(second[chrom]))[start : start + 200]
        for chrom, start in zip(chroms, starts, strict=True)
    ]
    values = signal.values(chroms, starts, 200)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, expected)
    np.testing.assert_allclose(signal.totals(chroms, starts, 200), np.sum(expected, axis=1))


def test_names_are_mapped(arrays, write_bigwig):
    path = write_bigwig({"1": arrays["chrA"], "2": arrays["chrB"]})
    names = {"1": "chrA", "2": None}
    signal = Signal([path], names)
    found = signal.values(np.array(["chrA"]), np.array([50]), 20)[0]
    np.testing.assert_array_equal(found, np.nan_to_num(arrays["chrA"][50:70]))
    check_signals({"t": {"plus": path}}, {"chrA": BLOCK + 5000}, ["chrA"], names)


def test_negative_counts_are_refused(arrays, write_bigwig):
    arrays["chrB"][1234] = -3
    signal = Signal([write_bigwig(arrays)])
    with pytest.raises(
        BadInput, match=r"the count of base 1,235 of chrB is -3(?s:.*)bw, as .*: chrB 1234 1235"
    ):
        signal.totals(np.array(["chrB"]), np.array([1200]), 100)


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.3, 0.9])
def test_a_bigwig_cut_short(arrays, write_bigwig, share):
    whole = Path(write_bigwig(arrays))
    cut = whole.with_name("cut.bw")
    content = whole.read_bytes()
    cut.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BadInput, match="cut short") as error:
        open_bigwig(str(cut))
    assert str(cut) in str(error.value)


def test_each_file_is_read_by_the_name_that_it_has(write_bigwig):
    one, other = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])
    paths = [write_bigwig({"II": one, "III": one}, "1.bw"), write_bigwig({"chrII": other}, "2.bw")]
    names = {"chrII": "II"}  # as the peaks call it
    sizes = {"II": 3, "III": 3}
    lacking = check_signals({"t": {"plus": paths}}, sizes, list(sizes), names)
    assert lacking == {"t": ["III"]}  # no signal there in the second
    chroms, starts = np.array(["II", "III"]), np.zeros(2, int)
    found = Signal(paths, names).values(chroms, starts, 3)
    assert found.tolist() == [[11, 22, 33], [1, 2, 3]]


def test_what_is_no_bigwig(tmp_path):
    text = tmp_path / "peaks.bed"
    text.write_text("chr1\t1\t2\n" * 100)
    with pytest.raises(BadInput, match="no bigWig"):
        open_bigwig(str(text))
    with pytest.raises(BadInput, match="can't be read"):
        open_bigwig(str(tmp_path / "absent.bw"))


def test_damage_in_the_middle_is_met_at_reading(arrays, write_bigwig):
    path = Path(write_bigwig(arrays))
    content = bytearray(path.read_bytes())
    content[1200:3000] = b"\xff" * 1800
    path.write_bytes(content)
    signal = Signal([str(path)])
    with pytest.raises(BadInput, match="damaged") as error:
        signal.totals(np.array(["chrA"]), np.array([0]), 4000)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("tracks", "sizes", "names", "message"),
    [
        ({"plus": "{}"}, {"chrA": BLOCK, "chrB": 3000}, {}, "chrA has .* bp in the bigWig"),
        ({"plus": "{}"}, {"chrZ": 9, "chrY": 9}, {}, "the bigWig has no chrZ, chrY"),
        ({"plus": "{}"}, {"chrA": BLOCK + 5000, "a": 9}, {"chrB": "chrA"}, "both are chrA"),
        ({"plus": "{}"}, {"chrA": BLOCK + 5000, "B": 3000}, {}, "chromosome_names: {chrB: B}"),
        ({"plus": "{}"}, {"chrA": BLOCK + 5000}, {"chrA": "chrX"}, "the bigWig has no chrA"),
        ({"minus": "{}"}, {"chrB": 3000}, {}, "the signals of t are minus"),
        ({"plus": "{}", "both": "{}"}, {"chrB": 3000}, {}, "the signals of t are plus, both"),
    ],
)
def test_bigwigs_that_do_not_fit(arrays, write_bigwig, tracks, sizes, names, message):
    path = write_bigwig(arrays)
    given = {strand: text.format(path) for strand, text in tracks.items()}
    with pytest.raises(BadInput, match=message):
        check_signals({"t": given}, sizes, list(sizes), names)


def test_real_bigwigs_are_whole(mirror):
    folder = mirror.parent / "yeast_signal"
    if not folder.is_dir():
        pytest.skip("no real bigWigs beside the mirror")
    for path in sorted(folder.glob("*.bw")):
        open_bigwig(str(path)).close()


@pytest.mark.parametrize("odd", [np.inf, -np.inf, 3e38, 2e9, -1.0])
def test_counts_that_would_spoil_sums_are_refused_with_their_place(write_bigwig, odd):
    values = np.ones(40_000, np.float32)
    values[31_234] = odd
    signal = Signal([write_bigwig({"chrI": values})])
    chroms, starts = np.array(["chrI"] * 2), np.array([0, 31_230])
    for ask in (signal.values, signal.totals):
        assert ask(chroms[:1], starts[:1], 10).sum() == 10
        with pytest.raises(BadInput, match=r"base 31,235 of chrI is(?s:.*)0 to 1e\+09"):
            ask(chroms, starts, 10)


@pytest.mark.slow
def test_damaged_bigwigs_end_in_a_message_and_never_in_a_crash(write_bigwig, tmp_path):
    """In a process of their own, so that a crash fails this test only."""
    rng = np.random.default_rng(0)
    whole = Path(write_bigwig({"chrI": rng.poisson(1, 3000).astype(float)})).read_bytes()
    code = """
import sys
from pathlib import Path
import numpy as np
from chromolens.errors import BadInput
from chromolens.inputs.genome.signals import Signal
for path in sys.argv[1:]:
    try:
        Signal([path]).totals(np.array(["chrI"]), np.array([0]), 3000)
        print("read")
    except BadInput as error:
        print("refused", Path(path).name in str(error))
"""
    paths = []
    for number in range(40):
        content = bytearray(whole)
        places = rng.integers(4, 700 if number % 2 else len(whole), size=1 + number % 4)
        for place in places:
            content[place] = rng.integers(256)
        paths.append(tmp_path / f"{number}.bw")
        paths[-1].write_bytes(content)
    command = [sys.executable, "-c", code, *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout.split("\n")[:-1]
    assert len(said) == 40 and set(said) == {"read", "refused True"}
