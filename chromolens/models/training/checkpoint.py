"""The state of a training between two epochs, in one file that is there whole or not at all.

A file holds all variables of network and optimizer, the best weights so far, and what early
stopping knows. Keras's BackupAndRestore keeps the first only.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

from chromolens.runlog import atomic, logger

NAME = "checkpoint.npz"


@dataclass
class State:
    """What a training knows besides its variables.

    Attributes
    ----------
    identity
        Everything that decides the numbers; a checkpoint of another identity is not resumed.
    history
        One dict per finished epoch: epoch, loss, val_loss, ..., seconds.
    best
        Lowest validation loss.
    waited
        Epochs since then.
    weights
        The network's weights at that epoch.
    """

    identity: dict
    history: list[dict] = field(default_factory=list)
    best: float = float("inf")
    waited: int = 0
    weights: list[np.ndarray] = field(default_factory=list)


def save(workdir: Path, network: keras.Model, state: State) -> None:
    """Write ``state`` and all variables of ``network`` and its optimizer to ``workdir``."""
    facts = asdict(state)
    best = {f"best{i}": weight for i, weight in enumerate(facts.pop("weights"))}
    now = {f"now{i}": np.asarray(value) for i, value in enumerate(_variables(network))}
    with atomic(workdir / NAME) as temporary:
        np.savez(temporary, facts=np.array(json.dumps(facts)), **now, **best)


def resume(workdir: Path, network: keras.Model, identity: dict) -> State:
    """State in ``workdir``, its variables put into ``network``; a fresh one without such a file.

    A file of another identity (other settings or windows) is left alone and said so.
    """
    path = workdir / NAME
    # As JSON gives it back: tuples are lists.
    identity = json.loads(json.dumps(identity))
    if not path.exists():
        return State(identity)
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        if facts["identity"] != identity:
            logger.info("%s belongs to other settings: training starts anew", path)
            return State(identity)
        for i, variable in enumerate(_variables(network)):
            variable.assign(stored[f"now{i}"])
        weights = [stored[f"best{i}"] for i in range(len(network.weights))]
    state = State(**facts, weights=weights)
    logger.info("training goes on after epoch %d", len(state.history))
    return state


def remove(workdir: Path) -> None:
    """Delete the checkpoint in ``workdir``, and the folder if nothing else is in it."""
    (workdir / NAME).unlink(missing_ok=True)
    if workdir.is_dir() and not any(workdir.iterdir()):
        workdir.rmdir()


def _variables(network: keras.Model) -> list:
    network.optimizer.build(network.trainable_variables)
    return [*network.variables, *network.optimizer.variables]
