"""One motif on its page: logos over its matches, what was merged, where it lies, examples."""

from collections.abc import Mapping

import h5py
import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.motifs.modisco.patterns import Pattern
from chromolens.motifs.ppm import column_information, reverse_complement
from chromolens.report.figures import logos
from chromolens.report.figures import motifs as motif_figures
from chromolens.report.sections.patterns import title
from chromolens.report.tables import Table, count, decimal, significant

_EXAMPLES = 5
TSS_REACH = 1000
"""How far from a TSS seqlets are shown, in bp."""


def card(
    row: object,
    motif: Pattern,
    seqlets: h5py.Group,
    places: pd.DataFrame,
    parts: Mapping[str, pd.DataFrame],
    database: Mapping[str, np.ndarray],
) -> dict:
    """What the template shows of one motif.

    ``row``: of ``merged.tsv``. ``seqlets``: its group in ``merged.h5``; ``places``: the rows of
    ``seqlet_places`` of them, in the same order. ``parts``: its own rows of patterns,
    subpatterns and matches. ``database``: id -> PPM.
    """
    return {
        "id": motif.name,
        "title": title(row) if row.named else "no name",
        "named": bool(row.named),
        "family": row.family,
        "reason": row.reason,
        "consensus": row.consensus,
        "information": decimal(row.information, 1),
        "sign": {"pos": "raises", "neg": "lowers"}[motif.sign],
        "seqlets": count(row.seqlets),
        "contribution": significant(motif.contribution),
        "windows": f"{count(row.in_windows)} ({row.in_windows / row.windows:.1%})",
        **_logos(motif, parts["matches"], database),
        "patterns": _merged(parts["patterns"]),
        "subpatterns": _split(parts["subpatterns"]),
        **_spreads(places, row.pattern),
        "examples": _examples(seqlets, places),
    }


def _logos(
    motif: Pattern, matches: pd.DataFrame, database: Mapping[str, np.ndarray]
) -> dict[str, object]:
    """Logos laid over each other column by column: contributions, bases, and the matches."""
    ppm = motif.motif
    informative = np.flatnonzero(column_information(ppm) >= 0.25)
    trimmed = int(informative[0]) if len(informative) else 0
    laid = [
        (row, *_laid(row, database[row.motif_id], trimmed))
        for row in matches.itertuples()
        if row.motif_id in database
    ]
    first = min([0, *(start for _, _, start in laid)])
    last = max([len(ppm), *(start + len(known) for _, known, start in laid)])

    def drawn(matrix: np.ndarray, start: int, label: str, height: float) -> Markup:
        sheet = np.zeros((last - first, 4))
        sheet[start - first : start - first + len(matrix)] = matrix
        return logos.logo(sheet, label, widest=420, height=height)

    return {
        "cwm": drawn(motif.cwm[motif.core], 0, f"Contributions of {motif.name}", 46),
        "ppm": drawn(logos.heights(ppm), 0, f"Bases of {motif.name}", 30),
        "matches": [
            {
                "name": row.name,
                "id": row.motif_id,
                "q": significant(row.q),
                "passes": bool(row.passes),
                "strand": row.strand,
                "logo": drawn(logos.heights(known), start, f"Database motif {row.name}", 30),
            }
            for row, known, start in laid
        ],
    }


def _laid(row: object, known: np.ndarray, trimmed: int) -> tuple[np.ndarray, int]:
    """The match on the motif's strand, and where it starts in the motif's core."""
    return (reverse_complement(known) if row.strand == "-" else known), trimmed - row.offset


def _merged(patterns: pd.DataFrame) -> Table | None:
    """Members where there are several."""
    if len(patterns) < 2:
        return None
    ordered = patterns.sort_values("seqlets", ascending=False, kind="stable")
    rows = [
        [
            row.pattern,
            count(row.seqlets),
            row.merged_strand,
            count(row.merged_offset),
            decimal(row.ppm_similarity, 2),
            decimal(row.cwm_similarity, 2),
            row.consensus,
        ]
        for row in ordered.itertuples()
    ]
    header = ["pattern", "seqlets", "strand", "offset", "bases r", "contributions r", "consensus"]
    caption = "Patterns merged; correlations are with the best supported one"
    return Table(caption, header, rows, frozenset(header[1:2] + header[3:6]))


def _split(subpatterns: pd.DataFrame) -> Table | None:
    if not len(subpatterns):
        return None
    rows = [
        [row.subpattern, count(row.seqlets), decimal(row.information, 1), row.consensus]
        for row in subpatterns.itertuples()
    ]
    header = ["sub-pattern", "seqlets", "bits", "consensus"]
    return Table("Sub-patterns", header, rows, frozenset(header[1:3]))


def _spreads(places: pd.DataFrame, name: str) -> dict[str, object]:
    """Histograms of where the seqlets lie, with the middle half of them in words."""
    forward = (places["strand"] == "+").to_numpy()
    centre = places["from_centre"].to_numpy()
    # bins of whole bases: others would hold one place more or less by turns
    bins = motif_figures.BINS
    reach = bins // 2 * float(np.ceil(np.abs(centre).max(initial=1) * 2 / bins))
    shown = {
        "centre": motif_figures.spread(centre, forward, reach, f"{name} from the centre"),
        "near": decimal(np.median(np.abs(centre)), 0),
        "tss": None,
        "near_tss": "",
    }
    if "distance" in places:
        distance, along = (places[column].to_numpy() for column in ("distance", "along"))
        close = np.abs(distance) <= TSS_REACH
        label = f"{name} from the nearest TSS"
        drawn = motif_figures.spread(distance[close], along[close], TSS_REACH, label)
        shown |= {"tss": drawn, "near_tss": f"{count(close.sum())} of {count(len(close))}"}
    return shown


def _examples(seqlets: h5py.Group, places: pd.DataFrame) -> list[dict]:
    """The seqlets of largest contribution, one per window: place, strand, letters."""
    onehot, scores = seqlets["sequence"][:], seqlets["contrib_scores"][:].sum(axis=2)
    windows = seqlets["example_idx"][:]
    order = np.argsort(-np.abs(scores.sum(axis=1)), kind="stable")
    _, first = np.unique(windows[order], return_index=True)
    return [
        _example(onehot[at], scores[at], row)
        for at, row in ((at, places.iloc[at]) for at in order[np.sort(first)][:_EXAMPLES])
    ]


def _example(onehot: np.ndarray, scores: np.ndarray, row: pd.Series) -> dict:
    return {
        "place": f"{row['chrom']}:{row['start'] + 1:,}–{row['end']:,}",
        "strand": {"+": "+", "-": "−"}[row["strand"]],
        "contribution": significant(float(scores.sum())),
        "letters": motif_figures.letters(onehot, scores),
    }
