"""Guided editing of DNA: change one base after another, the next where a method points.

Two rules. ``counterfactual`` (the default): every substitution has the gain that the method's
hypothetical contributions promise, h[a] - h[observed] (exact for ``ism``). The first, in the order
of these gains, that really improves the target when the network is asked again is made. A position
is edited once, so nothing is undone; where nothing improves the editing ends. A ``beam`` keeps
several sequences at a time.

``vignette`` is the rule of deepG's vignette on integrated gradients, for comparison: the base of
the lowest contribution (``up``; the highest for ``down``) is replaced by the best (worst) base of
its row of scores, and all ``edits`` are made, whatever the network says. Against a reference of
zeros the scores of the three absent bases are exactly 0. So they are tied, and the first in the
order A, C, G, T stands in: the method is not asked which base would be better. Positions are
edited again, and a base may replace itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras
import numpy as np
import pandas as pd

from chromolens.attribution.front import attribute
from chromolens.attribution.settings import check_count
from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.genome.onehot import BASES, decode
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import CustomTarget, target_values
from chromolens.plugins import check_one
from chromolens.ties import TIE, descending, first_best

DEFAULTS = {
    "counterfactual": {"by": "ism", "references": "background"},
    "vignette": {"by": "integrated_gradients", "references": "zeros", "target": "output"},
}
"""What each mode takes where nothing is said; a counterfactual's target: ``_own_target``."""
DIRECTIONS = ("up", "down", "towards")
ALL_MADE, NO_GAIN, REACHED = "all edits made", "nothing improves", "class reached"
TRIED = 16
"""Substitutions that the network is asked about at a time."""


@dataclass(frozen=True)
class Edited:
    """One input and the edits that were made in it.

    Attributes
    ----------
    trace : DataFrame
        A row for the input itself (step 0), then a row per edit: ``step``, ``position`` (0-based),
        ``from``, ``to``, ``value`` (the target) and ``prediction`` (the network's output; the
        target for profiles).
    sequences : list of str
        The sequence at each step.
    scores : float32 (length, 4)
        The scores by which the first edit was chosen, in the order A, C, G, T: hypothetical
        contributions; in mode ``vignette`` contributions of the observed bases, and 0 elsewhere.
    ended
        Why editing stopped: ``all edits made``, ``nothing improves`` or ``class reached``.
    """

    trace: pd.DataFrame
    sequences: list[str]
    scores: np.ndarray
    ended: str

    __repr__ = brief

    def aligned(self) -> str:
        """All sequences, a line each; behind the first a dot is a base as in the line above."""
        pairs = zip(self.sequences, self.sequences[1:], strict=False)
        lines = [
            "".join("." if a == b else b for a, b in zip(*pair, strict=True)) for pair in pairs
        ]
        return "\n".join([self.sequences[0], *lines])


@dataclass(frozen=True)
class _Path:
    """A sequence (length, 4), its target (the more the better), and the edits that led to it."""

    onehot: np.ndarray
    value: float
    edits: tuple[tuple[int, int, int], ...] = ()  # position, base before, base after

    def places(self) -> list[int]:
        return [position for position, _, _ in self.edits]

    def edited(self, position: int, base: int, value: float) -> "_Path":
        onehot = self.onehot.copy()
        before = int(onehot[position].argmax())
        onehot[position] = np.eye(4)[base]
        return _Path(onehot, value, (*self.edits, (position, before, base)))


@dataclass(frozen=True)
class _Guide:
    """Who is asked: the network for its target, the method for its scores."""

    model: Model
    task: int
    by: str
    target: str | CustomTarget
    references: str | np.ndarray
    sign: int
    seed: int
    rows: int
    settings: dict[str, Any] = field(default_factory=dict)

    def values(self, onehot: np.ndarray) -> np.ndarray:
        """The target (n,) of sequences (n, length, 4), the more the better."""
        ask = {"tasks": [self.task], "target": self.target, "batch_size": TRIED}
        return self.sign * np.float64(target_values(self.model, onehot, **ask)[:, 0])

    def explain(self, onehot: np.ndarray) -> Any:
        return attribute(
            self.model, onehot, method=self.by, task=self.task, target=self.target, seed=self.seed,
            references=self.references, batch_size=self.rows, **self.settings,
        )  # fmt: skip

    def hypothetical(self, onehot: np.ndarray) -> np.ndarray:
        found = self.explain(onehot).hypothetical
        if found is None:
            raise BadInput(
                f"{self.by} gives no hypothetical contributions: it can't say what to edit",
                expected="a method that has them, or ism",
            )
        return found

    def observed(self, onehot: np.ndarray) -> np.ndarray:
        return self.explain(onehot).contributions[..., None] * onehot

    def reached(self, path: _Path) -> bool:
        """Whether the task is the first of the classes of its output."""
        own = _beside(self.model, self.task)
        classes = target_values(
            self.model, path.onehot[None], tasks=own, target="output", batch_size=TRIED
        )[0]
        return bool(classes[own.index(self.task)] >= classes.max())


def edit(
    model: Model | keras.Model,
    inputs: np.ndarray,
    *,
    task: int | str = 0,
    direction: str = "up",
    mode: str = "counterfactual",
    by: str | None = None,
    target: str | CustomTarget | None = None,
    references: str | np.ndarray | None = None,
    edits: int = 20,
    beam: int = 1,
    distance: int = 1,
    protected: Sequence[tuple[int, int]] = (),
    seed: int = 0,
    **settings: object,
) -> list[Edited]:
    """Change bases of each input one by one, until its prediction has changed.

    Parameters
    ----------
    model
        From ``load_model``, or a Keras model.
    inputs : float32 (n, length, 4)
        DNA one-hot; an N (four zeros) is never edited. Inputs don't affect each other.
    task
        The task whose target is changed.
    direction
        ``up``, ``down``, or ``towards``: the class ``task`` against the other classes
        (``class_minus_mean``), until the network decides for it.
    mode, by, target, references
        The rule of editing (see the module), and the method that proposes edits, with its
        ``settings``. By default ``ism`` on the logit; with several classes on
        ``class_minus_mean``, as a class's logit may rise while another's rises more. In mode
        ``vignette`` ``integrated_gradients`` on the output, with zeros as the reference.
    edits
        Largest number of edits; in mode ``vignette`` the exact number.
    beam
        Number of sequences kept at each step; 1 is greedy.
    distance
        Least distance between two edited positions (bp); 0: they may be edited again.
    protected
        Stretches (start, end) that stay as they are, 0-based, half-open.

    Raises
    ------
    BadInput
        Inputs that are no DNA, or in which no position may be edited; unknown words; a method
        without hypothetical contributions.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    check_one(mode, list(DEFAULTS), "mode", "edit")
    check_one(direction, list(DIRECTIONS), "direction", "edit")
    for name, value in (("edits", edits), ("beam", beam), ("distance", distance or 1)):
        check_count("edit", name, value)
    if mode == "vignette" and (direction == "towards" or beam > 1 or distance != 1):
        raise BadInput(
            "the vignette's rule goes up or down, greedily, and keeps no distance",
            expected="direction up or down, beam 1, distance 1; or mode counterfactual",
        )
    inputs = check_inputs(model, inputs)
    may = _may_edit(model, inputs, protected)
    asked = {"by": by, "references": references, "target": target}
    asked = {name: DEFAULTS[mode].get(name) if one is None else one for name, one in asked.items()}
    if asked["target"] is None:
        asked["target"] = _own_target(model, model.task_index(task), direction)
    sign = -1 if direction == "down" else 1
    rows = {"rows": beam, "seed": seed, "settings": settings, "sign": sign}
    guide = _Guide(model, model.task_index(task), **asked, **rows)
    walk = partial(_improve, beam=beam, distance=distance, towards=direction == "towards")
    walk = _as_published if mode == "vignette" else walk
    starts = zip(inputs, may, strict=True)
    return [_edited(guide, *walk(guide, one, own, edits)) for one, own in starts]


def _own_target(model: Model, task: int, direction: str) -> str:
    """The target of a task: its logit, less the mean where it is one of several classes."""
    classes = len(_beside(model, task)) > 1 and model.output_of(task)[0] in model.softmax
    return "class_minus_mean" if direction == "towards" or classes else "logit"


def _beside(model: Model, task: int) -> list[int]:
    """The tasks of the output that ``task`` is of."""
    place = model.output_of(task)[0]
    return [other for other in range(len(model.tasks)) if model.output_of(other)[0] == place]


def _may_edit(
    model: Model, inputs: np.ndarray, protected: Sequence[tuple[int, int]]
) -> np.ndarray:
    """Which positions may be edited, bool (n, length); BadInput for an input without any."""
    if model.channels != 4 or model.vectors is not None:
        raise BadInput(
            f"the network reads {model.channels} channels that are no bases",
            expected="DNA, one-hot in the order A, C, G, T",
        )
    odd = ~((inputs == 0) | (inputs == 1)).all(axis=2) | (inputs.sum(axis=2) > 1)
    if odd.any():
        row, position = np.argwhere(odd)[0]
        raise BadInput(
            f"{inputs[row, position].tolist()} is no base",
            expected="one 1, else zeros; an N is four zeros",
            where=f"input {row}, position {position}",
        )
    free, length = np.ones(inputs.shape[1], bool), inputs.shape[1]
    for start, end in protected:
        if not 0 <= start < end <= length:
            raise BadInput(
                f"the protected stretch {start} to {end}",
                expected=f"start < end, within 0 to {length} (0-based, half-open)",
            )
        free[start:end] = False
    may = free & (inputs.sum(axis=2) > 0)
    if not may.any(axis=1).all():
        why = "all positions are protected" if not free.any() else "all that isn't protected is N"
        raise BadInput(
            f"there is nothing to edit: {why}",
            where=f"input {int((~may.any(axis=1)).argmax())}",
            remedy="protect less, or leave the input out",
        )
    return may


def _improve(
    guide: _Guide,
    start: np.ndarray,
    may: np.ndarray,
    edits: int,
    *,
    beam: int,
    distance: int,
    towards: bool,
) -> tuple[_Path, np.ndarray, str]:
    """The best path of at most ``edits`` edits, the first scores, and why it ended."""
    best = _Path(start, float(guide.values(start[None])[0]))
    paths, first = [best], guide.hypothetical(start[None])[0]
    for step in range(edits):
        if towards and guide.reached(best):
            return best, first, REACHED
        scores = guide.hypothetical(np.stack([path.onehot for path in paths])) if step else [first]
        found = {
            child.onehot.tobytes(): child
            for path, own in zip(paths, scores, strict=True)
            for child in _better(guide, path, own, _free(path, may, distance), beam)
        }
        if not found:
            return best, first, NO_GAIN
        children = list(found.values())
        values = np.array([child.value for child in children])
        tie = TIE * np.abs(values).max()
        paths = [children[place] for place in descending(values, tie)[:beam]]
        best = paths[0] if paths[0].value > best.value + tie else best
    return best, first, REACHED if towards and guide.reached(best) else ALL_MADE


def _free(path: _Path, may: np.ndarray, distance: int) -> np.ndarray:
    """Which positions (length,) may be edited next."""
    apart = [np.abs(np.arange(len(may)) - place) >= distance for place in path.places()]
    return may & np.all(apart, axis=0) if apart else may


def _better(
    guide: _Guide, path: _Path, scores: np.ndarray, free: np.ndarray, most: int
) -> list[_Path]:
    """The first ``most`` substitutions, by the gain that ``scores`` promise, that really gain."""
    gains = scores - (scores * path.onehot).sum(axis=1, keepdims=True)
    gains = guide.sign * np.float64(gains)
    candidates = np.argwhere(free[:, None] & (path.onehot == 0))
    promised = gains[tuple(candidates.T)]
    tie = TIE * max(np.abs(gains).max(), abs(path.value))
    order = descending(promised, tie)
    if guide.by == "ism":  # promises are exact: nothing else can gain
        order = order[promised[order] > 0]
    found: list[_Path] = []
    for first in range(0, len(order), TRIED):
        tried = [
            path.edited(*candidates[place].tolist(), np.nan)
            for place in order[first : first + TRIED]
        ]
        values = guide.values(np.stack([one.onehot for one in tried]))
        found += [
            _Path(one.onehot, float(value), one.edits)
            for one, value in zip(tried, values, strict=True)
            if value > path.value + tie
        ]
        if len(found) >= most:
            break
    return found[:most]


def _as_published(
    guide: _Guide, start: np.ndarray, may: np.ndarray, edits: int
) -> tuple[_Path, np.ndarray, str]:
    """The path of the vignette's rule; its ``value`` isn't kept."""
    path, first = _Path(start, np.nan), None
    for _ in range(edits):
        scores = guide.observed(path.onehot[None])[0]
        first = scores if first is None else first
        tie = np.float64(TIE * np.abs(scores).max())
        observed = np.where(may, -guide.sign * scores.sum(axis=1), -np.inf)
        position = int(first_best(observed, tie))
        path = path.edited(position, int(first_best(guide.sign * scores[position], tie)), np.nan)
    return path, first, ALL_MADE


def _edited(guide: _Guide, path: _Path, scores: np.ndarray, ended: str) -> Edited:
    """The path with the network's own answer at each of its steps."""
    steps = [path.onehot]
    for position, before, _ in reversed(path.edits):
        steps.append(_Path(steps[-1], np.nan).edited(position, before, np.nan).onehot)
    onehot = np.stack(steps[::-1])
    values = guide.sign * guide.values(onehot)
    predictions = values
    if guide.model.output_of(guide.task)[1] is not None:
        ask = {"tasks": [guide.task], "target": "output", "batch_size": TRIED}
        predictions = target_values(guide.model, onehot, **ask)[:, 0]
    letters = [(place, BASES[a], BASES[b]) for place, a, b in path.edits]
    trace = pd.DataFrame([(np.nan, "", ""), *letters], columns=["position", "from", "to"])
    trace.insert(0, "step", range(len(trace)))
    trace = trace.assign(value=values, prediction=predictions)
    return Edited(trace, [decode(one) for one in onehot], scores, ended)
