"""Chromosomes (or parts of the records), and how folds and shards divide them."""

import os

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


def shards(config: dict, sizes: dict[str, int], folds: Folds) -> pd.DataFrame:
    """One row per shard: shard (its name, for files), fold, regions (joined by +).

    Chromosomes longer than ``shard_size`` are cut evenly; small ones of one fold share a shard,
    which is called by its regions or, where that is long, ``FIRST..LAST``. A shard of records has
    no regions and is called fold-part-of.
    """
    rows, most = [], config["attribution"]["shard_size"]
    for fold in folds.roles:
        if sizes:
            packed = _pack(folds.groups(fold, "test"), sizes, most)
            rows += [(_shard_name(regions), fold, "+".join(regions)) for regions in packed]
        else:
            parts = config["attribution"]["parts"]
            rows += [(f"{fold}-{i}-{parts}", fold, "") for i in range(parts)]
    return pd.DataFrame(rows, columns=["shard", "fold", "regions"])


def _shard_name(regions: list[str]) -> str:
    joined = "+".join(regions)
    return joined if len(joined) <= _LONGEST else f"{regions[0]}..{regions[-1]}"


def explained_chromosomes(folds: Folds, sizes: dict[str, int]) -> list[str]:
    """Names of the whole chromosomes that are explained: those that are test in some fold."""
    return [f"{chrom}-0-{sizes[chrom]}" for chrom in folds.homes(sizes)]


def _pack(chromosomes: list[str], sizes: dict[str, int], most: int) -> list[list[str]]:
    """Regions of shards of about ``most`` bases: pieces of one chromosome, or some whole ones."""
    shards: list[list[str]] = []
    room = 0
    for chrom in chromosomes:
        cuts = max(1, round(sizes[chrom] / most))
        edges = [sizes[chrom] * i // cuts for i in range(cuts + 1)]
        names = [f"{chrom}-{a}-{b}" for a, b in zip(edges, edges[1:], strict=False)]
        if cuts == 1 and sizes[chrom] <= room:
            shards[-1] += names
            room -= sizes[chrom]
        else:
            shards += [[name] for name in names]
            room = most - sizes[chrom] if cuts == 1 else 0
    return shards


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
