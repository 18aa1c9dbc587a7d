"""Refuse to join what does not belong together."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from chromolens.errors import BadInput
from chromolens.scores import Header, open_scores

_SAME_EVERYWHERE = ("study", "model", "method", "tasks", "settings", "provenance")


def read_headers(paths: list[str | Path]) -> dict[str, Header]:
    """The header of each file, by path."""
    headers = {}
    for path in paths:
        with open_scores(path) as file:
            headers[str(path)] = Header.read(file)
    return headers


def check_same(headers: Mapping[str, Header]) -> None:
    """BadInput, naming the odd files, unless all are of one study, model, method and making.

    Networks may differ between folds, but not within one.
    """
    for key in _SAME_EVERYWHERE:
        _refuse_odd(headers, key, lambda header, key=key: header.digest(key))
    for fold in sorted({header.fold for header in headers.values()}):
        members = {path: header for path, header in headers.items() if header.fold == fold}
        _refuse_odd(members, "models", lambda header: header.digest("models"))


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
