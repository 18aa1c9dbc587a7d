"""Which known motif a motif is: matches by Tomtom, and a name only where it is earned.

Motifs are trimmed of uninformative flanks and compared with the whole database on both strands
(Gupta et al. 2007, as in memelite: Euclidean distance of columns, complete scores). q-values
are Benjamini-Hochberg's over all motifs of the database, for one query at a time. Tomtom takes
its background from the columns of the database, so p-values hold for that database only.

A PPM is float (length, 4), columns A, C, G, T, rows summing to 1.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.kernels import compiling, share_kernels
from chromolens.motifs.ppm import consensus, information, normalise, trim
from chromolens.runlog import logger
from chromolens.tables.motifs import NAMING

# memelite's own limit: below it, p-values change by orders of magnitude with the targets
MIN_TARGETS = 25


_MANY = 10**9  # sites: those of shuffled motifs, whose information is known to suffice


class Matches(NamedTuple):
    """Queries against targets, each array (queries, targets).

    ``offset``: where the query's first base lies in the target (on ``strand`` "-" in its
    reverse complement), negative if before it. ``overlap``: bases aligned.
    """

    p: np.ndarray
    q: np.ndarray
    overlap: np.ndarray
    offset: np.ndarray
    strand: np.ndarray


class Rules(NamedTuple):
    """What a motif must show to be given a name."""

    max_q: float
    min_overlap: int
    min_information: float
    min_support: int


def match(queries: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> Matches:
    """Compare each query PPM with each target PPM on both strands.

    The first call on a machine compiles memelite's kernels (about a minute; then cached).
    """
    if not len(queries) or not len(targets):
        return Matches(*np.ones((5, len(queries), len(targets))))
    p, _, offset, overlap, strand = _tomtom()(
        [_channels_first(ppm) for ppm in queries],
        [_channels_first(ppm) for ppm in targets],
        n_jobs=1,
    )
    # sums of float tails can leave the unit interval by rounding
    p = np.clip(np.nan_to_num(p, nan=1.0), 0, 1)
    q = false_discovery_control(p, axis=1)
    return Matches(p, q, overlap.astype(int), offset.astype(int), np.where(strand > 0, "-", "+"))


@cache
def _tomtom() -> Callable:
    """memelite's function, compiled; without its warnings, which ``name_motifs`` says better."""
    share_kernels("memelite")
    from memelite import tomtom

    def quiet(*motifs: list[np.ndarray], n_jobs: int) -> tuple:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="tomtom was given")
            return tomtom(*motifs, n_jobs=n_jobs)

    with compiling("memelite"):
        quiet(*[[np.eye(4)]] * 2, n_jobs=1)
    return quiet


def _channels_first(ppm: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(normalise(ppm).T)


def name_motifs(
    ppms: Mapping[str, np.ndarray],
    supports: Mapping[str, int],
    database: Sequence[Motif],
    *,
    max_q: float = 0.01,
    min_overlap: int = 6,
    min_information: float = 8.0,
    min_support: int = 20,
) -> pd.DataFrame:
    """One row for each motif, with its name where all the rules hold, else the reason why not.

    Parameters
    ----------
    ppms
        Motifs (length, 4); trimmed here.
    supports
        How many sites each was made of.
    max_q
        Largest q-value of a match within the whole database.
    min_overlap
        Fewest aligned bases, of the trimmed motif.
    min_information
        Fewest bits of the trimmed motif, corrected for the number of its sites.
    min_support
        Fewest sites.

    Returns
    -------
    DataFrame
        ``motif``, and ``NAMING``. The match is the one with the smallest p among those of enough
        overlap (of all, where none has it). p, q, overlap, offset and strand describe it in any
        case; name, motif_id and family are empty unless ``named``. ``others``: further names
        that pass max_q and min_overlap, best first, at most five.
    """
    rules = Rules(max_q, min_overlap, min_information, min_support)
    trimmed = {name: trim(ppm) for name, ppm in ppms.items()}
    fit = {name: ppm for name, ppm in trimmed.items() if len(ppm)}
    matches = match(list(fit.values()), [known.ppm for known in database])
    own = {name: Matches(*(part[query] for part in matches)) for query, name in enumerate(fit)}
    if 0 < len(database) < MIN_TARGETS:
        logger.warning("names from only %d known motifs: p-values depend on which", len(database))
    rows = [
        _row(name, ppm, supports[name], own.get(name), database, rules)
        for name, ppm in trimmed.items()
    ]
    return pd.DataFrame(rows, columns=["motif", *(column.name for column in NAMING)])


def _row(
    name: str,
    ppm: np.ndarray,
    support: int,
    matches: Matches | None,
    database: Sequence[Motif],
    rules: Rules,
) -> dict:
    row = {"motif": name, "information": information(ppm, max(support, 1)), "support": support}
    row |= {"consensus": consensus(ppm), "name": "", "motif_id": "", "family": ""}
    failures = _weaknesses(row, rules)
    if matches is None or not database:
        none = failures + ([] if database else ["the database is empty"])
        return row | _no_match() | {"named": False, "reason": "; ".join(none), "others": ""}
    order = ranking(matches, rules)
    best = database[order[0]]
    failures += _mismatches(matches, order[0], best.name, rules)
    row |= {field: getattr(matches, field)[order[0]] for field in Matches._fields}
    row["named"] = not failures
    if row["named"]:
        row |= {"name": best.name, "motif_id": best.id, "family": best.family}
    row["others"] = ";".join(_others(matches, order, database, rules, row["name"]))
    if len(database) < MIN_TARGETS:
        failures.append(f"only {len(database)} known motifs: p-values depend on which")
    return row | {"reason": "; ".join(failures)}


def _no_match() -> dict:
    return {"p": np.nan, "q": np.nan, "overlap": 0, "offset": 0, "strand": ""}


def _weaknesses(row: dict, rules: Rules) -> list[str]:
    """Why the motif itself is not fit for a name."""
    found = []
    if row["support"] < rules.min_support:
        found.append(f"support {row['support']} < {rules.min_support}")
    if row["information"] < rules.min_information:
        found.append(f"information {row['information']:.1f} < {rules.min_information:g} bits")
    return found


def _mismatches(matches: Matches, target: int, name: str, rules: Rules) -> list[str]:
    """Why its best match is not good enough."""
    found = []
    if matches.q[target] > rules.max_q:
        found.append(f"best q {matches.q[target]:.2g} > {rules.max_q:g} ({name})")
    if matches.overlap[target] < rules.min_overlap:
        found.append(f"overlap {matches.overlap[target]} < {rules.min_overlap} ({name})")
    return found


def ranking(matches: Matches, rules: Rules) -> np.ndarray:
    """Targets from best to worst: those of enough overlap first, then by p, then by overlap."""
    return np.lexsort((-matches.overlap, matches.p, matches.overlap < rules.min_overlap))


def _others(
    matches: Matches, order: np.ndarray, database: Sequence[Motif], rules: Rules, name: str
) -> list[str]:
    good = (matches.q <= rules.max_q) & (matches.overlap >= rules.min_overlap)
    names = dict.fromkeys(database[target].name for target in order if good[target])
    return [other for other in names if other != name][:5]


def false_name_rate(
    ppms: Mapping[str, np.ndarray],
    database: Sequence[Motif],
    seed: int,
    repeats: int = 10,
    *,
    max_q: float = 0.01,
    min_overlap: int = 6,
    min_information: float = 8.0,
) -> float:
    """Share of motifs still named after their columns are shuffled; NaN where none can be.

    Each trimmed motif of at least ``min_information`` bits is shuffled ``repeats`` times, which
    keeps its composition and information and breaks what it spells. Motifs with all columns
    alike (poly-A) come back unchanged and count as false names: they are.
    """
    rng = np.random.default_rng(seed)
    fit = [trim(ppms[name]) for name in sorted(ppms)]
    fit = [ppm for ppm in fit if information(ppm) >= min_information]
    shuffled = {
        f"{motif}.{repeat}": rng.permutation(ppm, axis=0)
        for motif, ppm in enumerate(fit)
        for repeat in range(repeats)
    }
    named = name_motifs(
        shuffled,
        dict.fromkeys(shuffled, _MANY),
        database,
        max_q=max_q,
        min_overlap=min_overlap,
        min_information=0,
    )["named"]
    return float(named.mean()) if len(named) else float("nan")
