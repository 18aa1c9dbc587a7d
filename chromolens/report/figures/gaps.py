"""How far two motifs are apart: windows by gap, beside what chance would give."""

import numpy as np
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import count, plural

WIDTH, HEIGHT, LEFT, BOTTOM = 470.0, 92.0, 56.0, 30.0


def gaps(windows: np.ndarray, expected: np.ndarray, label: str) -> Markup:
    """A bar per gap of 0, 1, 2, ... bp: ``windows``; a line: those ``expected`` by chance."""
    tallest = max(1.0, windows.max(initial=0), expected.max(initial=0))
    x = svg.Scale((0, max(len(windows), 1)), (LEFT, WIDTH - 14))
    y = svg.Scale((0, tallest), (HEIGHT, 8))
    places = np.arange(len(windows))
    bars = [
        svg.rect(float(x(gap)), float(y(n)), float(x(1) - x(0)) - 0.6, HEIGHT - float(y(n)),
                 "spread", f"{gap} bp: {plural(n, 'window')}")
        for gap, n in zip(places, windows, strict=True)
        if n
    ]  # fmt: skip
    chance = svg.curve(x(places + 0.5), y(expected), "curve training")
    ticks = [
        svg.text(float(x(gap + 0.5)), HEIGHT + 12, gap, "middle", "tick")
        for gap in range(0, len(windows), 10 if len(windows) <= 100 else 50)
    ]
    words = [
        svg.text(LEFT - 5, 14, count(tallest), "end", "tick"),
        svg.text(LEFT - 5, HEIGHT, "0", "end", "tick"),
        svg.text(0, 44, "windows", "start", "tick"),
        svg.text(WIDTH - 4, HEIGHT + 26, "bp between the two", "end", "tick"),
    ]
    frame = [svg.line(LEFT, HEIGHT, WIDTH - 14, HEIGHT), svg.line(LEFT, HEIGHT, LEFT, 8)]
    return svg.figure(WIDTH, HEIGHT + BOTTOM, label, *bars, chance, *frame, *ticks, *words)
