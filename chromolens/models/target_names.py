"""The names of targets, read without TensorFlow: planning asks too. See ``targets``."""

import re
from typing import NamedTuple

from chromolens.errors import BadInput, nearest

TARGETS = ("logit", "output", "class_minus_mean", "profile_sum")


class Unit(NamedTuple):
    """A hidden unit: see ``units``.

    Attributes
    ----------
    name
        As the caller wrote it.
    at
        ``"max"``, ``"mean"``, a position, or empty for a layer without positions.
    """

    name: str
    layer: str
    number: int
    at: str | tuple[int, ...]


def parse_unit(target: str, where: str = "") -> Unit | None:
    """The hidden unit that ``target`` names; None where it names none: it has no ``/``."""
    if "/" not in target:
        return None
    parts = re.fullmatch(r"(.+)/(\d+)(?::(max|mean|\d+(?:,\d+)?))?", target)
    if not parts:
        raise BadInput(
            f"there is no target {target!r}",
            expected="a hidden unit is LAYER/UNIT, LAYER/UNIT:max, LAYER/UNIT:mean or "
            "LAYER/UNIT:POSITION, numbers from 0",
            where=where,
        )
    layer, number, at = parts.groups()
    place = tuple(int(part) for part in at.split(",")) if at and at[0].isdigit() else at or ()
    return Unit(target, layer, int(number), place)


def parse_target(target: str, where: str = "") -> tuple[str, tuple[int, int | None] | None]:
    """Kind of a target, and the positions that ``profile_sum`` sums; BadInput for no target."""
    kind, _, stretch = str(target).partition(":")
    if kind not in TARGETS or (stretch and kind != "profile_sum"):
        raise BadInput(
            f"there is no target {target!r}{nearest(target, TARGETS)}",
            expected=f"one of {', '.join(TARGETS)}, or a hidden unit, LAYER/UNIT",
            where=where,
        )
    if kind != "profile_sum":
        return kind, None
    numbers = re.fullmatch(r"(\d+)-(\d+)", stretch or "0-0")
    if not numbers or (stretch and int(numbers[1]) >= int(numbers[2])):
        expected = "profile_sum:START-END, START < END"
        raise BadInput(f"target {target!r}", expected=expected, where=where)
    return kind, (int(numbers[1]), int(numbers[2]) or None)


def target_for(target: str, column: int | None) -> str:
    """What a study's ``target`` means for an output's ``column`` (None: a profile).

    A profile network has counts beside its profiles, and their sum over positions is a profile's
    alone: with ``profile_sum`` the counts are explained by their logit.
    """
    beside = column is not None and target.startswith("profile_sum")
    return "logit" if beside else target
