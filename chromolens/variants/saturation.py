"""Every substitution of every base of a region: its bases cut into blocks, scored block by block.

A block's windows are asked of the models in a call of their own. So the bits of its effects don't
depend on which job it falls to.
"""

from collections.abc import Mapping, Sequence
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import BASES
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.windows import Tally
from chromolens.tables.variants import BLOCKS, BLOCKS_DROPPED, SATURATED
from chromolens.tracks.partial import Pieces
from chromolens.variants.listed import Reading
from chromolens.variants.normalise import Change, letters
from chromolens.variants.score import score_block

if TYPE_CHECKING:
    from chromolens.models.model import Model

BLOCK = 64
"""Bases of a block; a run of bases that can be scored ends with a shorter one."""
NO_BASE = "bases that aren't known"


def read_blocks(
    path: str | Path, genome: Genome, reading: Reading, names: Mapping[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``BLOCKS`` of a BED file's regions, each base once, and ``BLOCKS_DROPPED``.

    ``names``: chromosome in the file -> in the FASTA. BadInput for a malformed file, a region
    outside of the genome, and where no base can be scored.
    """
    regions = read_peaks(path, genome.sizes, names, what="regions")
    tally, rows = Tally(), []
    for chrom, start, end in _merged(regions, genome.sizes):
        text = letters(genome, chrom, start, end)
        told = [_told(reading, Change(chrom, *one)) for one in zip(count(start), text, text)]
        for (fold, reason), run in groupby(enumerate(told, start), key=itemgetter(1)):
            places = [at for at, _ in run]
            first, last = places[0], places[-1] + 1
            if reason:
                tally.count(reason, "", last - first, f"{chrom}:{first}-{last}")
            else:
                starts = range(first, last, BLOCK)
                rows += [(chrom, at, min(at + BLOCK, last), fold) for at in starts]
    if not rows:
        raise BadInput(
            f"no base of the regions can be scored: {tally.describe('')}",
            expected="regions on chromosomes that the folds hold out",
            where=str(path),
        )
    return pd.DataFrame(rows, columns=BLOCKS.names), tally.table()[BLOCKS_DROPPED.names]


def _told(reading: Reading, base: Change) -> tuple[str, str]:
    """The fold by whose models a base is scored, or why it isn't."""
    reason = reading.unfit(base) if base.added in BASES else NO_BASE
    return ("", reason) if reason else (reading.fold_of(base), "")


def _merged(regions: pd.DataFrame, sizes: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """The regions by place; those that overlap or touch are one."""
    rank = {chrom: place for place, chrom in enumerate(sizes)}
    order = regions.assign(rank=regions["chrom"].map(rank)).sort_values(["rank", "start"])
    found: list[tuple[str, int, int]] = []
    for chrom, start, end in order[["chrom", "start", "end"]].itertuples(index=False):
        before, first, last = found[-1] if found else ("", 0, 0)
        if chrom == before and start <= last:
            found[-1] = (chrom, first, max(last, end))
        else:
            found.append((chrom, start, end))
    return found


def share(blocks: pd.DataFrame, fold: str, part: int, parts: int) -> pd.DataFrame:
    """Those of ``BLOCKS`` that fall to one job: of its fold every ``parts``-th."""
    return blocks[blocks["fold"] == fold].iloc[part::parts]


def saturate(
    models: Sequence["Model"],
    genome: Genome,
    blocks: pd.DataFrame,
    *,
    tasks: list[str],
    objective: str,
    window: int,
    stands: np.ndarray,
    pieces: Pieces | None = None,
) -> pd.DataFrame:
    """``SATURATED`` of ``blocks`` (of one fold) by ``models``, its replicates.

    Effects are those of ``score_variants``; the base that the genome has is empty.
    """

    def work(block: object, rows: int) -> dict[str, np.ndarray]:
        codes = genome.codes(block.chrom, block.start, block.end)
        others = np.arange(4) != codes[:, None]
        scored = score_block(
            models, genome, _substitutions(block, codes, others), tasks=tasks,
            objective=objective, window=window, stands=stands, rows=rows,
        )  # fmt: skip
        effects = np.full((len(tasks), *others.shape), np.nan)
        effects[:, others] = scored["effect"].T
        return {"effects": effects}

    asked = list(blocks.itertuples())
    found = (pieces or Pieces()).each(asked, work, "blocks")
    parts = [_table(*pair, tasks) for pair in zip(asked, found, strict=True)]
    return pd.concat(parts, ignore_index=True) if parts else tables.empty(SATURATED)


def _table(block: object, found: Mapping[str, np.ndarray], tasks: list[str]) -> pd.DataFrame:
    """``SATURATED`` of one block, task by task."""
    effects, places = found["effects"], np.arange(block.start, block.end)
    table = pd.DataFrame(effects.reshape(-1, 4), columns=[*BASES])
    starts, of_task = np.tile(places, len(tasks)), np.repeat(tasks, len(places))
    return table.assign(task=of_task, chrom=block.chrom, start=starts)[SATURATED.names]


def _substitutions(block: object, codes: np.ndarray, others: np.ndarray) -> pd.DataFrame:
    """What ``score_block`` reads of the substitutions of a block, base by base.

    ``others`` bool (bases, 4): the bases that don't stand there.
    """
    places, added = np.nonzero(others)
    letters_of = np.array([*BASES])
    return pd.DataFrame({
        "chrom": block.chrom, "start": block.start + places, "removed": letters_of[codes[places]],
        "added": letters_of[added], "variant": "", "kind": "", "fold": block.fold,
    })  # fmt: skip
