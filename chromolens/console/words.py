"""How the console says times, and which lines of a log it shows."""

import re
from collections.abc import Iterator
from pathlib import Path

from chromolens.runlog import underway

_MOST = 12
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def duration(seconds: float) -> str:
    """``3:10``, or ``2:03:10``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def minutes(seconds: float) -> str:
    """A rough time: ``about 8 min``."""
    if seconds < 60:
        return "less than a minute"
    if seconds < 100 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} hours"


def how_far(log: str | Path) -> str:
    """`` (epochs 3/14)`` of a job with this ``log``, where it says so."""
    known = underway(log)
    return f" ({known['what']} {known['done']}/{known['total']})" if known else ""


def log_tail(path: str | Path) -> list[str]:
    """The last message of a log, of a long one the beginning and the end."""
    try:
        text = Path(path).read_text(errors="replace")
    except OSError:
        return ["there is no log: the job was ended before it could say anything"]
    lines = [line for line in text.splitlines() if line.strip()]
    first = next(_messages(lines), 0)
    said = lines[first:] or ["the log is empty"]
    return said if len(said) <= _MOST else [said[0], "...", *said[2 - _MOST :]]


def _messages(lines: list[str]) -> Iterator[int]:
    """Numbers of the lines that begin a message, the last one first."""
    return (n for n in reversed(range(len(lines))) if _STAMP.match(lines[n]))
