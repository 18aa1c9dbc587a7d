"""Inputs of the kind ``sequences``: labelled records without a genome around them.

A window is a record, cropped or padded, or (``step``) one of the stretches that it is cut into.

Records are shared out over parts, which take the place of chromosomes in the folds, by their
sequence: copies, on either strand, never stand in two parts.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import (
    UNKNOWN,
    codes_of,
    gc_content,
    reverse_complement_codes,
    sequence_of,
)
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import check_folds
from chromolens.inputs.leaks import shared_words
from chromolens.inputs.records import class_names, read_source
from chromolens.inputs.windows import Prepared, Tally, check_apart, check_roles

STAGES = ("windows", "motifs", "filters", "sis", "lexicon", "known_motifs")
_LEAK = 32  # bases of a word that two parts must not share unnoticed


def prepare(
    *,
    sequences: Sequence[Mapping[str, object]],
    folds: pd.DataFrame | None = None,
    parts: int = 4,
    length: int | None = None,
    step: int = 0,
    max_n: float = 0.1,
    pair_suffix: str | None = None,
    seed: int = 0,
) -> Prepared:
    """Make the windows of a study from labelled records.

    - ``sequences``: sources, as ``records.read_source`` takes them.
    - ``folds``: folds table over the parts (or splits), checked if given.
    - ``parts``: number of parts (part0, part1, ...) of records without a split of their own.
    - ``length`` (bp): crop or pad (with N) every sequence to it, about its middle; None expects
      that all have one length.
    - ``step`` (bp): cut every record into windows of ``length``, one every ``step``, instead; they
      are called ``ID:START-END`` and stay in one part. Records shorter than a window, and those of
      which bases are left over behind the last one, are counted. 0: a window is a record.
    - ``max_n``: largest share of letters other than A, C, G, T; records beyond are left out.
    - ``pair_suffix``: a record with the id of another and this suffix (a shuffle of it, such as
      "_shuf") goes to the other's part.
    - ``seed``: of the parts.

    A record has the role positive if any label is above 0, else negative; its ``source`` is then
    every task with a label. Copies with the same labels are merged, those with different labels
    all left out, and both are counted.
    """
    if not sequences:
        raise BadInput("there are no sequences", expected="one source or more")
    tally = Tally()
    classes = class_names(sequences)
    read = [read_source(source, classes) for source in sequences]
    records = pd.concat(read, ignore_index=True)
    tasks = [name for name in records if name not in ("id", "sequence", "split", "where")]
    _check_ids(records)
    records["record"] = records["id"]
    if step:
        records = _cut(read, records, length, step, tally)
    codes = _equal_codes(records, length)
    keep = (codes == UNKNOWN).mean(axis=1) <= max_n
    tally.add("too many N", "", records["id"][~keep])
    codes, records = codes[keep], records[keep].reset_index(drop=True)
    canonical = [_canonical(row) for row in codes]
    unique = _unique(records, canonical, tasks, tally)
    groups = _groups(records, canonical, parts, pair_suffix, seed)
    rows = np.flatnonzero(unique)
    windows = _table(records.iloc[rows], codes[rows], groups[rows], tasks)
    binary = [task for task in tasks if windows[task].dropna().isin([0, 1]).all()]
    if folds is not None:
        check_folds(folds, sorted(set(windows["group"])))
        check_apart(windows, folds)
        check_roles(windows, folds, binary, tally)
    word = min(_LEAK, codes.shape[1])
    windows["shared"] = shared_words(open_inputs(windows), word)["shared"].astype(int)
    return Prepared(windows, tally.table(), _notes(windows))


def _check_ids(records: pd.DataFrame) -> None:
    for row in records[records["id"].duplicated()].head(1).itertuples():
        first = records[records["id"] == row.id]["where"].iloc[0]
        raise BadInput(
            f"two records have the id {row.id!r}",
            expected="ids that differ",
            where=f"{first}; and {row.where}",
            remedy="rename the records of one of the files",
        )


def _cut(
    sources: list[pd.DataFrame], records: pd.DataFrame, length: int | None, step: int, tally: Tally
) -> pd.DataFrame:
    """The windows that ``records`` are cut into, a row each; BadInput for a source without any."""
    if not length or step < 1:
        raise BadInput(
            f"records are cut every {step} bp into windows of {length or 0} bp",
            expected="a length and a step of 1 or more",
            where="the config, inputs.length and inputs.step",
        )
    for source in sources:
        longest = source["sequence"].str.len().idxmax()
        if len(source["sequence"][longest]) < length:
            raise BadInput(
                f"all {len(source):,} records are shorter than a window of {length} bp; the "
                f"longest, {source['id'][longest]}, has {len(source['sequence'][longest])}",
                where=source["where"][longest],
                remedy="choose a smaller inputs.length, or leave inputs.step out: records are "
                "then padded",
            )
    lengths = records["sequence"].str.len()
    tally.add("shorter than a window", "", records["id"][lengths < length])
    over = (lengths >= length) & ((lengths - length) % step > 0)
    tally.add("kept, but for bases behind its last window", "", records["id"][over])
    numbers = np.where(lengths >= length, (lengths - length) // step + 1, 0)
    windows = records.loc[records.index.repeat(numbers)].reset_index(drop=True)
    starts = np.concatenate([np.arange(number) * step for number in numbers])
    places = list(zip(windows["record"], windows["sequence"], starts.tolist(), strict=True))
    windows["id"] = [f"{name}:{start}-{start + length}" for name, _, start in places]
    windows["sequence"] = [text[start : start + length] for _, text, start in places]
    return windows


def _equal_codes(records: pd.DataFrame, length: int | None) -> np.ndarray:
    """Return the codes of all records, (n, length)."""
    lengths = records["sequence"].str.len()
    usual = int(lengths.mode().iloc[0])
    for row in records[(lengths != usual) & (length is None)].head(1).itertuples():
        raise BadInput(
            f"record {row.id} has {len(row.sequence)} bases and most others have {usual}",
            expected="one length, or a length to crop and pad to",
            where=row.where,
        )
    if length is None:
        return codes_of("".join(records["sequence"])).reshape(len(records), usual)
    if length < 1:
        raise BadInput(f"sequences of {length} bases", expected="a length of 1 or more")
    return np.stack([_fitted(codes_of(text), length) for text in records["sequence"]])


def _fitted(codes: np.ndarray, length: int) -> np.ndarray:
    """Crop codes about their middle, or pad them with N on both sides."""
    start = max(0, (len(codes) - length) // 2)
    codes = codes[start : start + length]
    before = (length - len(codes)) // 2
    after = length - len(codes) - before
    return np.pad(codes, (before, after), constant_values=UNKNOWN)


def _canonical(codes: np.ndarray) -> bytes:
    """Return what a sequence and its reverse complement have in common: the smaller of both."""
    return min(codes.tobytes(), reverse_complement_codes(codes).tobytes())


def _unique(
    records: pd.DataFrame, canonical: list[bytes], tasks: list[str], tally: Tally
) -> np.ndarray:
    """Return which records stay, bool (n,): the first of copies that agree."""
    labels = list(records[tasks].itertuples(index=False, name=None))
    seen: dict[bytes, set[str]] = {}
    for key, row in zip(canonical, labels, strict=True):
        seen.setdefault(key, set()).add(repr(row))
    conflict = np.array([len(seen[key]) > 1 for key in canonical], dtype=bool)
    copy = pd.Series(canonical).duplicated().to_numpy() & ~conflict
    tally.add("same sequence as a record with other labels", "", records["id"][conflict])
    tally.add("same sequence as another record", "", records["id"][copy])
    return ~conflict & ~copy


def _groups(
    records: pd.DataFrame,
    canonical: list[bytes],
    parts: int,
    pair_suffix: str | None,
    seed: int,
) -> np.ndarray:
    """Return the group of each record: its split, or the part that its sequence hashes to."""
    if parts < 1:
        raise BadInput(f"{parts} parts", expected="1 or more")
    # windows that a record was cut into stay together
    cut = (records["record"] != records["id"]).any()
    keys = records["record"] if cut else [key.hex() for key in canonical]
    own = [
        split or f"part{seed_of(key, seed) % parts}"
        for split, key in zip(records["split"], keys, strict=True)
    ]
    if not pair_suffix:
        return np.array(own, dtype=object)
    by_id = dict(zip(records["record"], own, strict=True))
    partners = [name.removesuffix(pair_suffix) for name in records["record"]]
    pairs = zip(partners, own, strict=True)
    return np.array([by_id.get(partner, group) for partner, group in pairs], dtype=object)


def _table(
    records: pd.DataFrame, codes: np.ndarray, groups: np.ndarray, tasks: list[str]
) -> pd.DataFrame:
    labels = records[tasks].to_numpy(dtype=np.float64)
    positive = (np.nan_to_num(labels) > 0).any(axis=1)
    labelled = [",".join(np.array(tasks)[~row]) for row in np.isnan(labels)]
    columns = {
        "id": records["id"].to_numpy(),
        "group": groups,
        "sequence": [sequence_of(row) for row in codes],
        "role": np.where(positive, "positive", "negative"),
        "source": np.where(positive, labelled, "negative"),
        "gc": gc_content(codes).round(4),
        "shared": 0,
    }
    return pd.DataFrame(columns | dict(zip(tasks, labels.T, strict=True)))


def _notes(windows: pd.DataFrame) -> dict[str, float]:
    roles = {f"{role} records": int(n) for role, n in windows["role"].value_counts().items()}
    return roles | {
        "share of records that share a word": round(float(windows["shared"].mean()), 4)
    }
