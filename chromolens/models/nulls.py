"""Which models of a study are nulls; without TensorFlow, for the plan and the report."""

from collections.abc import Mapping

KINDS = {"untrained": {"untrained": True}, "permuted": {"labels": "permuted"}, "rotated": {}}
"""Networks that a model is held against: kind -> what is unlike the model."""


def is_null(model: Mapping[str, object]) -> bool:
    """Whether a model of the config has nothing true to have learned."""
    return model["labels"] == "permuted" or model["untrained"]


def with_nulls(models: Mapping[str, dict]) -> dict[str, dict]:
    """The models of a config, each followed by those that its ``nulls`` ask for.

    A null is a model called ``NAME_KIND_DRAW``, with the further keys ``null_of`` (NAME), ``null``
    (kind) and ``draw`` (from 1; others have 0): of its seed, and of the order of chromosomes.
    """
    found: dict[str, dict] = {}
    for name, model in models.items():
        found[name] = {**model, "null_of": "", "null": "", "draw": 0}
        for kind, unlike in KINDS.items():
            for draw in range(1, model["nulls"][kind] + 1):
                own = {"null_of": name, "null": kind, "draw": draw}
                found[f"{name}_{kind}_{draw}"] = {**model, **unlike, **own}
    return found


def seed_of(seed: int, model: Mapping[str, object]) -> int:
    """The seed of a model's training and labels: each draw of a null has its own."""
    return seed + 1_000_000 * int(model["draw"])
