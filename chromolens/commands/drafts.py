"""The lines of a new config: what the files are like, and what follows from it."""

import json
import os
from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import yaml

from chromolens import texts
from chromolens.errors import BadInput, absent
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.names import mapping_line, suggest_names
from chromolens.inputs.folds import LEAST_FOLDS
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import read_source

Written = Callable[[str], str]
"""How the config writes a path."""

_WINDOWS = ((200, 201), (600, 501))
"""Median width of peaks up to which a window is so wide (bp); of wider ones 1,001."""
_WIDEST = 1001
_TABLES = (".tsv", ".csv", ".txt", ".tsv.gz", ".csv.gz", ".txt.gz")
_FIXED = ("id", "sequence", "split", "where")
"""Columns of records that are no tasks."""
_SHIFT = 20
"""Largest shift of training windows (bp), of those that are ten times as wide at least."""


def of_genome(
    name: str,
    fasta: str,
    peaks: Mapping[str, str],
    signals: Mapping[str, str],
    written: Written,
    window: int = 0,
    tax_group: str = "",
) -> list[str]:
    """The lines for a genome with peaks or signals (task -> file; of signals PLUS,MINUS).

    ``window`` (bp) and ``tax_group`` are chosen where they aren't given. BadInput for files that a
    job would refuse.
    """
    sizes = chromosome_sizes(_there(fasta))
    mapping = suggest_names(_unknown(peaks.values(), sizes), sizes)
    events = {task: read_peaks(path, sizes, mapping) for task, path in peaks.items()}
    window, why = (window, "as asked") if window else _window(events, sizes)
    lines = _top(name, "genome")
    lines += [f"  fasta: {_said(written(fasta))} # {_extent(sizes)}"]
    lines += ["  peaks: # one task per name"] if peaks else []
    lines += [
        f"    {_said(task)}: {_said(written(peaks[task]))} # {len(found):,} events"
        for task, found in events.items()
    ]
    lines += ["  signals: # one task per name"] if signals else []
    for task, paths in signals.items():
        files = zip(("plus", "minus"), paths.split(","), strict=False)
        sides = {side: written(_there(file)) for side, file in files}
        lines.append(f"    {_said(task)}: {json.dumps(sides)}")
    lines += [f"  {mapping_line(mapping)} # in the peaks: in the FASTA"] if mapping else []
    lines += [f"  window: {window} # what the network sees (bp): {why}"]
    if signals:
        lines += [f"  tile: {window} # distance between windows on the genome (bp)"]
    lines += _folds(sizes, window, bool(signals))
    models = _models("regression" if signals else "")
    metric = "" if signals else "auroc"
    return [*lines, *models, *_rest(window, tax_group, _group_of(sizes), metric)]


def _folds(sizes: Mapping[str, int], window: int, eventless: bool) -> list[str]:
    """What folds are made of, where the default doesn't serve."""
    long = [size for size in sizes.values() if size >= window]
    uneven = len(long) < LEAST_FOLDS or 2 * max(long) > sum(long)
    keys = {"by": "blocks"} if uneven else {}
    keys |= {"balance": "length"} if eventless else {}
    reasons = ["one chromosome is most of the genome: stretches of it are held out"] * uneven
    reasons += ["there are no events to balance folds by"] * eventless
    said = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return [f"folds: {{{said}}} # {'; '.join(reasons)}"] if keys else []


def of_records(
    name: str,
    given: Mapping[str, str],
    written: Written,
    window: int = 0,
    tax_group: str = "",
) -> list[str]:
    """The lines for records without a genome: tables, or a FASTA file of each class."""
    tables = [path for path in given.values() if path.endswith(_TABLES)]
    if tables and len(tables) < len(given):
        raise BadInput(
            "some files are tables of records, others FASTA",
            expected="tables alone, or a FASTA file of each class",
            where=", ".join(given.values()),
        )
    if not tables and len(given) < 2:
        raise BadInput(
            f"{', '.join(given.values())} alone has one class: there is nothing to tell apart",
            expected="a FASTA file of each class, NAME=FILE, or a table with labels",
        )
    lines, found = _top(name, "sequences") + ["  sequences:"], []
    for label, path in given.items():
        source = {"table": path} if tables else {"fasta": path, "class": label}
        found.append(read_source(source, () if tables else list(given)))
        tasks = [_said(task) for task in found[-1] if task not in _FIXED]
        more = f", tasks: [{', '.join(tasks)}]" if tables else f", class: {_said(label)}"
        key = "table" if tables else "fasta"
        place = json.dumps(written(path))
        lines.append(f"    - {{{key}: {place}{more}}} # {len(found[-1]):,} records")
    lengths = pd.concat(found)["sequence"].str.len()
    length = window or (0 if lengths.nunique() == 1 else int(lengths.median()))
    why = "as asked" if window else f"the median; records have {lengths.min()} to {lengths.max()}"
    lines += [f"  length: {length} # records are cropped or padded to it (bp): {why}"] * (
        length > 0
    )
    labels = pd.concat(found).drop(columns=list(_FIXED))
    measured = not labels.stack().isin([0, 1]).all()
    objective = "continuous" if measured else "" if tables else "classes"
    metric = "" if measured else "auroc"
    return [*lines, *_models(objective), *_rest(0, tax_group, "", metric)]


def _top(name: str, kind: str) -> list[str]:
    return [
        "# Written by chromolens init. All other keys have defaults: config/README.md lists them.",
        f"study: {_said(name)} # results lie under results/{name}",
        "inputs: # paths count from this file",
        f"  kind: {kind}",
    ]


def _models(objective: str) -> list[str]:
    own = f"objective: {objective}" if objective else ""
    null = ", ".join(filter(None, [own, "labels: permuted"]))
    return [
        "models:",
        f"  main: {{{own}}} # the default network, on all tasks",
        f"  permuted: {{{null}}} # a null: motifs that it shows are false positives",
    ]


def _rest(window: int, asked: str, guessed: str, metric: str) -> list[str]:
    """Training, the database of motifs, and what is expected; without a ``metric`` nothing is."""
    why = "as asked" if asked else "a guess: change it if it is wrong"
    group = asked or guessed or "vertebrates"
    lines = []
    if window >= 10 * _SHIFT:
        what = "random shift of training windows: positions of motifs can't be learned (bp)"
        lines.append(f"training: {{shift: {_SHIFT}}} # {what}")
    lines.append(f"motifs: {{database: {{tax_group: {group}}}}} # JASPAR names motifs: {why}")
    if metric:
        line = f"  - {{value: metric, metric: {metric}, model: main, min: 0.75}}"
        lines += ["acceptance: # what you expect, written before the run", line]
    return lines


def _window(events: Mapping[str, pd.DataFrame], sizes: Mapping[str, int]) -> tuple[int, str]:
    """A window for peaks of this width, and why; the narrowest without peaks."""
    if not events:
        return _fitting(_WINDOWS[0][1], sizes), "the default"
    found = pd.concat(events.values())
    width = int((found["end"] - found["start"]).median())
    chosen = next((window for most, window in _WINDOWS if width <= most), _WIDEST)
    return _fitting(chosen, sizes), f"the peaks' median width is {width} bp"


def _fitting(window: int, sizes: Mapping[str, int]) -> int:
    return min(window, max(sizes.values()))


def _group_of(sizes: Mapping[str, int]) -> str:
    """The part of JASPAR that these chromosomes speak for; empty where they don't."""
    names = {name.lower().removeprefix("chr") for name in sizes}
    total = sum(sizes.values())
    if names & {"2l", "3r"}:
        return "insects"
    if names & {"c", "pt", "chloroplast"}:
        return "plants"
    if {"i", "ii", "iii", "iv", "v", "x"} <= names and "vi" not in names:
        return "nematodes"
    return "fungi" if total < 60e6 and total > 5e6 else ""


def _unknown(paths: Iterable[str], sizes: Mapping[str, int]) -> list[str]:
    """Chromosomes that stand in these BED files and not in the FASTA."""
    found: dict[str, None] = {}
    for path in paths:
        rows = (text.split() for _, text in texts.lines(_there(path), "BED"))
        found |= dict.fromkeys(row[0] for row in rows if len(row) > 2 and row[1].isdecimal())
    return [name for name in found if name not in sizes]


def _there(path: str) -> str:
    """``path``; BadInput where there is no such file."""
    if not os.path.exists(path):
        raise absent(path)
    return path


def _extent(sizes: Mapping[str, int]) -> str:
    total, count = sum(sizes.values()), len(sizes)
    said = f"{total / 1e6:,.1f} Mb" if total >= 1e5 else f"{total:,} bp"
    return f"{said} in {count} chromosome{'s' * (count > 1)}"


def _said(text: str) -> str:
    """``text`` as YAML reads it back: in quotes where that takes some."""
    plain = yaml.safe_dump(text, width=10**6).strip().removesuffix("...").strip()
    return json.dumps(text) if set(",[]{}") & set(text) else plain
