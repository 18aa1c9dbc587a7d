"""Answers of given networks that are known, in a file of the user's: JSON, by fold.

    {"fold0": [{"sequence": "ACGT...", "outputs": {"logcounts": [5.2]}}], "fold1": [...]}

A fold's list is the ``check`` of a layout (``layout``).
"""

import json
from collections.abc import Sequence

from chromolens import texts
from chromolens.errors import BadInput

_KEYS = {"sequence", "outputs"}


def read_answers(path: str, fold: str, folds: Sequence[str] = ()) -> list[dict]:
    """The known answers of the network of ``fold``.

    BadInput for what is no such file, or one that isn't of all ``folds`` and no other.
    """
    try:
        content = json.loads("\n".join(text for _, text in texts.lines(path, "a JSON file")))
    except (json.JSONDecodeError, RecursionError) as error:
        found = f"the known answers can't be read: {error}"
        raise BadInput(found, expected="a JSON file", where=path) from error
    wanted = set(folds or [fold])
    if not isinstance(content, dict) or (set(content) != wanted if folds else fold not in content):
        raise BadInput(
            f"the known answers are of {', '.join(content) if isinstance(content, dict) else '?'}",
            expected=f"fold -> its answers, of {', '.join(folds or [fold])}",
            where=path,
        )
    answers = content[fold]
    sound = isinstance(answers, list) and answers and all(isinstance(a, dict) for a in answers)
    if not sound or any(set(one) != _KEYS for one in answers):
        raise BadInput(
            f"these are no answers of {fold}",
            expected="a list of {sequence, outputs: {name: numbers}}",
            where=path,
        )
    return answers
