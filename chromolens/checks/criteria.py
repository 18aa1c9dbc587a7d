"""Criteria that a study states: what nobody could measure is refused while planning."""

from collections.abc import Mapping, Sequence

from chromolens import plugins
from chromolens.checks.acceptance import ALONG, SHARES, VALUES
from chromolens.checks.experiments import METRICS
from chromolens.errors import BadInput
from chromolens.tables.checks import BASELINES, RATIO
from chromolens.tables.markers import CATEGORIES

_BASELINES = ["", *(f"_{name}" for name in BASELINES)]
_ON_TILES = [RATIO, *(name + by for name in ("auroc", "auprc") for by in _BASELINES)]

OF_KNOWN_MOTIFS = ("matches", "missed", "missed_share", "match_contribution")
"""Values that are of the motifs in ``checks.known_motifs``."""

_NAMED = (
    "motif", "absent_motif", "first_tokens", "verdict", "inserted", "substituted",
    *OF_KNOWN_MOTIFS,
)  # fmt: skip
_OF_TWO = ("pair", "interaction")
_READ = ("known_loci", "spiked_recall", "spiked_decoys")
_READERS = ("scan", "ridge")
_MODES = (["sis_paper"], ["sis_aligned"])

_MEASURED = {
    "metric": list,
    "gain": lambda names: [name for name in names if f"{name}_baseline" in names],
    "tiles": lambda _: _ON_TILES,
    "edited": lambda _: list(ALONG),
    "ablation": lambda _: list(METRICS),
}
"""Values that are of a ``metric``, and which of the models' metrics that may be."""


def check_criteria(
    criteria: list[dict],
    tasks: Mapping[str, Sequence[str]],
    metrics: Mapping[str, Sequence[str]],
) -> None:
    """Raise BadInput at a criterion that nobody can measure, or that has no bound.

    ``tasks`` and ``metrics`` give those of each model.
    """
    for number, criterion in enumerate(criteria):
        where, model = f"the config, acceptance, entry {number + 1}", criterion.get("model")
        known = {"value": list(VALUES), "model": list(tasks), "task": _of(tasks, model)}
        known["by"] = [*tasks, *_READERS]
        if criterion["value"] in _MEASURED:
            known["metric"] = _MEASURED[criterion["value"]](_of(metrics, model))
            if "metric" not in criterion:
                _refuse("has no metric", f"one of {', '.join(known['metric'])}", criterion, where)
        for key, names in known.items():
            if key in criterion:
                plugins.check_one(criterion[key], names, key, where)
        if criterion["value"] in _NAMED and not (criterion["names"] or criterion["families"]):
            _refuse("has no names", "names or families that count", criterion, where)
        if criterion["value"] in _OF_TWO and len(criterion["names"]) != 2:
            _refuse("is of two motifs", "names: [ONE, OTHER]", criterion, where)
        if criterion["value"] == "clusters" and criterion["readings"] not in _MODES:
            _refuse(
                "is of one reading", "readings: [sis_paper] or [sis_aligned]", criterion, where
            )
        if criterion["value"] in _READ and "by" not in criterion:
            _refuse(
                "doesn't say by whom", f"by: one of {', '.join(known['by'])}", criterion, where
            )
        for name in criterion["names"] if criterion["value"] == "verdict" else []:
            plugins.check_one(name, CATEGORIES, "verdict", where)
        low, high = criterion.get("min"), criterion.get("max")
        if criterion["value"] not in SHARES and low is None and high is None:
            _refuse("has no bound", "min, max or both", criterion, where)
        if low is not None and high is not None and low > high:
            _refuse(f"can't be {low:g} or more and {high:g} or less", "", criterion, where)


def _refuse(what: str, expected: str, criterion: dict, where: str) -> None:
    raise BadInput(f"acceptance: {criterion['value']!r} {what}", expected=expected, where=where)


def _of(names: Mapping[str, Sequence[str]], model: str | None) -> list[str]:
    """The names of one model, or of all."""
    every = dict.fromkeys(name for own in names.values() for name in own)
    return list(names.get(model, every))
