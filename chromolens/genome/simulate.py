"""A small genome with planted motifs drawn from PPMs, and the truth about them.

Events hold one motif or a pair (the logic is an OR of ANDs); parts of pairs stand alone where
there is no event, and so may pairs that are too far apart; decoys are strewn over the genome
whatever the labels. What a model should learn, base by base, is therefore known.

Files: ``genome`` (FASTA); ``peaks`` (BED6, the 1 bp centre of each event); ``truth`` (BED6 of
every planted instance, name = motif, score = 1000 x share of the best PWM score, then role
(causal, alone, decoy) and the event's name or "."); ``core`` (BED6, the runs of informative bases
of the causal instances, name = motif).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.onehot import reverse_complement_codes, sequence_of
from chromolens.genome.planting import (
    MAX_SHARE,
    Instance,
    apportion,
    check_apart,
    check_names,
    check_room,
    check_shares,
    place_alone,
    place_apart,
    place_decoys,
    place_event,
    place_sites,
)
from chromolens.genome.shuffles import seed_of
from chromolens.runlog import atomic
from chromolens.tables.inputs import CORE, EVENTS, TRUTH

_PSEUDO = 0.001  # added to each probability of a PPM before its logarithm is taken
_MAX_ROUNDS = 1000
_LINE = 80


def simulate(
    files: Mapping[str, str | Path],
    *,
    chromosomes: Mapping[str, int],
    ppms: Mapping[str, Sequence[Sequence[float]]],
    events: int,
    alternatives: Sequence[Mapping[str, object]],
    alone: Mapping[str, int] | None = None,
    decoys: Mapping[str, int] | None = None,
    apart: Sequence[Mapping[str, object]] = (),
    composition: Sequence[float] = (0.3, 0.2, 0.2, 0.3),
    task: str = "bound",
    edge: int = 200,
    spread: int = 20,
    min_score: float = 0.8,
    max_share: float = MAX_SHARE,
    core_bits: float = 1.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Write a genome of independent random bases with motifs planted into it, and the truth.

    Parameters
    ----------
    files
        Paths to write to: genome, peaks, truth, core.
    chromosomes
        Name -> length in bp.
    ppms
        Motif -> probabilities (length, 4) of A, C, G, T.
    events
        Number of events, over chromosomes in proportion to their length.
    alternatives
        What an event may hold: ``{"motifs": [one or two], "share": of the events, "spacing":
        [least, most]}``, spacing being the bases between the two of a pair. Shares add up to 1.
    alone, decoys
        Motif -> number: planted away from events; planted anywhere, whatever the labels.
    apart
        Pairs whose distance makes no event: ``{"motifs": [two], "number": n, "spacing": [least,
        most]}``, planted away from events.
    composition
        Frequencies of A, C, G, T in the background.
    task
        Beginning of the events' names: ``bound_1``, ...
    edge
        Least distance (bp) of events and lone motifs from each other and from ends.
    spread
        Most bases between an event's centre and the middle of its motifs.
    min_score
        Share of the best PWM score (log-odds against ``composition``) an instance must reach.
    max_share
        Largest share of the events that may hold one motif: none gives the label away.
    core_bits
        Columns of a PPM with as much information (against ``composition``) are informative.

    Returns
    -------
    The truth, as in the file: chrom, start, end, motif, score, strand, role, event.

    Everything follows from the arguments. BadInput where they contradict each other.
    """
    alone, decoys = dict(alone or {}), dict(decoys or {})
    matrices = {name: check_ppm(name, ppm) for name, ppm in ppms.items()}
    lengths = {name: len(ppm) for name, ppm in matrices.items()}
    background = check_composition(composition)
    check_apart(apart)
    check_names(chromosomes, matrices, [*alternatives, *apart], [*alone, *decoys])
    check_shares(alternatives, max_share)
    check_room(chromosomes, alternatives, lengths, edge, spread, apart)

    rng = np.random.default_rng(seed_of("places", seed))
    instances, centres = _place_labelled(
        chromosomes, events, alternatives, alone, apart, lengths, task, edge, spread, rng
    )
    instances += place_decoys(chromosomes, decoys, lengths, instances, rng)
    bases, scores = sample_all(instances, matrices, background, min_score, seed)
    with atomic(files["genome"]) as path:
        _write_genome(path, chromosomes, background, instances, bases, seed)
    truth = _truth(instances, lengths, scores, chromosomes)
    tables.write(EVENTS, centres, files["peaks"])
    tables.write(TRUTH, truth, files["truth"])
    tables.write(CORE, _cores(truth, matrices, background, core_bits), files["core"])
    return truth


def _place_labelled(
    chromosomes: Mapping[str, int],
    events: int,
    alternatives: Sequence[Mapping[str, object]],
    alone: Mapping[str, int],
    apart: Sequence[Mapping[str, object]],
    lengths: Mapping[str, int],
    task: str,
    edge: int,
    spread: int,
    rng: np.random.Generator,
) -> tuple[list[Instance], pd.DataFrame]:
    """Causal and lone instances, and the events' centres as BED6."""
    counts = apportion(events, [alternative["share"] for alternative in alternatives])
    plans = [a for a, count in zip(alternatives, counts, strict=True) for _ in range(count)]
    plans += [motif for motif, count in alone.items() for _ in range(count)]
    plans += [pair for pair in apart for _ in range(pair["number"])]
    order = rng.permutation(len(plans))
    sites = place_sites(chromosomes, len(plans), edge, rng)
    instances, centres = [], []
    for site, plan in zip(sites, (plans[i] for i in order), strict=True):
        if isinstance(plan, str):
            instances.append(place_alone(site, plan, lengths[plan], rng))
            continue
        if plan in apart:
            instances += place_apart(site, plan, lengths, rng)
            continue
        name = f"{task}_{len(centres) + 1}"
        instances += place_event(site, name, plan, lengths, spread, rng)
        centres.append((site[0], site[1], site[1] + 1, name, 1000, "."))
    return instances, pd.DataFrame(centres, columns=EVENTS.names)


def _write_genome(
    path: Path,
    chromosomes: Mapping[str, int],
    composition: np.ndarray,
    instances: list[Instance],
    bases: list[np.ndarray],
    seed: int,
) -> None:
    with open(path, "w", encoding="ascii", newline="\n") as out:
        for chrom, length in chromosomes.items():
            rng = np.random.default_rng(seed_of(f"background {chrom}", seed))
            upper = composition.cumsum()[:3]
            codes = np.searchsorted(upper, rng.random(length), side="right").astype(np.uint8)
            for instance, word in zip(instances, bases, strict=True):
                if instance.chrom == chrom:
                    forward = instance.strand == "+"
                    codes[instance.start : instance.start + len(word)] = (
                        word if forward else reverse_complement_codes(word)
                    )
            text = sequence_of(codes)
            lines = [text[i : i + _LINE] for i in range(0, length, _LINE)]
            out.write("\n".join([f">{chrom}", *lines, ""]))


def _truth(
    instances: list[Instance],
    lengths: Mapping[str, int],
    scores: list[float],
    chromosomes: Mapping[str, int],
) -> pd.DataFrame:
    rows = [
        (i.chrom, i.start, i.start + lengths[i.motif], i.motif)
        + (round(1000 * score), i.strand, i.role, i.event)
        for i, score in zip(instances, scores, strict=True)
    ]
    place = {chrom: n for n, chrom in enumerate(chromosomes)}
    rows.sort(key=lambda row: (place[row[0]], row[1]))
    return pd.DataFrame(rows, columns=TRUTH.names)


def _cores(
    truth: pd.DataFrame, ppms: Mapping[str, np.ndarray], composition: np.ndarray, bits: float
) -> pd.DataFrame:
    """Runs of informative bases of the causal instances, as BED6."""
    rows = []
    for hit in truth[truth["role"] == "causal"].itertuples():
        strong = information(ppms[hit.motif], composition) >= bits
        strong = strong if hit.strand == "+" else strong[::-1]
        padded = np.concatenate([[False], strong, [False]])
        for start, end in np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2):
            rows.append((hit.chrom, hit.start + start, hit.start + end, hit.motif, 0, hit.strand))
    return pd.DataFrame(rows, columns=CORE.names)


def check_ppm(name: str, ppm: Sequence[Sequence[float]]) -> np.ndarray:
    """``ppm`` as float64 (L, 4) whose rows add up to 1; BadInput unless they nearly do."""
    matrix = np.asarray(ppm, dtype=np.float64)
    right = matrix.ndim == 2 and matrix.shape[1:] == (4,) and len(matrix) > 0
    if not right or (matrix < 0).any() or np.abs(matrix.sum(axis=1) - 1).max() > 1e-3:
        raise BadInput(
            f"the PPM of {name} has shape {matrix.shape}, or rows that are no probabilities",
            expected="one row (A, C, G, T) for each position, adding up to 1",
        )
    return matrix / matrix.sum(axis=1, keepdims=True)


def check_composition(composition: Sequence[float]) -> np.ndarray:
    """Frequencies float64 (4,); BadInput unless they are positive and add up to 1."""
    shares = np.asarray(composition, dtype=np.float64)
    if shares.shape != (4,) or (shares <= 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise BadInput(
            f"composition {list(composition)}",
            expected="positive frequencies of A, C, G, T that add up to 1",
        )
    return shares


def information(ppm: np.ndarray, composition: np.ndarray) -> np.ndarray:
    """Bits of each column of ``ppm`` (L, 4) relative to ``composition`` (4,): (L,)."""
    ratio = np.divide(ppm, composition, out=np.ones_like(ppm), where=ppm > 0)
    return (ppm * np.log2(ratio)).sum(axis=1)


def sample_all(
    instances: list[Instance],
    ppms: Mapping[str, np.ndarray],
    composition: np.ndarray,
    min_score: float,
    seed: int,
) -> tuple[list[np.ndarray], list[float]]:
    """Codes (strand of the motif) and share of the best score of each instance."""
    bases: list = [None] * len(instances)
    scores: list = [None] * len(instances)
    for motif, ppm in ppms.items():
        rows = [i for i, instance in enumerate(instances) if instance.motif == motif]
        rng = np.random.default_rng(seed_of(f"motif {motif}", seed))
        drawn = _sample(motif, ppm, composition, min_score, len(rows), rng)
        for row, codes, score in zip(rows, *drawn, strict=True):
            bases[row], scores[row] = codes, score
    return bases, scores


def _sample(
    motif: str,
    ppm: np.ndarray,
    composition: np.ndarray,
    min_score: float,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw instances from ``ppm`` until ``count`` reach the score: codes (count, L), shares."""
    odds = np.log2((ppm + _PSEUDO) / (1 + 4 * _PSEUDO) / composition)
    best = odds.max(axis=1).sum()
    upper = ppm.cumsum(axis=1)[:, :3]
    kept: list[np.ndarray] = []
    for _ in range(_MAX_ROUNDS):
        if len(kept) >= count:
            break
        draws = rng.random((count, len(ppm), 1))
        codes = (draws >= upper).sum(axis=2).astype(np.uint8)
        share = odds[np.arange(len(ppm)), codes].sum(axis=1) / best
        kept += list(codes[share >= min_score])
    if len(kept) < count:
        raise BadInput(
            f"{motif}: hardly any instance reaches {min_score} of its best PWM score",
            remedy="lower min_score, or give a more certain PPM",
        )
    codes = np.array(kept[:count], dtype=np.uint8).reshape(count, len(ppm))
    return codes, odds[np.arange(len(ppm)), codes].sum(axis=1) / best
