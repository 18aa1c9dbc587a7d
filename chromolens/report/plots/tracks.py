"""A longer stretch of a study's genome: models and methods above each other, on one scale."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from chromolens.errors import BadInput
from chromolens.report.plots import panels
from chromolens.report.plots.stretch import Stretch, models_and_task, stretch
from chromolens.report.plots.style import new_figure, points_of, titled, width_of
from chromolens.study import Study

_TALL, _LANE, _REST = 0.7, 0.2, 0.9  # inches


def plot_tracks(
    study: Study,
    place: str,
    *,
    models: Sequence[str] = (),
    task: str = "",
    methods: Sequence[str] = (),
    form: str = "raw",
    title: str = "",
    size: tuple[float, float] | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw a stretch of the genome: what was observed, predictions, and rows of contributions.

    All rows of contributions have one scale, and so have all predictions, so that a null shows
    how little it has. Where a stretch has more bases than the figure has dots, the values that
    are farthest from 0 are drawn. The ground is grey where nothing was explained.

    Parameters
    ----------
    study
        From ``open_study``, of a genome.
    place
        ``chrom:start-end``, 0-based and half-open; the axis counts from 1.
    models
        Names; by default all that ``task`` was explained with, nulls among them.
    task
        Its name; by default the study's first.
    methods
        Names; by default the first. A model or method without a track of the whole genome is
        drawn where its explained windows lie.
    form, title, size, figure
        As in ``plot_locus``.

    Returns
    -------
    Figure
        As of ``plot_locus``.

    Raises
    ------
    BadInput
        As ``plot_locus``; a study of records.
    """
    if study.config["inputs"]["kind"] != "genome":
        raise BadInput(
            f"{study.folder} has no genome",
            remedy="plot_locus(study, id) draws one of its records",
        )
    models, task = models_and_task(study, models, task)
    found = stretch(study, place, task, models, methods, form)
    width = width_of(figure, size)
    points = points_of(width, len(found.where))
    lanes = panels.in_lanes(found.marks, points)
    number = (found.observed is not None) + len(found.predictions) + len(found.rows)
    heights = [_TALL] * number + [_LANE * max(1, len(lanes))]
    figure = figure or new_figure(size or (width, sum(heights) + _REST))
    grid = figure.subplots(len(heights), sharex=True, height_ratios=heights, squeeze=False)
    titled(grid[0, 0], title or f"{study.config['study']}: {task}")
    _fill(list(grid[:, 0]), found)
    panels.lanes(grid[-1, 0], found.where, lanes, points, task)
    return figure


def _fill(rows: list[Axes], found: Stretch) -> None:
    """Draw ``found`` into ``rows``, from top to bottom."""
    if found.observed is not None:
        panels.area(rows.pop(0), found.where, found.observed, "observed", "faint")
    scale = panels.scale(found.predictions.values())
    for model, values in found.predictions.items():
        ax = rows.pop(0)
        panels.curve(ax, found.where, values, f"prediction\n({found.target})")
        panels.named(ax, model)
        ax.set_ylim(scale)
    scale = panels.scale(found.rows.values())
    for (model, method), values in found.rows.items():
        ax = rows.pop(0)
        panels.area(ax, found.where, values, f"contribution\n({found.target})", "accent")
        panels.named(ax, f"{model}, {method}", np.isfinite(values).any())
        ax.set_ylim(scale)
