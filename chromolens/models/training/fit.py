"""The loop over epochs: train, validate, remember the best, stop early, survive a kill."""

import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.models.training import checkpoint
from chromolens.runlog import logger, progress


def fit(
    network: keras.Model,
    training: Callable[..., keras.utils.PyDataset],
    validation: keras.utils.PyDataset,
    *,
    epochs: int,
    patience: int,
    seed: int,
    workdir: Path,
    identity: dict,
) -> pd.DataFrame:
    """Train a compiled ``network`` and leave it with the weights of its best epoch.

    Parameters
    ----------
    training
        ``training(epoch=0)``, 1, ... gives the batches of an epoch.
    patience
        Epochs without a lower validation loss after which training stops.
    seed
        Of dropout, together with the epoch.
    workdir
        Folder of the checkpoint; a training found there with the same ``identity`` goes on.

    Returns
    -------
    History: epoch (from 1), loss, val_loss, the losses of single outputs (Keras: mean over
    batches, whatever their size), seconds; one row per epoch.

    Raises
    ------
    BadInput
        A loss is not finite.
    """
    state = checkpoint.resume(workdir, network, identity)
    for epoch in progress(range(len(state.history), epochs), what="epochs"):
        if state.waited >= patience:
            break
        _seed_dropout(network, seed, epoch)
        row = _epoch(network, training(epoch=epoch), validation, epoch)
        _judge(network, state, row)
        checkpoint.save(workdir, network, state)
    network.set_weights(state.weights)
    return pd.DataFrame(state.history)


def _epoch(
    network: keras.Model,
    training: keras.utils.PyDataset,
    validation: keras.utils.PyDataset,
    epoch: int,
) -> dict:
    start = time.monotonic()
    fitted = network.fit(training, epochs=1, shuffle=False, verbose=0).history
    held_out = network.evaluate(validation, verbose=0, return_dict=True)
    losses = {name: float(values[0]) for name, values in fitted.items()}
    losses |= {f"val_{name}": float(value) for name, value in held_out.items()}
    row = {"epoch": epoch + 1, "loss": losses.pop("loss"), "val_loss": losses.pop("val_loss")}
    row |= dict(sorted(losses.items()))  # of each output, where there are several
    _check_finite(row)
    row["seconds"] = round(time.monotonic() - start, 2)
    return row


def _judge(network: keras.Model, state: checkpoint.State, row: dict) -> None:
    """Add an epoch to the state, and keep its weights if it is the best so far."""
    better = row["val_loss"] < state.best
    state.history.append(row)
    state.waited = 0 if better else state.waited + 1
    if better:
        state.best, state.weights = row["val_loss"], network.get_weights()
    logger.info(
        "epoch %(epoch)d: loss %(loss).4f, validation %(val_loss).4f, %(seconds).1f s%(best)s",
        {**row, "best": " (best)" if better else ""},
    )


def _check_finite(row: dict) -> None:
    wrong = [name for name, value in row.items() if not np.isfinite(value)]
    if wrong:
        raise BadInput(
            f"training diverged: {', '.join(wrong)} is not finite at epoch {row['epoch']}",
            remedy="lower training.learning_rate, or use precision float32",
        )


def _seed_dropout(network: keras.Model, seed: int, epoch: int) -> None:
    """Give each random layer a stream of its own for this epoch."""
    rng = np.random.default_rng([seed, epoch, 1])
    for variable in network.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):
            variable.assign(rng.integers(0, 2**31, size=variable.shape))
