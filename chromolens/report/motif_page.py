"""A page about the motifs of one task: all that TF-MoDISco's file says of each, offline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.intervals import Interval
from chromolens.genome.nearest import nearest_places
from chromolens.inputs.peaks import read_genes
from chromolens.motifs.modisco.merging import stored_pattern
from chromolens.motifs.modisco.patterns import pattern_of
from chromolens.motifs.modisco.seqlets import read_seqlets
from chromolens.motifs.names.matches import read_matches_meme
from chromolens.report import motif_card
from chromolens.report.environment import environment
from chromolens.report.figures import logos
from chromolens.report.tables import plural
from chromolens.runlog import atomic
from chromolens.scores import open_scores
from chromolens.tables.motifs import MATCHES, MERGED, PATTERNS, SUBPATTERNS


@dataclass(frozen=True, kw_only=True)
class MotifFiles:
    """What the page is made of: ``motifs/MODEL/TASK/METHOD`` and what stands around it.

    ``genes`` (GFF3) may be absent; ``sizes``: chromosome -> length; ``null``: the model
    had nothing true to learn.
    """

    title: str
    model: str
    task: str
    method: str
    kind: str
    patterns: Path
    subpatterns: Path
    merged: Path
    matches: Path
    matches_meme: Path
    merged_h5: Path
    genes: Path | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    chromosome_names: Mapping[str, str] = field(default_factory=dict)
    null: bool = False


def write_motif_page(path: str | Path, files: MotifFiles) -> None:
    """Write the page to ``path``, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(render(files), encoding="utf-8")


def render(files: MotifFiles) -> str:
    """The page as HTML text. The same files give the same text."""
    table = tables.read(MERGED, files.merged)
    kinds = {"patterns": PATTERNS, "subpatterns": SUBPATTERNS, "matches": MATCHES}
    told = {name: tables.read(kind, getattr(files, name)) for name, kind in kinds.items()}
    with open_scores(files.merged_h5) as file:
        reason = str(file["chromolens"].attrs["reason"])
        windows = int(file["chromolens"].attrs["windows"])
        cards = _cards(file, table, told, files) if len(table) else []
    return (
        environment()
        .get_template("motifs.html")
        .render(
            files=files,
            glyphs=logos.glyphs(),
            summary=_summary(table, told["patterns"], windows),
            genes=files.genes is not None,
            cards=cards,
            reason=reason,
        )
    )


def _cards(
    file: h5py.File, table: pd.DataFrame, told: dict[str, pd.DataFrame], files: MotifFiles
) -> list[dict]:
    """Named motifs first, then by seqlets."""
    places = _places(files)
    database = read_matches_meme(files.matches_meme, told["matches"])
    rank = table.assign(unnamed=~table["named"].astype(bool))
    rows = rank.sort_values(["unnamed", "seqlets"], ascending=[True, False], kind="stable")
    return [
        motif_card.card(
            row,
            pattern_of(row.sign, row.pattern.split(".", 1)[1], stored_pattern(file, row.pattern)),
            stored_pattern(file, row.pattern)["seqlets"],
            places[places["pattern"] == row.pattern],
            {name: part[part[column] == row.pattern] for name, part, column in _parts(told)},
            database,
        )
        for row in rows.itertuples()
    ]


def _parts(told: dict[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame, str]]:
    """Tables and the column in which they name the motif."""
    patterns, subpatterns = told["patterns"], told["subpatterns"]
    into = dict(zip(patterns["pattern"], patterns["merged_into"], strict=True))
    subpatterns = subpatterns.assign(merged_into=subpatterns["pattern"].map(into))
    return [
        ("patterns", patterns, "merged_into"),
        ("subpatterns", subpatterns, "merged_into"),
        ("matches", told["matches"], "pattern"),
    ]


def _places(files: MotifFiles) -> pd.DataFrame:
    places = seqlet_places(files.merged_h5, files.kind)
    if files.genes is None or files.kind != "genome":
        return places
    genes, _ = read_genes(files.genes, dict(files.sizes), dict(files.chromosome_names))
    return places.join(from_tss(places, genes))


def _summary(table: pd.DataFrame, patterns: pd.DataFrame, windows: int) -> str:
    found = plural(len(table), "motif")
    if len(patterns) > len(table):
        found += f", merged of {plural(len(patterns), 'pattern')}"
    words = [f"{plural(windows, 'window')} read: {found}"]
    if len(table):
        words.append(f"{int(table['named'].sum())} with a name")
        rate = table["false_name_rate"].iloc[0]
        words += [] if pd.isna(rate) else [f"{rate:.0%} of their column shuffles have one"]
    return ", ".join(words) + "."


def seqlet_places(merged_h5: str | Path, kind: str) -> pd.DataFrame:
    """A row per seqlet, in the order in which the file holds them.

    Columns pattern, window, strand, start, end, chrom, middle, from_centre.

    ``start`` and ``end`` (0-based, half-open) and the ``middle`` of its core (bp, perhaps a half)
    count along ``chrom``: the chromosome, or the record (``kind`` "sequences"). ``from_centre``:
    of the middle, from the middle base of the window; windows are cut around summits.
    """
    with open_scores(merged_h5) as file:
        stretch = int(file["chromolens"].attrs["offset"]) + int(file.attrs["window_size"]) // 2
    places = read_seqlets(merged_h5, "sequences")
    # a base's middle is half a base right of its start
    middle = (places["core_start"] + places["core_end"]).astype(float) / 2
    places["from_centre"] = middle - (stretch + 0.5)
    places["middle"] = middle
    if kind == "genome":
        windows = {name: Interval.parse(name) for name in places["window"].unique()}
        first = places["window"].map({name: window.start for name, window in windows.items()})
        places["chrom"] = places["window"].map({n: window.chrom for n, window in windows.items()})
        for column in ("start", "end", "middle"):
            places[column] += first
    columns = ["pattern", "window", "strand", "start", "end", "chrom", "middle", "from_centre"]
    return places[columns]


def from_tss(places: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Distance of each place to the nearest TSS, in its gene's direction: positive downstream.

    Parameters
    ----------
    places
        Columns chrom, middle, strand.
    genes
        Columns chrom, start, end, strand: the TSS is the first base, of "-" the last.

    Returns
    -------
    DataFrame
        ``distance`` (bp; NaN on chromosomes without genes) and ``along``: whether the motif
        reads in the gene's direction. Of equally near TSS the left one.
    """
    found = pd.DataFrame({"distance": np.nan, "along": False}, index=places.index)
    tss = np.where(genes["strand"] == "-", genes["end"] - 0.5, genes["start"] + 0.5)
    near = nearest_places(genes["chrom"], tss, places["chrom"], places["middle"])
    here, near = near >= 0, near[near >= 0]
    strands = genes["strand"].to_numpy()[near]
    direction = np.where(strands == "-", -1, 1)
    found.loc[here, "distance"] = (places["middle"].to_numpy()[here] - tss[near]) * direction
    found.loc[here, "along"] = places["strand"].to_numpy()[here] == strands
    return found
