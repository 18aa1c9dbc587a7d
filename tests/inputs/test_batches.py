"""Batches against the letters and arrays that the files were written from."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs, permute_labels
from chromolens.inputs.genome.reading import BLOCK
from chromolens.inputs.windows import write_windows

LENGTH = 21
OTHER = str.maketrans("ACGTN", "TGCAN")


def onehot_of(texts):
    """One-hot by comparing letters."""
    letters = np.array([list(text) for text in texts])
    return (letters[..., None] == np.array(list("ACGT"))).astype(np.float32)


@pytest.fixture
def genome(random_genome):
    sequences = random_genome([BLOCK + 3000, 2000])
    middle = BLOCK - 5
    text = sequences["chrA"]
    sequences["chrA"] = text[:middle] + "NRN" + text[middle + 3 :]
    return sequences


@pytest.fixture
def windows(genome):
    rng = np.random.default_rng(0)
    chroms = np.array(["chrA"] * 30 + ["chrB"] * 30)
    starts = np.array(
        [rng.integers(0, len(genome[chrom]) - LENGTH + 1) for chrom in chroms], dtype=np.int64
    )
    starts[:4] = [0, BLOCK - 10, BLOCK, len(genome["chrA"]) - LENGTH]
    roles = rng.choice(["positive", "negative"], 60)
    sources = np.where(roles == "negative", "negative", rng.choice(["t", "u", "t,u"], 60))
    table = pd.DataFrame({"id": [f"w{i}" for i in range(60)], "group": chroms, "chrom": chroms})
    table = table.assign(start=starts, end=starts + LENGTH, role=roles, source=sources)
    table = table.assign(gc=0.5, shared=0, t=rng.choice([0, 1, np.nan], 60), u=rng.random(60))
    return table


@pytest.fixture
def inputs(genome, windows, write_fasta):
    return open_inputs(windows, write_fasta(genome))


def text_at(genome, windows, row, shift=0):
    chrom, start = windows["chrom"][row], windows["start"][row] + shift
    start = min(max(start, 0), len(genome[chrom]) - LENGTH)
    return genome[chrom][start : start + LENGTH].replace("R", "N")


def test_onehot_is_the_letters(genome, windows, inputs):
    rows = np.random.default_rng(1).permutation(60)
    batch = inputs.arrays(rows)
    assert batch.dtype == np.float32 and batch.shape == (60, LENGTH, inputs.channels)
    np.testing.assert_array_equal(batch, onehot_of([text_at(genome, windows, i) for i in rows]))


def test_shifts_stop_at_the_ends_and_reverse_is_the_other_strand(genome, windows, inputs):
    rng = np.random.default_rng(2)
    rows = np.arange(60)
    shifts, reverse = rng.integers(-50, 51, 60), rng.random(60) < 0.5
    texts = [text_at(genome, windows, i, shifts[i]) for i in rows]
    texts = [
        text.translate(OTHER)[::-1] if turned else text
        for text, turned in zip(texts, reverse, strict=True)
    ]
    np.testing.assert_array_equal(inputs.arrays(rows, shifts, reverse), onehot_of(texts))


@pytest.mark.parametrize("by", [5, -7])
def test_a_moved_window_is_the_one_beside_it(genome, windows, inputs, by):
    texts = [text_at(genome, windows, row, by) for row in range(60)]
    np.testing.assert_array_equal(inputs.moved(np.arange(60), by), onehot_of(texts))


def test_codes_reach_beyond_windows_and_are_4_outside(genome, windows, inputs):
    margin = 30
    codes = inputs.codes(np.arange(60), margin)
    assert codes.dtype == np.uint8
    for row in range(60):
        text = genome[windows["chrom"][row]].replace("R", "N")
        padded = "N" * margin + text + "N" * margin
        start = windows["start"][row]
        letters = padded[start : start + LENGTH + 2 * margin]
        assert ["ACGTN"[code] for code in codes[row]] == list(letters)


def test_a_row_does_not_depend_on_the_others(inputs):
    rows = np.arange(60)
    whole = inputs.arrays(rows)
    with ThreadPoolExecutor(4) as pool:
        singles = list(pool.map(inputs.arrays, rows[:, None]))
    np.testing.assert_array_equal(whole, np.concatenate(singles))


def test_no_rows(inputs):
    assert inputs.arrays(np.array([], dtype=int)).shape == (0, LENGTH, 4)


def test_labels_in_the_order_asked_for(windows, inputs):
    rows = np.array([5, 3, 40])
    labels = inputs.labels(rows, ["u", "t"])
    assert labels.dtype == np.float32 and inputs.tasks == ["t", "u"]
    expected = [[windows["u"][row], windows["t"][row]] for row in rows]
    np.testing.assert_array_equal(labels, np.float32(expected))


@pytest.mark.parametrize("tasks", [["t"], ["u"], ["t", "u"]])
def test_select_takes_the_tasks_own_windows_and_negatives(windows, inputs, tasks):
    expected = [
        row.Index
        for row in windows.itertuples()
        if row.group == "chrB"
        and (row.role == "negative" or any(task in row.source.split(",") for task in tasks))
    ]
    assert 0 < len(expected)
    assert inputs.select(tasks, ["chrB"]).tolist() == expected


def test_unknown_tasks_are_refused(inputs):
    for ask in (lambda: inputs.labels([0], ["v"]), lambda: inputs.select(["v"], ["chrA"])):
        with pytest.raises(BadInput, match="no task 'v'"):
            ask()


def test_profiles_are_the_arrays(genome, windows, write_fasta, write_bigwig):
    rng = np.random.default_rng(3)
    arrays = {
        strand: {chrom: rng.poisson(1, len(text)).astype(float) for chrom, text in genome.items()}
        for strand in ("plus", "minus")
    }
    arrays["minus"]["chrB"][::3] = np.nan
    signals = {"t": {strand: write_bigwig(arrays[strand], f"{strand}.bw") for strand in arrays}}
    inputs = open_inputs(windows, write_fasta(genome), signals)
    rows, length = np.arange(60), 9
    shifts, reverse = rng.integers(-50, 51, 60), rng.random(60) < 0.5
    found = inputs.profiles(rows, "t", length, shifts, reverse)
    assert found.dtype == np.float32 and found.shape == (60, length, 2)
    for row in rows:
        chrom = windows["chrom"][row]
        start = np.clip(windows["start"][row] + shifts[row], 0, len(genome[chrom]) - LENGTH) + 6
        plus, minus = (np.nan_to_num(arrays[s][chrom][start : start + length]) for s in arrays)
        expected = [minus[::-1], plus[::-1]] if reverse[row] else [plus, minus]
        np.testing.assert_array_equal(found[row], np.stack(expected, axis=-1))
    with pytest.raises(BadInput, match="1 to 21"):
        inputs.profiles(rows, "t", 22)
    with pytest.raises(BadInput, match="no signal"):
        inputs.profiles(rows, "u", 9)


def test_sequences_are_read_alike(genome, windows, inputs, tmp_path):
    texts = [text_at(genome, windows, row) for row in range(60)]
    table = windows.drop(columns=["chrom", "start", "end"])
    table.insert(2, "sequence", texts)
    write_windows(table, tmp_path / "windows.tsv.gz")
    records = open_inputs(tmp_path / "windows.tsv.gz")
    rows = np.array([7, 7, 1])
    flags = np.array([True, False, True])
    np.testing.assert_array_equal(
        records.arrays(rows, np.array([3, -3, 9]), flags), inputs.arrays(rows, None, flags)
    )
    np.testing.assert_array_equal(records.codes(rows), inputs.codes(rows))
    turned = [texts[row][4:] + texts[row][:4] for row in rows]  # a record has nothing beside it
    np.testing.assert_array_equal(records.moved(rows, 4), onehot_of(turned))
    assert records.select(["t"], ["chrA"]).tolist() == inputs.select(["t"], ["chrA"]).tolist()
    with pytest.raises(BadInput, match="2 bp beyond their ends"):
        records.codes(rows, 2)
    with pytest.raises(BadInput, match="no profiles"):
        records.profiles(rows, "t", 5)


def test_permuted_labels_keep_each_groups_numbers(windows, inputs):
    permuted = permute_labels(inputs, ["t"], seed=0)
    chosen = inputs.select(["t"], ["chrA", "chrB"])
    rest = np.setdiff1d(np.arange(60), chosen)
    np.testing.assert_array_equal(permuted["t"].isna(), windows["t"].isna())
    np.testing.assert_array_equal(permuted["t"][rest], windows["t"][rest])
    for group in ("chrA", "chrB"):
        own = [row for row in chosen if windows["group"][row] == group]
        assert sorted(permuted["t"][own].dropna()) == sorted(windows["t"][own].dropna())
        assert not permuted["t"][own].equals(windows["t"][own])
    pd.testing.assert_frame_equal(permuted.drop(columns="t"), windows.drop(columns="t"))


def test_a_groups_permutation_is_its_own(windows):
    whole = permute_labels(windows, ["t"], seed=4)["t"][30:].to_numpy()
    alone = permute_labels(windows[30:].reset_index(drop=True), ["t"], seed=4)["t"].to_numpy()
    other = permute_labels(windows, ["t"], seed=5)["t"][30:].to_numpy()
    np.testing.assert_array_equal(whole, alone)
    assert not np.array_equal(whole, other, equal_nan=True)


def test_windows_that_can_not_be_opened(windows):
    with pytest.raises(BadInput, match="without their source"):
        open_inputs(windows)
    with pytest.raises(BadInput, match="is empty"):
        open_inputs(windows[:0])
    with pytest.raises(BadInput, match="2 widths"):
        open_inputs(windows.assign(end=windows["end"] + (windows.index == 3)), "toy.fa")
    records = windows.assign(sequence="ACGT").drop(columns=["chrom", "start", "end"])
    records.loc[3, "sequence"] = "ACG"
    with pytest.raises(BadInput, match="2 lengths"):
        open_inputs(records)
