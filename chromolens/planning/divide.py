"""Chromosomes (or parts of the records), and how folds and shards divide them."""

import os
from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from chromolens.config import is_file
from chromolens.errors import BadInput
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.intervals import check_name
from chromolens.inputs.folds import (
    Folds,
    balance,
    check_folds,
    fold_table,
    folds_of_roles,
    read_fold_files,
)
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import split_names
from chromolens.planning.regions import Starts
from chromolens.planning.sources import files

_LONGEST = 150  # letters of a shard's name, which goes into names of files


def sizes(config: dict, settings: dict) -> dict[str, int]:
    """Length of each chromosome (genome), or nothing (sequences).

    From the config's table where there is one, else from the local FASTA.
    """
    if settings["kind"] != "genome":
        return {}
    if settings.get("simulate"):
        return {name: int(n) for name, n in settings["simulate"]["chromosomes"].items()}
    if settings["chromosomes"]:
        return {name: row["length"] for name, row in settings["chromosomes"].items()}
    if not settings["fasta"]:
        raise BadInput(
            "no genome is given", where="the config, inputs.fasta", remedy="give a FASTA"
        )
    if is_file(config["inputs"]["fasta"]):
        raise BadInput(
            "a genome that is downloaded needs the lengths of its chromosomes in the config",
            where="the config, inputs.chromosomes",
            remedy="add inputs.chromosomes: {NAME: {length: ..., md5: ...}}",
        )
    return chromosome_sizes(settings["fasta"])


def folds(config: dict, settings: dict, sizes: dict[str, int]) -> Folds:
    """Groups (chromosomes or parts) of each fold, by role; BadInput for what would leak."""
    chosen = config["folds"]
    long = _long_enough(sizes, settings["window"]) if sizes else {}
    groups = list(long) or _parts(settings)
    papers = None if sizes else folds_of_roles(groups)
    if chosen["files"]:
        table = read_fold_files(chosen["files"])
    elif chosen["test"]:
        table = fold_table(
            chosen["test"], chosen["validation"] or None, chosen["training"] or None
        )
    elif papers is not None:
        table = papers
    else:
        weights = _weights(chosen["balance"], settings, sizes, groups)
        table = fold_table(balance(weights, min(chosen["k"], len(groups))), None)
    table = table[~table["group"].isin(sizes.keys() - long.keys())]
    check_folds(table, groups)
    for group in table["group"].unique():
        check_name(group)
    return Folds.of_table(table)


def _parts(settings: dict) -> list[str]:
    """Groups of records: their own splits, and the parts that those without one are hashed to."""
    splits = split_names(settings.get("sequences", settings.get("texts", [{}])))
    hashed = [f"part{i}" for i in range(settings["parts"])] if "" in splits else []
    return [*filter(None, splits), *hashed]


def _long_enough(sizes: dict[str, int], window: int) -> dict[str, int]:
    """Those of ``sizes`` on which a window fits: some scaffolds of a draft are shorter."""
    kept = {chrom: size for chrom, size in sizes.items() if size >= window}
    if sizes and not kept:
        longest = max(sizes, key=sizes.get)
        raise BadInput(
            f"a window of {window} bp doesn't fit on {longest}, which has {sizes[longest]} bp",
            expected=f"at most {sizes[longest]} bp: no other chromosome is longer",
            where="the config, inputs.window",
            remedy="make the window smaller",
        )
    return kept


def in_folds(folds: Folds, sizes: dict[str, int]) -> dict[str, int]:
    """Those of ``sizes`` that stand in a fold: the rest is neither trained on nor explained."""
    named = set(folds.table()["group"])
    return {chrom: size for chrom, size in sizes.items() if chrom in named}


def shards(
    config: dict,
    methods: pd.DataFrame,
    sizes: dict[str, int],
    folds: Folds,
    windows: Mapping[str, Starts | None],
    shared: dict,
) -> pd.DataFrame:
    """One row per shard of a method with tracks: method, shard, fold, regions, bases.

    ``shard`` is its name, for files; ``regions`` are joined by +, and ``bases`` says how many of
    theirs may be explained (0: unknown). A shard of records has no regions and is called
    fold-part-of.

    Chromosomes are cut into pieces of about equal work: of ``shard_size`` bases, or, where a
    method's ``windows`` (``regions.windows``) are known, of as many windows as a grid has on so
    many bases; a chromosome without windows is then in no shard. Small chromosomes of one fold
    share a shard, which is called by its regions or, where that is long, ``FIRST..LAST``.
    ``shared`` is what ``plan.attribution_settings`` gives.
    """
    rows, most = [], config["attribution"]["shard_size"]
    for method in methods.loc[methods["tracked"], "method"]:
        for fold in folds.roles:
            if not sizes:
                parts = config["attribution"]["parts"]
                rows += [(method, f"{fold}-{i}-{parts}", fold, "", 0) for i in range(parts)]
                continue
            lengths = {chrom: sizes[chrom] for chrom in folds.groups(fold, "test")}
            starts = windows.get(method)
            if starts is None:
                packed, unit = _pack(_by_length(lengths, most), most), int(method not in windows)
            else:
                count, unit = max(1, most // shared["stride"]), shared["keep"] or shared["window"]
                packed = _pack(_by_windows(lengths, starts, count), count)
            for regions, work in packed:
                rows.append((method, _shard_name(regions), fold, "+".join(regions), unit * work))
    return pd.DataFrame(rows, columns=["method", "shard", "fold", "regions", "bases"])


def planned(joined: pd.DataFrame, shards: pd.DataFrame) -> dict[str, list[str]]:
    """Track -> the regions that its shards must cover, of tables ``joined`` and ``shards``."""
    regions = shards.groupby("method")["regions"].agg("+".join)
    return {row.track: regions[row.method].split("+") for row in joined.itertuples()}


Pieces = list[tuple[str, int]]
"""Regions of one chromosome, and the work of each."""


def _by_length(lengths: Mapping[str, int], most: int) -> list[Pieces]:
    """Each chromosome cut evenly into pieces of about ``most`` bases."""
    found = []
    for chrom, length in lengths.items():
        cuts = max(1, round(length / most))
        edges = [length * i // cuts for i in range(cuts + 1)]
        found.append([(f"{chrom}-{a}-{b}", b - a) for a, b in pairwise(edges)])
    return found


def _by_windows(lengths: Mapping[str, int], windows: Starts, most: int) -> list[Pieces]:
    """Each chromosome that has windows, cut into pieces of about ``most`` of them."""
    found = []
    for chrom in (chrom for chrom in lengths if chrom in windows):
        count = len(windows[chrom])
        cuts = max(1, round(count / most))
        first = [count * i // cuts for i in range(cuts + 1)]
        inner = windows[chrom][first[1:-1]].tolist()
        names = [f"{chrom}-{a}-{b}" for a, b in pairwise([0, *inner, lengths[chrom]])]
        found.append([(name, b - a) for name, (a, b) in zip(names, pairwise(first), strict=True)])
    return found


def _pack(chromosomes: list[Pieces], most: int) -> list[tuple[list[str], int]]:
    """Regions of each shard, and their work: a piece of a chromosome, or some whole ones."""
    shards: list[tuple[list[str], int]] = []
    room = 0
    for pieces in chromosomes:
        whole, work = len(pieces) == 1, pieces[0][1]
        if whole and work <= room:
            names, before = shards.pop()
            shards.append(([*names, pieces[0][0]], before + work))
            room -= work
        else:
            shards += [([name], each) for name, each in pieces]
            room = most - work if whole else 0
    return shards


def _shard_name(regions: list[str]) -> str:
    joined = "+".join(regions)
    return joined if len(joined) <= _LONGEST else f"{regions[0]}..{regions[-1]}"


def _weights(by: str, settings: dict, sizes: dict[str, int], groups: list[str]) -> dict:
    """Weight of each of ``groups``, which are some of the chromosomes ``sizes``, or parts."""
    if by == "length" or not sizes:
        return {group: sizes.get(group, 1) for group in groups}
    peaks = files(settings["peaks"])
    absent = [path for path in peaks if not os.path.exists(path)]
    if absent or not peaks:
        raise BadInput(
            "folds balanced by labels need the peaks on disk before the first job",
            where=f"the config, folds.balance; absent: {', '.join(absent) or 'all peaks'}",
            remedy="list the folds under folds.test, or set folds.balance: length",
        )
    events = pd.concat(read_peaks(path, sizes, settings["chromosome_names"]) for path in peaks)
    counts = events["chrom"].value_counts()
    return {group: int(counts.get(group, 0)) for group in groups}
