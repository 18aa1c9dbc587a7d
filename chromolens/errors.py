"""The one error a user of chromolens is meant to read."""

import difflib
import os
import re
from collections.abc import Iterable
from typing import Any


class BadInput(ValueError):
    """Something the user gave can't be used: what, where, and what to do about it.

    Parameters
    ----------
    found
        What is wrong, as a sentence.
    expected
        What would have been right.
    where
        File, line, or chrom:start-end (in the coordinates of the user's own file).
    remedy
        What to do.
    """

    def __init__(self, found: str, *, expected: str = "", where: str = "", remedy: str = ""):
        parts = [found]
        parts += [f"  expected: {expected}"] if expected else []
        parts += [f"  where: {where}"] if where else []
        parts += [f"  what to do: {remedy}"] if remedy else []
        super().__init__("\n".join(parts))


def nearest(name: object, known: Iterable[str]) -> str:
    """The end of a message about an unknown ``name``: which of ``known`` may be meant, if any."""
    near = difflib.get_close_matches(str(name), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def absent(path: str | os.PathLike[str], where: str = "") -> BadInput:
    """What to tell the user of a file that isn't there: which one is called nearly so."""
    folder, name = os.path.split(path)
    if os.path.isdir(folder or "."):
        near = nearest(name, os.listdir(folder or "."))
    else:
        near = f"; there is no folder {folder} either"
    return BadInput(f"there is no file {os.fspath(path)}{near}", where=where)


def describe(value: Any) -> str:
    """A value as a message says it: a large array by its shape and range, the rest in short."""
    if getattr(value, "size", 0) > 8 and hasattr(value, "shape"):
        numbers = value.dtype.kind in "fiub"
        limits = f" from {value.min():g} to {value.max():g}" if numbers else ""
        return f"an array of shape {value.shape}{limits}"
    text = repr(value.tolist() if hasattr(value, "tolist") else value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def in_words(error: Exception) -> str:
    """What a library says is wrong, without the configs, code and traces that it adds."""
    text = re.split("Full object config|Arguments received", str(error))[0]
    words = [word if len(word) <= 80 else "..." for word in text.split()]
    return " ".join(words)[:400] or type(error).__name__
