"""The file of merged motifs: laid out as TF-MoDISco's own, so that the same tools read it.

A merged motif stands under the key of its best supported member (``pos_patterns/pattern_0``),
with the seqlets of all members, turned and moved to lie as that member's do; ``sequence``,
``contrib_scores`` and ``hypothetical_contribs`` are their means. Bases that a moved seqlet
doesn't reach are zeros in it, and take no part in the means. ``start`` and ``end`` are those of
the motif. Each group's attribute ``members`` (JSON) says what was merged; the group
``chromolens`` is that of the modisco file.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens.motifs.modisco.merging import Motif, merge_patterns, stored_pattern
from chromolens.motifs.modisco.patterns import core
from chromolens.motifs.names.database import Motif as Known
from chromolens.motifs.names.naming import name_motifs
from chromolens.motifs.ppm import consensus, normalise, reverse_complement, trim
from chromolens.runlog import atomic, logger
from chromolens.scores import open_scores, seal
from chromolens.tables.motifs import RECORD

ARRAYS = ("sequence", "contrib_scores", "hypothetical_contribs")


def write_merged(
    modisco_h5: str | Path, path: str | Path, database: Sequence[Known], **naming: float
) -> list[Motif]:
    """Merge the patterns of a modisco file into ``path``; the motifs.

    Motifs with a name (by the rules ``naming`` of ``name_motifs``) read as their database match
    does; of the others the strand is written whose consensus comes first in the alphabet.
    """
    motifs = merge_patterns(modisco_h5)
    with open_scores(modisco_h5) as source:
        pooled = {motif.name: _pooled(source, motif) for motif in motifs}
        turned = _turned(motifs, pooled, database, naming)
        with atomic(path) as temporary:
            with h5py.File(temporary, "w") as file:
                source.copy("chromolens", file)
                file.attrs.update(source.attrs)
                for motif in motifs:
                    _write(file, motif, pooled[motif.name], motif.name in turned)
            seal(temporary)
    before = sum(len(motif.members) for motif in motifs)
    logger.info("%d patterns are %d motifs", before, len(motifs))
    return motifs


def read_record(merged_h5: str | Path) -> pd.DataFrame:
    """What was merged, a row per pattern: pattern and ``RECORD``.

    ``merged_into``: the motif. ``merged_offset``: where the pattern's first base lies in the
    motif as it is written, once read on ``merged_strand``. The similarities are to the motif's
    best supported member, as in ``merging.Alignment``.
    """
    rows = []
    with open_scores(merged_h5) as file:
        for group in _groups(file):
            rows += [
                {"pattern": member.pop("pattern"), "merged_into": group.attrs["name"], **member}
                for member in json.loads(group.attrs["members"])
            ]
    return pd.DataFrame(rows, columns=["pattern", *(column.name for column in RECORD)])


def read_counts(merged_h5: str | Path) -> pd.DataFrame:
    """A row per motif: pattern, members (``;`` between them) and in_windows.

    ``in_windows``: how many windows have a seqlet of it.
    """
    with open_scores(merged_h5) as file:
        rows = [
            {
                "pattern": group.attrs["name"],
                "members": ";".join(m["pattern"] for m in json.loads(group.attrs["members"])),
                "in_windows": len(np.unique(group["seqlets/example_idx"][:])),
            }
            for group in _groups(file)
        ]
    return pd.DataFrame(rows, columns=["pattern", "members", "in_windows"])


def _groups(file: h5py.File) -> Iterator[h5py.Group]:
    for name in ("pos_patterns", "neg_patterns"):
        yield from file.get(name, {}).values()


def _pooled(source: h5py.File, motif: Motif) -> dict[str, np.ndarray]:
    """Seqlets of all members as they lie on the first: arrays, places and ``is_revcomp``."""
    parts = []
    for name, alignment in motif.members.items():
        seqlets = {key: data[:] for key, data in stored_pattern(source, name)["seqlets"].items()}
        if alignment.strand == "-":
            _turn(seqlets)
        parts.append(_moved(seqlets, alignment.offset))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _turn(seqlets: dict[str, np.ndarray]) -> None:
    """Read seqlets on their other strand; they cover the same bases."""
    for key in ARRAYS:
        seqlets[key] = seqlets[key][:, ::-1, ::-1]
    seqlets["is_revcomp"] = ~seqlets["is_revcomp"].astype(bool)


def _moved(seqlets: dict[str, np.ndarray], offset: int) -> dict[str, np.ndarray]:
    """Seqlets in the frame in which their first base lies at ``offset``."""
    length = seqlets["sequence"].shape[1]
    moved = {key: np.zeros_like(seqlets[key]) for key in ARRAYS}
    low, high = max(offset, 0), min(length + offset, length)
    for key in ARRAYS:
        moved[key][:, low:high] = seqlets[key][:, low - offset : high - offset]
    shift = np.where(seqlets["is_revcomp"].astype(bool), offset, -offset)
    places = {"start": seqlets["start"] + shift, "end": seqlets["end"] + shift}
    same = {key: seqlets[key] for key in ("example_idx", "is_revcomp")}
    return moved | places | same


def _means(seqlets: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means over the seqlets that reach a position; 0 where none does."""
    reached = np.maximum(seqlets["sequence"].any(axis=2).sum(axis=0), 1)[:, np.newaxis]
    return {key: seqlets[key].sum(axis=0, dtype=np.float64) / reached for key in ARRAYS}


def _turned(
    motifs: Sequence[Motif], pooled: dict, database: Sequence[Known], naming: dict
) -> set[str]:
    """Names of the motifs that are written on their other strand."""
    ppms = {motif.name: _motif(_means(pooled[motif.name]), motif.sign) for motif in motifs}
    supports = {name: len(pooled[name]["start"]) for name in ppms}
    rows = name_motifs(ppms, supports, database, **naming).itertuples()
    return {row.motif for row in rows if _backward(row, ppms[row.motif])}


def _motif(means: dict[str, np.ndarray], sign: str) -> np.ndarray:
    place = core(means["contrib_scores"], 1 if sign == "pos" else -1)
    return normalise(means["sequence"])[place]


def _backward(row: object, ppm: np.ndarray) -> bool:
    if row.named:
        return row.strand == "-"
    return consensus(trim(reverse_complement(ppm))) < row.consensus


def _write(file: h5py.File, motif: Motif, seqlets: dict[str, np.ndarray], turned: bool) -> None:
    if turned:
        _turn(seqlets)
    sign, key = motif.name.split(".", 1)
    group = file.create_group(f"{sign}_patterns/{key}")
    group.attrs["name"] = motif.name
    group.attrs["members"] = json.dumps(_members(motif, turned))
    for name, mean in _means(seqlets).items():
        group[name] = mean
    group["seqlets/n_seqlets"] = np.array([len(seqlets["start"])])
    for name, values in seqlets.items():
        group["seqlets"].create_dataset(name, data=values, compression="gzip")


def _members(motif: Motif, turned: bool) -> list[dict]:
    return [
        {
            "pattern": name,
            "merged_strand": "-" if turned == (alignment.strand == "+") else "+",
            "merged_offset": -alignment.offset if turned else alignment.offset,
            "ppm_similarity": round(alignment.ppm, 4),
            "cwm_similarity": round(alignment.cwm, 4),
        }
        for name, alignment in motif.members.items()
    ]
