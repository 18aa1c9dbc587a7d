"""What a network is fitted to: labels of windows (``Scalars``) or profiles (``Profiles``).

Both offer ``settings`` (for the architecture), ``facts`` (for the sidecar), ``hold(rows)``,
``entries(rows)``, ``compiled(network, optimizer)`` and ``finish(network)``.
"""

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.inputs.labels import CLASSES, check_labels
from chromolens.models.training import data, losses

STEPS = 32
"""Batches in one call of the training's graph: a third less time of small networks, same bits."""

_LOSSES = {
    "binary": losses.binary,
    "classes": losses.one_class,
    "regression": losses.squared,
    "continuous": losses.squared,
}


class Scalars:
    """One number per task and window.

    ``binary``: whether it is positive. ``classes``: the tasks are classes, a window is of one of
    them. ``regression``: log(1 + count). ``continuous``: the label, standardised by mean and
    standard deviation of the training windows while it is learned; ``finish`` then puts both into
    the last layer, so that the network answers in the label's own units.

    Parameters
    ----------
    rows
        Training windows of an epoch; class weights are counted on them.
    class_weight
        ``"balanced"``: positives and negatives of a task, or all classes, weigh the same in sum.
        ``"none"``: each window weighs the same. Only ``binary`` and ``classes`` have classes.

    Raises
    ------
    BadInput
        Labels that the objective can't have; a task with one label only in the training windows;
        an unknown ``class_weight``.
    """

    def __init__(
        self,
        inputs: Inputs,
        rows: np.ndarray,
        tasks: list[str],
        objective: str,
        class_weight: str,
    ):
        if class_weight not in ("balanced", "none"):
            raise BadInput(f"unknown class_weight {class_weight!r}", expected="balanced or none")
        self._inputs, self._tasks, self._objective = inputs, tasks, objective
        check_labels(inputs.windows.iloc[rows], tasks, objective)
        self._classes, self._scale = None, None
        if objective in CLASSES:
            balance = losses.balance if objective == "binary" else losses.balance_classes
            classes = balance(self._labels(rows), tasks)
            self._classes = classes if class_weight == "balanced" else None
        if objective == "continuous":
            self._scale = _mean_and_sd(self._labels(rows), tasks)
        self._start = losses.best_constant(**self.entries(rows), objective=objective)
        self.settings = {"objective": objective}
        self.facts = {
            "objective": objective,
            "strands": 1,
            "profile_length": None,
            "transform": "log1p" if objective == "regression" else None,
        }
        if self._scale is not None:
            names = ("mean", "sd")
            self.facts["standardised"] = {
                task: dict(zip(names, map(float, pair), strict=True))
                for task, pair in zip(tasks, self._scale.T, strict=True)
            }

    def hold(self, rows: np.ndarray, margin: int = 0) -> data.Files | data.Memory:
        """Windows that can be shifted by ``margin`` bp."""
        return data.hold(self._inputs, rows, margin=margin)

    def entries(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Labels and weights (n, tasks) of windows; masked ones are 0 in both."""
        labels = self._labels(rows)
        weights = losses.entry_weights(labels, self._classes)
        if self._scale is not None:
            labels = (labels - self._scale[0]) / self._scale[1]
        return {"labels": np.nan_to_num(labels).astype("float32"), "weights": weights}

    def compiled(self, network: keras.Model, optimizer: keras.Optimizer) -> keras.Model:
        """``network`` up to its logits, sharing its weights, ready to fit.

        Its last bias starts at the best constant: first steps that only move the mean can kill
        the units of a small ReLU layer for good.
        """
        network.get_layer("logits").bias.assign(self._start)
        trainee = keras.Model(network.input, network.get_layer("logits").output)
        # XLA is off: its bits depend on the machine more than TensorFlow's own kernels.
        trainee.compile(
            optimizer,
            loss=_LOSSES[self._objective],
            jit_compile=False,
            steps_per_execution=STEPS,
        )
        return trainee

    def finish(self, network: keras.Model) -> None:
        """Let the trained ``network`` answer in the units of its labels."""
        if self._scale is not None:
            mean, sd = self._scale
            last = network.get_layer("logits")
            last.kernel.assign(last.kernel * sd)
            last.bias.assign(last.bias * sd + mean)

    def _labels(self, rows: np.ndarray) -> np.ndarray:
        """Labels (n, tasks) as they are learned; a window without one class has none at all."""
        labels = data.transform(self._inputs.labels(rows, self._tasks), self._objective)
        if self._objective == "classes":
            labels[np.isnan(labels).any(axis=1)] = np.nan
        return labels


class Profiles:
    """The counts at each central base and their total, per task (BPNet, ChromBPNet).

    Parameters
    ----------
    rows
        Training windows; the default of ``counts_weight`` is taken from them.
    length
        Central bases predicted, in bp; None: the window.
    counts_weight
        Weight of the squared error of log counts beside the multinomial loss. None: a tenth of
        the median total, at least 1, as in ChromBPNet.

    Raises
    ------
    BadInput
        Tasks with unequal numbers of strands.
    """

    def __init__(
        self,
        inputs: Inputs,
        rows: np.ndarray,
        tasks: list[str],
        length: int | None,
        counts_weight: float | None,
    ):
        self._inputs, self._tasks = inputs, tasks
        self._length = length or inputs.length
        self._strands = _strands(inputs, tasks)
        totals = self._totals(rows)
        self._start = np.log1p(totals).mean(axis=0)
        self._weight = counts_weight or max(1.0, float(np.median(totals)) / 10)
        self.settings = {
            "objective": "profile",
            "profile_length": self._length,
            "strands": self._strands,
        }
        self.facts = {**self.settings, "counts_weight": self._weight, "transform": "log1p"}

    def hold(self, rows: np.ndarray, margin: int = 0) -> data.Files | data.Memory:
        """Windows and profiles that can be shifted by ``margin`` bp."""
        return data.hold(
            self._inputs,
            rows,
            margin=margin,
            tasks=self._tasks,
            profile_length=self._length,
            strands=self._strands,
        )

    def entries(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Nothing: the held windows bring their profiles."""
        return {}

    def compiled(self, network: keras.Model, optimizer: keras.Optimizer) -> keras.Model:
        """``network`` ready to fit: sum over tasks of profile loss + weight x counts loss.

        The bias of the counts starts at their mean, as in ``Scalars``.
        """
        network.get_layer("counts").bias.assign(self._start)
        shapes = {f"profile_{task}": losses.multinomial for task in self._tasks}
        network.compile(
            optimizer,
            loss={**shapes, "counts": losses.squared},
            loss_weights={
                **dict.fromkeys(shapes, 1.0),
                # Keras takes the mean over tasks, wanted is their sum.
                "counts": self._weight * len(self._tasks),
            },
            jit_compile=False,
            steps_per_execution=STEPS,
        )
        return network

    def finish(self, network: keras.Model) -> None:
        """Nothing: profiles and counts are learned as they are."""

    def _totals(self, rows: np.ndarray) -> np.ndarray:
        """Counts (n, tasks) of the windows, over both strands."""
        parts = [
            [
                self._inputs.profiles(piece, task, self._length).sum(axis=(1, 2))
                for task in self._tasks
            ]
            for piece in data.split(rows)
        ]
        return np.concatenate([np.stack(part, axis=1) for part in parts])


def _mean_and_sd(labels: np.ndarray, tasks: list[str]) -> np.ndarray:
    """Mean and standard deviation (2, tasks) of the known labels; BadInput without a spread."""
    scale = np.stack([np.nanmean(labels, axis=0), np.nanstd(labels, axis=0)])
    for task, (mean, sd) in zip(tasks, scale.T, strict=True):
        if not sd > 1e-6 * abs(mean):
            raise BadInput(
                f"all training labels of task {task} are {mean:g}",
                expected="labels that differ",
                remedy="check its column, or leave it out",
            )
    return scale.astype("float32")


def _strands(inputs: Inputs, tasks: list[str]) -> int:
    first = np.array([0])
    strands = {task: inputs.profiles(first, task, 1).shape[-1] for task in tasks}
    if len(set(strands.values())) != 1:
        raise BadInput(
            f"tasks have unequal numbers of strands: {strands}",
            expected="a plus and a minus signal for each, or for none",
            remedy="train them as two models",
        )
    return strands[tasks[0]]
