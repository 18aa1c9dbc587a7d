"""Refuse to join what does not belong together; say what agrees to rounding only."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from chromolens.errors import BadInput
from chromolens.kernels import unlike
from chromolens.scores import Header, open_scores

logger = logging.getLogger("chromolens")
_SAME_EVERYWHERE = ("study", "model", "method", "tasks", "settings", "provenance")


def read_headers(paths: list[str | Path]) -> dict[str, Header]:
    """The header of each file, by path."""
    headers = {}
    for path in paths:
        with open_scores(path, []) as file:
            headers[str(path)] = Header.read(file)
    return headers


def check_same(headers: Mapping[str, Header]) -> None:
    """BadInput, naming the odd files, unless all are of one study, model, method and making.

    Networks may differ between folds, but not within one. Files from unlike processors may be
    joined; the log says so.
    """
    for key in _SAME_EVERYWHERE:
        _refuse_odd(headers, key, lambda header, key=key: header.digest(key))
    for fold in sorted({header.fold for header in headers.values()}):
        members = {path: header for path, header in headers.items() if header.fold == fold}
        _refuse_odd(members, "models", lambda header: header.digest("models"))
    if differing := unlike([run for header in headers.values() for run in header.runs]):
        logger.warning(
            "the files of this track were computed on unlike processors, so they agree to "
            "rounding, not to the bit (docs/determinism.md): %s",
            differing,
        )


def _refuse_odd(
    headers: Mapping[str, Header], key: str, value_of: Callable[[Header], str]
) -> None:
    values = {path: value_of(header) for path, header in headers.items()}
    usual = Counter(values.values()).most_common(1)
    odd = [path for path, value in values.items() if value != usual[0][0]]
    if odd:
        like = next(path for path in values if path not in odd)
        raise BadInput(
            f"{len(odd)} of {len(values)} files differ from the others in {key!r}",
            expected=f"{key} as in {like}: {getattr(headers[like], key)}",
            where=f"{', '.join(odd[:10])}: {getattr(headers[odd[0]], key)}",
            remedy="remove the odd files and run again: they are left from another run",
        )
