"""Traits, covariates, families: the windows table of inputs of the kind genotypes."""

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.folds import fold_table
from chromolens.inputs.genotypes import prepare
from chromolens.inputs.windows import read_windows, task_names, write_windows
from chromolens.tables.inputs import COVARIATES

NUMBER = 60
HEADER = ["id", "height", "ill", "sex", "batch", "age", "litter", "set", "mixed"]


@pytest.fixture
def rows():
    """A row per sample s0..s59: height, ill, sex, batch, age, litter, set, mixed."""
    rng = np.random.default_rng(5)
    return {
        f"s{i}": [
            f"{rng.normal():.6f}",
            str(i % 2),
            "FM"[i % 3 == 0],
            str(1 + i % 3),
            str(20 + i),
            f"l{i // 4}",
            "",
            "old" if i == 2 else str(i % 2),
        ]
        for i in range(NUMBER)
    }


@pytest.fixture
def ready(store, write_table, write_lines):
    """Prepare 60 samples with these rows of traits and settings."""
    rng = np.random.default_rng(1)
    cells = [[str(value) for value in row] for row in rng.integers(0, 3, (NUMBER, 7))]
    opened = store(**write_table(cells))

    def make(rows, name="traits.tsv", **settings):
        lines = ["\t".join([sample, *row]) for sample, row in rows.items()]
        traits = write_lines(name, ["\t".join(HEADER), *lines])
        return prepare(store=opened.path, **{"traits": traits, "tasks": ["height"], **settings})

    return make


def left_out(prepared):
    rows = prepared.dropped.itertuples(index=False, name=None)
    return {reason: (count, example) for reason, _, count, example in rows}


def test_samples_are_windows(ready, rows, tmp_path):
    turned = dict(reversed(rows.items()))
    prepared = ready(turned, tasks=["height", "ill"])
    windows = prepared.windows
    assert windows["id"].tolist() == list(rows) and windows["row"].tolist() == list(range(NUMBER))
    assert windows["height"].tolist() == [float(row[0]) for row in rows.values()]
    assert set(windows["source"]) == {"height,ill"} and task_names(windows) == ["height", "ill"]
    assert prepared.dropped.empty and prepared.covariates.columns.tolist() == ["id"]
    assert prepared.notes["samples"] == NUMBER and prepared.notes["markers"] == 7
    write_windows(windows, tmp_path / "windows.tsv.gz")
    read = read_windows(tmp_path / "windows.tsv.gz")
    pd.testing.assert_frame_equal(read, windows, check_dtype=False)


def test_who_is_left_out_is_counted(ready, rows):
    rows["s3"][0] = rows["s3"][1] = "NA"
    rows["s5"][0] = ""
    rows["s7"][2] = "."
    rows["s8"][5] = "-9"
    rows["x1"] = rows.pop("s9")
    prepared = ready(
        rows,
        tasks=["height", "ill"],
        covariates=["sex"],
        group_by="litter",
        missing=["-9"],
    )
    assert left_out(prepared) == {
        "sample without a row in the table of traits": (1, "s9"),
        "sample without genotypes": (1, "x1"),
        "sample without a trait": (1, "s3"),
        "sample without sex": (1, "s7"),
        "sample without litter": (1, "s8"),
    }
    windows = prepared.windows.set_index("id")
    assert NUMBER - len(windows) == 4 and windows["row"]["s59"] == 59
    assert windows["source"]["s5"] == "ill" and np.isnan(windows["height"]["s5"])
    assert prepared.covariates["id"].tolist() == windows.index.tolist()


def test_families_stay_together_and_the_rest_is_spread(ready, rows):
    groups = ready(rows, group_by="litter").windows.set_index("id")["group"]
    litters = pd.Series({sample: row[5] for sample, row in rows.items()})
    assert (groups.groupby(litters).nunique() == 1).all()
    assert set(groups) <= {f"part{i}" for i in range(5)} and groups.nunique() > 2
    # neither other samples nor their order matter
    few = dict(list(reversed(rows.items()))[:30])
    pd.testing.assert_series_equal(
        ready(few, group_by="litter").windows.set_index("id")["group"].sort_index(),
        groups[list(few)].sort_index(),
    )
    alone = ready(rows).windows.set_index("id")["group"]
    assert (alone.groupby(litters).nunique() > 1).any()
    assert ready(rows, seed=1).windows["group"].tolist() != alone.tolist()


def test_families_of_plink(store, write_plink, write_lines, rows, matrix):
    opened = store(**write_plink(matrix))
    traits = write_lines("t.tsv", ["id\theight", *(f"s{i}\t{i}" for i in range(12))])
    settings = {"store": opened.path, "traits": traits, "tasks": ["height"]}
    groups = prepare(**settings, group_by="family").windows["group"].tolist()
    assert groups[::2] == groups[1::2] and len(set(groups)) > 1
    with pytest.raises(BadInput, match="no column 'families'"):
        prepare(**settings, group_by="families")
    unknown = ["0", "0", *(f"f{i // 2}" for i in range(2, 12))]
    settings["store"] = store(**write_plink(matrix, fid=unknown)).path
    assert left_out(prepare(**settings, group_by="family")) == {"sample without family": (2, "s0")}


def test_a_split_is_a_group(ready, rows):
    for sample in list(rows)[:20]:
        rows[sample][6] = "held"
    windows = ready(rows, split="set").windows
    assert (windows["group"][:20] == "held").all() and not (windows["group"][20:] == "held").any()
    np.testing.assert_array_equal(windows["group"][20:], ready(rows).windows["group"][20:])
    ready(rows, split="set", group_by="litter")  # the first 20 are five whole litters
    rows["s20"][6] = "held"
    with pytest.raises(BadInput, match="family 'l5' stands in held and part(.|\n)*s20 ... s23"):
        ready(rows, split="set", group_by="litter")


def test_covariates_are_numbers_and_indicators(ready, rows, write_lines, tmp_path):
    named = {"covariates": ["sex", "batch", "age"], "categories": ["batch"]}
    prepared = ready(rows, **named)
    wanted = pd.DataFrame(
        {
            "id": list(rows),
            "sex=M": [float(row[2] == "M") for row in rows.values()],
            "batch=2": [float(row[3] == "2") for row in rows.values()],
            "batch=3": [float(row[3] == "3") for row in rows.values()],
            "age": [float(row[4]) for row in rows.values()],
        }
    )
    pd.testing.assert_frame_equal(prepared.covariates, wanted, check_dtype=False)
    tables.write(COVARIATES, prepared.covariates, tmp_path / "covariates.tsv.gz")
    read = tables.read(COVARIATES, tmp_path / "covariates.tsv.gz")
    pd.testing.assert_frame_equal(read, wanted, check_dtype=False)
    assert ready(rows, covariates=["batch"]).covariates["batch"].nunique() == 3
    own = write_lines(
        "own.csv", ["who,pc", *(f"{sample},{i}" for i, sample in enumerate(rows))][:-1]
    )
    prepared = ready(rows, covariates=["pc"], covariate_table=own)
    assert prepared.covariates["pc"].tolist() == list(range(NUMBER - 1))
    assert left_out(prepared) == {"sample without pc": (1, "s59")}


def test_a_covariate_of_one_value_is_none(ready, rows):
    for row in rows.values():
        row[2] = "F"
    assert ready(rows, covariates=["sex"]).covariates.columns.tolist() == ["id"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tasks": ["sex"]}, "sex of sample s0 is 'M'(.|\n)*traits.tsv, line 2, column sex"),
        ({"tasks": ["hight"]}, "no column 'hight'; did you mean 'height'"),
        ({"tasks": ["set"]}, "0 samples are left; left out: 60 sample without a trait"),
        ({"tasks": ["height"], "covariates": ["height"]}, "a trait and a covariate"),
        ({"covariates": ["litter2"]}, "no column 'litter2'; did you mean 'litter'"),
        ({"covariates": ["age"], "categories": ["age"]}, "age has 60 values in 60(.|\n)*group_by"),
        ({"sample_column": "name"}, "no column 'name'"),
        ({"sample_column": "sex"}, "sample 'F' stands there twice|sample 'M' stands there twice"),
        ({"parts": 0}, "0 parts"),
        ({"covariates": ["mixed"]}, "mixed of sample s2 is 'old'(.|\n)*line 4(.|\n)*`categories`"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_the_table(settings, words, ready, rows):
    with pytest.raises(BadInput, match=words):
        ready(rows, **settings)


def test_tables_that_cannot_be_right(ready, rows, write_lines):
    lines = ["id\theight", *(f"t{i}\t{i}" for i in range(5))]
    with pytest.raises(BadInput, match="no sample in common: s0, s1, s2, ...; and t0, t1, t2"):
        ready(rows, traits=write_lines("others.tsv", lines))
    with pytest.raises(BadInput, match="sample 's1' stands there twice(.|\n)*lines 2 and 4"):
        ready(rows, traits=write_lines("twice.tsv", ["id\theight", "s1\t1", "s2\t2", "s1\t1"]))
    with pytest.raises(BadInput, match="3 cells(.|\n)*expected: 2(.|\n)*line 3"):
        ready(rows, traits=write_lines("ragged.tsv", ["id\theight", "s1\t1", "s2\t2\t3"]))
    with pytest.raises(BadInput, match="one column, 'id height'(.|\n)*tabs or commas"):
        ready(rows, traits=write_lines("spaces.tsv", ["id height", "s1 1"]))
    with pytest.raises(BadInput, match="two columns are named 'height'"):
        ready(rows, traits=write_lines("same.tsv", ["id\theight\theight", "s1\t1\t2"]))
    with pytest.raises(BadInput, match="1 samples are left"):
        ready(rows, traits=write_lines("one.tsv", ["id\theight", "s1\t1"]))
    with pytest.raises(BadInput, match="trait height has 1 different values in 2 samples"):
        ready(rows, traits=write_lines("same.tsv", ["id\theight", "s1\t1", "s2\t1"]))


def test_folds_are_checked(ready, rows):
    folds = fold_table([[f"part{i}"] for i in range(5)])
    ready(rows, tasks=["height", "ill"], folds=folds)
    litters = {sample: row[5] for sample, row in rows.items()}
    for sample, row in rows.items():
        row[1] = str(int(litters[sample] == "l3"))  # the ill are one family
    with pytest.raises(BadInput, match="task ill has no positives"):
        ready(rows, tasks=["ill"], group_by="litter", folds=folds)
    for row in rows.values():
        row[5] = f"l{row[1]}"
    with pytest.raises(BadInput, match="no sample is in part.: 60 samples of 2 families"):
        ready(rows, group_by="litter", folds=folds)
