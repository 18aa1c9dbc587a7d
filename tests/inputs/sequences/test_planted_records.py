"""Records with planted motifs, read back from their table: what stands where in them."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.onehot import encode
from chromolens.inputs.records import read_source
from chromolens.inputs.sequences.planted import plant

WORDS = {"one": "TTACGCGTAATGA", "two": "GATTACAGG"}
TASKS = {"both": ["one", "two"], "alone": ["one"]}
ASKED = {
    "split": "test",
    "ppms": {name: encode(word) for name, word in WORDS.items()},
    "tasks": TASKS,
    "records": 900,
    "bases": 70,
    "seed": 5,
}


def planted(folder, **changes):
    path = folder / "records.tsv.gz"
    plant(path, **ASKED | changes)
    return path, pd.read_table(path, keep_default_na=False)


def places(table):
    """Of each record, (start, motif) of each instance."""
    rows = [[one.split("_") for one in row.split(",") if one] for row in table["where"]]
    return [[(int(start), motif) for start, motif in row] for row in rows]


def test_every_instance_stands_where_the_table_says_and_overlaps_no_other(tmp_path):
    _, table = planted(tmp_path)
    for sequence, row in zip(table["sequence"], places(table), strict=True):
        assert len(sequence) == 70
        taken = np.zeros(70, int)
        for start, motif in row:
            assert sequence[start : start + len(WORDS[motif])] == WORDS[motif]
            taken[start : start + len(WORDS[motif])] += 1
        assert taken.max() <= 1 and taken.sum() == sum(len(WORDS[motif]) for _, motif in row)


def test_a_record_is_positive_where_all_motifs_of_the_task_are(tmp_path):
    _, table = planted(tmp_path)
    held = [{motif for _, motif in row} for row in places(table)]
    assert table["alone"].tolist() == [int("one" in row) for row in held]
    assert table["both"].tolist() == [int(len(row) == 2) for row in held]


def test_motifs_are_independent_and_each_number_and_place_is_as_likely(tmp_path):
    _, table = planted(tmp_path, most=2, records=2000)
    rows = places(table)
    one = np.array([sum(motif == "one" for _, motif in row) for row in rows])
    two = np.array([sum(motif == "two" for _, motif in row) for row in rows])
    # five standard deviations of a share of 2,000 records, and of 1,000
    assert abs((one > 0).mean() - 1 / 2) < 0.056 and abs((two > 0).mean() - 1 / 2) < 0.056
    assert abs(((one > 0) & (two > 0)).mean() - 1 / 4) < 0.049
    assert abs((one[one > 0] == 2).mean() - 1 / 2) < 0.08
    alone = np.array([row[0][0] for row, n in zip(rows, one + two, strict=True) if n == 1])
    ends = 70 - np.array([len(WORDS[row[0][1]]) for row in rows if len(row) == 1])
    assert alone.min() == 0 and (alone == ends).any()
    assert abs((alone / ends).mean() - 1 / 2) < 5 * np.sqrt(1 / 12 / len(alone))


def test_the_seed_and_the_split_decide_what_is_drawn(tmp_path):
    sequences = [
        planted(tmp_path, **more)[1]["sequence"].tolist()
        for more in ({}, {}, {"seed": 6}, {"split": "train"})
    ]
    assert sequences[0] == sequences[1]
    assert not set(sequences[0]) & set(sequences[2]) and not set(sequences[0]) & set(sequences[3])


def test_bases_and_instances_are_drawn_at_their_frequencies(tmp_path):
    ppm = [[0.7, 0.1, 0.1, 0.1]] * 10
    _, table = planted(
        tmp_path, ppms={"a": ppm}, tasks={"t": ["a"]}, composition=[0.1, 0.2, 0.3, 0.4], most=1
    )
    inside, around = "", ""
    for sequence, row in zip(table["sequence"], places(table), strict=True):
        start = row[0][0] if row else 70
        inside += sequence[start : start + 10]
        around += sequence[:start] + sequence[start + 10 :]
    shares = [[text.count(base) / len(text) for base in "ACGT"] for text in (inside, around)]
    # five standard deviations of shares of some 4,500 and 58,000 bases
    np.testing.assert_allclose(shares[0], ppm[0], atol=0.035)
    np.testing.assert_allclose(shares[1], [0.1, 0.2, 0.3, 0.4], atol=0.011)


def test_the_table_is_a_source_of_records(tmp_path):
    path, table = planted(tmp_path)
    records = read_source({"table": str(path), "tasks": list(TASKS), "split": "test"})
    assert set(records["split"]) == {"test"}
    for column in ("id", "sequence", "both", "alone"):
        assert records[column].tolist() == table[column].tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": {"t": ["ona"]}}, "did you mean 'one'(.|\n)*inputs.simulated.planted.tasks"),
        ({"bases": 65}, "3 of each motif take 66 bp, and a record has 65(.|\n)*planted.most"),
        ({"composition": [0.5, 0.5, 0.5, 0.5]}, "add up to 1"),
    ],
)
def test_what_cannot_be_planted(tmp_path, changes, message):
    with pytest.raises(BadInput, match=message):
        planted(tmp_path, **changes)


def test_motifs_may_fill_a_record(tmp_path):
    _, table = planted(tmp_path, bases=66, records=200)
    assert max(len(row) for row in places(table)) == 6
