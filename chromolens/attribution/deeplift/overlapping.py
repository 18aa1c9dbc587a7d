"""DeepLIFT of overlapping windows at the cost of their bases, not of the windows: exact.

Windows that overlap share most of what the first layers compute. Where these are convolutions and
pools without padding, and the windows stand a multiple of their joint stride apart, one pass over
the whole stretch gives it for all windows; only the layers behind are asked window by window.
Multipliers of the sum of the windows' targets come from one backward pass. So contributions are
those of ``attribute``, averaged over the windows that cover a base; the reference must be the same
at every position.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from chromolens.attribution import references as kinds
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.walk import rules_for, walk
from chromolens.attribution.explanation import gradients_of
from chromolens.errors import BadInput
from chromolens.models.batching import batches
from chromolens.models.graph import chain
from chromolens.models.kinds import by_position, by_window
from chromolens.models.model import Model
from chromolens.models.targets import Target, target_function

STRETCHES = 8
"""Stretches in one call: they share the reference, which goes forward once."""


@dataclass(frozen=True)
class Overlapping:
    """Contributions along a stretch, and the windows that they are averaged over.

    Attributes
    ----------
    contributions : float32 (tasks, length)
        Mean over the windows that cover a base; NaN where none does.
    starts : int (windows,)
        First base of each window, 0-based.
    values : float32 (windows, tasks)
        The target of each window.
    reference_values : float32 (tasks,)
        The target at the reference.
    completeness_error : float (tasks,)
        Sum over windows of values - reference_values, less all that they contribute.
    """

    contributions: np.ndarray
    starts: np.ndarray
    values: np.ndarray
    reference_values: np.ndarray
    completeness_error: np.ndarray


def attribute_overlapping(
    model: Model,
    sequence: np.ndarray,
    *,
    step: int,
    tasks: Sequence[int | str] = (0,),
    target: str = "logit",
    references: str = "background",
    windows_at_once: int = 64,
) -> Overlapping:
    """DeepLIFT (Rescale) of all windows that stand ``step`` apart along ``sequence``.

    Parameters
    ----------
    sequence : float32 (length, channels)
        One-hot, without N, at least as long as the model's input.
    step
        In bp: a multiple of the joint stride of the layers that slide (else BadInput says it).
    tasks, target
        As in ``attribute_tasks``.
    references
        ``background``, ``uniform`` or ``zeros``.
    windows_at_once
        Windows of one stretch. Memory; the numbers change by rounding only.

    Raises
    ------
    BadInput
        A model that doesn't begin with layers that slide without padding, a step that doesn't
        fit them, an N, a reference that isn't the same everywhere.
    """
    sequence = _checked(model, sequence, references)
    indices = tuple(model.task_index(task) for task in tasks)
    goal = target_function(model, indices, target)
    tower, head, stride = _cut(goal.graph)
    if step < 1 or step % stride:
        raise BadInput(f"step is {step}", expected=f"a multiple of {stride}, the joint stride")
    explain = partial(_explain, goal, tower, head, step // stride)
    key = ("overlapping", indices, target, step)
    ask = model.compiled(key, lambda: tf.function(explain, autograph=False))
    row = kinds.frequencies(model, references)
    starts = np.arange(0, len(sequence) - model.length + 1, step)
    return _collected(ask, sequence, row, starts, model.length, step, windows_at_once)


def _checked(model: Model, sequence: np.ndarray, references: str) -> np.ndarray:
    if references not in kinds.CONSTANT:
        raise BadInput(
            f"references {references!r} are not the same at every position",
            expected=f"one of {', '.join(kinds.CONSTANT)}",
        )
    sequence = np.asarray(sequence, np.float32)
    shortest = model.length or 0
    if sequence.ndim != 2 or len(sequence) < shortest or sequence.shape[1] != model.channels:
        raise BadInput(
            f"the sequence has shape {sequence.shape}",
            expected=f"(length, {model.channels}), of {shortest} bp or more",
        )
    if not shortest:
        raise BadInput("the model takes any length", expected="a model of a fixed window")
    unknown = np.flatnonzero(~sequence.any(axis=1))
    if len(unknown):
        raise BadInput(
            "the sequence has an N, where a reference is N too",
            where=f"position {unknown[0]} ({len(unknown)} in all)",
            remedy="explain the stretches between, or window by window with attribute",
        )
    return sequence


def _cut(graph: keras.Model) -> tuple[keras.Model, keras.Model, int]:
    """The layers that slide, those behind, and the joint stride of the first."""
    middle, stride = None, 1
    for node in chain(graph):
        layer = node.operation
        if by_window(layer) and layer.padding == "valid":
            stride *= layer.strides[0]
        elif not by_position(layer):
            break
        middle = node.outputs[0]
    if middle is None:
        raise BadInput(
            "the model doesn't begin with convolutions without padding",
            expected="Conv1D and pooling with padding='valid'",
            remedy="explain window by window, with attribute",
        )
    return keras.Model(graph.inputs[0], middle), keras.Model(middle, graph.outputs), stride


def _explain(
    goal: Target,
    tower: keras.Model,
    head: keras.Model,
    stride: int,
    stretch: tf.Tensor,
    reference: tf.Tensor,
    counted: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Summed contributions (tasks, m, length), values (windows, tasks), reference values (tasks,).

    ``stretch`` (m, length, channels), ``reference`` (1, length, channels); ``counted`` (m,
    windows of each) is 0 for windows that only fill up.
    """
    rules, size = rules_for("rescale"), tower.outputs[0].shape[1]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(stretch)
        (slid,) = walk(tower, Pair(stretch, reference), rules)
        places = stride * tf.range(counted.shape[1])[:, None] + tf.range(size)
        taken = tf.gather(slid.taped, places, axis=1)
        windows = Pair(tf.reshape(taken, [-1, *taken.shape[2:]]), slid.other[:, :size])
        outputs = walk(head, windows, rules)
        frozen = goal.freeze([pair.taped for pair in outputs])
        values = goal.read([pair.taped for pair in outputs], frozen)
        sums = tf.unstack(tf.reduce_sum(values * tf.reshape(counted, [-1, 1]), axis=0))
    multipliers = gradients_of(tape, sums, stretch)
    contributions = tf.reduce_sum(multipliers * (stretch - reference), axis=-1)
    first = [weights if weights is None else weights[:1] for weights in frozen]
    return contributions, values, goal.read([pair.other for pair in outputs], first)[0]


def _collected(
    ask: Callable,
    sequence: np.ndarray,
    row: np.ndarray,
    starts: np.ndarray,
    window: int,
    step: int,
    at_once: int,
) -> Overlapping:
    """Stretches of ``at_once`` windows, several in a call, added up base by base."""
    span = window + (at_once - 1) * step
    reference = np.broadcast_to(row, (1, span, len(row))).astype(np.float32)
    firsts = starts[::at_once]
    together = min(STRETCHES, len(firsts))
    padded = np.concatenate([sequence, np.repeat(reference[0], together + 1, axis=0)])
    summed, cover, values = 0.0, np.zeros(len(padded)), []
    for part in batches(np.arange(len(firsts)), together):
        own = np.resize(firsts[part], together)
        counted = own[:, None] + step * np.arange(at_once) <= starts[-1]
        counted[len(part) :] = False
        stretch = np.stack([padded[first : first + span] for first in own])
        given = (stretch, reference, counted.astype(np.float32))
        found, at_inputs, at_reference = (part.numpy() for part in ask(*map(tf.constant, given)))
        summed = summed if len(values) else np.zeros((len(found), len(padded)))
        for number in range(len(part)):
            summed[:, own[number] : own[number] + span] += found[:, number]
        values.append(at_inputs[counted.ravel()])
    for start in starts:
        cover[start : start + window] += 1
    values = np.concatenate(values)
    mean = np.divide(summed, cover, out=np.full_like(summed, np.nan), where=cover > 0)
    error = (values.astype(float) - at_reference).sum(axis=0) - summed.sum(axis=1)
    contributions = mean[:, : len(sequence)].astype(np.float32)
    return Overlapping(contributions, starts, values, at_reference, error)
