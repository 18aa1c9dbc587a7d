"""Inputs of the kind ``tokens``: labelled texts, as numbers of words or of DNA k-mers.

A window is a record: the numbers of its first ``length`` tokens, then padding. The numbers are the
same in all folds, so that results can be put side by side; which tokens a fold knows, its training
records say alone (``windows.Tokens.for_training``): to its networks every other is unknown.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.folds import check_folds
from chromolens.inputs.tokens.texts import read_source
from chromolens.inputs.tokens.vocabulary import Splitter, numbered, numbers_of
from chromolens.inputs.windows import Prepared, Tally, check_apart, check_roles, check_task

STAGES = ("tokens",)


def prepare(
    *,
    texts: Sequence[Mapping[str, object]],
    tasks: Sequence[str],
    length: int,
    kmer: int = 0,
    step: int = 1,
    lower: bool = True,
    min_records: int = 2,
    folds: pd.DataFrame | None = None,
    parts: int = 4,
    seed: int = 0,
) -> Prepared:
    """Make the windows of a study from labelled texts.

    - ``texts``: sources, as ``texts.read_source`` takes them.
    - ``tasks``: the labels; each is a class.
    - ``length`` (tokens): longer texts are cut at their end, shorter ones padded there.
    - ``kmer``, ``step`` (bases): texts are DNA, of which each token is ``kmer`` bases, one every
      ``step``; 0: tokens are words, or what a column ``tokens`` holds between blanks.
    - ``lower``: words are taken in lower case.
    - ``min_records``: tokens of fewer records are unknown.
    - ``folds``: folds table over the parts, checked if given. The vocabulary is made from the
      records that are training in any fold.
    - ``parts``: number of parts (part0, part1, ...) of records without a split of their own; all
      peaks of a chromosome go to one.
    - ``seed``: of the parts.

    Copies with the same label are merged, those with different labels all left out; so are texts
    without a token. All are counted, like texts that are cut and tokens that are unknown.
    """
    _check_settings(tasks, length, kmer, step)
    tally, split = Tally(), Splitter(kmer, step, lower)
    records = pd.concat([read_source(source, tasks) for source in texts], ignore_index=True)
    _check_ids(records)
    records["tokens"] = [_tokens(row, split) for row in records.itertuples()]
    empty = records["tokens"].str.len() == 0
    tally.add("text without a token", "", records["id"][empty])
    records = _unique(records[~empty], tally)
    long = records["tokens"].str.len() > length
    tally.add(f"kept, but cut to {length} tokens", "", records["id"][long])
    records["tokens"] = [tokens[:length] for tokens in records["tokens"]]
    records["group"] = [_group(row, parts, seed) for row in records.itertuples()]
    known = _training(records["group"], folds)
    vocabulary = numbers_of(records["tokens"][known], split, min_records)
    windows = _table(records, vocabulary, length, tasks, tally)
    if folds is not None:
        check_folds(folds, sorted(set(windows["group"])))
        check_apart(windows, folds)
        check_roles(windows, folds, tasks, tally)
    notes = {f"records of {task}": int(windows[task].sum()) for task in tasks}
    notes |= {"tokens in the vocabulary": len(vocabulary)}
    return Prepared(windows, tally.table(), notes)


def _check_settings(tasks: Sequence[str], length: int, kmer: int, step: int) -> None:
    for task in tasks:
        check_task(task, "the config, inputs.tasks")
    if len(set(tasks)) < max(2, len(tasks)):
        found = f"the classes are {', '.join(tasks) or 'none'}"
        raise BadInput(found, expected="two or more that differ")
    for name, value, least in (("length", length, 1), ("kmer", kmer, 0), ("step", step, 1)):
        if value < least:
            raise BadInput(f"{name} is {value}", expected=f"{least} or more")


def _check_ids(records: pd.DataFrame) -> None:
    for row in records[records["id"].duplicated()].head(1).itertuples():
        first = records[records["id"] == row.id]["where"].iloc[0]
        raise BadInput(
            f"two texts have the id {row.id!r}",
            expected="ids that differ",
            where=f"{first}; and {row.where}",
        )


def _tokens(record: object, split: Splitter) -> list[str]:
    if record.column == "tokens":
        return record.text.split()
    if (record.column == "sequence") != (split.kmer > 0):
        raise BadInput(
            f"the texts are {'DNA' if record.column == 'sequence' else 'words'}, and inputs.kmer "
            f"is {split.kmer}",
            expected="the length of a k-mer for a column sequence, 0 for words",
            where=record.where,
        )
    return split(record.text)


def _group(record: object, parts: int, seed: int) -> str:
    key = record.together or " ".join(record.tokens)
    return record.split or f"part{seed_of(key, seed) % parts}"


def _unique(records: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """The records without copies: the first of those that agree, none of those that don't."""
    keys = records["tokens"].map(" ".join)
    labels = records["label"].groupby(keys.to_numpy()).transform("nunique").to_numpy()
    copy = keys.duplicated() & (labels == 1)
    tally.add("same text as a record with another label", "", records["id"][labels > 1])
    tally.add("same text as another record", "", records["id"][copy])
    return records[(labels == 1) & ~copy].reset_index(drop=True)


def _training(groups: pd.Series, folds: pd.DataFrame | None) -> np.ndarray:
    """Which records are training in any fold, bool (n,)."""
    if folds is None:
        return np.ones(len(groups), bool)
    return groups.isin(folds.loc[folds["role"] == "training", "group"]).to_numpy()


def _table(
    records: pd.DataFrame,
    vocabulary: Mapping[str, int],
    length: int,
    tasks: Sequence[str],
    tally: Tally,
) -> pd.DataFrame:
    numbers = numbered(records["tokens"], vocabulary, length, tally)
    return pd.DataFrame(
        {
            "id": records["id"],
            "group": records["group"],
            "tokens": [" ".join(map(str, row)) for row in numbers],
            "text": records["tokens"].map(" ".join),
            **({"place": records["place"]} if records["place"].any() else {}),
            "role": "positive",
            "source": ",".join(tasks),
            **{task: (records["label"] == task).astype(float) for task in tasks},
        }
    )
