"""TF-MoDISco's sub-patterns: a pattern's seqlets clustered once more, kept as a table."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import pandas as pd

from chromolens.motifs.modisco.patterns import pattern_of, read_patterns
from chromolens.motifs.ppm import consensus, information, trim
from chromolens.scores import open_scores
from chromolens.tables.motifs import SUBPATTERNS


def subpatterns_table(modisco_h5: str | Path) -> pd.DataFrame:
    """``SUBPATTERNS`` less model and task, in the order of the patterns, most seqlets first.

    ``subpattern``: ``pos.pattern_0.subpattern_1``. ``consensus`` and ``information`` (bits,
    corrected for the number of seqlets) are of its trimmed core. Empty where there are none.
    """
    with open_scores(modisco_h5) as file:
        rows = [row for pattern in read_patterns(modisco_h5) for row in _rows(file, pattern.name)]
    return pd.DataFrame(rows, columns=SUBPATTERNS.after("model", "task"))


def _rows(file: h5py.File, name: str) -> Iterator[tuple]:
    sign, key = name.split(".", 1)
    groups = file[f"{sign}_patterns/{key}"].items()
    found = [pattern_of(sign, f"{key}.{sub}", g) for sub, g in groups if sub.startswith("subpat")]
    for part in sorted(found, key=_rank):
        core = trim(part.motif)
        bits = information(core, max(part.seqlets, 1))
        yield part.name, name, sign, part.seqlets, bits, consensus(core)


def _rank(part: object) -> tuple[int, int]:
    return -part.seqlets, int(part.name.rsplit("_", 1)[1])
