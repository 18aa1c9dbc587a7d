"""An attribution method with its settings, ready to be asked about any windows."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from chromolens.attribution.result import check_finite
from chromolens.attribution.strands import both_strands
from chromolens.errors import BadInput
from chromolens.genome.onehot import reverse_complement
from chromolens.models.target_names import target_for

if TYPE_CHECKING:
    from chromolens.attribution.result import Result
    from chromolens.inputs.drawing import Drawn
    from chromolens.models.model import Model

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Method:
    """How windows are explained: what ``chromolens.attribute_tasks`` is called with.

    Parameters
    ----------
    name, settings
        The method and its own settings.
    tasks
        Names of the tasks that are explained, in the order of the output.
    target, references, n_references, seed
        As in ``chromolens.attribute``; ``references`` by name. Random references are seeded
        by the windows' ids.
    strands
        ``forward``, or ``both``: the mean of the sequence's answer and its reverse complement's,
        the latter turned back. Both strands' references share one id, so that with random
        references the mirrored genome's track is the mirrored track only on average.
    drawn
        Fold -> its references, where ``references`` names a kind of ``inputs.drawing``; turned
        with the sequence for the other strand.
    fold
        Whose models are asked; see ``in_fold``.
    batch_size
        Shape of the compute batches: a resource, not a setting.
    attribute
        Stands in for ``chromolens.attribute_tasks``: any function that is called alike.
    """

    name: str
    tasks: Sequence[str]
    settings: dict = field(default_factory=dict)
    target: str = "logit"
    references: str = "background"
    n_references: int = 1
    strands: str = "forward"
    seed: int = 0
    drawn: Mapping[str, "Drawn"] = field(default_factory=dict)
    fold: str = ""
    batch_size: int | None = None
    attribute: Callable | None = None

    def __post_init__(self) -> None:
        if self.strands not in ("forward", "both"):
            raise BadInput(
                f"strands is {self.strands!r}", expected="'forward' or 'both'", where="attribution"
            )

    def described(self) -> dict:
        """Everything that changes a number, by name."""
        keys = ("name", "settings", "target", "references", "n_references", "strands", "seed")
        return {key: getattr(self, key) for key in keys}

    def about(self, task: str) -> "Method":
        """The same method asked about one task."""
        return replace(self, tasks=(task,))

    def with_settings(self, settings: dict) -> "Method":
        """The same method with some of its own settings replaced."""
        return replace(self, settings=self.settings | settings)

    def in_fold(self, fold: str) -> "Method":
        """The same method asked about the models of one fold."""
        return replace(self, fold=fold)

    def explain(
        self,
        model: "Model",
        onehot: np.ndarray,
        ids: list[str],
        places: np.ndarray | None = None,
    ) -> list["Result"]:
        """One Result per task for windows ``onehot`` float32 (n, L, 4) called ``ids``.

        ``places``: the index of each in its series, as in ``chromolens.attribute``. BadInput,
        naming the first window, where an answer is not finite.
        """
        results = self._ask(model, onehot, ids, places, turned=False)
        if self.strands == "both":
            turned = self._ask(model, onehot, ids, places, turned=True)
            results = [both_strands(*pair) for pair in zip(results, turned, strict=True)]
        for task, result in zip(self.tasks, results, strict=True):
            check_finite(result, self.name, task, ids)
            _report_fallbacks(self.name, result.fallbacks)
        return results

    def _ask(
        self,
        model: "Model",
        onehot: np.ndarray,
        ids: list[str],
        places: np.ndarray | None,
        *,
        turned: bool,
    ) -> list["Result"]:
        found: dict[str, Result] = {}
        inputs = _turned(onehot) if turned else onehot
        for target, tasks in self._questions(model):
            references = self._references(onehot, ids, tasks[0])
            if turned and not isinstance(references, str):
                references = _turned(references)
            results = (self.attribute or _front_door())(
                model, inputs, method=self.name, tasks=tasks, target=target, ids=ids,
                references=references, n_references=self.n_references, seed=self.seed,
                batch_size=self.batch_size, places=places, **self.settings,
            )  # fmt: skip
            found |= zip(tasks, results, strict=True)
        return [found[task] for task in self.tasks]

    def _references(self, onehot: np.ndarray, ids: list[str], task: str) -> str | np.ndarray:
        return self.drawn[self.fold](onehot, ids, task) if self.drawn else self.references

    def _questions(self, model: "Model") -> list[tuple[str, list[str]]]:
        """Targets, each with the tasks that are asked for it at once."""
        if self.drawn and self.drawn[self.fold].per_task:
            return [(self.target, [task]) for task in self.tasks]
        if not self.target.startswith("profile_sum"):
            return [(self.target, list(self.tasks))]
        targets: dict[str, list[str]] = {}
        for task in self.tasks:
            column = model.output_of(model.task_index(task))[1]
            targets.setdefault(target_for(self.target, column), []).append(task)
        return list(targets.items())


def _turned(onehot: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(reverse_complement(onehot))


def _front_door() -> Callable:
    from chromolens.attribution.front import attribute_tasks  # TensorFlow: not while planning

    return attribute_tasks


@cache
def _report_fallbacks(method: str, names: tuple[str, ...]) -> None:
    """Say once which layers have no rule; that a fallback was asked for is among the settings."""
    if names:
        logger.warning("%s has no rule for, and treats as asked: %s", method, ", ".join(names))
