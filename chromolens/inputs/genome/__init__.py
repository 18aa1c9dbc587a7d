"""Inputs of the kind ``genome``: a FASTA with peaks, signals or both, made into windows.

Windows are centred on the tasks' events, with negatives drawn far from all of them; or, with a
``tile``, they lie side by side. A task with peaks only has labels 1, 0 and masked (see
``events``); a task with signals has its total count in the window (both strands, raw).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.circular import across, with_laps
from chromolens.genome.intervals import Interval, is_block, stretch
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import check_folds
from chromolens.inputs.genome.composition import Composition
from chromolens.inputs.genome.events import drop_near, keep_chromosomes, label, read_events
from chromolens.inputs.genome.negatives import draw
from chromolens.inputs.genome.placing import centre, groups_of, ids, refusals, screen_events, tiles
from chromolens.inputs.genome.signals import as_list, check_signals, open_signals
from chromolens.inputs.leaks import shared_words
from chromolens.inputs.peaks import Names, read_regions
from chromolens.inputs.windows import Prepared, Tally, check_apart, check_roles, check_task

SOURCE = "genome.fa.gz"
STAGES = ("tracks", "windows", "motifs", "filters", "sis", "lexicon", "hits")
Paths = str | Sequence[str]
_LEAK = 32  # bases of a word that two groups must not share unnoticed


@dataclass(frozen=True)
class _Site:
    """Where windows may lie, and the count of those that may not."""

    genome: Composition
    stretches: dict[str, Interval]
    regions: pd.DataFrame
    window: int
    max_n: float
    tally: Tally


def prepare(
    *,
    fasta: str,
    folds: pd.DataFrame,
    peaks: Mapping[str, Paths] | None = None,
    signals: Mapping[str, Mapping[str, Paths]] | None = None,
    exclude: Sequence[str] = (),
    chromosome_names: Names | None = None,
    window: int = 201,
    positive_within: int = 50,
    top: float = 1.0,
    apart: Mapping[str, Mapping[str, object]] | None = None,
    events_only: Sequence[str] = (),
    negative_ratio: float = 2.0,
    negative_distance: int = 200,
    match_gc: bool = True,
    max_n: float = 0.1,
    tile: int | None = None,
    min_count: float = 0.0,
    seed: int = 0,
) -> Prepared:
    """Make the windows of a study; BadInput for whatever would spoil its trainings.

    - ``fasta``: indexed FASTA. ``folds``: folds table, of chromosomes or blocks of them; what is
      not in it is left out.
    - ``peaks``: for each task its BED or narrowPeak file, or several (replicates, pooled).
    - ``signals``: for each task its bigWigs: plus, and where there are such minus and control.
    - ``exclude``: BED or bigBed files of regions that no window may touch.
    - ``chromosome_names``: name in these files -> name in the FASTA (None: left out).
    - ``window`` (bp): width.
    - ``positive_within`` (bp): farthest event from the centre that makes a window positive.
    - ``top``: share of each file's events that are used (see ``events``); others mask.
    - ``apart``: task -> ``{"from": tasks, "distance": bp}``: its events that near theirs mask.
    - ``events_only``: names in ``peaks`` that are no tasks: negatives keep away from their events.
    - ``negative_ratio``: negatives per positive, on each chromosome or block.
    - ``negative_distance`` (bp): least from a negative's nearest base to an event of any name.
    - ``match_gc``: whether negatives follow the positives' share of G and C.
    - ``max_n``: largest share of unknown bases in a window.
    - ``tile`` (bp): stride of tiles; None centres windows on events instead.
    - ``min_count``: least total count of a tile over all signals (control excepted).
    - ``seed``: of the negatives.
    """
    peaks, signals, names = dict(peaks or {}), dict(signals or {}), chromosome_names or {}
    tasks = _tasks(peaks, signals, events_only)
    genome, tally = Composition(fasta), Tally()
    stretches = _stretches(genome.sizes, folds, window)
    chromosomes = list(dict.fromkeys(one.chrom for one in stretches.values()))
    short = [name for name, size in genome.sizes.items() if size < window]
    tally.add("chromosomes shorter than a window", "", short)
    for task, lacking in check_signals(signals, genome.sizes, chromosomes, names).items():
        tally.add("chromosomes without signal in a bigWig, counted as 0", task, lacking)
    regions, notes = _regions(exclude, genome.sizes, names)
    events = read_events(peaks, genome.sizes, names, top, tally)
    circular, events = genome.circular, keep_chromosomes(events, chromosomes, tally)
    events = drop_near(events, apart or {}, tally, circular)
    regions = with_laps(regions, ["start", "end"], circular)
    site = _Site(genome, _closed(stretches, circular, window), regions, window, max_n, tally)
    if tile is None:
        _check_centres(peaks, signals, negative_distance, positive_within)
        limits = {"window": window, "max_n": max_n, "tally": tally}
        events = screen_events(events, genome, regions, site.stretches, **limits)
        how = {"ratio": negative_ratio, "distance": negative_distance, "match_gc": match_gc}
        frame = _centred(site, events, [t for t in tasks if t in peaks], **how, seed=seed)
    else:
        frame = _tiled(site, tile)
    windows = _in_order(frame, site)
    events = with_laps(events, ["position"], circular)
    for task in tasks:
        windows[task] = label(events[events["task"] == task], windows, window, positive_within)
    windows = _counted(windows, signals, names, min_count if tile else 0.0, site)
    check_apart(windows, folds, circular)
    check_roles(windows, folds, [task for task in tasks if task not in signals], tally)
    genome.forget()  # words take as much memory
    shared = shared_words(open_inputs(windows, fasta), min(_LEAK, window))["shared"]
    windows["shared"] = shared.astype(int)
    notes |= _gaps(stretches, genome.sizes) | _notes(windows)
    if circular:
        notes["windows across an origin"] = int(
            across(windows["chrom"], windows["end"], circular).sum()
        )
    return Prepared(windows, tally.table(), notes)


def _tasks(peaks: Mapping, signals: Mapping, events_only: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys([*peaks, *signals]))
    odd = [name for name in events_only if name not in peaks]
    if odd:
        raise BadInput(f"events_only names {odd[0]!r}", expected=f"one of {', '.join(peaks)}")
    tasks = [name for name in names if name not in events_only]
    for task in tasks:
        check_task(task)
    if not tasks:
        raise BadInput("there is no task", expected="peaks or signals of one task or more")
    return tasks


def _stretches(sizes: Mapping[str, int], folds: pd.DataFrame, window: int) -> dict[str, Interval]:
    """Return the groups of the folds as stretches of the genome, by place."""
    named = folds["group"].unique()
    check_folds(folds, [*sizes, *(name for name in named if is_block(name, sizes))])
    rank = {chrom: place for place, chrom in enumerate(sizes)}
    found = {name: stretch(name, sizes) for name in named}
    smallest = min(found, key=lambda name: len(found[name]))
    if not 0 < window <= len(found[smallest]):
        raise BadInput(
            f"a window of {window} bp doesn't fit on {smallest}, which has {len(found[smallest])}",
            expected=f"1 to {len(found[smallest])} bp",
            remedy=f"make the window smaller, or leave {smallest} out of the folds",
        )
    return dict(sorted(found.items(), key=lambda item: (rank[item[1].chrom], item[1].start)))


def _closed(
    stretches: Mapping[str, Interval], circular: Mapping[str, int], window: int
) -> dict[str, Interval]:
    """Return ``stretches`` (by place), of which those that end at an origin hold what crosses it.

    Only where a stretch begins behind it: that is the same one, or a block of the same fold
    (``inputs.blocks.blocks``).
    """
    found = dict(stretches)
    for chrom, size in circular.items():
        own = [(name, one) for name, one in stretches.items() if one.chrom == chrom]
        if own and own[0][1].start == 0 and own[-1][1].end == size:
            name, last = own[-1]
            found[name] = Interval(chrom, last.start, size + window - 1)
    return found


def _regions(
    exclude: Sequence[str], sizes: Mapping[str, int], names: Names
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return all excluded regions, and how many lines were not as they stand in the files."""
    tables, notes = [pd.DataFrame({"chrom": [], "start": [], "end": []})], {}
    for path in as_list(exclude):
        table, counts = read_regions(path, sizes, names)
        tables.append(table[["chrom", "start", "end"]])
        for reason, count in counts.items():
            key = f"excluded regions: {reason}"
            notes[key] = notes.get(key, 0) + count
    return pd.concat([table for table in tables if len(table)] or tables), notes


def _check_centres(peaks: Mapping, signals: Mapping, distance: int, within: int) -> None:
    odd = [task for task in signals if task not in peaks]
    if odd:
        raise BadInput(
            f"task {odd[0]} has signals and no peaks to centre windows on",
            remedy="give its peaks, or a stride for tiles (tile)",
        )
    if distance <= within + 1:
        raise BadInput(
            f"negatives {distance} bp from events would be masked: positive_within is {within}",
            expected=f"{within + 2} or more",
            where="the config, inputs.negative_distance",
        )


def _centred(
    site: _Site, events: pd.DataFrame, tasks: list[str], *, seed: int, **how: object
) -> pd.DataFrame:
    """Return positives on the used events of ``tasks``, and negatives drawn for them."""
    for task in tasks:
        if not events["used"][events["task"] == task].any():
            raise BadInput(
                f"task {task} has no event left to centre a window on",
                where=site.tally.describe(task),
            )
    chosen, circular = events[events["task"].isin(tasks)], site.genome.circular
    positives, copies = centre(chosen, site.window, circular)
    site.tally.add("same window as another event's", "", copies)
    how |= {"window": site.window, "max_n": site.max_n, "seed": seed}
    events = with_laps(events, ["position"], circular)
    negatives, shortfall = draw(
        positives, events, site.regions, site.genome, site.stretches, **how
    )
    for name, missing in shortfall.items():
        site.tally.add("no such negative found", "", [name] * missing)
    return pd.concat([positives, negatives], ignore_index=True)


def _tiled(site: _Site, stride: int) -> pd.DataFrame:
    if stride < 1:
        raise BadInput(f"tiles every {stride} bp", expected="a stride of 1 bp or more")
    chromosomes = list(dict.fromkeys(one.chrom for one in site.stretches.values()))
    frame = tiles(site.genome.sizes, chromosomes, site.window, stride, site.genome.circular)
    where = (site.genome, site.regions, site.stretches)
    refused = refusals(frame, *where, site.window, site.max_n)
    for reason, rows in refused.items():
        site.tally.add(reason, "", ids(frame[rows], site.window))
    return frame[~np.any(list(refused.values()), axis=0)]


def _in_order(frame: pd.DataFrame, site: _Site) -> pd.DataFrame:
    """Return the fixed columns of the windows table, sorted by place."""
    rank = {chrom: number for number, chrom in enumerate(site.genome.sizes)}
    frame = frame.assign(rank=frame["chrom"].map(rank)).sort_values(["rank", "start"])
    chroms, starts = frame["chrom"].to_numpy(dtype=str), frame["start"].to_numpy(dtype=np.int64)
    columns = {
        "id": ids(frame, site.window),
        "group": groups_of(frame, site.stretches, site.window),
        "chrom": chroms,
        "start": starts,
        "end": starts + site.window,
        "role": frame["role"].to_numpy(),
        "source": frame["source"].to_numpy(),
        "gc": site.genome.of(chroms, starts, site.window)[0].round(4),
        "shared": 0,
    }
    return pd.DataFrame(columns)


def _counted(
    windows: pd.DataFrame, signals: Mapping, names: Names, min_count: float, site: _Site
) -> pd.DataFrame:
    """Put total counts in the columns of tasks with signals; drop windows below ``min_count``."""
    chroms, starts = windows["chrom"].to_numpy(dtype=str), windows["start"].to_numpy()
    total = np.zeros(len(windows))
    for task, tracks in open_signals(signals, names, site.genome.circular).items():
        strands = [tracks[strand] for strand in ("plus", "minus") if strand in tracks]
        windows[task] = sum(strand.totals(chroms, starts, site.window) for strand in strands)
        total += windows[task]
    if not signals:
        return windows
    site.tally.add("fewer counts than min_count", "", windows["id"][total < min_count])
    return windows[total >= min_count].reset_index(drop=True)


def _gaps(stretches: Mapping[str, Interval], sizes: Mapping[str, int]) -> dict[str, float]:
    """Count the bases between blocks of different folds; nothing where whole chromosomes are."""
    whole = sum(sizes[chrom] for chrom in {one.chrom for one in stretches.values()})
    between = whole - sum(map(len, stretches.values()))
    return {"bases in gaps between blocks": between} if between else {}


def _notes(windows: pd.DataFrame) -> dict[str, float]:
    roles = {f"{role} windows": int(n) for role, n in windows["role"].value_counts().items()}
    return roles | {
        "share of windows that share a word": round(float(windows["shared"].mean()), 4)
    }
