"""Preparing labelled records: the forms they come in, copies, and parts."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import fold_table
from chromolens.inputs.sequences import prepare

OTHER = str.maketrans("ACGTN", "TGCAN")
FOLDS = fold_table([["part0"], ["part1"], ["part2"], ["part3"]])


def turned(text):
    return text.translate(OTHER)[::-1]


@pytest.fixture
def records():
    rng = np.random.default_rng(0)
    texts = ["".join(row) for row in rng.choice(list("ACGT"), (80, 40))]
    return {f"r{i}": (text, i % 2) for i, text in enumerate(texts)}


def fasta_lines(records, label=None):
    chosen = {name: text for name, (text, own) in records.items() if label in (None, own)}
    # Lines of 25 letters, so that a record takes two.
    return [
        line
        for name, text in chosen.items()
        for line in (f">{name} a comment", text[:25], text[25:])
    ]


def rows(records, divider="\t"):
    return [divider.join([name, text, str(label)]) for name, (text, label) in records.items()]


def table(write_lines, records, name="table.tsv", header=("id\tsequence\tlabel",)):
    return [{"table": write_lines(name, [*header, *rows(records)])}]


def test_every_form_gives_the_same_windows(write_lines, records):
    whole = write_lines("all.fa.gz", fasta_lines(records))
    labels = write_lines("all.target", [str(label) for _, label in records.values()])
    pairs = write_lines("two.target", [f"{label}\t{1 - label}" for _, label in records.values()])
    classes = [write_lines(f"class{i}/only.fa", fasta_lines(records, i)) for i in (0, 1)]
    folder = classes[1].rsplit("/", 1)[0]
    reordered = [f"{text}\t{label}\t{name}" for name, (text, label) in records.items()]
    forms = [
        table(write_lines, records),
        table(write_lines, records, "bare.tsv.gz", header=()),
        [{"table": write_lines("other.tsv", ["seq\tlabel\tname", *reordered])}],
        [{"fasta": whole, "labels": labels}],
        [{"fasta": whole, "labels": pairs, "tasks": ["label", "-"]}],
        [{"fasta": folder, "label": 1}, {"fasta": classes[0], "label": 0}],
    ]
    for sources in forms:
        windows = prepare(sequences=sources, folds=FOLDS).windows.set_index("id")
        assert {i: (row.sequence, row.label) for i, row in windows.iterrows()} == records
        assert {i: row.role for i, row in windows.iterrows()} == {
            name: "positive" if label else "negative" for name, (_, label) in records.items()
        }
        assert (
            windows["group"].to_dict()
            == prepare(sequences=forms[0]).windows.set_index("id")["group"].to_dict()
        )


def test_several_tasks_and_masks(write_lines):
    lines = [
        "name\tsequence\tnote\ta\tb",
        "x\tACGT\tw\t1\t",
        "y\tCCGT\tw\t0\t0",
        "z\tTTTG\tw\tNA\t2.5",
    ]
    source = {"table": write_lines("t.tsv", lines), "tasks": ["a", "b"]}
    windows = prepare(sequences=[source], parts=1).windows
    np.testing.assert_array_equal(windows[["a", "b"]], [[1, np.nan], [0, 0], [np.nan, 2.5]])
    assert windows["source"].tolist() == ["a", "negative", "b"]
    with pytest.raises(BadInput, match="the label of note is 'w'"):
        prepare(sequences=[{"table": source["table"]}])


def test_letters_are_upper_case_dna(write_lines):
    records = {"x": ("acgurNtt", 1), "y": ("GGGTTTCA", 0)}
    windows = prepare(sequences=table(write_lines, records), max_n=0.3, parts=1).windows
    assert windows["sequence"].tolist() == ["ACGTNNTT", "GGGTTTCA"]
    assert windows["gc"].tolist() == [round(2 / 6, 4), 0.5]


def test_too_many_n_are_dropped_and_counted(write_lines):
    records = {"x": ("ACGTNNTT", 1), "y": ("GGGTTTCA", 0)}
    prepared = prepare(sequences=table(write_lines, records), max_n=0.2, parts=1)
    assert prepared.windows["id"].tolist() == ["y"]
    assert prepared.dropped.values.tolist() == [["too many N", "", 1, "x"]]


def test_copies_are_merged_and_contradictions_dropped(write_lines, records):
    text = records["r3"][0]
    more = {
        "copy": (text, 1),
        "copy_rc": (turned(text), 1),
        "odd": (turned(records["r4"][0]), 1),
    }
    prepared = prepare(sequences=table(write_lines, records | more), folds=FOLDS)
    assert set(prepared.windows["id"]) == set(records) - {"r4"}
    assert prepared.dropped.values.tolist() == [
        ["same sequence as a record with other labels", "", 2, "r4"],
        ["same sequence as another record", "", 2, "copy"],
    ]


def test_a_part_depends_on_the_strand_free_sequence_and_the_seed_alone(write_lines, records):
    strands = {f"other{name}": (turned(text), y) for name, (text, y) in reversed(records.items())}
    parts = [
        prepare(sequences=table(write_lines, chosen), seed=seed).windows.set_index("id")["group"]
        for chosen, seed in ((records, 0), (strands, 0), (records, 1))
    ]
    assert set(parts[0]) == {f"part{i}" for i in range(4)}
    assert {f"other{name}": part for name, part in parts[0].items()} == parts[1].to_dict()
    assert parts[0].to_dict() != parts[2].to_dict()


def test_a_shuffle_goes_with_what_it_is_a_shuffle_of(write_lines, records):
    rng = np.random.default_rng(1)
    shuffles = {
        f"{n}_shuf": ("".join(rng.permutation(list(t))), 0) for n, (t, _) in records.items()
    }
    both = table(write_lines, records | shuffles)
    paired = prepare(sequences=both, pair_suffix="_shuf").windows.set_index("id")["group"]
    assert all(paired[name] == paired[f"{name}_shuf"] for name in records)
    free = prepare(sequences=both).windows.set_index("id")["group"]
    assert any(free[name] != free[f"{name}_shuf"] for name in records)
    assert all(free[name] == paired[name] for name in records)


def test_a_split_of_its_own_is_kept(write_lines, records):
    names = list(records)
    lines = [f"{row}\t{'ab'[i % 3 == 0]}" for i, row in enumerate(rows(records))]
    path = write_lines("t.tsv", ["id\tsequence\tlabel\tsplit", *lines])
    windows = prepare(sequences=[{"table": path}]).windows.set_index("id")
    assert windows["group"].to_dict() == {name: "ab"[i % 3 == 0] for i, name in enumerate(names)}
    extra = table(write_lines, {"new": ("ACGT" * 10, 1)}, "extra.tsv")[0] | {"split": "c"}
    windows = prepare(sequences=[{"table": path}, extra]).windows.set_index("id")
    assert windows.loc["new", "group"] == "c"


@pytest.mark.parametrize(
    ("length", "expected"), [(4, "CGTA"), (3, "CGT"), (9, "NACGTACNN"), (6, "ACGTAC")]
)
def test_cropped_and_padded_about_the_middle(write_lines, length, expected):
    sources = table(write_lines, {"x": ("ACGTAC", 1), "y": ("G" * length, 0)})
    windows = prepare(sequences=sources, length=length, max_n=1.0, parts=1).windows
    assert windows["sequence"].tolist() == [expected, "G" * length]


def test_words_shared_between_parts_are_marked(write_lines, records):
    (_, first), (_, second) = (records[name] for name in ("r0", "r1"))
    word = records["r0"][0][:36]
    likeness = {
        f"like{i}": (word + end, 1) for i, end in enumerate(["AAAA", "CCCC", "GGGT", "TTTA"])
    }
    windows = prepare(sequences=table(write_lines, records | likeness)).windows.set_index("id")
    family = windows.loc[["r0", *likeness]]
    assert family["group"].nunique() > 1 and family["shared"].eq(1).all()
    assert windows["shared"].sum() == 5


def test_a_part_without_a_class_is_refused(write_lines, records):
    with pytest.raises(BadInput, match="task label has no negatives"):
        prepare(
            sequences=table(write_lines, {name: (text, 1) for name, (text, _) in records.items()}),
            folds=FOLDS,
        )
    with pytest.raises(BadInput, match="'part3', which the inputs don't have"):
        prepare(sequences=table(write_lines, records), folds=FOLDS, parts=3)


def test_ctcf(mirror):
    folder = next((mirror / "raw.githubusercontent.com/gifford-lab/Keras-genomics").iterdir())
    sources = [
        {
            "fasta": str(folder / f"example/{name}.fa"),
            "labels": str(folder / f"example/{name}.target"),
            "tasks": ["bound", "-"],
        }
        for name in ("test", "valid")
    ]
    windows = prepare(sequences=sources, folds=FOLDS, pair_suffix="_shuf").windows
    # 9,823 + 500 bound of 19,544 + 1,000 (the data's README); a shuffle is never bound.
    assert len(windows) == 20544 and windows["bound"].sum() == 10323
    assert (windows["id"].str.endswith("_shuf") == (windows["bound"] == 0)).all()
    assert set(windows["sequence"].str.len()) == {101}
    groups = windows.set_index("id")["group"]
    pairs = [name for name in groups.index if f"{name}_shuf" in groups.index]
    assert len(pairs) > 1000
    assert (
        groups[pairs].to_numpy() == groups[[f"{name}_shuf" for name in pairs]].to_numpy()
    ).all()
    assert groups.value_counts().min() > 0.24 * len(windows)
