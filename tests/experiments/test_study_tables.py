"""Experiments of a study: whose networks are asked, on what, and what the tables say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from toys import FIRST, SECOND, detector, random_words

from chromolens.errors import BadInput
from chromolens.experiments import backgrounds, study
from chromolens.experiments.chosen import Experiments, pairs_of_study
from chromolens.experiments.motifs import motif_of
from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds, fold_table
from chromolens.inputs.windows import Tally

MOTIFS = [motif_of(FIRST, "one"), motif_of(SECOND, "two")]
GROUPS = ["part0", "part1", "part2"]
FOLDS = Folds.of_table(fold_table([[group] for group in GROUPS]))
ASKED = Experiments(count=9, pair_count=6, places=3, gap=4)
OPTIONS = {"task": "bound", "target": "logit", "max_p": 1e-4, "seed": 0}


def records(words: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"id": [f"r{i}" for i in range(len(words))], "sequence": words})
    table["group"] = [GROUPS[i % 3] for i in range(len(words))]
    table["role"] = ["positive" if i % 4 == 0 else "negative" for i in range(len(words))]
    return table.assign(source="bound", gc=0.5, bound=(table["role"] == "positive").astype(float))


WINDOWS = records(random_words(36))
INPUTS = open_inputs(WINDOWS)


@pytest.fixture(scope="module")
def models():
    """Each fold's network has weights of its own: 2, 4 and 6 for the first word, 8 for both."""
    weights = [{FIRST: 2.0 * (i + 1), (FIRST, SECOND): 8.0} for i in range(3)]
    made = [detector([FIRST, SECOND], one) for one in weights]
    return {f"fold{i}": [model] for i, model in enumerate(made)}


def test_each_background_is_asked_of_the_fold_that_never_saw_it(models):
    table, dropped = study.marginal_effects(models, INPUTS, FOLDS, MOTIFS, ASKED, **OPTIONS)
    assert table["motif"].tolist() == ["one"] * 3 + ["two"] * 3 and not len(dropped)
    one = table[table["motif"] == "one"]
    # half of the weights, as one strand of two reads it; means over three folds of three
    assert one["effect"].to_numpy() == pytest.approx([2.0] * 3, abs=1e-4)
    assert one["fold_sd"].to_numpy() == pytest.approx([1.0] * 3, abs=1e-4)
    assert one["offset"].tolist() == [-26.5, -0.5, 26.5] and one["start"].tolist() == [0, 26, 53]
    assert (one["low"] < one["effect"]).all() and (one["high"] > one["effect"]).all()
    assert table.loc[table["motif"] == "two", "effect"].to_numpy() == pytest.approx(
        [0] * 3, abs=1e-4
    )
    assert set(table["letters"]) == {FIRST, SECOND} and set(table["backgrounds"]) == {9}


def test_replicates_are_averaged(models):
    both = {fold: [own[0], models["fold0"][0]] for fold, own in models.items()}
    table, _ = study.marginal_effects(both, INPUTS, FOLDS, MOTIFS[:1], ASKED, **OPTIONS)
    assert table["effect"].to_numpy() == pytest.approx([1.5] * 3, abs=1e-4)


def test_curves_of_a_pair_and_what_is_said_of_them(models):
    gaps, pairs, dropped = study.spacings(models, INPUTS, FOLDS, MOTIFS, ASKED, **OPTIONS)
    assert not len(dropped) and len(gaps) == 5 * 5 and len(pairs) == 5
    by = {name: own for name, own in gaps.groupby("arrangement")}
    for name, expected in {"first_second": 4, "second_first": 4, "facing": 0, "all": 2}.items():
        assert by[name]["interaction"].to_numpy() == pytest.approx([expected] * 5, abs=1e-4)
    assert by["first_second"]["joint"].to_numpy() == pytest.approx([6.0] * 5, abs=1e-4)
    assert by["all"]["gap"].tolist() == [0, 1, 2, 3, 4]
    told = pairs.set_index("arrangement").loc["all"]
    assert told["mean"] == pytest.approx(2, abs=1e-4) and np.isnan(told["wave_p"])


def test_backgrounds_are_those_of_their_windows_whatever_else_is_asked():
    options = {"kind": "shuffles", "seed": 3}
    whole = backgrounds.draw(INPUTS, FOLDS, MOTIFS, count=36, **options)
    part = backgrounds.draw(INPUTS, FOLDS, MOTIFS, count=7, **options)
    some = open_inputs(WINDOWS.iloc[5:29])
    again = backgrounds.draw(some, FOLDS, MOTIFS, count=24, **options)
    known = dict(zip(whole.ids, whole.codes, strict=True))
    assert len(known) == 36 and pd.Series(part.folds).value_counts().max() == 3
    for found in (part, again):
        for name, codes in zip(found.ids, found.codes, strict=True):
            assert np.array_equal(codes, known[name])
    words = WINDOWS.set_index("id")["sequence"]
    home = WINDOWS.set_index("id")["group"]
    for name, codes, fold in zip(whole.ids, whole.codes, whole.folds, strict=True):
        word = sequence_of(codes)
        assert word != words[name] and FOLDS.groups(fold, "test") == [home[name]]
        assert sorted(a + b for a, b in zip(word, word[1:], strict=False)) == sorted(
            a + b for a, b in zip(words[name], words[name][1:], strict=False)
        )


def test_natural_backgrounds_are_negatives_without_the_motif():
    table = WINDOWS.copy()
    held = table.index[table["role"] == "negative"][:5]
    table.loc[held, "sequence"] = [FIRST + word[7:] for word in table.loc[held, "sequence"]]
    table.loc[held[0], "sequence"] = "N" + table.loc[held[0], "sequence"][1:]
    inputs = open_inputs(table)
    found = backgrounds.draw(inputs, FOLDS, MOTIFS, kind="natural", count=99)
    assert len(found.ids) == 27 - 5 and set(table.loc[held, "id"]).isdisjoint(found.ids)
    assert {key[0]: row[0] for key, row in found.left_out.rows.items()} == {
        "holds a motif": 4, "holds bases that aren't known": 1,
    }  # fmt: skip
    for name, codes in zip(found.ids, found.codes, strict=True):
        row = table.set_index("id").loc[name]
        assert row["role"] == "negative" and np.array_equal(codes, codes_of(row["sequence"]))


def test_a_background_that_can_not_avoid_the_motif():
    with pytest.raises(BadInput, match="none of 36 windows(.|\n)*holds a motif in each of 20"):
        backgrounds.draw(INPUTS, FOLDS, [motif_of("AC")], kind="shuffles", count=9)


def test_what_can_not_be_tried_is_counted(models):
    motifs = [*MOTIFS, motif_of("ACGT" * 20, "long"), motif_of("A" * 8, "flat"), motif_of("ACG")]
    table, dropped = study.marginal_effects(models, INPUTS, FOLDS, motifs, ASKED, **OPTIONS)
    assert table["motif"].unique().tolist() == ["one", "two"]
    told = dict(zip(dropped["example"], dropped["reason"], strict=True))
    assert list(told) == ["ACG", "long", "flat"]
    assert "by chance" in told["ACG"] and "80 bp doesn't fit" in told["long"]
    assert "whatever order" in told["flat"]
    wide = replace(ASKED, gap=50)
    gaps, pairs, left = study.spacings(models, INPUTS, FOLDS, MOTIFS, wide, **OPTIONS)
    assert not len(gaps) and not len(pairs) and left["example"].tolist() == ["one + two"]


def test_a_lexicon_without_motifs(models):
    for function in (study.marginal_effects, study.spacings):
        tables = function(models, INPUTS, FOLDS, [], ASKED, **OPTIONS)
        assert [len(table) for table in tables] == [0] * len(tables)


def test_pairs_by_name_and_those_that_are_not_there():
    motifs = [*MOTIFS, motif_of("TTTTACA", "three")]
    tally = Tally()
    asked = Experiments(pairs=[["ONE", "two"], ["one", "one"], ["one", "tree"]])
    found = pairs_of_study(motifs, asked, tally)
    assert [(a.motif, b.motif) for a, b in found] == [("one", "two"), ("one", "one")]
    table = tally.table()
    assert "did you mean 'three'" in table["reason"][0] and table["example"][0] == "one + tree"
    every = pairs_of_study(motifs, Experiments(paired=2), tally)
    assert [(a.motif, b.motif) for a, b in every] == [("one", "two")]
