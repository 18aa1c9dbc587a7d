"""What networks answer to sequences: the target, averaged over strands before any nonlinearity."""

from collections.abc import Sequence

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_to_onehot, reverse_complement_codes
from chromolens.models.batching import BATCH_SIZE
from chromolens.models.model import Model
from chromolens.models.target_names import target_for
from chromolens.models.targets import target_values


def answers(
    models: Sequence[Model],
    codes: np.ndarray,
    *,
    task: int | str,
    target: str = "logit",
    both: bool = True,
) -> np.ndarray:
    """Targets of ``codes`` uint8 (n, length), mean over ``models`` (replicates): float64 (n,).

    ``both``: the mean of a sequence and its reverse complement, else the sequence as it is. Rows
    of one call are a series of their own: their bits depend on nothing else that is asked.
    """
    turned = [codes, reverse_complement_codes(codes)] if both else [codes]
    onehot = codes_to_onehot(np.concatenate(turned))
    size = min(BATCH_SIZE, len(onehot))
    values = [
        target_values(
            model,
            onehot,
            tasks=[task],
            target=target_for(target, model.output_of(model.task_index(task))[1]),
            batch_size=size,
        )[:, 0].astype(float)
        for model in models
    ]
    return np.mean(values, axis=0).reshape(len(turned), -1).mean(axis=0)


def check_dna(model: Model) -> Model:
    """``model``, or BadInput where it reads no DNA."""
    if model.channels != 4 or model.vectors is not None or model.image:
        raise BadInput(
            "experiments put motifs into DNA, and this network reads something else",
            expected="inputs (n, length, 4): A, C, G, T",
        )
    return model
