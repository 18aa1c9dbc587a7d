"""All tables that are declared."""

from chromolens.tables import checks, inputs, markers, models, motifs, sis, study, views
from chromolens.tables.column import Table


def all_tables() -> list[Table]:
    """Every table, in the order of the modules."""
    found = [
        vars(module).values()
        for module in (*(inputs, models, motifs, sis, checks, markers, views, study),)
    ]
    own = [item for items in found for item in items if isinstance(item, Table)]
    return list({id(table): table for table in own}.values())
