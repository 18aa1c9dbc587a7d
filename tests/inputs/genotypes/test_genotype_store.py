"""What is kept of genotypes, and the store that holds it."""

import shutil

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.filters import kept, unlike
from chromolens.inputs.genotypes.store import Store, count
from chromolens.inputs.windows import Tally

BOUNDS = {"max_missing_marker": 0.1, "max_missing_sample": 0.1, "min_frequency": 0.05}


@pytest.fixture
def genotypes():
    """200 samples x 40 markers of frequency 0.5, nothing missing."""
    dosage = np.random.default_rng(0).integers(0, 3, (200, 40)).astype(np.int8)
    samples = np.array([f"s{i}" for i in range(200)], dtype=object)
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(40)]})
    return Genotypes(samples, samples, markers, dosage, 2, Tally(), {})


def reasons(genotypes):
    return {reason: tuple(row) for (reason, _), row in genotypes.tally.rows.items()}


def test_what_is_complete_and_varied_stays(genotypes):
    rows, markers = kept(genotypes, **BOUNDS)
    assert len(rows) == 200 and markers.all() and not genotypes.tally.rows


def test_markers_that_say_what_the_one_before_says_are_left_out(genotypes):
    genotypes.markers["chrom"] = ["a"] * 25 + ["b"] * 15
    dosage = genotypes.dosage
    dosage[:, 1] = dosage[:, 0]
    dosage[:, 2] = 2 - dosage[:, 0]  # the other allele is counted
    dosage[:20, 25] = dosage[:20, 24]
    dosage[:, 24] = dosage[:, 23]
    dosage[:, 25] = dosage[:, 24]  # the first of b
    rows, order = np.arange(20, 200), np.arange(40)[::-1]  # from the end of b
    order = np.r_[order[order < 25][::-1], order[order >= 25]]
    kept_ones = unlike(genotypes, rows, order, 0.02).tolist()
    expected: list[int] = []
    for marker in order:
        same = expected and (expected[-1] < 25) == (marker < 25)
        r = np.corrcoef(dosage[20:, marker], dosage[20:, expected[-1]])[0, 1] if same else 0
        if not same or r**2 < 0.02:
            expected.append(int(marker))
    assert kept_ones == expected and not {1, 2, 24} & set(expected) and 20 < len(expected) < 37
    reason = "marker whose r2 with the one before is 0.02 or more"
    assert reasons(genotypes) == {reason: (40 - len(expected), "m1")}


@pytest.mark.parametrize("estimated", [False, True])
def test_each_reason_is_counted_with_its_first(genotypes, estimated):
    dosage = genotypes.dosage
    dosage[:, 3] = -1  # in all samples
    dosage[7, :5] = -1  # 4 of the 39 others: above 0.1
    dosage[8, 1:4] = -1  # 2 of 39
    dosage[20:41, 10] = -1  # 21 of 199
    dosage[20:39, 11] = -1  # 19 of 199
    dosage[:, 12] = 1  # all heterozygous: frequency 0.5
    dosage[:, 13] = [2] * 19 + [0] * 181  # 38 of 398: s7 is gone
    dosage[:, 14] = [2] * 182 + [1] * 18  # 18 of 398 of the other allele
    if estimated:
        genotypes.dosage = np.where(dosage < 0, np.nan, dosage).astype(np.float32)
    rows, markers = kept(genotypes, **BOUNDS)
    assert np.setdiff1d(range(200), rows).tolist() == [7]
    assert np.flatnonzero(~markers).tolist() == [3, 10, 12, 14]
    assert reasons(genotypes) == {
        "marker without a genotype in any sample": (1, "m3"),
        "sample with more than 0.1 of its genotypes missing": (1, "s7"),
        "marker with more than 0.1 of its genotypes missing": (1, "m10"),
        "marker with one value in all samples": (1, "m12"),
        "marker with an allele rarer than 0.05": (1, "m14"),
    }


def test_failed_samples_do_not_take_the_markers_with_them(genotypes):
    genotypes.dosage[:60] = -1
    rows, markers = kept(genotypes, **BOUNDS)
    assert rows.tolist() == list(range(60, 200)) and markers.all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda dosage: dosage[1:].fill(-1), "1 of 200 samples are left"),
        (lambda dosage: dosage.fill(-1), "no marker is left; left out: 40 marker without a"),
        (lambda dosage: dosage.fill(1), "no marker is left(.|\n)*one value in all samples"),
    ],
)
def test_nothing_left_is_an_error(genotypes, change, words):
    change(genotypes.dosage)
    with pytest.raises(BadInput, match=words):
        kept(genotypes, **BOUNDS)


def test_one_sample(store, write_table):
    with pytest.raises(BadInput, match="1 of 1 samples are left(.|\n)*2 or more"):
        store(**write_table([["0", "1", "2", "0", "1", "2", "0"]]))


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_counts_are_those_of_numpy(dtype):
    rng = np.random.default_rng(1)
    dosage = rng.integers(0, 3, (150, 9)).astype(dtype)
    gone = rng.random((150, 9)) < 0.2
    gone[:, 4] = True
    values = dosage.astype(float)
    dosage[gone] = -1 if dtype == "int8" else np.nan
    rows = rng.permutation(150)[:140]
    counts = count(dosage, rows)
    called = (~gone[rows]).sum(axis=0)
    np.testing.assert_array_equal(counts.called, called)
    mean = np.where(gone, 0, values)[rows].sum(axis=0) / np.where(called, called, np.nan)
    np.testing.assert_array_equal(counts.mean, mean)
    assert np.isnan(counts.mean[4])


def test_means_are_of_the_rows_asked_for(store, write_table, matrix):
    cells = [[str(value) if value >= 0 else "NA" for value in row] for row in matrix]
    opened = store(**write_table(cells))
    rows = [9, 2, 7, 0]
    values = np.where(matrix < 0, np.nan, matrix)[rows]
    np.testing.assert_array_equal(opened.mean(rows), np.nanmean(values, axis=0))
    np.testing.assert_array_equal(opened.called(rows), (~np.isnan(values)).sum(axis=0))


def test_a_store_that_changed_is_refused(store, write_table, matrix, tmp_path):
    cells = [[str(max(value, 0)) for value in row] for row in matrix]
    first = store(**write_table(cells))
    other = store(**write_table(cells[:-1]))
    shutil.copy(other.path.with_name("samples.tsv.gz"), first.path.with_name("samples.tsv.gz"))
    opened = Store(first.path)
    assert len(opened.markers) == 7
    with pytest.raises(BadInput, match="samples.tsv.gz was not written together with"):
        _ = opened.samples
    content = bytearray(other.path.read_bytes())
    place = content.index(matrix[:2].clip(0).tobytes())
    content[place] ^= 1
    other.path.with_name("damaged.h5").write_bytes(content)
    with pytest.raises(BadInput, match="/dosage is not what was written"):
        Store(other.path.with_name("damaged.h5"))


def test_the_same_files_give_the_same_bytes(store, write_table, matrix):
    cells = [[str(max(value, 0)) for value in row] for row in matrix]
    first, second = (store(**write_table(cells)) for _ in range(2))
    for name in ("genotypes.h5", "markers.tsv.gz", "samples.tsv.gz"):
        assert first.path.with_name(name).read_bytes() == second.path.with_name(name).read_bytes()
