"""The picture of an audit, for notebooks and commands; the report draws its own."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from chromolens.checks.positions import floor


def drawn(profile: pd.DataFrame, zone: Sequence[tuple[int, int]], title: str) -> Figure:
    """Profiles on decades, ``positions.binned``, before the stretches of the zone."""
    figure = Figure((8, 3.6), layout="constrained")
    axes = figure.subplots()
    place = profile["position"] + 1
    for start, stop in zone:
        axes.axvspan(start + 0.5, stop + 0.5, color="0.92", lw=0)
    profile = profile.where(profile > 0)  # no mass has no place on the axis
    band = (profile["untrained_low"], profile["untrained_high"])
    axes.fill_between(place, *band, color="0.75", lw=0, label="untrained, all draws")
    axes.plot(place, profile["even"], color="0.5", lw=0.8, ls=":", label="an even network")
    axes.plot(place, profile["shifted"], color="tab:orange", lw=1, label="inputs moved")
    axes.plot(place, profile["trained"], color="tab:blue", lw=1.4, label="trained")
    axes.set(yscale="log", xlabel="position", ylabel="mass (even: 1)")
    axes.set_ylim(bottom=floor(profile))
    axes.set_title(title, fontsize=8, loc="left", wrap=True)
    axes.legend(fontsize=8, frameon=False, ncols=4, loc="lower center")
    return figure
