"""Values of criteria that are measured by experiments in silico."""

from collections.abc import Iterator

import pandas as pd

from chromolens.checks.evidence import Evidence, pick

METRICS = ("slope", "r")
"""Metrics of ``ablation``."""
_PAIR = ["model", "task", "first", "second"]


def inserted(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Effect of motifs `names` in the middle of backgrounds: least lower end of the intervals."""
    rows = _called(pick(evidence.marginal, criterion, "model", "task"), criterion["names"])
    by_motif = rows.assign(away=rows["offset"].abs()).sort_values("away", kind="stable")
    central = by_motif.drop_duplicates(["model", "task", "motif"])
    said = [
        f"{row['name'] or row['motif']}: {row['effect']:.2f}, from {row['low']:.2f}"
        for row in central.to_dict("records")
    ]
    return central["low"].min(), ", ".join(said) or "none was put in"


def interaction(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Interaction of the two `names`, mean over arrangements and the gaps in `spacing`."""
    wanted = _upper(criterion["names"])
    return _largest([pair for pair in _spaced(criterion, evidence) if wanted in _callings(pair)])


def other_interactions(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """The largest interaction, at the gaps in `spacing`, of a pair that isn't the two `names`."""
    wanted = _upper(criterion["names"])
    return _largest(
        [pair for pair in _spaced(criterion, evidence) if wanted not in _callings(pair)]
    )


def ablation(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """`slope` or `r` of the loss by ablation of hits against their contributions; the least."""
    rows = pick(evidence.calibration, criterion, "model", "task", "method")
    rows, name = rows[rows["motif"] == ""], criterion["metric"]
    said = [
        f"{row['model']} {row['task']} {row['method']}: {row[name]:.2f} "
        f"({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f}), {row['hits']} hits"
        for row in rows.to_dict("records")
    ]
    return rows[name].min(), "; ".join(said) or "none was ablated"


def substituted(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Least r, over motifs `names`, of the loss by substitution with the matrix's information."""
    rows = _called(pick(evidence.motif_profiles, criterion, "model", "task"), criterion["names"])
    said = [
        f"{row['name'] or row['motif']}: {row['r']:.2f} ({row['r_low']:.2f} to "
        f"{row['r_high']:.2f}), {row['hits']} hits"
        for row in rows.to_dict("records")
    ]
    return rows["r"].min(), ", ".join(said) or "none was broken"


OF_EXPERIMENTS = {
    function.__name__: function
    for function in (inserted, interaction, other_interactions, ablation, substituted)
}
"""Values by their names in a config."""


def _upper(names: list[str]) -> list[str]:
    return sorted(name.upper() for name in names)


def _called(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Those of ``rows`` whose motif is one of ``names``, in the database or in the lexicon."""
    wanted = _upper(names)
    return rows[rows["name"].str.upper().isin(wanted) | rows["motif"].str.upper().isin(wanted)]


def _spaced(criterion: dict, evidence: Evidence) -> Iterator[pd.DataFrame]:
    """Rows of each pair, over all arrangements, at the gaps that are asked for."""
    rows = pick(evidence.spacing, criterion, "model", "task")
    low, high = criterion["spacing"]
    rows = rows[(rows["arrangement"] == "all") & rows["gap"].between(low, high)]
    return (pair for _, pair in rows.groupby(_PAIR, sort=False))


def _names(pair: pd.DataFrame) -> list[str]:
    row = pair.iloc[0]
    return [row[f"{which}_name"] or row[which] for which in ("first", "second")]


def _callings(pair: pd.DataFrame) -> list[list[str]]:
    """What the two may be called: as in the database, or as in the lexicon."""
    return [_upper(_names(pair)), _upper([pair.iloc[0]["first"], pair.iloc[0]["second"]])]


def _largest(pairs: list[pd.DataFrame]) -> tuple[float, str]:
    means = [pair["interaction"].mean() for pair in pairs]
    both = zip(pairs, means, strict=True)
    said = [f"{' + '.join(_names(pair))}: {mean:.2f}" for pair, mean in both]
    return max(means, default=float("nan")), ", ".join(said) or "none was tried at such gaps"
