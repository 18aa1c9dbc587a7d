"""Tables as the page shows them: text cells, numbers set right, one caption each."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_ROUNDING = 1e-9  # a correlation this near to 1 is 1
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Table:
    """A table: ``numeric`` are the names of the columns set right; ``marked`` rows stand out."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    numeric: frozenset[str] = frozenset()
    marked: frozenset[int] = frozenset()


def count(value: float) -> str:
    """A whole number with its thousands apart; a dash where there is none."""
    return "–" if pd.isna(value) else f"{int(round(value)):,}"


def decimal(value: float, digits: int = 3) -> str:
    """A number with ``digits`` decimals, a true minus, a dash where there is none.

    From two decimals on, a number below 1 is never shown as 1.00: it gets up to four decimals.
    """
    if pd.isna(value):
        return "–"
    if digits >= 2 and value < 1 - _ROUNDING:
        if value >= 0.99995:
            return "above 0.9999"
        while float(f"{value:.{digits}f}") == 1:
            digits += 1
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if not float(text) else text.replace("-", "−")


def significant(value: float) -> str:
    """Three significant digits: plain between 0.001 and 100,000, a power of ten elsewhere."""
    if pd.isna(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}".replace("-", "−") if abs(value) < 1000 else count(value)
    mantissa, exponent = f"{value:.1e}".split("e")
    mantissa = mantissa.removesuffix(".0").replace("-", "−")
    return f"{mantissa}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def words(items: Iterable[object]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = [str(item) for item in items]
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def plural(number: float, noun: str, many: str = "") -> str:
    """``1 window``, ``2,000 windows``, ``no window``."""
    if number == 0:
        return f"no {noun}"
    return f"{count(number)} {noun if number == 1 else many or noun + 's'}"


def of_frame(frame: pd.DataFrame, caption: str) -> Table:
    """Any data frame as it is."""
    numeric = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    numeric = [name for name in numeric if not pd.api.types.is_bool_dtype(frame[name])]
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return Table(caption, [str(name) for name in frame], rows, frozenset(map(str, numeric)))


def _cell(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return count(value)
    return significant(value) if isinstance(value, (float, np.floating)) else str(value)
