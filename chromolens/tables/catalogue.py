"""All tables that are declared."""

from chromolens.tables import (
    checks,
    edits,
    experiments,
    inputs,
    markers,
    models,
    motifs,
    sis,
    study,
    tokens,
    variants,
    views,
)
from chromolens.tables.column import Table


def all_tables() -> list[Table]:
    """Every table, in the order of the modules."""
    modules = (
        *(inputs, models, motifs, sis, edits, experiments, variants),
        *(checks, tokens, markers, views, study),
    )
    found = [vars(module).values() for module in modules]
    own = [item for items in found for item in items if isinstance(item, Table)]
    return list({id(table): table for table in own}.values())
