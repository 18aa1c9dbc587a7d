"""Folders of FASTA per class, their long records cut into windows; classes that are simulated."""

import re

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import fold_table
from chromolens.inputs.records import class_names, fasta_records
from chromolens.inputs.sequences import prepare
from chromolens.inputs.sequences.simulated import simulate

SPLITS = ("train", "validation", "test")
FOLDS = fold_table([["test"]], [["validation"]], ["train"])


@pytest.fixture
def bases():
    rng = np.random.default_rng(3)
    return lambda count: "".join(rng.choice(list("ACGT"), count))


@pytest.fixture
def folders(tmp_path, bases):
    """Two classes, a folder for each and split, with two files of a record of the same id."""
    sources = []
    for split in SPLITS:
        for name in ("rich", "even"):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            for number in (1, 2):
                (folder / f"file{number}.fasta").write_text(f">genome some words\n{bases(53)}\n")
            sources.append({"fasta": str(folder), "class": name, "split": split})
    return sources


def cut(sources, **settings):
    return prepare(sequences=sources, **{"folds": FOLDS, "length": 20, "step": 15} | settings)


def test_windows_are_the_stretches_of_their_records(folders):
    windows = cut(folders).windows
    assert len(windows) == 3 * 2 * 2 * 3  # 0-20, 15-35 and 30-50 of 53 bp
    assert windows["id"].is_unique
    for row in windows.itertuples():
        place, _, stretch = row.id.rpartition(":")
        start, end = map(int, stretch.split("-"))
        split, name, file, record = place.split("/")
        source = next(s for s in folders if (s["split"], s["class"]) == (split, name))
        ((found, text, _),) = fasta_records(f"{source['fasta']}/{file}.fasta")
        assert (found, record, text[start:end]) == ("genome", "genome", row.sequence)
        assert (row.group, row.rich, row.even) == (split, name == "rich", name == "even")
        assert start in (0, 15, 30) and end - start == 20


def test_each_class_is_a_task_in_the_order_of_the_config(folders):
    assert class_names(folders) == ["rich", "even"]
    assert list(cut(folders).windows.columns)[-2:] == ["rich", "even"]


def test_what_fills_no_window_is_counted(tmp_path, folders, bases):
    folder = tmp_path / "train" / "rich"
    (folder / "file3.fa").write_text(f">short\n{bases(19)}\n>whole\n{bases(35)}\n")
    dropped = cut(folders).dropped.set_index("reason")["count"].to_dict()
    assert dropped == {
        "shorter than a window": 1,
        "kept, but for bases behind its last window": 12,  # 53 bp are 50 and three more
    }


def test_windows_of_a_record_stay_in_one_part(folders):
    free = [{key: value for key, value in one.items() if key != "split"} for one in folders[:2]]
    windows = cut(free, folds=None, parts=40).windows
    records = windows["id"].str.rsplit(":", n=1).str[0]
    assert windows.groupby(records)["group"].nunique().eq(1).all()
    assert windows["group"].nunique() > 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"length": 54}, "all 2 records are shorter than a window of 54 bp(.|\n)*file1.fasta"),
        ({"length": None}, "windows of 0 bp"),
        ({"step": -1}, "every -1 bp"),
    ],
)
def test_records_that_give_no_windows(folders, settings, message):
    with pytest.raises(BadInput, match=message):
        cut(folders, **settings)


def test_a_class_without_records(folders, tmp_path):
    empty = tmp_path / "none"
    empty.mkdir()
    with pytest.raises(BadInput, match="no FASTA file"):
        cut([*folders, {"fasta": str(empty), "class": "third", "split": "train"}])
    (empty / "empty.fa").write_text("")
    with pytest.raises(BadInput, match="class third has no records"):
        cut([*folders, {"fasta": str(empty), "class": "third", "split": "train"}])


def test_a_class_that_is_absent_from_a_split(folders):
    with pytest.raises(BadInput, match="task rich has no negatives(.|\n)*validation"):
        cut([one for one in folders if (one["class"], one["split"]) != ("even", "validation")])


def test_classes_and_other_labels_are_not_mixed(folders):
    with pytest.raises(BadInput, match="has none"):
        cut([*folders[:-1], {"fasta": folders[-1]["fasta"], "label": 1, "split": "test"}])
    with pytest.raises(BadInput, match="rich is the only class"):
        cut([one for one in folders if one["class"] == "rich"])


def test_simulated_records_have_their_class_frequencies_and_nothing_else_decides(tmp_path):
    asked = {"name": "rich", "frequencies": [0.1, 0.4, 0.4, 0.1], "records": 3, "bases": 10_000}
    for path, split, seed in (("a", "train", 1), ("b", "train", 1), ("c", "test", 1)):
        simulate(tmp_path / path, split=split, seed=seed, **asked)
    text = {name: (tmp_path / name).read_text() for name in "abc"}
    assert text["a"] == text["b"] != text["c"]
    records = list(fasta_records(str(tmp_path / "a")))
    assert [name for name, *_ in records] == ["1", "2", "3"]
    for _, letters, _ in records:
        shares = [letters.count(base) / 10_000 for base in "ACGT"]
        # four standard deviations of a share of 10,000 draws
        np.testing.assert_allclose(shares, asked["frequencies"], atol=0.02)
    with pytest.raises(BadInput, match=r"sum to 0.9(.|\n)*classes.rich"):
        simulate(tmp_path / "d", split="test", **asked | {"frequencies": [0.1, 0.4, 0.3, 0.1]})


def test_each_record_holds_one_of_its_words_and_an_n_leaves_what_is_there(tmp_path):
    asked = {"name": "rich", "split": "test", "frequencies": [0.25] * 4, "records": 9, "bases": 40}
    simulate(tmp_path / "plain", **asked)
    simulate(tmp_path / "words", words=["GATTACANNSCAT", "CCGGWCC"], **asked)
    read = [list(fasta_records(str(tmp_path / name))) for name in ("plain", "words")]
    places = set()
    for number, ((_, before, _), (_, after, _)) in enumerate(zip(*read, strict=True)):
        word = re.compile("CCGG[AT]CC" if number % 2 else "GATTACA..[CG]CAT")
        at = word.search(after)
        changed = {place for place in range(40) if before[place] != after[place]}
        free = {at.start() + 7, at.start() + 8} if number % 2 == 0 else set()
        assert changed <= set(range(*at.span())) - free
        places.add(at.start())
    assert len(places) > 3
