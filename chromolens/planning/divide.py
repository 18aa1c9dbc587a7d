"""Chromosomes, blocks of them or parts of the records, and how folds and shards divide them."""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from chromolens.config import is_file
from chromolens.errors import BadInput
from chromolens.genome.circular import with_copies
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.intervals import Interval, check_name, holders, stretch
from chromolens.genome.sizes import check_lengths
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
from chromolens.planning.regions import Starts
from chromolens.planning.sources import files
from chromolens.plugins import check_one
from chromolens.provenance import digest

_LONGEST = 150  # letters of a shard's name, which goes into names of files
_KEPT = 40  # of these the first chromosome's, where two names are too long


def sizes(config: dict, settings: dict) -> dict[str, int]:
    """Length of each chromosome (genome), or nothing (sequences).

    From the config's table where there is one, else from the local FASTA. BadInput for one that is
    too long for tracks.
    """
    found = _sizes(config, settings)
    check_lengths(found)
    return found


def _sizes(config: dict, settings: dict) -> dict[str, int]:
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


def circular(settings: dict, sizes: Mapping[str, int]) -> dict[str, int]:
    """Length of each circular chromosome; BadInput for a name that the genome doesn't have."""
    named = settings.get("circular", [])
    for chrom in named:
        check_one(chrom, list(sizes), "chromosome", "the config, inputs.circular")
    return {chrom: sizes[chrom] for chrom in named}


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
        raise BadInput("folds.by: blocks needs a genome, and the inputs have none", where=where)
    if by == "blocks" and lists:
        raise BadInput(
            f"folds.by: blocks and folds.{lists[0]} exclude each other",
            expected="folds.k, folds.size, folds.gap",
            where=where,
            remedy=f"remove folds.{lists[0]}, or folds.by",
        )
    if by != "blocks" and numbers:
        raise BadInput(
            f"folds.{numbers[0]} is for folds of blocks only",
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
            f"gaps of {gap:,} bp between blocks are too short: a window of {window:,} bp, shifted "
            "in training, overlaps both blocks",
            expected=f"at least {least:,} bp",
            where="the config, folds.gap",
            remedy="leave folds.gap out, which takes that",
        )
    parts = cut(sizes, chosen["k"], chosen["size"], gap)
    names = [part.name for part in parts]
    by_labels = chosen["balance"] == "labels"
    counted = _weights("labels", settings, sizes, names) if by_labels else dict.fromkeys(names, 0)
    dealt = deal(parts, list(counted.values()), chosen["k"])
    closed = circular(settings, sizes)
    return Folds.of_table(fold_table(blocks(parts, dealt, chosen["k"], gap, window, closed)))


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


def shards(
    config: dict,
    methods: pd.DataFrame,
    sizes: dict[str, int],
    folds: Folds,
    windows: Mapping[str, Starts | None],
    shared: dict,
    circular: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """One row per shard of a method with tracks: method, shard, fold, regions, bases.

    ``shard`` is its name, for files; ``regions`` are joined by +, and ``bases`` says how many of
    theirs may be explained (0: unknown). A shard of records has no regions and is called
    fold-part-of.

    Stretches (chromosomes, or blocks of them) are cut into pieces of about equal work: of
    ``shard_size`` bases, or, where a method's ``windows`` (``regions.windows``) are known, of as
    many windows as a grid has on so many bases; a stretch without windows is then in no shard.
    Small stretches of one fold share a shard, which is called by its regions or, where that is
    long, by the first and last of them. ``shared`` is what ``plan.attribution_settings`` gives,
    ``circular`` what ``circular`` does.
    """
    rows, most = [], config["attribution"]["shard_size"]
    for method in methods.loc[methods["tracked"], "method"]:
        for fold in folds.roles:
            if not sizes:
                parts = config["attribution"]["parts"]
                rows += [(method, f"{fold}-{i}-{parts}", fold, "", 0) for i in range(parts)]
                continue
            stretches = [stretch(one, sizes) for one in folds.groups(fold, "test")]
            starts = windows.get(method)
            if starts is None:
                packed, unit = _pack(_by_length(stretches, most), most), int(method not in windows)
            else:
                count, unit = max(1, most // shared["stride"]), shared["keep"] or shared["window"]
                found = _on_circles(starts, circular or {}, shared["window"])
                pieces = _by_windows(stretches, found, count, (shared["window"], unit))
                packed = _pack(pieces, count)
            for regions, work in packed:
                rows.append((method, _shard_name(regions), fold, "+".join(regions), unit * work))
    return pd.DataFrame(rows, columns=["method", "shard", "fold", "regions", "bases"])


def _on_circles(starts: Starts, circular: Mapping[str, int], window: int) -> Starts:
    """``starts``, those of windows across an origin at both ends of their chromosome."""
    closed = {
        chrom: with_copies(starts[chrom], window, size)
        for chrom, size in circular.items()
        if chrom in starts
    }
    return {**starts, **closed}


def asked(shards: pd.DataFrame, trainings: pd.DataFrame, all_folds: bool) -> pd.DataFrame:
    """One row per shard, model and training that explains it: columns of both tables.

    These are the trainings of the shard's fold, or, of ``all_folds``, all of them; ``fold`` is
    that of the training.
    """
    if all_folds:
        return shards.drop(columns="fold").merge(trainings, how="cross")
    return shards.merge(trainings, on="fold")


def planned(joined: pd.DataFrame, shards: pd.DataFrame) -> dict[str, list[str]]:
    """Track -> the regions that its shards must cover, of tables ``joined`` and ``shards``."""
    regions = shards.groupby("method")["regions"].agg("+".join)
    return {row.track: regions[row.method].split("+") for row in joined.itertuples()}


Pieces = list[tuple[str, int]]
"""Regions of one stretch, and the work of each."""


def _by_length(stretches: Sequence[Interval], most: int) -> list[Pieces]:
    """Each stretch cut evenly into pieces of about ``most`` bases."""
    found = []
    for one in stretches:
        cuts = max(1, round(len(one) / most))
        edges = [one.start + len(one) * i // cuts for i in range(cuts + 1)]
        found.append([(f"{one.chrom}-{a}-{b}", b - a) for a, b in pairwise(edges)])
    return found


def _by_windows(
    stretches: Sequence[Interval], windows: Starts, most: int, widths: tuple[int, int]
) -> list[Pieces]:
    """Each stretch that windows cover in part, cut into pieces of about ``most`` of them.

    ``widths``: of a window, and of its kept part (bp). A cut lies where a kept part begins.
    """
    found, (window, keep) = [], widths
    for one in (one for one in stretches if one.chrom in windows):
        kept = windows[one.chrom] + window // 2 - keep // 2
        kept = kept[(kept > one.start - keep) & (kept < one.end)]
        cuts = max(1, round(len(kept) / most))
        inner = kept[[len(kept) * i // cuts for i in range(1, cuts)]]
        edges = [one.start, *inner[inner > one.start].tolist(), one.end]
        work = np.diff([0, *np.searchsorted(kept, edges[1:])]).tolist()
        names = [f"{one.chrom}-{a}-{b}" for a, b in pairwise(edges)]
        found += [list(zip(names, work, strict=True))] if len(kept) else []
    return found


def _pack(stretches: list[Pieces], most: int) -> list[tuple[list[str], int]]:
    """Regions of each shard, and their work: a piece of a stretch, or some whole ones."""
    shards: list[tuple[list[str], int]] = []
    room = 0
    for pieces in stretches:
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
    """Their names, or first and last, or a digest: what fits into the name of a file."""
    joined, ends = "+".join(regions), f"{regions[0]}..{regions[-1]}"
    if len(joined) <= _LONGEST:
        return joined
    if len(ends) <= _LONGEST:
        return ends
    first, last = Interval.from_name(regions[0]), Interval.from_name(regions[-1])
    return f"{first.chrom[:_KEPT]}..{digest(regions)[:12]}-{first.start}-{last.end}"


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
