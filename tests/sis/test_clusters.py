"""The paper's clustering, against the matrix of all strings."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from rapidfuzz.distance import Levenshtein
from sklearn.cluster import DBSCAN

from chromolens.genome.onehot import codes_of, reverse_complement_codes, sequence_of
from chromolens.sis.motifs.aligned import aligned_clusters
from chromolens.sis.motifs.cluster_motifs import cluster_table, paper_clusters
from chromolens.sis.motifs.strings import sis_string
from tests.sis.families import noise, site, strand


def edit_distance(one: str, other: str) -> int:
    """Levenshtein by its definition."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        previous, row[0] = row[0], place
        for column, against in enumerate(other, 1):
            cost = min(row[column] + 1, row[column - 1] + 1, previous + (letter != against))
            previous, row[column] = row[column], cost
    return row[-1]


def strings(count: int, seed: int) -> list[str]:
    """Two motifs with edits, repeats and noise."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        letters = list(rng.choice(["TGCTGACTCA", "GATAAGNNCC"]))
        for _ in range(rng.integers(0, 5)):
            letters[rng.integers(len(letters))] = rng.choice(list("ACGTN"))
        made.append("".join(letters[rng.integers(0, 3) :]))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_labels_of_the_matrix_of_all_strings(seed):
    found = strings(90, seed)
    matrix = np.array([[edit_distance(a, b) for b in found] for a in found], float)
    scan = DBSCAN(eps=2, min_samples=round(90**0.5), metric="precomputed")
    expected = scan.fit_predict(matrix)
    assert len(set(expected)) > 2 and (expected < 0).any()
    assert paper_clusters(found).tolist() == expected.tolist()


def test_a_strand_is_another_cluster():
    # reverse complements at distance 5, as in the paper's first cluster
    found = ["GCTGAGTCAT"] * 20 + ["ATGACTCAGC"] * 20
    assert set(paper_clusters(found)) == {0, 1}


@pytest.mark.parametrize(("found", "labels"), [([], []), (["ACG"], [0])])
def test_none_and_one(found, labels):
    assert paper_clusters(found).tolist() == labels


def test_table_puts_noise_last_and_frequent_strings_first():
    table = cluster_table(list("abacbbd"), np.array([1, 0, 1, 1, 0, 0, -1]))
    expected = pd.DataFrame(
        [[0, "b", 3], [1, "a", 2], [1, "c", 1], [-1, "d", 1]],
        columns=["cluster", "string", "count"],
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    assert list(cluster_table([], np.zeros(0)).columns) == ["cluster", "string", "count"]


def maff(seed: int) -> list[str]:
    """Subsets of planted TGCTGA(G/C)TCAGCA (often without its last bases) and GCTGAC-GCA-TTT."""
    rng = np.random.default_rng(seed)
    planted = {"TGCTGAGTCA": (900, 0.06), "TGCTGACTCA": (400, 0.06), "TGCTGASTCAGCA": (500, 0.1)}
    pieces = [
        strand(site(motif, rng, drop), rng)
        for motif, (count, drop) in planted.items()
        for _ in range(count)
    ]
    pieces += [site("GCTGACNNNGCANTTT", rng, drop=0.05) for _ in range(150)]
    pieces += [noise(rng) for _ in range(160)]
    return [sis_string(sequence_of(codes), np.flatnonzero(kept)) for codes, kept in pieces]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_maff_gives_two_clusters_and_aligned_merges_the_strands(seed):
    found = maff(seed)
    labels = paper_clusters(found)
    assert len(found) == 2110 and round(2110**0.5) == 46  # both as in the paper
    assert set(labels) == {-1, 0, 1}
    top = [text for text, _ in Counter(found).most_common(2)]
    assert sequence_of(reverse_complement_codes(codes_of(top[0]))) == top[1]
    one, other = (found.index(text) for text in top)
    assert Levenshtein.distance(*top) > 2  # neighbours only through others
    laid = aligned_clusters(found)
    assert laid.labels[one] == laid.labels[other] >= 0
    # one lies on the other
    assert laid.offsets[one] == laid.offsets[other] and laid.turned[one] != laid.turned[other]
    assert paper_clusters(top * 50).tolist() == [0, 1] * 50  # by themselves the paper's are two
