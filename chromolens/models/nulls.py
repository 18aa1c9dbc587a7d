"""Which models of a study are nulls; without TensorFlow, for the plan and the report."""

from collections.abc import Mapping


def is_null(model: Mapping[str, object]) -> bool:
    """Whether a model of the config has nothing true to have learned."""
    return model["labels"] == "permuted" or model["untrained"]
