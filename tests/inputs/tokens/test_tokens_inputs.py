"""Preparing labelled texts: words and k-mers, the vocabulary, what is left out, folds."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.drawing import by_fold
from chromolens.inputs.folds import Folds, fold_table
from chromolens.inputs.tokens import prepare
from chromolens.inputs.tokens.kmers import bases_of
from chromolens.inputs.tokens.vocabulary import counted
from chromolens.inputs.windows import read_windows, write_windows

FOLDS = fold_table([["part0"], ["part1"], ["part2"], ["part3"]])
CLASSES = {"tasks": ["sport", "money"], "length": 6}


@pytest.fixture
def texts():
    """Sixty texts of four or five of twelve words; the last two words are of one class each."""
    rng = np.random.default_rng(0)
    rows = {}
    for i, first in enumerate(rng.permutation(list(permutations(range(10), 3)))[:60]):
        words = [f"w{number}" for number in first] + ["w0"] * (i % 2)
        rows[f"t{i}"] = ([*words, ("goal", "bank")[i % 2]], list(CLASSES["tasks"])[i % 2])
    return rows


def table(write_lines, texts, column="text", header="id\t{}\tlabel"):
    lines = [f"{name}\t{' '.join(words)}\t{label}" for name, (words, label) in texts.items()]
    return [{"table": write_lines("texts.tsv", [header.format(column), *lines])}]


def in_words(windows, vocabulary):
    names = dict(zip(vocabulary["number"], vocabulary["token"], strict=True))
    numbers = [list(map(int, text.split())) for text in windows["tokens"]]
    return [[names.get(number, str(number)) for number in row] for row in numbers]


def test_words_become_numbers_padded_at_the_end(write_lines, texts, tmp_path):
    prepared = prepare(texts=table(write_lines, texts), folds=FOLDS, **CLASSES)
    windows = prepared.windows.set_index("id")
    counts = Counter(word for words, _ in texts.values() for word in words)
    vocabulary = counted(prepared.windows, {f"part{i}" for i in range(4)})
    assert vocabulary["count"].tolist() == sorted(counts.values(), reverse=True)
    assert vocabulary["number"].tolist() == list(range(2, 2 + len(counts)))
    assert dict(zip(vocabulary["token"], vocabulary["count"], strict=True)) == counts
    goal = vocabulary.set_index("token").loc["goal"]
    assert (goal["count"], goal["records"]) == (30, 30)
    assert counted(prepared.windows, {"part0"})["count"].sum() < vocabulary["count"].sum()
    found = dict(zip(windows.index, in_words(windows, vocabulary), strict=True))
    assert found == {t: words + ["0"] * (6 - len(words)) for t, (words, _) in texts.items()}
    assert {t: row.sport for t, row in windows.iterrows()} == {
        t: float(label == "sport") for t, (_, label) in texts.items()
    }
    write_windows(prepared.windows, tmp_path / "windows.tsv.gz")
    inputs = open_inputs(read_windows(tmp_path / "windows.tsv.gz"))
    assert (inputs.length, inputs.channels, inputs.tasks) == (6, 2 + len(counts), CLASSES["tasks"])
    read = inputs.arrays(np.array([3, 0]))
    assert read.dtype == np.int32
    expected = [prepared.windows["tokens"].iloc[row].split() for row in (3, 0)]
    np.testing.assert_array_equal(read, np.array(expected, int))


def test_every_form_gives_the_same_windows(write_lines, texts, tmp_path):
    (tmp_path / "corpus").mkdir()
    for name, (words, label) in texts.items():
        path = write_lines(f"corpus/{label}/{name}", [" ".join(words[:2]), " ".join(words[2:])])
    forms = [
        table(write_lines, texts, "tokens"),
        [{"table": write_lines("t.csv", ["label,id,text", *(
            f'{label},{t},"{", ".join(words).upper()}!"' for t, (words, label) in texts.items()
        )])}],
        [{"folder": path.rsplit("/", 2)[0]}],
    ]  # fmt: skip
    expected = prepare(texts=table(write_lines, texts), **CLASSES).windows
    expected = expected.set_index("id").sort_index()
    for form in forms:
        found = prepare(texts=form, **CLASSES).windows
        found["id"] = found["id"].str.rsplit("/").str[-1]
        found = found.set_index("id").sort_index()
        assert found.equals(expected)


def test_left_outs_are_counted(write_lines, texts):
    first = texts["t0"][0]
    texts |= {"empty": (["..."], "money"), "copy": (first, "sport")}
    texts |= {"long": ([*"abcdefghi"], "sport"), "other": (texts["t1"][0], "sport")}
    prepared = prepare(texts=table(write_lines, texts), **CLASSES)
    dropped = prepared.dropped.set_index("reason")[["count", "example"]]
    assert dropped.T.to_dict("list") == {
        "text without a token": [1, "empty"],
        "same text as a record with another label": [2, "t1"],
        "same text as another record": [1, "copy"],
        "kept, but cut to 6 tokens": [1, "long"],
        "tokens outside the vocabulary, taken as unknown": [6, "a"],
    }
    assert len(prepared.windows) == 60 - 1 + 1
    long = prepared.windows.set_index("id").loc["long"]
    assert (long["tokens"], long["text"]) == ("1 1 1 1 1 1", "a b c d e f")


def test_a_fold_knows_the_tokens_of_its_training_records(write_lines, texts):
    texts["t60"] = (["rare", "w1", "w2", "goal"], "sport")
    texts["t61"] = (["w2", "rare", "w1", "goal"], "sport")
    chosen = CLASSES | {"min_records": 1}
    inputs = open_inputs(prepare(texts=table(write_lines, texts), **chosen).windows)
    own = inputs.windows.set_index("id")["group"]
    rows = np.flatnonzero(inputs.windows["id"].isin(["t60", "t61"]))
    everything = inputs.arrays(rows)
    assert (everything > 1).sum() == 8
    theirs = {own["t60"], own["t61"]}
    others = [group for group in own.unique() if group not in theirs]
    seen = inputs.for_training(others).arrays(rows)
    np.testing.assert_array_equal(seen == 1, [[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]])
    np.testing.assert_array_equal(inputs.for_training(theirs).arrays(rows), everything)
    shares = inputs.frequencies(rows)
    assert shares[0] == 0 and sum(shares) == pytest.approx(1)
    assert shares[everything[0, 0]] == pytest.approx(2 / 8)


def test_kmers(write_lines):
    rng = np.random.default_rng(0)
    rows = {f"s{i}": (["".join(rng.choice(list("acgt"), 9))], ("x", "y")[i % 2]) for i in range(9)}
    rows["s0"][0][0] = "acgNtacgt"
    chosen = {"tasks": ["x", "y"], "length": 3, "kmer": 3, "step": 2, "min_records": 1}
    prepared = prepare(texts=table(write_lines, rows, "sequence"), **chosen)
    windows = prepared.windows.set_index("id")
    for name, (sequence, _) in rows.items():
        bases = sequence[0].upper()
        assert windows.loc[name, "text"].split() == [bases[i : i + 3] for i in (0, 2, 4)]
    assert windows.loc["s0", "tokens"].split()[1] == "1"
    vocabulary = counted(prepared.windows, set(windows["group"]))
    assert "GNT" not in set(vocabulary["token"]) and "ACG" in set(vocabulary["token"])


def test_kmers_are_mapped_back_to_bases():
    letters, shares = bases_of(["ACG", "GTT", "TAA"], np.array([3.0, 6.0, -3.0]), step=2)
    assert letters == "ACGTTAA"
    np.testing.assert_allclose(shares, [1, 1, 1 + 2, 2, 2 - 1, -1, -1])
    letters, shares = bases_of(["AC", "GT"], np.array([2.0, 4.0]), step=3)
    assert letters == "ACNGT"
    np.testing.assert_allclose(shares, [1, 1, np.nan, 2, 2])


@pytest.mark.parametrize(
    ("column", "row", "changed", "message"),
    [
        ("text", "x\tgood words\tmusic", {}, "(?s)label 'music'.*sport, money.*line 2"),
        ("words", "x\tgood words\tsport", {}, "(?s)no column 'text', but id, words.*sequence"),
        ("text", "\tgood words\tsport", {}, "(?s)the id ''.*line 2"),
        ("text", "t1\tgood words\tsport", {}, "(?s)two texts have the id 't1'.*line 2.*line 4"),
        ("text", "x\tACGTAC\tsport", {"kmer": 3}, "(?s)texts are words, and inputs.kmer is 3"),
        ("sequence", "x\tACGTAC\tsport", {}, "(?s)texts are DNA, and inputs.kmer is 0"),
        ("text", "x\tgood words\tsport", {"tasks": ["sport"]}, "(?s)classes are sport.*two"),
        ("text", "x\tgood words\tsport", {"length": 0}, "length is 0"),
        ("text", "x\tgood words\tsport", {"min_records": 99}, "(?s)no token stands in 99"),
    ],
)
def test_bad_texts(write_lines, texts, column, row, changed, message):
    rest = [f"{t}\t{' '.join(words)}\t{label}" for t, (words, label) in texts.items()]
    path = write_lines("texts.tsv", [f"id\t{column}\tlabel", row, *rest])
    with pytest.raises(BadInput, match=message):
        prepare(texts=[{"table": path}], **(CLASSES | changed))


def test_peaks_of_a_genome_are_texts_that_stay_with_their_chromosome(write_fasta, write_lines):
    rng = np.random.default_rng(0)
    sequences = {f"chr{i}": "".join(rng.choice(list("ACGT"), 400)) for i in "ABCDEF"}
    fasta = write_fasta(sequences)
    sources = []
    for label, first in (("x", 40), ("y", 45)):
        rows = [f"{c}\t{s}\t{s + 2}" for c in "ABCDEF" for s in range(first, 400, 50)]
        bed = write_lines(f"{label}.bed", [*rows, "A\t0\t2", "other\t50\t52"])
        names = {c: f"chr{c}" for c in "ABCDEF"} | {"other": None}
        source = {"peaks": bed, "fasta": fasta, "width": 9, "label": label}
        sources.append(source | {"chromosome_names": names})
    chosen = {"tasks": ["x", "y"], "length": 4, "kmer": 6, "min_records": 1}
    prepared = prepare(texts=sources, **chosen)
    windows = prepared.windows.set_index("id")
    assert len(windows) == 6 * (8 + 7)
    for name, row in windows.iterrows():
        label, chrom, place = name.split(":")
        start, end = map(int, place.split("-"))
        bases = sequences[chrom][start:end]
        assert row["text"].split() == [bases[i : i + 6] for i in range(4)]
        assert row["place"] == f"{chrom}:{place}"
        assert row[label.split(".")[0]] == 1 and (start + 4 - 41) % 5 == 0
    chroms = windows.index.str.split(":").str[1]
    assert windows["group"].groupby(chroms).nunique().eq(1).all()
    assert windows["group"].nunique() > 1
    dropped = prepared.dropped.set_index("reason").loc["text without a token"]
    assert (dropped["count"], dropped["example"]) == (2 + 6, "x.49:chrA:-3-6")


def test_references_drawn_from_texts_are_tokens(write_lines, texts):
    inputs = open_inputs(prepare(texts=table(write_lines, texts), folds=FOLDS, **CLASSES).windows)
    folds = Folds.of_table(FOLDS)
    rows = folds.rows(inputs.windows, "fold0", "test")[:5]
    ids = inputs.windows["id"].iloc[rows].tolist()
    drawn = by_fold("other_class", inputs, folds, count=2, seed=0)["fold0"]
    found = drawn(inputs.arrays(rows), ids, "sport")
    assert found.shape == (5, 2, 6) and found.dtype == np.int32
    training = folds.rows(inputs.windows, "fold0", "training")
    others = [training[inputs.labels(training, ["sport"])[:, 0] != own]
              for own in inputs.labels(rows, ["sport"])[:, 0]]  # fmt: skip
    for each, theirs in zip(found, others, strict=True):
        known = {tuple(row) for row in inputs.arrays(theirs)}
        assert all(tuple(reference) in known for reference in each)
    with pytest.raises(BadInput, match="(?s)tokens have no mean.*background"):
        by_fold("mean", inputs, folds, count=1, seed=0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"folder": "nowhere"}, "(?s)no such folder.*nowhere"),
        ({"folder": "."}, "there are no texts"),
        ({"table": "a.tsv", "label": "x"}, "(?s)source of texts with table, label.*peaks, fasta"),
        ({}, "a source of texts with nothing"),
    ],
)
def test_bad_sources(tmp_path, monkeypatch, source, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=message):
        prepare(texts=[source], **CLASSES)
