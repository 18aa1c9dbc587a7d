"""Pairs: two motifs whose hits stand nearer each other than places drawn at random would.

Of each motif the best hit of a window counts, so a window holds a pair once. By chance both places
are drawn anew, each as likely as any other that leaves the two apart. Hits that share bases are no
pair. Two motifs that keep to the middle of their windows are near each other for that alone: the
figure of gaps tells that from a spacing.
"""

from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binom, false_discovery_control

from chromolens.motifs.hits.sought import Sought
from chromolens.tables.motifs import GAPS, PAIRS

MAX_Q = 0.05
_MOST_OF = 0.9
"""Share of the near pairs that the stretch of gaps told of them holds."""
ARRANGEMENTS = ("first_second", "second_first", "facing", "diverging")


class Rules(NamedTuple):
    """``within``: largest gap (bp) of a pair that is near; ``min_windows``: fewest of these."""

    within: int
    min_windows: int


def find_pairs(
    hits: pd.DataFrame, motifs: list[Sought], windows: pd.DataFrame, rules: Rules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``PAIRS`` and ``GAPS`` (less model, task and method) of ``hits`` (``HITS``).

    Every two of ``motifs`` are asked, and each with itself. ``windows``: id, start, end. q is
    Benjamini-Hochberg's over all that stand together in some window.
    """
    sizes = (windows["end"] - windows["start"]).set_axis(windows["id"])
    # a hit inside another motif's better one is that one's site
    own = hits[(hits["window"] != ".") & (hits["over"] == ".")]
    own = own.sort_values("combined", ascending=False, kind="stable")
    widths = {motif.motif: len(motif.ppm) for motif in motifs}
    rows, gaps = [], []
    for first, second in combinations_with_replacement(motifs, 2):
        both = _both(own, first.motif, second.motif)
        lengths = sizes.loc[both["window"]].to_numpy()
        pair = widths[first.motif] + widths[second.motif]
        facts = {"first": first.motif, "second": second.motif}
        facts |= {"first_name": first.name, "second_name": second.name}
        spread = _gaps(both, lengths - pair)
        rows.append(facts | _judged(both, spread, rules))
        gaps.append(spread.assign(**facts))
    table = pd.DataFrame(rows, columns=PAIRS.after("model", "task", "method"))
    asked = table["windows"] > 0
    table.loc[asked, "q"] = false_discovery_control(table.loc[asked, "p"]) if asked.any() else []
    table["found"] = (table["q"] <= MAX_Q) & (table["near"] >= rules.min_windows)
    columns = GAPS.after("model", "task", "method")
    return table, pd.concat([pd.DataFrame(columns=columns), *gaps])[columns]


def _both(hits: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Windows with a hit of either motif, or two of one: window, gap (bp) and arrangement."""
    turn = hits.groupby(["window", "motif"]).cumcount()
    one = hits[(hits["motif"] == first) & (turn == 0)]
    other = hits[(hits["motif"] == second) & (turn == int(first == second))]
    columns = ["window", "start", "end", "strand"]
    both = one[columns].merge(other[columns], on="window", suffixes=("", "_other"))
    ahead = both["start"] <= both["start_other"]
    left_end = np.where(ahead, both["end"], both["end_other"])
    right_start = np.where(ahead, both["start_other"], both["start"])
    left = np.where(ahead, both["strand"], both["strand_other"])
    right = np.where(ahead, both["strand_other"], both["strand"])
    both["gap"] = right_start - left_end
    both["arrangement"] = np.select(
        [(left == "+") & (right == "-"), (left == "-") & (right == "+"), ahead == (left == "+")],
        ["facing", "diverging", "first_second"],
        "second_first" if first != second else "first_second",
    )
    return both.loc[both["gap"] >= 0, ["window", "gap", "arrangement"]]


def chances(room: int) -> np.ndarray:
    """How likely each gap of 0 to ``room`` is by chance, where the two leave so many bases.

    A gap g leaves room - g + 1 places to the two, in either order.
    """
    places = np.arange(room + 1, 0, -1, dtype=float)
    return places / places.sum()


def _judged(both: pd.DataFrame, gaps: pd.DataFrame, rules: Rules) -> dict:
    """What a row of ``PAIRS`` says of windows with both, and their ``_gaps``."""
    near = both[both["gap"] <= rules.within]
    counts = near["arrangement"].value_counts()
    facts = {"windows": len(both), "near": len(near), "q": np.nan}
    facts |= {name: int(counts.get(name, 0)) for name in ARRANGEMENTS}
    facts |= dict(zip(("gap_low", "gap_high"), shortest(near["gap"].to_numpy()), strict=True))
    if both.empty:
        return facts | {"expected": 0.0, "p": np.nan}
    expected = gaps["expected"].iloc[: rules.within + 1].sum()
    # of windows of unlike sizes the mean chance makes the p of more than expected no smaller
    # (Hoeffding 1956); sums of shares may leave the unit interval by rounding
    p = binom.sf(len(near) - 1, len(both), min(1.0, expected / len(both)))
    return facts | {"expected": expected, "p": p}


def shortest(gaps: np.ndarray) -> tuple[float, float]:
    """The shortest stretch that holds 90 % of ``gaps``, of several the first; NaN of none."""
    if not len(gaps):
        return np.nan, np.nan
    ordered = np.sort(gaps)
    held = int(np.ceil(_MOST_OF * len(ordered)))
    spans = ordered[held - 1 :] - ordered[: len(ordered) - held + 1]
    start = int(spans.argmin())
    return float(ordered[start]), float(ordered[start + held - 1])


def _gaps(both: pd.DataFrame, room: np.ndarray) -> pd.DataFrame:
    """Each gap that is possible: its windows, and how many chance would give."""
    longest = int(room.max(initial=-1))
    expected = np.zeros(longest + 1)
    for size in room:
        expected[: size + 1] += chances(size)
    counts = np.bincount(both["gap"].to_numpy(dtype=int), minlength=longest + 1)
    return pd.DataFrame({"gap": np.arange(longest + 1), "windows": counts, "expected": expected})
