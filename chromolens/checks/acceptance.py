"""What a study was to show, and whether it did: a table of PASS and FAIL.

A criterion names a value (a function of this module's ``VALUES``) and bounds for it; evidence
is the study's own tables, joined over its models and tasks.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.checks.evidence import Evidence, pick
from chromolens.checks.experiments import OF_EXPERIMENTS
from chromolens.tables.checks import ACCEPTANCE

FIRST = 5
"""How many of a record's tokens are counted as its first."""


def show(path: str | Path) -> str:
    """An acceptance table as text, with a last line that says how it ended."""
    table = tables.read(ACCEPTANCE, path)
    if table.empty:
        return "the study has no acceptance criteria"
    bad = failed(table)
    verdict = f"{(table['result'] == 'PASS').sum()} of {len(table)} passed"
    verdict += f"; FAILED: {', '.join(bad['name'])}" if len(bad) else ""
    columns = ["result", "kind", "name", "value", "bound", "explanation"]
    text = table[columns].to_string(index=False, max_colwidth=60, float_format="{:.3f}".format)
    return f"{text}\n\n{verdict}"


def judge(criteria: list[dict], evidence: Evidence) -> pd.DataFrame:
    """One row per criterion: name, value, bound, kind, result, explanation.

    Contributions that don't add up are a FAIL of their own, whatever the criteria.
    """
    rows = [_row(criterion, evidence) for criterion in criteria]
    rows += [
        {
            "name": f"contributions add up: {row.model} {row.task} {row.method}",
            "value": row.share_flagged,
            "bound": f"<= {row.max_flagged:g}",
            "kind": "check",
            "result": "FAIL",
            "explanation": describe_unsound(row),
        }
        for row in unsound(evidence.completeness).itertuples()
    ]
    return pd.DataFrame(rows, columns=ACCEPTANCE.names)


def unsound(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``COMPLETENESS`` in which more windows are flagged than may be."""
    return table[table["share_flagged"] > table["max_flagged"]]


def describe_unsound(row: object) -> str:
    """What is wrong with an unsound row, and what to do."""
    return (
        f"contributions to task {row.task} don't add up in {row.share_flagged:.1%} of the windows "
        f"(largest error {row.max_error:.3g}); more steps or another method, or raise "
        "checks.max_flagged"
    )


def failed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that the study had to show and did not (goals are only reported)."""
    return table[(table["result"] == "FAIL") & (table["kind"] != "goal")]


def _row(criterion: dict, evidence: Evidence) -> dict[str, object]:
    value, explanation = VALUES[criterion["value"]](criterion, evidence)
    low, high = criterion.get("min"), criterion.get("max")
    if low is None and high is None:
        low = 1.0
    passed = (low is None or value >= low) and (high is None or value <= high)
    bounds = [f">= {low:g}" if low is not None else "", f"<= {high:g}" if high is not None else ""]
    return {
        "name": criterion.get("name") or _name(criterion),
        "value": value,
        "bound": " and ".join(filter(None, bounds)),
        "kind": criterion["kind"],
        "result": "PASS" if passed else "FAIL",
        "explanation": explanation,
    }


_CALLED = {
    "metric": "{} held out",
    "gain": "{} less than the baseline's",
    "tiles": "{} over all tiles",
    "planted_recall": "recall of planted bases",
    "planted_precision": "precision of planted bases",
    "flagged": "share of windows whose contributions do not add up",
}


def _name(criterion: dict) -> str:
    """What is judged and of what, where the config has no name for it."""
    value, metric = criterion["value"], criterion.get("metric", "").replace("_", " ")
    metric = metric.upper() if metric in ("auroc", "auprc", "r2") else metric
    what = _CALLED.get(value, value.replace("_", " ")).format(metric)
    of = ("model", "task", "method", "by")
    parts = [*filter(None, map(criterion.get, of)), *criterion["names"]]
    return ": ".join(filter(None, [what, ", ".join(parts)]))


def metric(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Pooled held-out metric; the mean over the model's tasks where no task is named."""
    return _mean(pick(evidence.pooled, criterion, "model", "task", "metric"))


def _mean(rows: pd.DataFrame) -> tuple[float, str]:
    """Mean value, and each task's; where one is undefined, on what it was asked."""
    said = [
        f"{row.task or 'all classes'} {row.value:.3f}"
        if np.isfinite(row.value)
        else f"{row.task} is undefined ({row.n:,} windows, {row.positives:,} positive)"
        for row in rows.itertuples()
    ]
    return rows["value"].mean(skipna=False), ", ".join(said) or "nothing was measured"


def gain(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """The baseline's distance (profile_jsd) less the model's, mean over tasks."""
    rows = pick(evidence.pooled, criterion, "model", "task").set_index("metric")["value"]
    own, baseline = rows[criterion["metric"]], rows[f"{criterion['metric']}_baseline"]
    own, baseline = np.mean(own), np.mean(baseline)
    return baseline - own, f"{own:.3f}, the mean profile {baseline:.3f}"


def tiles(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Metric over every tile of the held-out chromosomes."""
    return _mean(pick(evidence.tiles, criterion, "model", "task", "metric"))


def motif(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of the readings in which every name (or one of the families) is found."""
    rows = pick(evidence.motifs, criterion, "model", "task")
    rows = rows[rows["named"].astype(bool) & (rows["sign"] == "pos")]
    said, found = [], 0
    for reading in criterion["readings"]:
        hits = _matching(_read_by(rows, [reading]), criterion)
        found += bool(len(hits))
        said.append(f"{reading}: {_describe(hits)}")
    return found / len(criterion["readings"]), "; ".join(said)


def absent_motif(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """1 when no reading found one of the names, else 0."""
    rows = pick(evidence.motifs, criterion, "model", "task")
    hits = _matching(rows[rows["named"].astype(bool) & (rows["sign"] == "pos")], criterion)
    return float(not len(hits)), _describe(hits)


def named_motifs(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Number of motifs with a name, positive or negative, in any reading."""
    rows = pick(evidence.motifs, criterion, "model", "task")
    hits = _read_by(rows[rows["named"].astype(bool)], criterion["readings"])
    return float(len(hits)), _describe(hits)


def named_share(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Largest share of the windows that hold one positive, named motif."""
    rows = pick(evidence.motifs, criterion, "model", "task")
    hits = rows[rows["named"].astype(bool) & (rows["sign"] == "pos")]
    hits = _read_by(hits, criterion["readings"])
    return (hits["support"] / hits["windows"]).max() if len(hits) else 0.0, _describe(hits)


def pair(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """1 when hits of the two `names` are a pair, nine in ten at gaps within `spacing`, else 0."""
    rows = pick(evidence.pairs, criterion, "model", "task", "method")
    rows = rows[rows["found"] & _are(rows, criterion["names"])]
    low, high = criterion["spacing"]
    right = (rows["gap_low"] >= low) & (rows["gap_high"] <= high)
    return float(right.any()), _paired(rows)


def other_pairs(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Number of pairs of motifs other than the two `names`."""
    rows = pick(evidence.pairs, criterion, "model", "task", "method")
    rows = rows[rows["found"] & ~_are(rows, criterion["names"])]
    return float(len(rows)), _paired(rows)


def clusters(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Number of clusters of subsets by one reading: `sis_paper` or `sis_aligned`."""
    rows = _read_by(pick(evidence.motifs, criterion, "model", "task"), criterion["readings"])
    rows = rows.assign(cluster=rows["motif"].str.split(".").str[0])  # of several motifs, perhaps
    found = rows.drop_duplicates(["model", "task", "cluster"])
    said = [f"{row.consensus} ({row.support})" for row in found.itertuples()]
    return float(len(found)), ", ".join(said) or "none"


def planted_recall(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of the n planted causal bases that are among the n bases that contribute most."""
    return _planted(criterion, evidence, "recall")


def planted_precision(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of planted causal bases among these top bases, those in chance matches left out."""
    return _planted(criterion, evidence, "precision")


def flagged(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Largest share of windows whose contributions do not add up."""
    rows = pick(evidence.completeness, criterion, "model", "task", "method")
    return rows["share_flagged"].max(), f"largest error {rows['max_error'].max():.2g}"


def first_tokens(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of records with one of `names` among their five top tokens, of those that hold one."""
    rows = pick(evidence.tokens, criterion, "model", "task", "method")
    names = set(criterion["names"])
    tokens = rows["tokens"].str.split()
    holds = sum(not names.isdisjoint(one) for one in tokens)
    first = sum(not names.isdisjoint(one[:FIRST]) for one in tokens)
    share = first / holds if holds else float("nan")
    return share, f"{first:,} of {holds:,} records have one among their first {FIRST} tokens"


def matches(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Number of good matches of the known motifs `names`; the least over tasks and methods."""
    rows = _known(criterion, evidence)
    counts = rows.groupby("motif", sort=False)["matches"].unique()
    said = [f"{motif}: {', '.join(map(str, found))}" for motif, found in counts.items()]
    return float(rows["matches"].min()), "; ".join(said)


def missed(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Number of these matches with a contribution of 0 or less; the largest of several."""
    rows = _known(criterion, evidence)
    return float(rows["missed"].max()), _told(rows)


def missed_share(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """The share of these matches whose contribution is 0 or less; the largest of several."""
    rows = _known(criterion, evidence)
    return rows["share"].max(), _told(rows)


def match_contribution(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Mean contribution of these matches; the mean of several."""
    rows = _known(criterion, evidence)
    return rows["mean"].mean(), _told(rows)


def known_loci(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of the known loci (those called `names`, else all of the task) that `by` found."""
    rows = _read_of(evidence.known, criterion)
    place = rows["chrom"] + ":" + rows["position"].astype(str)
    rows = rows.assign(place=place)[place.isin(criterion["names"] or place)]
    said = [
        f"{row.place}: {row.lead or 'no marker'}"
        + ("" if math.isnan(row.distance) else f", {row.distance:,.0f} bp off")
        for row in rows.itertuples()
    ]
    return rows["found"].mean(), "; ".join(said)


def verdict(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of the model's verdicts (one per task and method) that are one of `names`."""
    rows = pick(evidence.verdicts, criterion, "model", "task", "method")
    said = [f"{row.model} {row.task}: {row.category}" for row in rows.itertuples()]
    none = "no verdict: that takes ten untrained, ten permuted and a rotated network"
    return rows["category"].isin(criterion["names"]).mean(), "; ".join(said) or none


def spiked_recall(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of a spiked trait's causal markers that `by` recovered; the least of several."""
    rows = _spiked(criterion, evidence)
    said = [
        f"{row.recovered} of {row.causal}, by chance {row.chance:.1%}; {row.called} of "
        f"{row.decoys} decoys"
        for row in rows.itertuples()
    ]
    return rows["recall"].min(), "; ".join(said)


def spiked_decoys(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """Share of a spiked trait's decoys that `by` wrongly recovers; the largest of several."""
    rows = _spiked(criterion, evidence)
    said = [f"{row.called} of {row.decoys}" for row in rows.itertuples()]
    return rows["false_rate"].max(), "; ".join(said)


def edited(criterion: dict, evidence: Evidence) -> tuple[float, str]:
    """The prediction along edits: `start`, `end`, `lowest`, `highest` or `change`; their mean."""
    rows = pick(evidence.edits, criterion, "model", "task", "edit", "direction")
    paths = rows.groupby(["model", "task", "edit", "direction", "id"])["prediction"]
    values = paths.agg(ALONG[criterion["metric"]])
    return values.mean(), f"of {len(values)} windows, {len(rows) - len(values)} edits"


ALONG = {
    "start": lambda path: path.iloc[0],
    "end": lambda path: path.iloc[-1],
    "lowest": "min",
    "highest": "max",
    "change": lambda path: path.iloc[-1] - path.iloc[0],
}
"""Metrics of ``edited``: what is asked of the predictions along the edits of one window."""

VALUES = {
    function.__name__: function
    for function in (
        metric, gain, tiles, motif, absent_motif, named_motifs, named_share, clusters,
        pair, other_pairs, planted_recall, planted_precision, flagged, first_tokens,
        matches, missed, missed_share, match_contribution,
        known_loci, verdict, spiked_recall, spiked_decoys, edited,
    )
} | OF_EXPERIMENTS  # fmt: skip

SHARES = ("motif", "absent_motif", "pair", "known_loci", "verdict")
"""Values that must be 1 where no bound is stated."""


def _read_by(rows: pd.DataFrame, readings: list[str]) -> pd.DataFrame:
    """Motifs of these readings; ``sis`` is either of its modes."""
    return rows[rows["reading"].astype(str).str.startswith(tuple(readings))]


def _are(pairs: pd.DataFrame, names: list[str]) -> pd.Series:
    wanted = sorted(name.upper() for name in names)
    both = zip(pairs["first_name"].str.upper(), pairs["second_name"].str.upper(), strict=True)
    return pd.Series([sorted(two) == wanted for two in both], index=pairs.index, dtype=bool)


def _paired(rows: pd.DataFrame) -> str:
    said = [
        f"{row.first_name or row.first} + {row.second_name or row.second}: {row.near} windows, "
        f"{row.expected:.0f} by chance, {row.gap_low:.0f}-{row.gap_high:.0f} bp apart"
        for row in rows.itertuples()
    ]
    return "; ".join(said) or "none"


def _read_of(table: pd.DataFrame, criterion: dict) -> pd.DataFrame:
    """Rows of the trait ``task`` and the reader ``by``: scan, ridge, or a model and its method."""
    words = table["source"].astype(str).str.split(" ", n=1)
    rows = table.assign(task=table["trait"], by=words.str[0], method=words.str[1])
    return pick(rows, criterion, "task", "by", "method")


def _spiked(criterion: dict, evidence: Evidence) -> pd.DataFrame:
    return _read_of(evidence.recall[evidence.recall["where"] == "all"], criterion)


def _known(criterion: dict, evidence: Evidence) -> pd.DataFrame:
    rows = pick(evidence.missed, criterion, "model", "task", "method")
    return rows[rows["motif"].isin(criterion["names"])]


def _told(rows: pd.DataFrame) -> str:
    said = [
        f"{row.motif}, {row.task}, {row.method}: {row.missed} of {row.matches} missed, mean "
        f"{row.mean:.3f}"
        for row in rows.itertuples()
    ]
    return "; ".join(said)


def _planted(criterion: dict, evidence: Evidence, column: str) -> tuple[float, str]:
    rows = pick(evidence.planted, criterion, "model", "task", "method")
    rows = rows[rows["scope"] == "genome"]
    said = [
        f"{r.planted:.0f} bases planted; of the top ones {r.decoy:.0f} of decoys,"
        f" {r.alone:.0f} of lone parts, {r.chance:.0f} of chance matches (apart)"
        for r in rows.itertuples()
    ]
    return rows[column].min(), "; ".join(said)


def _matching(rows: pd.DataFrame, criterion: dict) -> pd.DataFrame:
    """Rows whose best match, another good one, or its partner is a name or family that counts."""
    names = {name.upper() for name in criterion["names"]}
    families = [family.upper() for family in criterion["families"]]
    kept = [
        bool(names & {name.upper() for name in (row.name_, row.partner, *row.others.split(";"))})
        or any(family in str(row.family).upper() for family in families)
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    return rows.loc[kept]


def _describe(rows: pd.DataFrame) -> str:
    best = rows.sort_values("support", ascending=False).head(3)
    said = [
        f"{' + '.join(filter(None, (r['name'], r['partner'])))} (q {r['q']:.1g}, {r['support']})"
        for _, r in best.iterrows()
    ]
    return ", ".join(said) or "none"
