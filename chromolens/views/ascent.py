"""Gradient ascent: the input that a task, class or hidden unit is most excited by.

Simonyan, Vedaldi and Zisserman (2013): argmax over I of S(I) - penalty |I|^2, from several
random starts at once, by Adam with a rate that falls to 0 (half a cosine). Three forms of I:

===========  ============================================================================
``simplex``  at each position shares of the letters (softmax of what is moved)
``onehot``   letters: forward the likeliest letter, backward as ``simplex`` (the gradient goes
             straight through); the best sequence on the way is kept. |I|^2 is the same for all
``l2``       any numbers, held by the penalty alone
===========  ============================================================================
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from chromolens.attribution.settings import check_choice, check_count
from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.models.model import Model
from chromolens.models.targets import CustomTarget, target_function, target_name, target_values

FORMS = ("simplex", "onehot", "l2")


@dataclass(frozen=True)
class Ascent:
    """Where the starts ended, the best first.

    Attributes
    ----------
    inputs : float32 (starts, length, channels), of images (starts, height, width, channels)
    values : float32 (starts,)
        The target there, without the penalty.
    history : float32 (starts, steps)
        Target less penalty, before each step.
    """

    inputs: np.ndarray
    values: np.ndarray
    history: np.ndarray

    __repr__ = brief


def gradient_ascent(
    model: Model | keras.Model,
    *,
    task: int | str = 0,
    target: str | CustomTarget = "logit",
    form: str = "simplex",
    penalty: float = 0.01,
    starts: int = 8,
    steps: int = 300,
    rate: float = 0.1,
    length: int | None = None,
    seed: int = 0,
) -> Ascent:
    """Inputs that raise a target, from several starts.

    Parameters
    ----------
    task, target
        As in ``chromolens.attribute``: ``target="conv2/7:max"`` is a hidden unit.
    form
        See the module; ``l2`` for what isn't letters.
    penalty
        Of ``|I|^2``, in target units; above 0 for ``l2``.
    rate
        Of Adam at the first step.
    length
        Of the input, where the network takes any.

    Raises
    ------
    BadInput
        An unknown form, task or target, a network of tokens or without gradients, a target whose
        gradient is 0 at every start (a dead unit).
    """
    model = model if isinstance(model, Model) else Model.of(model)
    length = length or model.length
    _check(model, form, penalty, length)
    for name, value in (("starts", starts), ("steps", steps)):
        check_count("gradient_ascent", name, value)
    goal = target_function(model, [task], target)
    rng = np.random.default_rng(seed_of("gradient ascent", seed))
    drawn = rng.normal(size=(starts, length, model.channels)).astype(np.float32)
    moved = keras.Variable(drawn)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))
    adam.build([moved])

    @tf.function(autograph=False)
    def step() -> tuple:
        with tf.GradientTape() as tape:
            tape.watch(moved.value)
            inputs = _FORMS[form](moved.value)
            values = goal(inputs)[:, 0] - penalty * tf.reduce_sum(inputs**2, axis=[1, 2])
        return inputs, values, tape.gradient(values, moved.value)

    _check_moves(goal, _FORMS[form], drawn, target_name(target))
    best, history = drawn, []
    for _ in range(steps):
        inputs, values, slopes = step()
        here = inputs.numpy()
        better = values.numpy() > np.max(history, axis=0, initial=-np.inf)
        best = np.where(better[:, None, None], here, best)
        history.append(values.numpy())
        adam.apply([-slopes], [moved])
    # letters and shares cancel but for rounding
    last = np.rint(best) if form == "onehot" else _FORMS[form](moved.value).numpy()
    values = target_values(model, last, tasks=[task], target=target)[:, 0]
    order = np.argsort(-values, kind="stable")
    if model.image:
        last = last.reshape(starts, *model.image, model.channels)
    return Ascent(last[order], values[order], np.stack(history, axis=1)[order])


def _letters(moved: tf.Tensor) -> tf.Tensor:
    shares = tf.nn.softmax(moved)
    letters = tf.one_hot(tf.argmax(shares, axis=-1), moved.shape[-1])
    return shares + tf.stop_gradient(letters - shares)


_FORMS: dict[str, Callable] = {"simplex": tf.nn.softmax, "onehot": _letters, "l2": tf.identity}


def _check(model: Model, form: str, penalty: float, length: int | None) -> None:
    check_choice("gradient_ascent", "form", form, FORMS)
    if model.vectors is not None:
        raise BadInput(
            "gradient ascent can't make tokens: between the vectors of two tokens there is none",
            remedy="look at most_exciting inputs",
        )
    if form != "l2" and model.channels < 2:
        raise BadInput(f"form {form!r} is for letters, the input has one channel", expected="l2")
    if not penalty >= 0 or (form == "l2" and penalty == 0):
        bound = "above 0: nothing else holds the input" if form == "l2" else "0 or more"
        raise BadInput(f"the penalty is {penalty!r}", expected=bound)
    if length is None:
        raise BadInput("the network takes inputs of any length", expected="length=...")


def _check_moves(goal: Callable, form: Callable, drawn: np.ndarray, name: str) -> None:
    with tf.GradientTape() as tape:
        start = tf.constant(drawn)
        tape.watch(start)
        values = goal(form(start))
    slopes = tape.gradient(values, start, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if not np.any(slopes.numpy()):
        raise BadInput(
            f"the target {name!r} has gradient 0 at each of {len(drawn)} starts",
            expected="a unit that answers to what its input is",
            remedy="take more starts, or another unit: this one may be dead",
        )
