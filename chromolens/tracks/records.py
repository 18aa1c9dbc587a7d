"""Explain records (sequences without a genome), in one file that can be continued."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
from chromolens.models.batching import batches
from chromolens.runlog import progress
from chromolens.tracks.answers import (
    PER_WINDOW,
    answer,
    combine,
    default_windows,
    header_of,
    job_digest,
)
from chromolens.tracks.method import Method
from chromolens.tracks.partial import record, resumable
from chromolens.tracks.replicates import agreement

if TYPE_CHECKING:
    from chromolens.inputs.batches import Inputs
    from chromolens.models.model import Model

GROUP = "records"


def shard_of(count: int, part: int, parts: int) -> np.ndarray:
    """Places of part ``part`` (0-based) of ``count``, cut into ``parts`` nearly equal runs."""
    if not 0 <= part < parts:
        raise BadInput(f"part {part} of {parts} parts", expected="0 <= part < parts")
    return np.array_split(np.arange(count), parts)[part]


def explain_records(
    models: Sequence["Model"],
    inputs: "Inputs",
    rows: np.ndarray,
    path: str,
    *,
    method: Method,
    origin: scores.Origin,
    places: np.ndarray | None = None,
    records_at_once: int | None = None,
) -> None:
    """Write the scores file ``path`` (``scores.RECORDS``) of a fold's records.

    Parameters
    ----------
    models
        The replicates of one fold: contributions are their mean; with two or more, ``sd`` and
        ``sign`` are written too.
    rows : int (n,)
        Rows of ``inputs`` whose groups are test in that fold: all of them.
    places : int (m,), ascending
        Which of ``rows`` this shard explains (``shard_of``); all by default. A record's place
        among the fold's decides its row in a batch (see ``models.batching``), whatever the shards.
    records_at_once
        Memory, and how much a killed job loses. Changes no number.
    """
    places = np.arange(len(rows)) if places is None else places
    rows = rows[places]
    header = header_of(models, method, origin, {})
    ids = inputs.windows["id"].iloc[rows].tolist()
    tasks = len(method.tasks)
    size = records_at_once or default_windows(inputs.length, tasks, method.batch_size)
    create = _layout(header, ids, inputs.length, len(models))
    with resumable(path, job_digest(header, method, ids), create) as file:
        header.note_run(file)
        finished = int(file["finished"][0])
        work = [finished + block for block in batches(places[finished:], size)]
        for block in progress(work, total=len(work), what=origin.shard):
            here = slice(block[0], block[-1] + 1)
            onehot = inputs.onehot(rows[here])
            found = _explain(models, onehot, ids[here], places[here], method)
            for key, array in found.items():
                file[GROUP][key][:, here] = array
            record(file, file["finished"], 0, here.stop)


def _layout(
    header: scores.Header, ids: list[str], length: int, replicates: int
) -> Callable[[h5py.File], None]:
    """A function that lays out an empty file for the records ``ids``."""
    arrays = [*scores.RECORDS, *(scores.RECORD_AGREEMENT if replicates > 1 else ())]

    def create(file: h5py.File) -> None:
        header.write(file)
        lengths = {"task": len(header.tasks), "window": len(ids), "position": length}
        scores.create(file.create_group(GROUP), arrays, lengths)
        file[GROUP]["id"][:] = np.array(ids, dtype=object)
        finished = scores.Array("finished", "int64", ("shard",), "records", "explained so far")
        scores.create(file, [finished], {"shard": 1})

    return create


def _explain(
    models: Sequence["Model"],
    onehot: np.ndarray,
    ids: list[str],
    places: np.ndarray,
    method: Method,
) -> dict[str, np.ndarray]:
    """Arrays of ``scores.RECORDS`` for some records: (T, n, L) and (T, n)."""
    answers = [answer(model, onehot, ids, places, method) for model in models]
    found = agreement(np.stack([one["contributions"] for one in answers]))
    return found | {key: combine(key, np.stack([one[key] for one in answers]))
                    for key in PER_WINDOW}  # fmt: skip
