"""Seeded draws that are balanced over groups, and don't depend on the order of the table."""

import numpy as np
import pandas as pd


def shuffle(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The windows ``rows`` (column id) in an order that depends on their ids and ``rng`` only."""
    return rows.sort_values("id", kind="stable").sample(frac=1, random_state=rng)


def take_turns(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first ``count`` when groups hand over their windows one by one, in ranked order."""
    turn = ranked.groupby("group", sort=False).cumcount()
    return ranked.loc[turn.sort_values(kind="stable").index[:count]]
