"""The one error a user of chromolens is meant to read."""

import difflib
import re
from collections.abc import Iterable


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


def in_words(error: Exception) -> str:
    """What a library says is wrong, without the configs, code and traces that it adds."""
    text = re.split("Full object config|Arguments received", str(error))[0]
    words = [word if len(word) <= 80 else "..." for word in text.split()]
    return " ".join(words)[:400] or type(error).__name__
