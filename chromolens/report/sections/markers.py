"""Markers: what the networks make of the genome, beside a scan; the network or the genome."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.checks.positions import percent
from chromolens.report.contents import Attribution, Contents
from chromolens.report.figures import manhattan
from chromolens.report.sections.performance import WORDS
from chromolens.report.tables import Table, count, decimal, significant, words
from chromolens.tables.markers import (
    CHROMOSOME_SHARES,
    KNOWN_LOCI,
    LD_BLOCKS,
    MARKER_MASSES,
    MARKER_RIDGE,
    MARKER_SCAN,
    MARKER_SETS,
    NULL_BANDS,
    OCCLUDED,
    RECALL,
    SCANNED,
    SET_MARKERS,
    VERDICTS,
)

NEEDS = (
    "masses",
    "ld_blocks",
    "chromosome_shares",
    "scan",
    "ridge",
    "scanned",
    "occluded",
    "marker_sets",
    "set_markers",
    "verdicts",
    "null_bands",
    "known_loci",
    "recall",
)
_BEST = 3  # blocks of a network that are listed and labelled
_KEPT = 5  # markers of a network's sufficient sets that are named


def context(study: Contents) -> dict:
    """Verdicts, a Manhattan plot and tables for each trait, and what was known before.

    ``said`` are sentences for the first screen.
    """
    if not study.scans:
        return {"traits": [], "verdicts": None, "bands": None, "known": None, "recall": []}
    judged = {kind: study.judged[kind] for kind in ("verdicts", "null_bands", "known_loci")}
    verdicts = tables.read(VERDICTS, judged["verdicts"])
    return {
        "said": list(said(verdicts)),
        "traits": [_trait(study, task) for task in study.scans],
        "verdicts": _verdicts(verdicts),
        "bands": _bands(tables.read(NULL_BANDS, judged["null_bands"])),
        "known": _known(tables.read(KNOWN_LOCI, judged["known_loci"])),
        "recall": _recall(study.judged),
    }


_SAID = {
    "genome": "What {} is about the genome.",
    "network": "What {} is about the network, not the genome.",
    "unclear": "Whether what {} is about the genome is unclear.",
    "unjudged": "Whether what {} is about the genome was not asked.",
}


def said(verdicts: pd.DataFrame) -> Iterator[str]:
    """What the networks learned, in words: a sentence per kind of verdict."""
    learned = verdicts[verdicts["category"] != "nothing"]
    without = [task for task in verdicts["task"].unique() if task not in set(learned["task"])]
    if without:
        yield f"The networks learned nothing that predicts {words(without)}."
    for category, sentence in _SAID.items():
        own = learned[learned["category"] == category]
        shows = [f"{row.model} shows of {row.task} by {row.method}" for row in own.itertuples()]
        if shows:
            yield sentence.format(words(shows))


def _verdicts(found: pd.DataFrame) -> Table | None:
    """A row for each network, trait and method; None where no network was judged."""
    if not len(found):
        return None
    header = ["network", "trait", "method", "verdict", "why", "scale each chromosome by itself?"]
    chosen = found[["model", "task", "method", "category", "sentence", "scaling"]]
    rows = chosen.replace("", "–").to_numpy().tolist()
    return Table("Does the result come from the network or from the genome?", header, rows)


def _trait(study: Contents, task: str) -> dict:
    own = {key: files for key, files in study.masses.items() if key[1] == task}
    found = {key: tables.read(MARKER_MASSES, files["masses"]) for key, files in own.items()}
    blocks = {key: tables.read(LD_BLOCKS, files["ld_blocks"]) for key, files in own.items()}
    scan = tables.read(MARKER_SCAN, study.scans[task]["scan"])
    ridge = tables.read(MARKER_RIDGE, study.scans[task]["ridge"])
    summary = tables.read(SCANNED, study.scans[task]["scanned"]).iloc[0]
    rows = [
        manhattan.Row(
            f"{model}, {method}: mass",
            "target",
            table["mass"].to_numpy(),
            _leads(table, blocks[model, task, method]),
        )
        for (model, _, method), table in found.items()
    ]
    lod, effect = scan["lod"].to_numpy(), ridge["effect"].abs().to_numpy()
    rows.append(manhattan.Row("single markers: LOD", "LOD", lod, _best(lod), summary["threshold"]))
    rows.append(manhattan.Row("ridge: size of the effect", "per s.d.", effect, _best(effect)))
    shares = {
        model_and_method(key): tables.read(CHROMOSOME_SHARES, files["chromosome_shares"])
        for key, files in own.items()
    }
    return {
        "task": task,
        "plot": manhattan.manhattan(scan, rows, f"Markers of {task}"),
        "blocks": _blocks(blocks),
        "shares": _shares(shares) if shares else None,  # a trait may be no network's
        "losses": losses(task, study.occluded, own),
        "sets": sufficient({m: files for (m, t), files in study.marker_sets.items() if t == task}),
        "control": decimal(summary["genomic_control"], 2),
        "threshold": decimal(summary["threshold"], 2),
        "ridge": decimal(summary["ridge_r2"], 2),
        "samples": count(summary["samples"]),
    }


def model_and_method(key: tuple[str, str, str]) -> str:
    """How a network's answer is called in a table: its model and the method."""
    return f"{key[0]}, {key[2]}"


def _leads(masses: pd.DataFrame, blocks: pd.DataFrame) -> list[int]:
    """Places of the leads of the blocks of most mass."""
    best = blocks.sort_values("mass", ascending=False, kind="stable").head(_BEST)["lead"]
    return [int(np.flatnonzero(masses["marker"] == lead)[0]) for lead in best]


def _best(values: np.ndarray) -> list[int]:
    return np.argsort(-np.nan_to_num(values), kind="stable")[:_BEST].tolist()


def _blocks(found: dict[tuple[str, str, str], pd.DataFrame]) -> Table:
    header = ["network", "block", "markers", "share of the mass", "lead marker"]
    rows = []
    for key, blocks in found.items():
        best = blocks.sort_values("mass", ascending=False, kind="stable").head(_BEST)
        for block in best.itertuples():
            place = f"{block.chrom}:{block.first:,}-{block.last:,}"
            share = "–" if pd.isna(block.share) else percent(block.share)
            lead = f"{block.lead} ({block.lead_position:,})"
            rows.append([model_and_method(key), place, count(block.markers), share, lead])
    caption = f"The {_BEST} blocks of linkage of most mass"
    return Table(caption, header, rows, frozenset({"markers", "share of the mass"}))


def _shares(found: dict[str, pd.DataFrame]) -> Table:
    """A row per chromosome, a column per network: share of the mass over that of the markers."""
    first = next(iter(found.values()))
    rows = [
        [chrom, percent(expected), *(decimal(t["enrichment"].iloc[i], 2) for t in
                                              found.values())]
        for i, (chrom, expected) in enumerate(zip(first["chrom"], first["expected"], strict=True))
    ]  # fmt: skip
    header = ["chromosome", "share of the markers", *found]
    caption = "Share of the mass on each chromosome, divided by its share of the markers"
    return Table(caption, header, rows, frozenset(header[1:]))


def losses(
    task: str,
    occluded: Mapping[tuple[str], Path],
    masses: Mapping[Attribution, Mapping[str, Path]],
) -> Table | None:
    """A row per chromosome; per network the fall, and beside it the shares of the mass."""
    found, chroms = {}, []
    for (model,), path in occluded.items():
        table = tables.read(OCCLUDED, path)
        if (own := table[table["task"] == task]).empty:
            continue  # a network of other traits
        chroms = own["chrom"]
        metric = own["metric"].iloc[0]
        found[f"{model}: fall of {WORDS[metric]}"] = [_loss(row) for row in own.itertuples()]
        for key in masses:
            if key[0] == model:
                shares = tables.read(CHROMOSOME_SHARES, masses[key]["chromosome_shares"])
                found[f"{model_and_method(key)}: share of the mass"] = [
                    percent(share) for share in shares["share"]
                ]
    rows = [list(row) for row in zip(chroms, *found.values(), strict=True)]
    header = ["chromosome", *found]
    caption = "Fall of the held-out performance when a chromosome is hidden"
    return Table(caption, header, rows, frozenset(header[1:])) if found else None


def _loss(row: object) -> str:
    """The fall and its interval; a dash where the network has nothing to lose."""
    chance = 0.5 if row.metric == "auroc" else 0
    if not row.whole > chance:
        return "–"
    return f"{decimal(row.fall)} ({decimal(row.low)} to {decimal(row.high)})"


def sufficient(found: dict[str, Mapping[str, Path]]) -> Table | None:
    """A row per network and side: how many markers are enough, and which are so most often."""
    rows = []
    for model, files in found.items():
        sets = tables.read(MARKER_SETS, files["marker_sets"])
        kept = tables.read(SET_MARKERS, files["set_markers"])
        for side, own in sets.groupby("side", sort=False):
            sizes = own.loc[own["markers"] > 0, "markers"]
            best = kept[kept[side] > 0].sort_values(side, ascending=False, kind="stable")
            named = [
                f"{row.chrom}:{row.position:,} ({getattr(row, side)})"
                for row in best.head(_KEPT).itertuples()
            ]
            quartiles = [count(sizes.quantile(share)) for share in (0.25, 0.5, 0.75)]
            rows.append([model, side, count(own["id"].nunique()),
                         count(own.loc[sizes.index, "id"].nunique()), ", ".join(quartiles),
                         ", ".join(named)])  # fmt: skip
    header = ["model", "side", "samples", "with a set", "markers: quartiles"]
    header.append("in the sets of most samples")
    caption = "The smallest sets of markers that alone keep the prediction"
    return Table(caption, header, rows, frozenset(header[2:4])) if rows else None


def _bands(table: pd.DataFrame) -> Table | None:
    if not len(table):
        return None
    rows = [
        [
            *(getattr(row, key) for key in ("model", "task", "null", "statistic")),
            *(significant(value) for value in (row.value, row.low, row.median, row.high, row.p)),
        ]
        for row in table.itertuples()
    ]
    header = ["model", "trait", "null", "statistic", "value", "low", "median", "high", "p"]
    caption = "Spread of the mass, beside untrained networks and networks of permuted traits"
    return Table(caption, header, rows, frozenset(header[4:]))


def _known(table: pd.DataFrame) -> Table | None:
    if not len(table):
        return None
    header = ["trait", "known locus", "by", "best marker of the chromosome", "distance (bp)"]
    header += ["found", "rank of the chromosome", "by chance"]
    rows = [_locus(row) for row in table.itertuples()]
    caption = "Known loci: how far the best marker of their chromosome lies from them"
    return Table(caption, header, rows, frozenset({"distance (bp)", "by chance"}))


def _recall(judged: Mapping[str, Path]) -> list[Table]:
    """For each spiked trait a row per reader: its recall over the inputs, and of what is false."""
    table = tables.read_all(RECALL, [judged["recall"]] if "recall" in judged else [])
    found = []
    for trait, own in table.groupby("trait", sort=False):
        places = list(dict.fromkeys(own["where"]))[1:]
        header = ["by", "causal markers recovered", *places]
        rows = [_reader(source, rows) for source, rows in own.groupby("source", sort=False)]
        caption = f"Causal markers of {trait}, simulated on these genotypes: recovered by place"
        header += ["by chance", "decoys called", "precision"]
        found.append(Table(caption, header, rows, frozenset(header[1:])))
    return found


def _reader(source: str, rows: pd.DataFrame) -> list[str]:
    """One reader's recall: everywhere, then by place."""
    every = rows.iloc[0]
    return [
        source,
        f"{every['recovered']} of {every['causal']}",
        *(_of(row.recovered, row.causal) for row in rows.iloc[1:].itertuples()),
        percent(every["chance"]),
        _of(every["called"], every["decoys"]),
        "–" if pd.isna(every["precision"]) else percent(every["precision"]),
    ]


def _of(some: int, every: int) -> str:
    return f"{some} of {every}" if every else "–"


def _locus(row: object) -> list[str]:
    known = not pd.isna(row.lead_position)
    return [
        row.trait,
        f"{row.chrom}:{row.position:,}",
        row.source,
        f"{row.lead} ({int(row.lead_position):,})" if known else "–",
        count(row.distance) if known else "–",
        "yes" if row.found else "no",
        count(row.rank) if known else "–",
        percent(row.chance),
    ]
