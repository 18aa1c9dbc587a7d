"""A made-up task with any number of motifs, through merging and naming to a page's files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from chromolens import tables
from chromolens.motifs.lexicon.tables import TABLES, motif_tables
from chromolens.motifs.modisco.merged_file import write_merged
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.matches import write_matches_meme
from chromolens.report.motif_page import MotifFiles
from tests.motifs import handmade

LENGTH, SITE = 200, 12


def write_patterns(
    path: Path, number: int, *, each: int = 60, ids: str = "chr{chrom}:{start}-{end}"
) -> dict[str, list]:
    """``number`` motifs in modisco's layout, every fourth speaks against; their seqlets.

    Every window holds one site of one motif, ``each`` windows for a motif, turned in every
    third. The first pattern has two sub-patterns.
    """
    rng = np.random.default_rng(number)
    codes = rng.integers(0, 4, (max(number, 1) * each, LENGTH))
    hypothetical = rng.normal(0, 0.02, (*codes.shape, 4))
    patterns = {}
    for motif in range(number):
        word = rng.integers(0, 4, SITE)
        sign = -1 if motif % 4 == 3 else 1
        seqlets = []
        for n, window in enumerate(range(motif * each, (motif + 1) * each)):
            start, backward = int(rng.integers(25, 160)), n % 3 == 0
            site = 3 - word[::-1] if backward else word
            codes[window, start : start + SITE] = site
            strength = sign * rng.uniform(0.5, 1.5)
            hypothetical[window, start : start + SITE] += strength * (np.eye(4)[site] * 1.3 - 0.3)
            seqlets.append((window, start - 19, backward))
        patterns[f"{'pos' if sign > 0 else 'neg'}.pattern_{motif}"] = seqlets
    if number:
        patterns["pos.pattern_0.subpattern_0"] = patterns["pos.pattern_0"][: each // 3]
        patterns["pos.pattern_0.subpattern_1"] = patterns["pos.pattern_0"][each // 3 :]
    names = [
        ids.format(chrom=n % 4, start=1000 * n, end=1000 * n + LENGTH) for n in range(len(codes))
    ]
    handmade.write_modisco(path, np.eye(4)[codes], hypothetical, patterns, names)
    return patterns


def build(folder: Path, number: int, database: Sequence[Motif], **more: object) -> MotifFiles:
    """Merge, name, and say where everything is. ``more``: of ``MotifFiles``."""
    if not (folder / "modisco.h5").exists():
        write_patterns(folder / "modisco.h5", number)
    write_merged(folder / "modisco.h5", folder / "merged.h5", database)
    found = motif_tables(folder / "modisco.h5", folder / "merged.h5", database)
    for name, table in found.items():
        tables.write(TABLES[name], table, folder / f"{name}.tsv", model="cnn", task="Reb1")
    write_matches_meme(found["matches"], database, folder / "matches.meme")
    paths = {name: folder / f"{name}.tsv" for name in ("patterns", "subpatterns", "merged")}
    told = {"title": "A study", "model": "cnn", "task": "Reb1", "method": "ism", "kind": "genome"}
    return MotifFiles(
        **told | more,
        **paths,
        matches=folder / "matches.tsv",
        matches_meme=folder / "matches.meme",
        merged_h5=folder / "merged.h5",
    )
