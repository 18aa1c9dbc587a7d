"""Explain records (sequences without a genome), in one file that can be continued."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import h5py
import numpy as np

from chromolens import scores
from chromolens.errors import BadInput
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
from chromolens.tracks.partial import Journal, Pace, Stretch, say_resumed, work_off
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
        Most records per block (``Pace``), for the memory. Changes no number.
    """
    places = np.arange(len(rows)) if places is None else places
    rows = rows[places]
    header = header_of(models, method, origin, {})
    ids = inputs.windows["id"].iloc[rows].tolist()
    tasks = len(method.tasks)

    def work(found: Journal) -> None:
        asked = replace(method, batch_size=found.rows)
        most = records_at_once or default_windows(inputs.length, tasks, found.rows)
        before = found.done.get(0, 0)
        say_resumed(origin.shard, before, len(places))
        blocks = Pace(found.rows, most).blocks(places[before:])
        told = {"total": len(places), "what": origin.shard, "before": before}
        for block in progress(blocks, weigh=len, **told):
            here = slice(before + block.start, before + block.stop)
            batch = inputs.arrays(rows[here])
            arrays = _explain(models, batch, ids[here], places[here], asked)
            found.add(Stretch(0, here.start, here.stop, arrays))
        with scores.written(path, header.after(found.runs)) as file:
            group = _laid_out(file, ids, inputs.length, len(models))
            for stretch in found.stretches():
                for key, array in stretch.arrays.items():
                    group[key][:, stretch.begin : stretch.end] = array

    work_off(path, job_digest(header, method, ids), method.batch_size, header.run, work)


def _laid_out(file: h5py.File, ids: list[str], length: int, replicates: int) -> h5py.Group:
    """The group of the records ``ids``, with its arrays reserved."""
    arrays = [*scores.RECORDS, *(scores.RECORD_AGREEMENT if replicates > 1 else ())]
    group = file.create_group(GROUP)
    lengths = {"task": len(file.attrs["tasks"]), "window": len(ids), "position": length}
    scores.create(group, arrays, lengths)
    group["id"][:] = np.array(ids, dtype=object)
    return group


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
