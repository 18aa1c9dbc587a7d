"""Chromosomes, blocks of them or parts of the records, and how folds and shards divide them."""

import os
from itertools import pairwise

import numpy as np
import pandas as pd

from chromolens.config import is_file
from chromolens.errors import BadInput
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.intervals import Interval, check_name, holders, stretch
from chromolens.inputs.blocks import blocks, cut, deal, least_gap
from chromolens.inputs.folds import (
    LEAST_FOLDS,
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
    """Groups (chromosomes, blocks, parts) of each fold, by role; BadInput for what would leak."""
    chosen = config["folds"]
    long = _long_enough(sizes, settings["window"]) if sizes else {}
    if _check_by(chosen, long) == "blocks":
        return _of_blocks(config, settings, long)
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


def _check_by(chosen: dict, sizes: dict[str, int]) -> str:
    """What the folds are made of; BadInput for keys that have no part in it."""
    by, where = chosen["by"], "the config, folds"
    lists = [key for key in ("test", "validation", "training", "files") if chosen[key]]
    numbers = [key for key in ("size", "gap") if chosen[key]]
    if by == "blocks" and not sizes:
        raise BadInput("folds by blocks of a genome, and the inputs have none", where=where)
    if by == "blocks" and lists:
        raise BadInput(
            f"folds by blocks, which are dealt out, and {lists[0]}, which says which they are",
            expected="folds.k, folds.size, folds.gap",
            where=where,
            remedy=f"remove folds.{lists[0]}, or folds.by",
        )
    if by != "blocks" and numbers:
        raise BadInput(
            f"folds.{numbers[0]} without blocks",
            where=where,
            remedy=f"say folds.by: blocks, or remove folds.{numbers[0]}",
        )
    if by != "blocks" and not lists and 0 < len(sizes) < LEAST_FOLDS:
        raise BadInput(
            f"{len(sizes)} chromosomes that hold a window can't be dealt to {LEAST_FOLDS} folds",
            where=where,
            remedy="say folds: {by: blocks}: stretches of a chromosome are held out",
        )
    return by


def _of_blocks(config: dict, settings: dict, sizes: dict[str, int]) -> Folds:
    chosen, window = config["folds"], settings["window"]
    for chrom in sizes:
        check_name(chrom)
    shifts = [one["training"].get("shift", 0) for one in config["models"].values()]
    least = least_gap(window, max(config["training"]["shift"], *shifts))
    gap = chosen["gap"] or least
    if gap < least:
        raise BadInput(
            f"gaps of {gap:,} bp between blocks: a window of {window:,} bp, and the shifts of "
            "trainings, reach over them",
            expected=f"at least {least:,} bp",
            where="the config, folds.gap",
            remedy="leave folds.gap out, which takes that",
        )
    parts = cut(sizes, chosen["k"], chosen["size"], gap)
    names = [part.name for part in parts]
    by_labels = chosen["balance"] == "labels"
    counted = _weights("labels", settings, sizes, names) if by_labels else dict.fromkeys(names, 0)
    dealt = deal(parts, list(counted.values()), chosen["k"])
    return Folds.of_table(fold_table(blocks(parts, dealt, chosen["k"], gap, window)))


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
    """Length of each group of a genome: the rest is neither trained on nor explained."""
    groups = folds.table()["group"].unique() if sizes else ()
    return {group: len(stretch(group, sizes)) for group in groups}


def shards(config: dict, sizes: dict[str, int], folds: Folds) -> pd.DataFrame:
    """One row per shard: shard (its name, for files), fold, regions (joined by +).

    Stretches longer than ``shard_size`` are cut evenly; small ones of one fold share a shard,
    which is called by its regions or, where that is long, ``FIRST..LAST``. A shard of records has
    no regions and is called fold-part-of.
    """
    rows, most = [], config["attribution"]["shard_size"]
    for fold in folds.roles:
        if sizes:
            packed = _pack([stretch(one, sizes) for one in folds.groups(fold, "test")], most)
            rows += [(_shard_name(regions), fold, "+".join(regions)) for regions in packed]
        else:
            parts = config["attribution"]["parts"]
            rows += [(f"{fold}-{i}-{parts}", fold, "") for i in range(parts)]
    return pd.DataFrame(rows, columns=["shard", "fold", "regions"])


def _shard_name(regions: list[str]) -> str:
    joined = "+".join(regions)
    return joined if len(joined) <= _LONGEST else f"{regions[0]}..{regions[-1]}"


def explained(folds: Folds, sizes: dict[str, int]) -> list[str]:
    """Names of the stretches that are explained, whole: those that are test in some fold."""
    return [one.name for one in folds.homes(sizes)] if sizes else []


def _pack(stretches: list[Interval], most: int) -> list[list[str]]:
    """Regions of shards of about ``most`` bases: pieces of one stretch, or some whole ones."""
    shards: list[list[str]] = []
    room = 0
    for one in stretches:
        cuts = max(1, round(len(one) / most))
        edges = [one.start + len(one) * i // cuts for i in range(cuts + 1)]
        names = [f"{one.chrom}-{a}-{b}" for a, b in pairwise(edges)]
        if cuts == 1 and len(one) <= room:
            shards[-1] += names
            room -= len(one)
        else:
            shards += [[name] for name in names]
            room = most - len(one) if cuts == 1 else 0
    return shards


def _weights(by: str, settings: dict, sizes: dict[str, int], groups: list[str]) -> dict:
    """Weight of each of ``groups``: chromosomes or stretches of ``sizes``, or parts of records."""
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
    places = events["summit"].to_numpy()
    stretches = [stretch(group, sizes) for group in groups]
    homes = holders(stretches, events["chrom"].to_numpy(dtype=str), places, places + 1)
    counts = np.bincount(homes[homes >= 0], minlength=len(groups))
    return dict(zip(groups, counts.tolist(), strict=True))
