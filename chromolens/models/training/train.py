"""Train one network on the training groups of one fold, and save its best epoch.

Deterministic by its seed; an interrupted training, started again, ends with the same weights as
an uninterrupted one.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from chromolens import architectures, plugins, tables
from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.models import devices
from chromolens.models.foreign.adopt import adopt
from chromolens.models.foreign.files import Source
from chromolens.models.grouped import cut_groups
from chromolens.models.training import checkpoint, data
from chromolens.models.training.data import Batches
from chromolens.models.training.fit import fit
from chromolens.models.training.objectives import Profiles, Scalars
from chromolens.models.training.save import save_model
from chromolens.models.training.words import start_from_words
from chromolens.tables.models import HISTORY


@dataclass(frozen=True)
class Training:
    """How a network is trained: every setting, with its default.

    Attributes
    ----------
    objective
        ``binary``, ``classes``, ``regression``, ``continuous`` (``objectives.Scalars``) or
        ``profile``.
    epochs, patience
        At most so many epochs; stop after ``patience`` without a lower validation loss.
    batch_size, learning_rate
        Of Adam (Kingma and Ba, 2015, arXiv 1412.6980).
    schedule, weight_decay
        ``"constant"``, or ``"cosine"``: the rate falls along half a cosine to 0 after ``epochs``.
        Share of the weights taken off at each step, times the rate (AdamW; Loshchilov and Hutter,
        2019, arXiv 1711.05101).
    negatives
        Windows without an event drawn for each with one, anew each epoch; 0 takes all.
    words
        Words of each task that first filters start from (``words.enriched``).
    shift
        Training windows are moved by up to so many bp, drawn anew each epoch.
    reverse_complement
        Whether training windows are turned over with probability 1/2.
    class_weight
        ``"balanced"`` or ``"none"`` (``objectives.Scalars``); for ``binary`` and ``classes``.
    precision
        ``float32``, ``mixed_float16`` or ``mixed_bfloat16``: of training alone.
    seed
        Of the first weights, the order of the windows, shifts, strands and dropout.
    profile_length, counts_weight
        For ``profile`` (``objectives.Profiles``): bp, and the weight of the total counts; 0 takes
        their defaults.
    """

    objective: str = "binary"
    epochs: int = 30
    patience: int = 5
    batch_size: int = 64
    learning_rate: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    negatives: float = 0.0
    words: int = 0
    shift: int = 0
    reverse_complement: bool = True
    class_weight: str = "balanced"
    precision: str = "float32"
    seed: int = 0
    profile_length: int = 0
    counts_weight: float = 0.0


def train(
    inputs: Inputs,
    *,
    architecture: str,
    tasks: list[str],
    training_groups: list[str],
    validation_groups: list[str],
    path: str | Path,
    workdir: str | Path,
    architecture_settings: dict | None = None,
    notes: dict | None = None,
    given: Source | None = None,
    layout: str | dict | None = None,
    answers: Sequence[str] = (),
    untrained: bool = False,
    background: Sequence[float] = (),
    **training: object,
) -> pd.DataFrame:
    """Train, write ``path`` (.keras, always float32) with its sidecar, return the history.

    Parameters
    ----------
    architecture, architecture_settings
        Name of a module in ``architectures``, and its settings.
    training_groups, validation_groups
        Chromosomes (or parts of the records); validation decides when to stop.
    workdir
        Folder for the checkpoint of an unfinished training; removed at the end.
    notes
        Further facts for the sidecar: model, fold, replicate, ...
    given, layout, answers
        A network that is taken as it is, with its known answers (``adopt``).
    background
        Frequencies (4,) of A, C, G, T for the sidecar; where empty, those of the windows.
    untrained
        Save the network with its first weights, as ``seed`` draws them: a null. Its history is
        empty; no label has any part in it, not even in the bias of its last layer.
    training
        Fields of ``Training``.

    Returns
    -------
    History (``fit.fit``).

    Raises
    ------
    BadInput
        No windows, a task without examples of both classes, unknown names, or a loss that is
        not finite.
    """
    if given:
        return adopt(
            given,
            inputs,
            tasks=list(tasks),
            objective=str(training.get("objective", "binary")),
            layout=layout or {},
            answers=answers,
            background=background,
            training_groups=training_groups,
            path=path,
            notes=notes or {},
        )
    inputs = inputs.for_training(training_groups)
    settings = architecture_settings or {}
    plugins.check_settings(architectures, architecture, list(settings))
    options = Training(**training)
    data.check_moves(inputs, options.shift, options.reverse_complement)
    devices.make_deterministic(options.seed)
    rows = data.select(inputs, tasks, training_groups, "training")
    held_out = data.select(inputs, tasks, validation_groups, "validation")
    draw = _draw(inputs, rows, tasks, options)
    if judged := _draw(inputs, held_out, tasks, options):
        held_out = held_out[np.sort(judged(np.random.default_rng([options.seed, 1])))]
    problem = _problem(inputs, rows, draw, tasks, options)
    facts = {
        "architecture": architecture,
        "tasks": list(tasks),
        "settings": settings,
        "training": asdict(options),
        "seed": options.seed,
        **problem.facts,
        "background": list(background)
        or (data.background(inputs, rows) if inputs.dna else inputs.frequencies(rows)),
    }
    make = partial(
        plugins.load(architectures, architecture),
        *(inputs.length, inputs.channels, list(tasks)),
        **{**settings, **problem.settings},
    )
    history = tables.empty(HISTORY)
    with devices.precision("float32" if untrained else options.precision):
        network = make()
    cut_groups(network)
    if not untrained:
        if options.words:
            facts["words"] = start_from_words(
                network, inputs, rows, tasks, options.words, options.seed
            )
        identity = {**facts, "windows": _digest(inputs, rows, held_out), "source": inputs.content}
        history = _fitted(network, problem, (rows, held_out), draw, options, workdir, identity)
        with devices.precision("float32"):
            trained = make()
        trained.set_weights(network.get_weights())
        problem.finish(trained)
        network = trained
    made = {"untrained": untrained, "run": devices.describe(), **(notes or {})}
    save_model(network, path, {**facts, **made})
    checkpoint.remove(Path(workdir))
    return history


def _fitted(
    network: keras.Model,
    problem: Scalars | Profiles,
    rows: tuple[np.ndarray, np.ndarray],
    draw: data.Draw | None,
    options: Training,
    workdir: str | Path,
    identity: dict,
) -> pd.DataFrame:
    """Fit ``network`` in place to training and validation ``rows``; return the history."""
    training, held_out = rows
    validation = Batches(
        problem.hold(held_out), len(held_out), options.batch_size, **problem.entries(held_out)
    )
    batches = _training_batches(problem, training, draw, options)
    return fit(
        problem.compiled(network, _optimizer(options, len(batches(epoch=0)))),
        batches,
        validation,
        epochs=options.epochs,
        patience=options.patience,
        seed=options.seed,
        workdir=Path(workdir),
        identity=identity,
    )


def _draw(
    inputs: Inputs, rows: np.ndarray, tasks: list[str], options: Training
) -> data.Draw | None:
    """Which of ``rows`` an epoch shows; None: all of them."""
    if not options.negatives:
        return None
    if options.objective != "binary":
        raise BadInput(
            f"training.negatives draws windows without an event, and {options.objective} has none",
            expected="objective binary, or negatives: 0",
        )
    return data.Draw((inputs.labels(rows, tasks) == 1).any(axis=1), options.negatives)


def _optimizer(options: Training, steps: int) -> keras.Optimizer:
    """The optimizer of a training of so many ``steps`` an epoch."""
    rate = options.learning_rate
    if options.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * options.epochs)
    elif options.schedule != "constant":
        raise BadInput(
            f"unknown training.schedule {options.schedule!r}", expected="constant or cosine"
        )
    if options.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=options.weight_decay)
    return keras.optimizers.Adam(rate)


def _problem(
    inputs: Inputs,
    rows: np.ndarray,
    draw: data.Draw | None,
    tasks: list[str],
    options: Training,
) -> Scalars | Profiles:
    # classes weigh what they do in an epoch
    rows = rows[draw(np.random.default_rng(options.seed))] if draw else rows
    if options.objective == "profile":
        return Profiles(inputs, rows, tasks, options.profile_length, options.counts_weight)
    return Scalars(inputs, rows, tasks, options.objective, options.class_weight)


def _training_batches(
    problem: Scalars | Profiles, rows: np.ndarray, draw: data.Draw | None, options: Training
) -> Callable[..., Batches]:
    """A function from the epoch to its batches; windows are read here, once."""
    return partial(
        Batches,
        problem.hold(rows, options.shift),
        len(rows),
        options.batch_size,
        shift=options.shift,
        reverse_complement=options.reverse_complement,
        seed=options.seed,
        among=draw,
        **problem.entries(rows),
    )


def _digest(inputs: Inputs, *rows: np.ndarray) -> str:
    """Digest of the windows and labels trained on: another set is another training."""
    table = inputs.windows.iloc[np.concatenate(rows)]
    hashes = pd.util.hash_pandas_object(table, index=True).to_numpy()
    sizes = np.array([len(part) for part in rows])
    return hashlib.sha256(hashes.tobytes() + sizes.tobytes()).hexdigest()
