"""Recall of causal markers, by hand: markers that are linked in pairs, and to nothing else."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import hadamard

from chromolens import tables
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.store import write
from chromolens.inputs.genotypes.windows import Samples
from chromolens.inputs.windows import Tally
from chromolens.markers.recovered import decoys, linkage, recover
from chromolens.tables.inputs import COVARIATES
from chromolens.tables.markers import RECALL, RECOVERED
from tests.markers.made import markers_of

SAMPLES, PAIRS = 64, 20
MARKERS = markers_of(I=24, II=16)
CAUSAL = [0, 13, 38]  # each of another pair; the last is of the last inputs
RUN = {"model": "m", "task": "t", "method": "x"}


def stored(folder, markers, dosage):
    """Haploid samples with these dosages (samples, markers)."""
    ids = np.array([f"s{i}" for i in range(len(dosage))], dtype=object)
    places = markers.assign(ref="", alt="")
    genotypes = Genotypes(ids, ids, places, dosage.astype(np.int8), 1, Tally(), {})
    write(folder / "genotypes.h5", genotypes, np.arange(len(ids)), np.arange(len(markers)))
    tables.write(COVARIATES, pd.DataFrame({"id": ids}), folder / "covariates.tsv.gz")
    windows = pd.DataFrame({"id": ids, "group": "part0", "row": np.arange(len(ids))})
    windows = windows.assign(role="positive", source="t", t=0.0)
    return Samples(windows, folder / "genotypes.h5")


@pytest.fixture
def inputs(tmp_path):
    """Markers 2 i and 2 i + 1 are the same, all pairs are uncorrelated."""
    pairs = (hadamard(SAMPLES)[:, 1 : PAIRS + 1] + 1) // 2
    return stored(tmp_path, MARKERS, np.repeat(pairs, 2, axis=1))


def recovered(inputs, causal=CAUSAL, **best):
    """What is recovered where these markers have these numbers, and all others 0."""
    markers = inputs.markers[["marker", "chrom", "position"]]

    def read(kind, **keys):
        values = np.zeros(len(markers))
        for place, value in best.get(kind, {}).items():
            values[place] = value
        column = {"masses": "mass", "scan": "lod", "ridge": "effect"}[kind]
        return markers.assign(**{column: values})

    truth = markers.iloc[causal].assign(trait="t", effect=1.0, share=0.1)
    return recover(read, [RUN], inputs, truth)


def of(table, source, role="causal"):
    return table[(table["source"] == source) & (table["role"] == role)]


def test_a_marker_is_recovered_by_the_block_that_stands_for_it(inputs, tmp_path):
    # the network names the pairs of 1 (that is 0), of 20 and of 38; the fourth is one too many
    masses = {1: 9.0, 20: 8.0, 38: 7.0, 13: 6.0}
    found = recovered(inputs, masses=masses, scan={12: 2.0, 30: np.nan}, ridge={39: -3.0})
    own = of(found.markers, "m x")
    assert own["marker"].tolist() == ["m0", "m13", "m38"]
    assert own["rank"].tolist() == [1, 4, 3] and own["recovered"].tolist() == [True, False, True]
    # 20 blocks, 3 drawn, one of which must be the marker's
    assert own["chance"].to_numpy() == pytest.approx(3 / 20)
    scanned, fitted = (of(found.markers, source) for source in ("scan", "ridge"))
    assert scanned["recovered"].tolist() == [False, True, False]
    assert fitted["recovered"].tolist() == [False, False, True]
    assert scanned["rank"].isna().tolist() == [True, False, True]  # all others are 0
    for table, rows in ((RECOVERED, found.markers), (RECALL, found.recall)):
        tables.write(table, rows, tmp_path / "table.tsv")
        assert len(tables.read(table, tmp_path / "table.tsv")) == len(rows)


@pytest.mark.parametrize(("flips", "stands", "blocks"), [(6, True, 2), (10, False, 3)])
def test_a_block_stands_for_the_linked_marker_of_another(tmp_path, flips, stands, blocks):
    # of 64 samples so many are unlike between neighbours, as many 0 as 1: r = 1 - flips / 32
    half, first = flips // 2, np.repeat([0, 1], SAMPLES // 2)
    second, third = first.copy(), first.copy()
    for column, end in ((second, half), (third, 2 * half)):
        column[:end], column[-end:] = 1, 0
    inputs = stored(tmp_path, markers_of(I=3), np.stack([first, second, third], axis=1))
    found = of(recovered(inputs, causal=[1], masses={2: 1.0}).markers, "m x").iloc[0]
    assert found["recovered"] == stands
    # one block is drawn; with 6 flips both stand for the middle marker (r2 = 0.66), else its own
    assert found["chance"] == pytest.approx(1 if stands else 1 / blocks)


def test_recall_by_place(inputs):
    found = recovered(inputs, masses={1: 9.0, 20: 8.0, 38: 7.0, 13: 6.0}).recall
    own = found[found["source"] == "m x"].set_index("where")
    # of 40 inputs the last 3.6 % are one
    assert own.index.tolist() == ["all", *(f"quarter {i}" for i in (1, 2, 3, 4)), "last 3.6 %"]
    assert own["causal"].tolist() == [3, 1, 1, 0, 1, 0]
    assert own["recovered"].tolist() == [2, 1, 0, 0, 1, 0]
    assert own["recall"].fillna(-1).tolist() == [2 / 3, 1, 0, -1, 1, -1]
    assert own["precision"]["all"] == 2 / 3 and own["precision"].isna().sum() == 5


def test_decoys_are_called_where_the_reader_names_them(inputs):
    silent = of(recovered(inputs).markers, "m x", "decoy")
    assert len(silent) == 3 and not silent["recovered"].any()
    assert silent["marker"].tolist()[:2] == ["m2", "m3"]  # the first that are free; not 1 or 12
    assert silent["chrom"].tolist() == ["I", "I", "II"]
    found = recovered(inputs, masses={3: 5.0}).recall
    own = found[(found["source"] == "m x") & (found["where"] == "all")].iloc[0]
    # 2 and 3 are one block: both decoys are called, no causal marker is
    assert (own["decoys"], own["called"], own["recovered"]) == (3, 2, 0)
    assert own["false_rate"] == 2 / 3 and own["precision"] == 0


def test_a_decoy_is_as_frequent_as_its_marker_and_linked_to_none():
    markers = markers_of(I=6, II=2).assign(frequency=[0.1, 0.8, 0.2, 0.9, 0.5, 0.4, 0.1, 0.5])
    linked = np.array([1.0, 0.0, 0.0, 0.2, np.nan, 1.0, 0.0, 1.0])
    # of 0 (0.1): 1 and 2 are rare alike (0.2), 3 is linked, 4 doesn't vary; of 5: what is left
    assert decoys(markers, linked, np.array([0, 5, 7])).tolist() == [1, 2, 6]
    assert decoys(markers, np.where(linked == 0, 0.1, linked), np.array([0])).tolist() == []


def test_linkage_is_the_squared_correlation_once_imputed():
    rng = np.random.default_rng(0)
    dosage = rng.integers(0, 3, (50, 9)).astype(np.int8)
    dosage[:, 4] = 1
    dosage[3, 0] = dosage[7, 5] = -1
    rows = np.arange(2, 50)
    table = pd.DataFrame(dosage[rows].astype(float)).where(dosage[rows] >= 0)
    expected = table.fillna(table.mean()).corr().to_numpy()[[5, 2]] ** 2
    np.testing.assert_allclose(linkage(dosage, rows, np.array([5, 2])), expected, atol=1e-12)
