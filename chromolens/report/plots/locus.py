"""A place of a study, base by base."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_of
from chromolens.report.plots import letters, panels
from chromolens.report.plots.stretch import Stretch, models_and_task, region, stretch
from chromolens.report.plots.style import bare, new_figure, points_of, titled, width_of
from chromolens.study import Study

_CURVE, _LOGO, _LANE, _REST = 0.6, 1.1, 0.2, 0.9  # inches
_NARROWEST = 1.5
"""Points that a letter needs to be read."""


def plot_locus(
    study: Study,
    place: str,
    *,
    model: str = "",
    task: str = "",
    method: str | Sequence[str] = "",
    form: str = "raw",
    title: str = "",
    size: tuple[float, float] | None = None,
    figure: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw a place of a study: letters as high as contributions, and what is known beside them.

    From top to bottom: what was observed, the out-of-fold prediction, a row of letters for each
    method, hits of the lexicon by name, planted instances, events, genes. What a study
    doesn't have is left out.

    Parameters
    ----------
    study
        From ``open_study``.
    place
        ``chrom:start-end``, 0-based and half-open as everywhere in Python; the axis counts from 1
        as genome browsers do. In a study of records the id of one that was explained.
    model, task
        Names; by default the study's first.
    method
        A name or several, a row each; by default the first that explained something. A method
        that didn't explain the whole genome is drawn where its windows lie.
    form
        ``raw``, or ``scaled``: all folds on one scale.
    title
        In place of the study's name, task and model.
    size
        Width and height in inches.
    figure
        A figure, or part of one, to draw in; a new one where there is none.

    Returns
    -------
    Figure
        A notebook shows it where it is a cell's value; ``savefig("locus.svg")`` writes it.

    Raises
    ------
    BadInput
        A place past the end or on no chromosome of the genome, or too long for letters; names
        that the study doesn't have.
    """
    width = width_of(figure, size)
    if study.config["inputs"]["kind"] == "genome":
        _check_letters(len(region(study, place)), width)
    (model, *_), task = models_and_task(study, [model] if model else [], task)
    methods = list(filter(None, [method] if isinstance(method, str) else method))
    found = stretch(study, place, task, [model], methods, form)
    _check_letters(len(found.where), width)
    heights = [_CURVE] * (found.observed is not None) + [_CURVE] * len(found.predictions)
    heights += [_LOGO] * len(found.rows)
    points = points_of(width, len(found.where))
    lanes = panels.in_lanes(found.marks, points)
    heights += [_LANE * max(1, len(lanes))]
    figure = figure or new_figure(size or (width, sum(heights) + _REST))
    rows = figure.subplots(len(heights), sharex=True, height_ratios=heights, squeeze=False)
    _fill(list(rows[:, 0]), found)
    panels.lanes(rows[-1, 0], found.where, lanes, points, task)
    titled(rows[0, 0], title or f"{study.config['study']}: {task}, {model}")
    return figure


def _fill(rows: list[Axes], found: Stretch) -> None:
    """Draw ``found`` into ``rows``, from top to bottom."""
    where = found.where
    if found.observed is not None:
        panels.area(rows.pop(0), where, found.observed, "observed", "faint")
    for values in found.predictions.values():
        label = f"prediction\n({found.target})"
        panels.curve(rows.pop(0), where, values, label)
    codes = codes_of(found.sequence)
    for (_, method), values in found.rows.items():
        ax = rows.pop(0)
        letters.draw(ax, letters.on_letters(codes, values), where.start)
        ax.set_ylabel(f"contribution\n({found.target})")
        panels.ground(ax, where, values)
        panels.named(ax, method, np.isfinite(values).any())
        ax.locator_params(axis="y", nbins=4)
        bare(ax, "left")


def _check_letters(bases: int, width: float) -> None:
    most = int(points_of(width, 1) / _NARROWEST)
    if bases > most:
        raise BadInput(
            f"{bases:,} bases are too many for letters",
            expected=f"at most {most:,} in a figure {width:g} inches wide",
            remedy="plot_tracks draws longer places; or give a shorter one, or a wider size",
        )
