"""Damage to files, and a reader held to what every reader promises."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

from chromolens.errors import BadInput

INPUTS = int(os.environ.get("HOSTILE_INPUTS", "300"))
SECONDS = 60  # that one small file may take


def damaged(content: bytes, draw: random.Random) -> bytes:
    """``content`` after one to four changes."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at, other = draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)
        low, high = sorted((at, other))
        match draw.randrange(7):
            case 0:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del data[at:]
            case 2:
                del data[low:high]
            case 3:
                data[at:at] = data[low:high]
            case 4:
                odd = (b"\0", b"\xff\xfe", b"\t", b"\n", b'"', b"-1", b"1e999", b"nan", b"9" * 25)
                data[at:at] = draw.choice(odd)
            case 5:
                data[at : at + 1] = draw.choice((b"\r", b",", b" ", b"#", b">", "é".encode()))
            case 6:
                data[low:high] = bytes(reversed(data[low:high]))
    return bytes(data)


def refusals(
    path: Path, content: bytes, read: Callable[[Path], object], count: int, named: str = ""
) -> int:
    """How many of ``count`` damaged copies of ``content``, put at ``path``, are refused.

    Each is read in time, or refused by a BadInput with the words ``named``: by default a file in
    the folder of ``path``.
    """
    path.write_bytes(content)
    read(path)  # a seed is right
    draw, refused = random.Random(path.name), 0
    for number in range(count):
        path.write_bytes(damaged(content, draw))
        try:
            within(read, path)
        except BadInput as error:
            refused += 1
            assert (named or str(path.parent)) in str(error), f"input {number}: {error}"
    return refused


def within(read: Callable, *given: object) -> None:
    """``read`` what is ``given``; TimeoutError if it takes longer than a small file may."""
    signal.signal(signal.SIGALRM, _hang)
    signal.alarm(SECONDS)
    try:
        read(*given)
    finally:
        signal.alarm(0)


def _hang(*_: object) -> None:
    raise TimeoutError(f"a reader took more than {SECONDS} s")
