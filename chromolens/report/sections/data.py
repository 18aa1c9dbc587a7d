"""What was run: windows kept and dropped, folds, models and methods."""

import re
from collections.abc import Iterable

import pandas as pd

from chromolens import inputs, plugins, tables
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.intervals import stretch
from chromolens.genome.names import roman
from chromolens.inputs.windows import read_windows, task_names
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, decimal
from chromolens.tables.inputs import DROPPED, FOLDS, REGIONS, REGIONS_DROPPED
from chromolens.tables.markers import MARKER_SCAN

NEEDS = ("windows", "folds", "dropped", "regions", "regions_dropped")


def context(study: Contents) -> dict:
    """Tables of windows and drops, the diagram of the folds, models and methods."""
    windows = read_windows(study.windows)
    return {
        "windows": len(windows),
        "row": row_of(study),
        "length": _length(study, windows),
        "unit": {"tokens": "tokens", "genotypes": "markers"}.get(study.kind, "bp"),
        "left_out": [stage for stage in _all_stages() if stage not in study.stages],
        "tasks": task_names(windows),
        "group": _group(study),
        "groups": ordered(windows["group"].unique()),
        "gaps": _gaps(study),
        "roles": windows["role"].value_counts().to_dict(),
        "kept": kept(windows),
        "dropped": dropped(study),
        "regions": regions(study),
        "folds": folds(study, windows),
    }


def row_of(study: Contents) -> str:
    """What a row of the table of windows is called."""
    return {"tokens": "text", "genotypes": "sample"}.get(study.kind, "window")


def _all_stages() -> tuple[str, ...]:
    """Those of a genome, which has most."""
    return plugins.constant(inputs, "genome", "STAGES", ())


def _length(study: Contents, windows: pd.DataFrame) -> int:
    if study.scans:
        return len(tables.read(MARKER_SCAN, next(iter(study.scans.values()))["scan"]))
    if "tokens" in windows:
        return len(windows["tokens"].iloc[0].split())
    if "sequence" in windows:
        return int(windows["sequence"].str.len().max())
    return int((windows["end"] - windows["start"]).max())


_COLUMNS = 60
"""Most groups in the diagram of the folds."""
_EVENTLESS = {"row", "sequence", "tokens"}
"""Columns of windows that are centred on nothing: samples, records, texts."""


def kept(windows: pd.DataFrame) -> Table:
    """Windows of each task: positives, negatives and masked, or numbers for regression."""
    names = task_names(windows)
    binary = all(windows[name].dropna().isin([0, 1]).all() for name in names)
    header = ["positive", "negative"] if binary else ["labelled", "mean label"]
    header = ["task", "centred on its events", *header, "masked"]
    rows = [[name, *_counts(windows, name, binary)] for name in names]
    if not _EVENTLESS.isdisjoint(windows.columns):
        header, rows = [header[0], *header[2:]], [[row[0], *row[2:]] for row in rows]
    return Table("Windows kept, by task", header, rows, frozenset(header[1:]))


def _counts(windows: pd.DataFrame, task: str, binary: bool) -> list[str]:
    labels = windows[task]
    own = count(sum(task in source.split(",") for source in windows["source"]))
    both = [count((labels == 1).sum()), count((labels == 0).sum())]
    plain = [count(labels.notna().sum()), decimal(labels.mean(), 2)]
    return [own, *(both if binary else plain), count(labels.isna().sum())]


def _group(study: Contents) -> str:
    """What a fold is made of, in the singular."""
    by_blocks = study.config.get("folds", {}).get("by") == "blocks"
    return "part" if study.kind != "genome" else "block" if by_blocks else "chromosome"


def _gaps(study: Contents) -> str:
    """How many bases lie between blocks; empty where folds are no blocks."""
    if _group(study) != "block" or study.fasta is None:
        return ""
    sizes = chromosome_sizes(study.fasta)
    groups = tables.read(FOLDS, study.folds)["group"].unique()
    blocks = [stretch(group, sizes) for group in groups]
    whole = sum(sizes[chrom] for chrom in {block.chrom for block in blocks})
    gaps = whole - sum(map(len, blocks))
    return f"{count(gaps)} of {count(whole)} bases ({100 * gaps / whole:.1f} %)"


def dropped(study: Contents) -> Table | None:
    """What was dropped and why, or None where nothing was."""
    table = tables.read_all(DROPPED, [study.dropped] if study.dropped else [])
    if not len(table):
        return None
    numbers = [count(number) for number in table["count"]]
    rows = list(zip(table["reason"], table["task"], numbers, table["example"], strict=True))
    header = ["reason", "task", "windows", "for example"]
    return Table("Windows and events dropped, by reason", header, rows, frozenset({"windows"}))


def regions(study: Contents) -> list[Table]:
    """Windows of each method that explains regions, and what of these it leaves out."""
    rows, lost = [], []
    for (method,), path in study.regions.items():
        windows = tables.read(REGIONS, path)
        stated = study.config["attribution"]["methods"][method]["regions"]
        what = stated if isinstance(stated, str) else stated["url"]
        chromosomes = count(windows["chrom"].nunique())
        rows.append([method, what, count(len(windows)), chromosomes])
    for (method,), path in study.regions_dropped.items():
        lost += [
            [method, row["reason"], count(row["count"]), row["example"]]
            for row in tables.read(REGIONS_DROPPED, path).to_dict("records")
        ]
    explained = ["method", "regions", "windows", "chromosomes"]
    unexplained = ["method", "reason", "windows", "for example"]
    shown = [Table("Regions explained", explained, rows, frozenset(explained[2:]))]
    shown.append(Table("Windows on regions left out", unexplained, lost, frozenset({"windows"})))
    return [table for table in shown if table.rows]


def folds(study: Contents, windows: pd.DataFrame) -> dict:
    """Diagram of the folds: a row per fold, a column per group, the role in each cell.

    Of more groups than ``_COLUMNS``, such as the scaffolds of a draft, those with most windows.
    """
    table = tables.read(FOLDS, study.folds)
    known, sizes = table["group"].unique(), windows["group"].value_counts()
    largest = sorted(known, key=lambda group: -sizes.get(group, 0))[:_COLUMNS]
    groups = ordered(largest)
    table = table[table["group"].isin(groups)]
    roles = table.set_index(["fold", "group"])["role"]
    rows = [
        (fold, [(group, roles.get((fold, group), "")) for group in groups])
        for fold in table["fold"].unique()
    ]
    columns = [
        (group, count(sizes.get(group, 0)), _short(study, group, number))
        for number, group in enumerate(groups, 1)
    ]
    return {"groups": columns, "rows": rows, "others": count(len(known) - len(groups))}


def _short(study: Contents, group: str, number: int) -> str:
    """What stands over a column of the diagram: blocks are many, and their names long."""
    kind = _group(study)
    return str(number) if kind == "block" else group.removeprefix("chr" * (kind == "chromosome"))


_BLOCK = re.compile(r"(.+?)(?:-(\d+)-\d+)?")
_ROMAN = {roman(number): number for number in range(1, 40)}


def ordered(groups: Iterable[str]) -> list[str]:
    """Chromosomes as people count them: chr2 before chr10, chrIV before chrIX, the rest by name.

    Roman numerals are read only where no chromosome has an Arabic one: X of man is no tenth.
    Blocks of a chromosome stand by their place.
    """
    places = {name: _BLOCK.fullmatch(name).groups() for name in groups}
    numbers = {chrom: re.sub("^(chr|part)", "", chrom) for chrom, _ in places.values()}
    arabic = any(bare.isdecimal() for bare in numbers.values())
    rank = {
        chrom: (int(bare) if bare.isdecimal() else 99 if arabic else _ROMAN.get(bare, 99), chrom)
        for chrom, bare in numbers.items()
    }
    return sorted(places, key=lambda name: (*rank[places[name][0]], int(places[name][1] or 0)))
