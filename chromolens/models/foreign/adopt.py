"""A network that a study is given, in the place of one that it would train."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import keras
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.models import devices
from chromolens.models.foreign.answers import read_answers
from chromolens.models.foreign.files import Source, parts_of
from chromolens.models.foreign.layout import check_answers
from chromolens.models.foreign.network import hidden_in
from chromolens.models.graph import producer
from chromolens.models.model import Model, load_model
from chromolens.models.training import data
from chromolens.models.training.save import save_model
from chromolens.tables.models import HISTORY


def adopt(
    source: Source,
    inputs: Inputs,
    *,
    tasks: list[str],
    objective: str,
    layout: str | Mapping,
    answers: Sequence[str] = (),
    background: Sequence[float] = (),
    training_groups: list[str],
    path: str | Path,
    notes: dict,
) -> pd.DataFrame:
    """Write the network in ``source`` to ``path`` as a training would, with its sidecar.

    The columns of its outputs are the tasks, in their order; for ``profile`` its profiles, and
    the columns of its other outputs the log counts. Its background is ``background``, else that
    of its own sidecar, else measured on the windows of ``training_groups``. ``answers`` is a file
    of known answers (``answers.read_answers``), or none; the fold is that of ``notes``.

    Returns
    -------
    A history (``fit.fit``) without epochs.

    Raises
    ------
    BadInput
        As for ``load_model``; another length than the windows', another number of tasks, layers
        that Keras 3 doesn't have, other answers than those that are known.
    """
    model, where = load_model(source, layout=layout or None), str(parts_of(source)[-1])
    _check(model, inputs, where)
    for path_of_answers in answers:
        network, declared = model.given
        known = replace(declared, check=tuple(read_answers(path_of_answers, notes["fold"])))
        check_answers(network, known, path_of_answers)
    rows = data.select(inputs, tasks, training_groups, "training")
    facts = {
        "tasks": tasks,
        "objective": objective,
        "background": list(background) or model.background or data.background(inputs, rows),
        "given": {"digest": model.digest, "layout": layout},
    }
    declared = model.given[1].outputs
    if "logits" in declared.values():
        names = [name for name in model.network.output_names if name in declared]
        facts["layout"] = {"outputs": dict.fromkeys(names, "logits")}
    name = _with_profiles if objective == "profile" else _with_columns
    facts |= {"run": devices.describe(), **notes}
    save_model(name(model, tasks, where), path, facts)
    return tables.empty(HISTORY)


def _check(model: Model, inputs: Inputs, where: str) -> None:
    if hidden_in(model.network) is not None:
        raise BadInput(
            "a network whose layers aren't known can't be written to another file",
            where=where,
            remedy="explain it with chromolens.attribute, or save it in Keras 3",
        )
    if model.image:
        raise BadInput(
            f"the model reads images of {model.image[0]} x {model.image[1]} pixels",
            expected="a network of sequences",
            where=where,
        )
    if model.length not in (None, inputs.length) or model.channels != inputs.channels:
        raise BadInput(
            f"the model reads {model.length} bp, the windows have {inputs.length}",
            where=where,
            remedy="say its length in inputs.window",
        )


def _with_columns(model: Model, tasks: list[str], where: str) -> keras.Model:
    if len(model.tasks) != len(tasks) or any(len(o.shape) == 3 for o in model.network.outputs):
        raise _other_tasks(model, f"one column for each of {', '.join(tasks)}", where)
    return model.network


def _with_profiles(model: Model, tasks: list[str], where: str) -> keras.Model:
    """Outputs called ``profile_TASK`` and ``counts``, as those of the networks trained here."""
    outputs = model.network.outputs
    profiles = [output for output in outputs if len(output.shape) == 3]
    counts = [output for output in outputs if len(output.shape) == 2]
    if len(profiles) != len(tasks) or sum(output.shape[1] for output in counts) != len(tasks):
        expected = f"a profile and log counts for each of {', '.join(tasks)}"
        raise _other_tasks(model, expected, where)
    named = [
        _called(f"profile_{task}", profile) for task, profile in zip(tasks, profiles, strict=True)
    ]
    together = counts[0] if len(counts) == 1 else keras.layers.Concatenate()(counts)
    return keras.Model(model.network.inputs[0], [*named, _called("counts", together)])


def _called(name: str, output: object) -> object:
    own = producer(output).operation.name
    return output if own == name else keras.layers.Identity(name=name)(output)


def _other_tasks(model: Model, expected: str, where: str) -> BadInput:
    return BadInput(
        f"the model's outputs are {', '.join(model.tasks)}",
        expected=expected,
        where=where,
        remedy="name the study's tasks in the order of the outputs; a profile without an axis for "
        "strands is declared by layout: {outputs: {NAME: profile}}",
    )
