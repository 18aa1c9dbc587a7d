"""Random records with motifs planted into them, and tasks that ask which motifs a record holds.

Each motif is in half of the records, whatever the others are, so that as many hold all of them as
none. Motifs stand on the given strand, at random places that don't overlap.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import plugins, tables
from chromolens.errors import BadInput
from chromolens.genome.onehot import sequence_of
from chromolens.genome.shuffles import seed_of
from chromolens.genome.simulate import check_composition, check_ppm
from chromolens.tables.inputs import PLANTED_RECORDS

_WHERE = "the config, inputs.simulated"


def plant(
    path: str | Path,
    *,
    split: str,
    ppms: Mapping[str, np.ndarray],
    tasks: Mapping[str, Sequence[str]],
    records: int,
    bases: int,
    most: int = 3,
    composition: Sequence[float] = (0.3, 0.2, 0.2, 0.3),
    seed: int = 0,
) -> None:
    """Write a table of ``records`` records, each of ``bases`` bases: ``PLANTED_RECORDS``.

    Parameters
    ----------
    split
        The records' group, which with ``seed`` decides what is drawn.
    ppms
        Motif -> probabilities (width, 4) of A, C, G, T, which its instances are drawn from.
    tasks
        Task -> motifs: the records that hold all of them are positive.
    most
        A motif that is there stands at 1 to ``most`` places, as often at one as at ``most``.
    composition
        Frequencies of A, C, G, T around the motifs.

    BadInput for a task's unknown motif, and where the motifs leave no place for each other.
    """
    wanted = list(dict.fromkeys(name for names in tasks.values() for name in names))
    for name in wanted:
        plugins.check_one(name, list(ppms), "motif", f"{_WHERE}.planted.tasks")
    drawn_from = {name: check_ppm(name, ppms[name]) for name in wanted}
    longest = most * sum(map(len, drawn_from.values()))
    if longest > bases:
        raise BadInput(
            f"{most} of each motif take {longest} bp, and a record has {bases}",
            where=_WHERE,
            remedy="longer records (`bases`), or fewer of a motif (`planted.most`)",
        )
    rng = np.random.default_rng(seed_of(f"planted {split}", seed))
    counts = rng.integers(1, most + 1, (records, len(wanted)))
    counts *= rng.random(counts.shape) < 0.5
    background = check_composition(composition)
    drawn = [_record(bases, background, drawn_from, row, rng) for row in counts]
    table = pd.DataFrame(drawn, columns=["sequence", "where"])
    table.insert(0, "id", [f"{split}_{number}" for number in range(1, records + 1)])
    held = pd.DataFrame(counts > 0, columns=wanted)
    for task, names in tasks.items():
        table[task] = held[list(names)].all(axis=1).astype(int)
    tables.write(PLANTED_RECORDS, table, path)


def _record(
    bases: int,
    background: np.ndarray,
    ppms: Mapping[str, np.ndarray],
    counts: Sequence[int],
    rng: np.random.Generator,
) -> tuple[str, str]:
    """The letters of a record, and START_MOTIF of each instance, ``counts`` of each motif."""
    motifs = rng.permutation(np.repeat(list(ppms), counts))
    widths = np.array([len(ppms[motif]) for motif in motifs], dtype=int)
    free = bases - widths.sum()
    # that many bases of background before each instance: all ways to divide them are as likely
    before = np.sort(rng.choice(free + len(motifs), len(motifs), replace=False))
    starts = before - np.arange(len(motifs)) + widths.cumsum() - widths
    codes = _draw(np.tile(background, (bases, 1)), rng)
    for start, motif, width in zip(starts, motifs, widths, strict=True):
        codes[start : start + width] = _draw(ppms[motif], rng)
    places = [f"{start}_{motif}" for start, motif in zip(starts, motifs, strict=True)]
    return sequence_of(codes), ",".join(places)


def _draw(ppm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Codes (width,) of bases drawn from ``ppm`` (width, 4)."""
    above = rng.random((len(ppm), 1)) >= ppm.cumsum(axis=1)[:, :3]
    return above.sum(axis=1).astype(np.uint8)
