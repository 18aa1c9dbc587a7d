"""Which known motif a motif is: matches by Tomtom, and a name only where it is earned.

Motifs are trimmed of uninformative flanks and compared with the whole database (``tomtom``). A
motif over which two known ones match side by side has a partner as well (``composites``).

A PPM is float (length, 4), columns A, C, G, T, rows summing to 1.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.motifs.names.composites import covered, partners
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.tomtom import Matches, Rules, match, passes, ranking
from chromolens.motifs.ppm import consensus, information, trim
from chromolens.runlog import logger
from chromolens.tables.motifs import NAMING

# memelite's own limit: below it, p-values change by orders of magnitude with the targets
MIN_TARGETS = 25
_MANY = 10**9  # sites: those of shuffled motifs, whose information is known to suffice


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
        that pass max_q and min_overlap over the same stretch, best first, at most five.
        ``partner``: of a composite, one of the motifs that name others.
    """
    rules = Rules(max_q, min_overlap, min_information, min_support)
    trimmed = {name: trim(ppm) for name, ppm in ppms.items()}
    fit = {name: ppm for name, ppm in trimmed.items() if len(ppm)}
    matches = match(list(fit.values()), [known.ppm for known in database])
    own = {name: Matches(*(part[query] for part in matches)) for query, name in enumerate(fit)}
    if 0 < len(database) < MIN_TARGETS:
        logger.warning("names from only %d known motifs: p-values depend on which", len(database))
    rows = {
        name: _row(name, ppm, supports[name], own.get(name), database, rules)
        for name, ppm in trimmed.items()
    }
    firsts = {
        name: covered(row["offset"], row["overlap"])
        for name, row in rows.items()
        if row["q"] <= max_q and row["overlap"] >= min_overlap
    }
    names = {row["motif_id"] for row in rows.values() if row["named"]}
    for name, partner in partners(trimmed, firsts, database, names, rules).items():
        rows[name] |= vars(partner)
    return pd.DataFrame(rows.values(), columns=["motif", *(column.name for column in NAMING)])


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
    row |= {"partner": "", "partner_id": ""}
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


def _others(
    matches: Matches, order: np.ndarray, database: Sequence[Motif], rules: Rules, name: str
) -> list[str]:
    """Names of further good matches over the same stretch as the best, which ``name`` names."""
    first = covered(matches.offset[order[0]], matches.overlap[order[0]])
    starts = np.maximum(0, -matches.offset)
    shared = np.minimum(first.stop, starts + matches.overlap) - np.maximum(first.start, starts)
    good = passes(matches, rules) & (2 * shared >= matches.overlap)
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
