"""What a notebook shows of an answer: its name and the sizes of what it holds, in one line."""

import numpy as np
import pandas as pd

from chromolens.errors import describe


def brief(answer: object) -> str:
    """``<Kind: field, field>`` of a dataclass or named tuple, as its ``__repr__``."""
    names = answer.__annotations__
    said = ", ".join(f"{name} {_short(getattr(answer, name))}" for name in names)
    return f"<{type(answer).__name__}: {said}>"


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, pd.DataFrame):
        return f"a table of {len(value)} rows"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return describe(value)
