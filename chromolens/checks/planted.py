"""Are the bases that carry the track's contributions the ones that were planted?

As many top bases as there are planted causal ones are taken, once over the whole genome and
once within the events' windows. Bases of chance matches (sequence that scores like a planted
instance though nobody planted it) are counted apart: the model may well be right about them.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.circular import pieces
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.motifs.hits.scan import log_odds, scan
from chromolens.tables.inputs import CORE, TRUTH
from chromolens.tracks.bigwig import read_back

CAUSAL, CHANCE, ALONE, DECOY = 1, 2, 4, 8


def check_track(
    genome: Genome,
    track: str,
    truth: str,
    core: str,
    ppms: dict[str, np.ndarray],
    *,
    windows: pd.DataFrame,
    explained: Iterable[Interval],
) -> pd.DataFrame:
    """``check`` of a bigWig against the files of a simulation; ``ppms`` of all planted motifs."""
    planted = tables.read(TRUTH, truth)
    causal = set(planted.loc[planted["role"] == "causal", "motif"])
    values = {chrom: read_back(track, chrom, 0, size) for chrom, size in genome.sizes.items()}
    return check(
        genome,
        values,
        planted,
        tables.read(CORE, core),
        {name: ppm for name, ppm in ppms.items() if name in causal},
        windows=windows,
        explained=explained,
    )


def check(
    genome: Genome,
    track: dict[str, np.ndarray],
    truth: pd.DataFrame,
    core: pd.DataFrame,
    ppms: dict[str, np.ndarray],
    *,
    windows: pd.DataFrame,
    explained: Iterable[Interval],
) -> pd.DataFrame:
    """One row for the genome and one for the positives' windows.

    Parameters
    ----------
    track
        float32 (length,) per chromosome, NaN where nothing was computed.
    truth
        Planted instances: chrom, start, end, motif, strand, role (causal, alone, decoy).
    core
        Bases of the causal instances that carry information: chrom, start, end.
    ppms
        (width, 4) of each causal motif.
    windows
        chrom, start, end of the positives; on a circle they may go on behind its end.
    explained
        The stretches that some fold explains: bases elsewhere don't count.
    """
    marks = {chrom: _mark(genome, chrom, truth, core, ppms) for chrom in track}
    inside = {chrom: np.zeros(len(values), bool) for chrom, values in track.items()}
    for row in windows[windows["chrom"].isin(list(track))].itertuples():
        for low, high in pieces(row.start, row.end, len(inside[row.chrom])):
            inside[row.chrom][low:high] = True
    whole = {chrom: np.zeros(len(values), bool) for chrom, values in track.items()}
    for one in explained:
        whole[one.chrom][one.start : one.end] = True
    inside = {chrom: inside[chrom] & whole[chrom] for chrom in track}
    rows = [_recover(track, marks, scope) for scope in (whole, inside)]
    return pd.DataFrame(
        [{"scope": s, **r} for s, r in zip(["genome", "events"], rows, strict=True)]
    )


def _mark(
    genome: Genome, chrom: str, truth: pd.DataFrame, core: pd.DataFrame, ppms: dict
) -> np.ndarray:
    """What each base of ``chrom`` is: the sum of the marks that hold."""
    marks = np.zeros(genome.sizes[chrom], np.uint8)
    here = truth[truth["chrom"] == chrom]
    for role, mark in (("alone", ALONE), ("decoy", DECOY)):
        _paint(marks, here[here["role"] == role], mark)
    _paint(marks, core[core["chrom"] == chrom], CAUSAL)
    codes = genome.codes(chrom, 0, genome.sizes[chrom])
    background = np.bincount(codes[codes < 4], minlength=4) / (codes < 4).sum()
    for motif, ppm in ppms.items():
        _mark_chance(marks, codes, log_odds(ppm, background), here[here["motif"] == motif])
    return marks


def _mark_chance(
    marks: np.ndarray, codes: np.ndarray, weights: np.ndarray, planted: pd.DataFrame
) -> None:
    """Mark every place that scores at least as well as the weakest planted instance."""
    forward, reverse = scan(codes, weights)
    starts = planted["start"].to_numpy()
    if not len(starts):
        return
    floor = np.maximum(forward, reverse)[starts].min()
    hits = np.setdiff1d(np.flatnonzero(np.maximum(forward, reverse) >= floor), starts)
    for start in hits:
        marks[start : start + len(weights)] |= CHANCE


def _paint(marks: np.ndarray, intervals: pd.DataFrame, mark: int) -> None:
    for row in intervals.itertuples():
        marks[row.start : row.end] |= mark


def _recover(track: dict, marks: dict, scope: dict) -> dict[str, float]:
    """Recall and precision at as many top bases as were planted, chance matches left aside."""
    values = np.concatenate([track[c][scope[c]] for c in track])
    kinds = np.concatenate([marks[c][scope[c]] for c in track])
    causal = (kinds & CAUSAL) > 0
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    chance = ((kinds & CHANCE) > 0) & ~causal
    ranked = order[~chance[order]][: causal.sum()]
    top_chance = chance[order[: causal.sum()]].sum()
    found = causal[ranked].sum()
    return {
        "planted": int(causal.sum()),
        "top": len(ranked),
        "recall": found / max(causal.sum(), 1),
        "precision": found / max(len(ranked), 1),
        "chance": int(top_chance),
        "decoy": _count(kinds[ranked], DECOY),
        "alone": _count(kinds[ranked], ALONE),
    }


def _count(kinds: Iterable[int], mark: int) -> int:
    return int(((np.asarray(kinds) & mark) > 0).sum())
