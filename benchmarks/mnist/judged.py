"""The order of the methods, as the paper has it, with intervals over images.

Images of a flip are drawn anew, all methods' values of an image together; an image's value is the
mean over the networks. Intervals hold 95 % of 2,000 draws.
"""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from chromolens.tables.checks import ACCEPTANCE

matplotlib.use("svg")
from matplotlib import pyplot as plt  # noqa: E402

DRAWS = 2000
BEST, WORST, PLAIN = "DeepLIFT, RevealCancel", "gradient, masked", "gradient x input"
GUIDED = ("guided backprop, masked", "guided backprop x input")
PATHS = ("integrated gradients, 5", "integrated gradients, 10")
ALIKE = {"steps": 0.02, "gradient": 0.10}
"""Shares of a mean within which two of them are about the same: steps; gradient x input."""


def by_image(table: pd.DataFrame, flip: str) -> pd.DataFrame:
    """Fall of the log-odds of each image (rows), by each method (columns), mean over networks."""
    own = table[table["flip"] == flip]
    wide = own.pivot_table(index="image", columns="method", values="change")
    return wide[list(dict.fromkeys(own["method"]))]


def drawn_means(values: pd.DataFrame) -> pd.DataFrame:
    """Means of ``values`` (images, methods) over images drawn again: (draws, methods)."""
    rows = np.random.default_rng(0).integers(0, len(values), (DRAWS, len(values)))
    return pd.DataFrame(
        [values.to_numpy()[own].mean(axis=0) for own in rows], None, values.columns
    )


def interval(draws: pd.Series) -> tuple[float, float]:
    """What holds 95 % of ``draws``."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, interval and share flipped of each method (rows) in each flip (columns), as text."""
    columns = {}
    for flip, own in table.groupby("flip", sort=False):
        values = by_image(table, flip)
        draws, flipped = drawn_means(values), own.groupby("method")["flipped"].mean()
        columns[flip] = {
            name: "{:.2f} ({:.2f}-{:.2f}), {:.0%}".format(
                values[name].mean(), *interval(draws[name]), flipped[name]
            )
            for name in values
        }
    return pd.DataFrame(columns)


def markdown(texts: pd.DataFrame) -> str:
    """A table, its rows named."""
    head = ["method", *texts.columns]
    lines = [head, ["---"] * len(head), *([name, *row] for name, *row in texts.itertuples())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """What the paper says of the methods' order, judged for each flip: rows of ``ACCEPTANCE``."""
    rows = []
    for flip in dict.fromkeys(table["flip"]):
        draws = drawn_means(by_image(table, flip))
        others = [name for name in draws if name not in (BEST, WORST)]
        rest = [name for name in others if name not in GUIDED]
        said = {
            "RevealCancel is the best": _above(draws, [BEST], [WORST, *others]),
            "the masked gradient is the worst": _above(draws, [BEST, *others], [WORST]),
            "guided backprop is below the others": _above(draws, [BEST, *rest], list(GUIDED)),
            "5 steps are as good as 10": _alike(draws, PATHS, "steps"),
            "integrated gradients are about as good as gradient x input": _alike(
                draws, (PATHS[1], PLAIN), "gradient"
            ),
        }
        rows += [
            {"name": f"{flip}: {claim}", "kind": "floor", **row} for claim, row in said.items()
        ]
    return pd.DataFrame(rows)[ACCEPTANCE.names]


def _above(draws: pd.DataFrame, high: list[str], low: list[str]) -> dict[str, object]:
    """Whether each of ``high`` is surely above each of ``low``; the closest pair's lower end."""
    pairs = [(*interval(draws[one] - draws[two]), one, two) for one in high for two in low]
    least, most, one, two = min(pairs)
    said = f"{one} above {two} by {least:.2f} to {most:.2f} (95 % of the draws)"
    passed = "PASS" if least > 0 else "FAIL"
    return {"value": least, "bound": "> 0", "result": passed, "explanation": said}


def _alike(draws: pd.DataFrame, pair: tuple[str, str], kind: str) -> dict[str, object]:
    """Whether the two surely differ by less than a share of the second."""
    low, high = interval(draws[pair[0]] / draws[pair[1]] - 1)
    most = max(-low, high)
    said = f"{pair[0]} / {pair[1]} - 1: {low:.1%} to {high:.1%} (95 % of the draws)"
    passed = "PASS" if most <= ALIKE[kind] else "FAIL"
    bound = f"<= {ALIKE[kind]:g}"
    return {"value": most, "bound": bound, "result": passed, "explanation": said}


def figure(table: pd.DataFrame, path: Path) -> None:
    """Boxes of each method's falls of log-odds, a panel for each flip."""
    flips = list(dict.fromkeys(table["flip"]))
    plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "mnist", "font.size": 8}
    made, panels = plt.subplots(1, len(flips), figsize=(11, 2.6), sharey=True)
    for panel, flip in zip(np.ravel(panels), flips, strict=True):
        values = by_image(table, flip)
        panel.boxplot(values[values.columns[::-1]], orientation="horizontal", showfliers=False)
        panel.set_yticks(range(1, values.shape[1] + 1), values.columns[::-1])
        panel.set_title(f"{flip}, {len(values)} images")
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_xlabel("fall of the log-odds")
    made.tight_layout()
    made.savefig(path, metadata={"Date": None})
    plt.close(made)
