"""The page ``report/tracks.html``: igv.js and, inside, what the tracks say about the places."""

import base64
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.genome.fasta import index_names
from chromolens.genome.intervals import Interval
from chromolens.genome.sizes import sizes_of
from chromolens.report.browser.features import Features
from chromolens.report.browser.inside import Inside, limits, scale_of
from chromolens.report.browser.places import BEST, CLEAREST, LOCI, Place
from chromolens.report.browser.signals import COLOURS, View
from chromolens.report.contents import Contents
from chromolens.report.environment import environment
from chromolens.runlog import atomic
from chromolens.study import Study

IGV = Path(__file__).parents[1] / "templates" / "vendor" / "igv-3.8.10.min.js"


def write_page(
    study: Study,
    contents: Contents,
    shown: Sequence[View],
    held: Inside,
    found: Sequence[Features],
    left_out: int,
) -> None:
    """Write the page, whole or not at all. ``left_out`` places found no room."""
    page = study.place("tracks_page")
    data = {
        "study": study.config["study"],
        "genome": _genome(study, page.parent),
        "sizes": sizes_of(study.path("chromosomes")),
        "stretches": _stretches(study, held.stretches),
        "signals": _signals(held, shown, page.parent),
        "features": [_features(each, shown, held.stretches, page.parent) for each in found],
        "places": [_place(place, shown) for place in held.places],
    }
    numbers = np.concatenate([np.zeros(0, "<f4"), *held.read]).tobytes()
    template = environment().get_template("tracks.html")
    text = template.render(
        study=contents,
        folder=study.folder,
        data=data,
        igv=Markup(IGV.read_text()),
        igv_version=IGV.name.removesuffix(".min.js").split("-")[1],
        values=base64.b64encode(zlib.compress(numbers, 9)).decode(),
        views=shown,
        lists=_lists(held.places),
        held=held,
        bases=sum(map(len, held.stretches)),
        left_out=left_out,
        files=_files(study, page.parent),
        others=_untracked(contents, shown),
    )
    with atomic(page) as temporary:
        temporary.write_text(text, encoding="utf-8")


def url_of(path: Path, folder: Path) -> str:
    """``path`` as it is named from ``folder``."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _genome(study: Study, folder: Path) -> dict[str, str]:
    fasta = study.path("genome")
    names = ("fastaURL", "indexURL", "compressedIndexURL")
    paths = (fasta, *map(Path, index_names(fasta)))
    return {name: url_of(path, folder) for name, path in zip(names, paths, strict=True)}


def _stretches(study: Study, stretches: Sequence[Interval]) -> list[list]:
    with study.genome() as genome:
        return [[s.chrom, s.start, genome.sequence(s.chrom, s.start, s.end)] for s in stretches]


def _signals(held: Inside, shown: Sequence[View], folder: Path) -> list[dict]:
    axes = limits(held)
    return [
        {
            "kind": signal.kind,
            "title": signal.title,
            "url": url_of(signal.path, folder),
            "color": COLOURS[signal.kind],
            "views": [number for number, view in enumerate(shown) if signal.is_of(view)],
            "limits": axes[scale_of(signal)],
            "stretches": stretches,
        }
        for signal, stretches in held.carried.items()
    ]


def _features(
    each: Features, shown: Sequence[View], stretches: Sequence[Interval], folder: Path
) -> dict:
    return {
        "kind": each.kind,
        "title": each.title,
        "url": url_of(each.path, folder),
        "color": COLOURS[each.kind],
        "views": list(range(len(shown))) if each.view is None else [shown.index(each.view)],
        "rows": [_row(row) for row in _about(each.rows, stretches).itertuples()],
    }


def _about(rows: pd.DataFrame, stretches: Sequence[Interval]) -> pd.DataFrame:
    """The rows that overlap a stretch, each once."""
    by_chrom = dict(list(rows.groupby("chrom", sort=False)))
    found = [rows[:0]]
    for each in stretches:
        there = by_chrom.get(each.chrom, rows[:0])
        found.append(there[(there["start"] < each.end) & (there["end"] > each.start)])
    together = pd.concat(found)
    return together[~together.index.duplicated()]


def _row(row: object) -> dict:
    """A feature as igv.js reads it."""
    made = {"chr": row.chrom, "start": row.start, "end": row.end, "name": row.name}
    made |= {"strand": row.strand, "score": row.score}
    if hasattr(row, "blockSizes"):
        sizes, starts = (map(int, text.split(",")) for text in (row.blockSizes, row.blockStarts))
        first = [row.start + start for start in starts]
        made["exons"] = [{"start": a, "end": a + n} for a, n in zip(first, sizes, strict=True)]
    if hasattr(row, "q"):
        made |= {"motif": row.motif, "q": row.q, "contribution": row.contribution}
    return made


def _place(place: Place, shown: Sequence[View]) -> list:
    at = place.at
    return [shown.index(place.view), at.chrom, at.start, at.end]


def _lists(places: Sequence[Place]) -> dict[str, dict[str, list]]:
    """Title of a list -> title of a group, as they come -> (number, place) of each."""
    lists: dict[str, dict[str, list]] = {LOCI: {}, BEST: {}, CLEAREST: {}}
    for number, place in enumerate(places):
        group = place.of or str(place.view)
        lists[place.title].setdefault(group, []).append((number, place))
    return {title: groups for title, groups in lists.items() if groups}


def _files(study: Study, folder: Path) -> list[tuple[str, str]]:
    """Name and address of every whole file that a browser opens."""
    kinds = ("igv_session", "hub", "track", "scaled_track", "sd_track", "sign_track")
    kinds += ("fold_mean_track", "fold_sd_track", "fold_sign_track")
    kinds += ("prediction_track", "observed_track", "hits_bigbed", "events_bigbed")
    kinds += ("genes_bigbed", "planted_bigbed", "subsets_bigbed", "genome")
    kinds += ("effect_of_a", "effect_of_c", "effect_of_g", "effect_of_t")
    paths = [path for kind in kinds if kind in study for path in study.paths(kind).values()]
    return [(study.relative(path), url_of(path, folder)) for path in paths]


def _untracked(contents: Contents, shown: Sequence[View]) -> list[str]:
    """Methods that explain windows only."""
    tracked = {view.method for view in shown}
    return [name for name in contents.methods if name not in tracked]
