"""The audit of a network: the profile of its contributions, trained, untrained and moved.

The numbers and the verdict are those of ``positions``; here networks are asked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.attribution.references import frequencies, unknown
from chromolens.attribution.settings import check_count
from chromolens.brief import brief
from chromolens.checks import positions
from chromolens.checks.positions import Masses
from chromolens.errors import BadInput, describe
from chromolens.inputs.batches import Inputs, rolled
from chromolens.inputs.chosen import shuffle, take_turns
from chromolens.inputs.folds import Folds
from chromolens.models.batching import BATCH_SIZE
from chromolens.models.model import Model
from chromolens.models.untrained import redraw, untrained
from chromolens.runlog import atomic, progress
from chromolens.tables.checks import POSITIONS, PROFILE
from chromolens.tracks.method import Method

if TYPE_CHECKING:
    from matplotlib.figure import Figure

logger = logging.getLogger(__name__)

END = 0.05
"""Share of the positions that are counted as the first and as the last ones."""
TASKS, WINDOWS = 8, 64
"""Of a model of a study, at most: tasks that are audited, and windows over all of them."""


@dataclass(frozen=True)
class Audit:
    """Result of ``audit``.

    Attributes
    ----------
    numbers
        A row per measure (``POSITIONS`` of ``tables.checks``, less model).
    profile
        A row per position: its share of the mass (``PROFILE``, less model).
    """

    numbers: pd.DataFrame
    profile: pd.DataFrame

    __repr__ = brief

    @property
    def kind(self) -> str:
        """``even``, ``network``, ``place``, ``learned`` or ``unjudged``: see ``positions``."""
        return positions.verdict(self.numbers).kind

    @property
    def verdict(self) -> str:
        """One sentence."""
        return positions.verdict(self.numbers).sentence

    def __str__(self) -> str:
        shown = ["measure", "trained", "shifted", "untrained"]
        shown += ["untrained_low", "untrained_high", "even"]
        table = self.numbers[shown].to_string(index=False, float_format="{:.4g}".format, na_rep="")
        return f"{self.verdict}\n\n{table}"

    def write(self, numbers: str | Path, profile: str | Path, model: str) -> None:
        """Write both tables, of the network called ``model``."""
        tables.write(POSITIONS, self.numbers, numbers, model=model)
        tables.write(PROFILE, self.profile, profile, model=model)

    def plot(self, path: str | Path | None = None) -> "Figure":
        """Draw the profiles; ``path`` (.png, .svg, .pdf) is written where given."""
        from chromolens.checks.picture import drawn  # the jobs of the workflow draw nothing

        zone = positions.shown_zone(self.numbers)
        figure = drawn(positions.binned(self.profile), zone, self.verdict)
        if path is not None:
            with atomic(path) as temporary:
                figure.savefig(temporary, dpi=160)
        return figure


def audit(
    model: Model | keras.Model,
    inputs: np.ndarray | Inputs,
    *,
    task: int | str | Sequence[int | str] = 0,
    method: str = "gradient_x_input",
    target: str = "logit",
    references: str | np.ndarray | None = None,
    most: int = 100,
    draws: int = 10,
    end: float = END,
    shift: int = 0,
    seed: int = 0,
    **settings: object,
) -> Audit:
    """Which positions of its input a network uses, and whether training is the reason.

    The profile of positions of the network is compared with that of untrained networks, and with
    its own profile on moved inputs (docs/checks.md).

    Parameters
    ----------
    model
        From ``load_model``, or a Keras model.
    inputs
        Inputs of the network: DNA or other numbers (n, length, channels), numbers of one channel
        (n, length), tokens int (n, length); or a table of windows from ``open_inputs``.
    task
        One task, or one for each input, such as its true class.
    method, settings, target
        As in ``chromolens.attribute``.
    references
        As in ``chromolens.attribute``, but an array (1, r, length, channels) serves all inputs. By
        default the background frequencies for DNA and tokens, and else the mean of the inputs.
    most
        Largest number of inputs to explain; of more, so many are drawn.
    draws
        Number of untrained networks, each with its own random weights. 0: none, and no verdict.
    end
        How many positions count as the first and as the last: a share (below 1), or a number.
    shift
        Number of positions by which inputs are moved to the left; 0: the length of the zone.
    seed
        Seed of the drawn inputs, of the untrained weights and of the intervals.

    Returns
    -------
    Audit
        ``print`` shows its verdict and its numbers.

    Raises
    ------
    BadInput
        Fewer than two inputs, a number out of its range; and as ``chromolens.attribute``.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    if model.image:
        raise BadInput(
            "an audit asks where along its input a network looks: an image has no one direction",
            expected="a network of sequences",
        )
    if references is not None and not isinstance(references, str) and len(references) != 1:
        found = f"there are references for {len(references)} inputs"
        raise BadInput(found, expected="the same for all: (1, r, length, channels)")
    check_count("audit", "most", most)
    if draws:
        check_count("audit", "draws", draws)
    if isinstance(inputs, Inputs):
        count, read = len(inputs.windows), inputs.moved
    else:
        array = _array(model, inputs)
        count, read = len(array), lambda rows, by: rolled(array[rows], by)
    tasks = _tasks(model, task, count)
    rows = np.sort(np.random.default_rng(seed).permutation(count)[:most])
    asked = Method(method, [], settings, target=target, references=references, seed=seed)
    parts = [Part(model, rows, tasks[rows], read)]
    return _audited(parts, asked, draws=draws, end=end, shift=shift, seed=seed)


def audit_folds(
    models: Mapping[str, Model],
    inputs: Inputs,
    *,
    folds: Folds,
    explains: Mapping[str, str],
    target: str,
    draws: int,
    seed: int,
) -> Audit:
    """The audit of one model of a study: held-out windows, each by the model of its fold.

    Parameters
    ----------
    models
        Fold -> its first replicate.
    explains
        Task of the network -> the task whose labels it predicts. The windows are those labelled
        1 where labels are 0 and 1, groups in turn.
    target, draws, seed
        As in ``audit``.
    """
    tasks = list(explains)[:TASKS]
    if len(tasks) < len(explains):
        logger.warning("positions: %d of %d tasks are audited", len(tasks), len(explains))
    each = max(1, WINDOWS // (len(models) * len(tasks)))
    parts = []
    for fold, model in models.items():
        held_out = inputs.windows.iloc[folds.rows(inputs.windows, fold, "test")]
        drawn = {task: _drawn_rows(held_out, explains[task], each, seed) for task in tasks}
        own = np.repeat([model.task_index(task) for task in tasks], [*map(len, drawn.values())])
        seen = inputs.for_training(folds.groups(fold, "training"))
        parts.append(Part(model, np.concatenate([*drawn.values()]), own, seen.moved))
    asked = Method("gradient_x_input", [], target=target, seed=seed)
    parts = [part for part in parts if len(part.rows)]
    return _audited(parts, asked, draws=draws, end=END, shift=0, seed=seed)


@dataclass(frozen=True)
class Part:
    """The inputs ``rows`` (n,) that one network explains, each for its task (n,), a number.

    ``read`` (rows, by) gives them, their content ``by`` positions further to the left.
    """

    model: Model
    rows: np.ndarray
    tasks: np.ndarray
    read: Callable[[np.ndarray, int], np.ndarray]


def _drawn_rows(windows: pd.DataFrame, label: str, count: int, seed: int) -> np.ndarray:
    labels = windows[label].dropna()
    kept = labels[labels == 1] if labels.isin([0, 1]).all() else labels
    ranked = shuffle(windows.loc[kept.index], np.random.default_rng(seed))
    return np.sort(take_turns(ranked, count).index.to_numpy(dtype=int))


def _array(model: Model, inputs: np.ndarray) -> np.ndarray:
    array = np.asarray(inputs)
    if array.ndim not in (2, 3):
        raise BadInput(
            f"the inputs are {describe(array)}",
            expected="(n, length, channels), or (n, length) of one channel or of tokens",
        )
    return array[..., None] if array.ndim == 2 and model.channels == 1 else array


def _tasks(model: Model, task: int | str | Sequence[int | str], count: int) -> np.ndarray:
    if isinstance(task, str | int | np.integer):
        return np.full(count, model.task_index(task))
    if len(task) != count:
        raise BadInput(f"{len(task)} tasks for {count} inputs", expected="one, or one for each")
    return np.array([model.task_index(one) for one in np.asarray(task).tolist()])


def _audited(
    parts: Sequence[Part],
    method: Method,
    *,
    draws: int,
    end: float,
    shift: int,
    seed: int,
) -> Audit:
    number = sum(len(part.rows) for part in parts)
    if number < 2:
        raise BadInput(f"the audit has {number} inputs", expected="two or more, better 50")
    inputs = _read(parts, 0)
    length = inputs.shape[1]
    count = _end(end, length)
    mass = _mass(parts, inputs, method)
    even = _variation(parts[0].model, inputs, method)
    by = shift or positions.find_shift(mass.mean(axis=0), positions.find_zone(mass, even, count))
    shifted = _mass(parts, _read(parts, by), _moved(method, by))
    null = _null(parts, inputs, method, draws, seed)
    masses = Masses(mass, shifted, null, even, by)
    return Audit(positions.tabulate(masses, count, seed), positions.profiles(masses))


def _read(parts: Sequence[Part], by: int) -> np.ndarray:
    return np.concatenate([part.read(part.rows, by) for part in parts])


def _end(end: float, length: int) -> int:
    count = int(end) if end >= 1 else round(end * length)
    if not 0 < end <= length:
        raise BadInput(
            f"end is {end}", expected=f"a share below 1, or a number of the {length} positions"
        )
    return max(1, count)


def _mass(parts: Sequence[Part], inputs: np.ndarray, method: Method) -> np.ndarray:
    """|contribution| float64 (n, length) of each input, by its own network to its own task."""
    method = replace(method, references=_references(inputs, method))
    found, start = [], 0
    for part in parts:
        here = inputs[start : start + len(part.rows)]
        tasks, own = np.unique(part.tasks, return_inverse=True)
        asked = replace(
            method,
            tasks=tasks.tolist(),
            batch_size=method.batch_size or min(len(here), BATCH_SIZE),
        )
        ids = [f"input {row}" for row in part.rows]
        each = np.stack([result.contributions for result in asked.explain(part.model, here, ids)])
        found.append(np.abs(each[own, np.arange(len(here))].astype(np.float64)))
        start += len(here)
    return np.concatenate(found)


def _references(inputs: np.ndarray, method: Method) -> str | np.ndarray:
    """Those of the method; by default the background of letters, the mean of other numbers."""
    if method.references is not None:
        return method.references
    letters = inputs.ndim == 2 or inputs.shape[-1] == 4
    return "background" if letters else inputs.mean(axis=0, dtype=np.float64)[None, None]


def _moved(method: Method, by: int) -> Method:
    """The method for inputs that are moved: an array of references moves with them."""
    fixed = method.references is None or isinstance(method.references, str)
    if fixed:
        return method
    return replace(method, references=np.roll(method.references, -by, axis=2))


def _null(
    parts: Sequence[Part], inputs: np.ndarray, method: Method, draws: int, seed: int
) -> np.ndarray:
    """Mean masses (draws, length) of untrained networks; none where none can be made."""
    found: list[np.ndarray] = []
    try:
        fresh = untrained(parts[0].model, [seed, 0]) if draws else None
    except BadInput as error:
        logger.warning("there is no untrained network to compare with: %s", error)
        draws = 0
    for draw in progress(range(draws), what="untrained"):
        if draw:
            redraw(fresh, [seed, draw])
        asked = [replace(part, model=fresh) for part in parts]
        found.append(_mass(asked, inputs, method).mean(axis=0))
    # initialisers that aren't random give one network, however often they are asked
    return np.unique(found, axis=0) if found else np.zeros((0, inputs.shape[1]))


def _variation(model: Model, inputs: np.ndarray, method: Method) -> np.ndarray:
    """How far the inputs are from their reference at each position (length,), on average."""
    if inputs.ndim == 2:
        return (inputs != 0).mean(axis=0)
    references = _references(inputs, method)
    base = frequencies(model, "background")
    if not isinstance(references, str):
        base = references.mean(axis=1)
    distance = np.abs(inputs - base).sum(axis=-1, dtype=np.float64)
    return np.where(unknown(inputs), 0, distance).mean(axis=0)
