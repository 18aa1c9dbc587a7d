"""What the networks want to see, what their hidden units see, and what they hold on to."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import logos, track
from chromolens.report.tables import significant
from chromolens.tables.views import VIEWS

NEEDS = ("views",)

_WIDTH, _HEIGHT = 900.0, 40.0


def context(study: Contents) -> dict:
    """For each model and view its panels, each of a title and a drawing for each rank."""
    groups = []
    for (model,), path in study.views.items():
        table = tables.read(VIEWS, path)
        for view, draw in _DRAWN.items():
            of = table[table["view"] == view]
            panels = [_panel(name, own, draw) for name, own in of.groupby("of", sort=False)]
            if panels:
                groups.append({"model": model, "view": view, "panels": panels})
    return {"groups": groups}


def _panel(name: str, own: pd.DataFrame, draw: object) -> dict:
    return {"of": name, "drawn": [draw(name, rank) for _, rank in own.groupby("rank")]}


def _ascent(name: str, rank: pd.DataFrame) -> tuple[str, Markup]:
    first = rank.iloc[0]
    title = f"start {first['rank'] + 1}: {significant(first['value'])}"
    heights = logos.heights(_shares(rank))
    return title, logos.logo(heights, f"{name}, {title}", widest=_WIDTH, height=_HEIGHT)


def _unit(name: str, rank: pd.DataFrame) -> tuple[str, Markup]:
    first = rank.iloc[0]
    title = f"{first['id']}: {significant(first['value'])}"
    values, letters = rank["height"].to_numpy(), "".join(rank["base"])
    return title, track.excited(letters, values, f"{name} along {first['id']}", _WIDTH)


def _entropy(name: str, rank: pd.DataFrame) -> tuple[str, Markup]:
    first = rank.iloc[0]
    title = (
        f"{first['id']}: R-hat {significant(first['r_hat'])}, "
        f"{significant(100 * first['acceptance'])} % of the changes accepted"
    )
    heights = _shares(rank) * rank["height"].to_numpy()[:, np.newaxis]
    return title, logos.logo(
        heights, f"{name} around {first['id']}", widest=_WIDTH, height=_HEIGHT
    )


def _shares(rank: pd.DataFrame) -> np.ndarray:
    return rank[list(logos.LETTERS)].to_numpy()


_DRAWN = {"ascent": _ascent, "unit": _unit, "entropy": _entropy}
