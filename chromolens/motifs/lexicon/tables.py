"""All that is told of a task's patterns and motifs, as tables."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from chromolens.motifs.modisco.merged_file import read_counts, read_record
from chromolens.motifs.modisco.patterns import patterns_table
from chromolens.motifs.modisco.subpatterns import subpatterns_table
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.matches import matches_table
from chromolens.tables.motifs import MATCHES, MERGED, PATTERNS, SUBPATTERNS

TABLES = {
    "patterns": PATTERNS,
    "subpatterns": SUBPATTERNS,
    "merged": MERGED,
    "matches": MATCHES,
}


def motif_tables(
    modisco_h5: str | Path, merged_h5: str | Path, database: Sequence[Motif], **naming: float
) -> dict[str, pd.DataFrame]:
    """``TABLES`` by name, less model and task: ``merged`` are the motifs, ``matches`` theirs.

    ``naming``: the rules of ``name_motifs``.
    """
    patterns, merged = (
        patterns_table(path, database, **naming).merge(more, on="pattern", how="left")
        for path, more in (
            (modisco_h5, read_record(merged_h5)),
            (merged_h5, read_counts(merged_h5)),
        )
    )
    return {
        "patterns": patterns,
        "subpatterns": subpatterns_table(modisco_h5),
        "merged": merged,
        "matches": matches_table(merged_h5, database, **naming),
    }
