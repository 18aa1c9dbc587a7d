"""Jobs on the masses of markers: what their scripts ask for in one call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.inputs.genotypes.windows import Samples
from chromolens.inputs.windows import rows_called
from chromolens.markers.blocks import best_blocks, block_sums, ld_blocks
from chromolens.markers.chromosomes import chromosome_shares, concentration, rotation
from chromolens.markers.evidence import evidence
from chromolens.markers.files import write_tracks
from chromolens.markers.known import known_loci
from chromolens.markers.masses import masses
from chromolens.markers.nulls import DRAWS, bands
from chromolens.markers.runs import leads
from chromolens.markers.scaling import scaling
from chromolens.markers.verdicts import (
    CHANCE,
    NOTHING,
    Verdict,
    nothing,
    scaling_verdict,
    unjudged,
    verdict,
)
from chromolens.runlog import logger
from chromolens.scores import open_scores
from chromolens.tables.markers import KNOWN_LOCI, NULL_BANDS, NULL_MASSES, VERDICTS

_CELLS = 2**21  # of the samples read at a time
Read = Callable[..., pd.DataFrame]
"""A table of the study by its kind, and ``model=``, ``task=``, ``method=`` (``Study.table``)."""


@dataclass(frozen=True)
class Summary:
    """``MARKER_MASSES``, ``LD_BLOCKS`` and ``CHROMOSOME_SHARES`` of one network and trait."""

    masses: pd.DataFrame
    blocks: pd.DataFrame
    chromosomes: pd.DataFrame


def summarise(
    records: str | Path, inputs: Samples, *, bigwig: str | Path, bedgraph: str | Path
) -> Summary:
    """Sum the contributions in the file ``records`` (``scores.EXPORT``) up; write the tracks.

    Markers stand in the order of the network's inputs. Blocks are those of all samples: they say
    what lies together, and no network learns from them.
    """
    markers = inputs.markers
    step = max(_CELLS // inputs.length, 1)
    with open_scores(records, ["contributions"]) as file:
        rows = rows_called(file["id"].asstr()[:], inputs.windows, "is explained", records)
        parts = [slice(start, start + step) for start in range(0, len(rows), step)]
        found = masses(
            markers, ((file["contributions"][part], inputs.calls(rows[part])) for part in parts)
        )
    mass = found["mass"].to_numpy()
    store = inputs.store
    numbers = inputs.in_order(ld_blocks(store.markers, store.array, inputs.rows_in_store))
    hidden = write_tracks(markers, mass, bigwig, bedgraph)
    logger.info("%d markers share a base with one of more mass: not in the tracks", hidden)
    return Summary(found, block_sums(markers, numbers, mass), chromosome_shares(markers, mass))


@dataclass(frozen=True)
class Judged:
    """``VERDICTS``, ``NULL_BANDS`` and ``KNOWN_LOCI`` of a study."""

    verdicts: pd.DataFrame
    bands: pd.DataFrame
    known: pd.DataFrame


def judge(
    read: Read,
    runs: Sequence[Mapping[str, str]],
    drawn: Sequence[Mapping[str, str]],
    loci: pd.DataFrame,
) -> Judged:
    """Hold each network against its nulls, and the best markers against known loci.

    Parameters
    ----------
    runs
        model, task, method of each network that is judged.
    drawn
        model, method of those that have nulls (``NULL_MASSES``).
    loci
        trait, chrom, position (bp, 1-based); perhaps none.

    A network without ten draws of each null and a rotated one has no verdict.
    """
    verdicts, found = [], []
    for run in runs:
        asked = {key: run[key] for key in ("model", "method")}
        nulls = read("null_masses", **asked) if asked in drawn else tables.empty(NULL_MASSES)
        judged, table = _judged(read, run, nulls[nulls["task"] == run["task"]])
        verdicts.append(judged)
        found.append(table.assign(**run))
    bands_found = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    return Judged(
        pd.DataFrame(verdicts, columns=VERDICTS.names),
        bands_found.reindex(columns=NULL_BANDS.names),
        _known(read, runs, loci) if len(loci) else pd.DataFrame(columns=KNOWN_LOCI.names),
    )


def _judged(read: Read, run: Mapping[str, str], nulls: pd.DataFrame) -> tuple[dict, pd.DataFrame]:
    """The verdict of one network; and its bands. ``nulls``: of its trait."""
    own = read("masses", **run)
    mass, markers = own["mass"].to_numpy(), own[["marker", "chrom", "position"]]
    draws: dict[str, list[pd.DataFrame]] = {"untrained": [], "permuted": [], "rotated": []}
    for (kind, _), draw in nulls.groupby(["null", "draw"], sort=True):
        draws[kind].append(draw)
    tables_of_bands = [
        _bands(markers, mass, [one["mass"].to_numpy() for one in draws[kind]], kind)
        for kind in ("untrained", "permuted")
        if len(draws[kind]) >= DRAWS
    ]
    table = pd.concat(tables_of_bands) if tables_of_bands else pd.DataFrame()
    pooled = read("pooled", model=run["model"])
    skill = pooled[(pooled["task"] == run["task"]) & pooled["metric"].isin(list(CHANCE))].iloc[0]
    found = [skill[key] for key in ("value", "low", "high")]
    if not skill["low"] > CHANCE[skill["metric"]]:
        result = nothing(*found, skill["metric"])
    elif len(tables_of_bands) < 2 or not draws["rotated"]:
        result = unjudged(*found, skill["metric"])
    else:
        result = _verdict(markers, mass, draws)
    answer = "" if result.category == NOTHING else scaling_verdict(scaling(markers, mass))
    return {**run, **asdict(result), "scaling": answer}, table


def _verdict(
    markers: pd.DataFrame, mass: np.ndarray, draws: Mapping[str, list[pd.DataFrame]]
) -> Verdict:
    rotated = [
        (rotation(markers, one["chrom"].iloc[0]), one["mass"].to_numpy())
        for one in draws["rotated"]
    ]
    null = {kind: [one["mass"].to_numpy() for one in draws[kind]] for kind in draws}
    return verdict(evidence(markers, mass, null["untrained"], null["permuted"], rotated))


def _bands(
    markers: pd.DataFrame, mass: np.ndarray, draws: list[np.ndarray], null: str
) -> pd.DataFrame:
    measured = pd.DataFrame([concentration(markers, one) for one in draws])
    return bands(pd.Series(concentration(markers, mass)), measured).assign(null=null)


def _known(read: Read, runs: Sequence[Mapping[str, str]], loci: pd.DataFrame) -> pd.DataFrame:
    """Each locus beside the best markers by every network, the scan and ridge."""
    best: dict[tuple[str, str], pd.DataFrame] = {}
    blocks: dict[tuple[str, str], pd.DataFrame] = {}
    markers = None
    for run in runs:
        key = run["task"], f"{run['model']} {run['method']}"
        own = read("masses", **run)
        markers = own[["marker", "chrom", "position"]]
        best[key] = leads(own, own["mass"].to_numpy())
        blocks[key] = best_blocks(read("ld_blocks", **run))
    for task in dict.fromkeys(run["task"] for run in runs):
        scanned, fitted = read("scan", task=task), read("ridge", task=task)
        best[task, "scan"] = leads(scanned, scanned["lod"].to_numpy())
        best[task, "ridge"] = leads(fitted, fitted["effect"].abs().to_numpy())
    asked = loci[loci["trait"].isin([run["task"] for run in runs])]
    return known_loci(asked, markers, best, blocks)
