"""References: what an input is compared with.

============================  ================================================================
``background``                at every base the model's background frequencies (uniform where
                              it has none)
``uniform``                   equal frequencies at every base
``zeros``                     nothing anywhere: for DNA, N at every base
``shuffle``                   the input's bases in random order
``dinucleotide_shuffle``      the same, keeping every count of neighbouring pairs
array (n, r, length, ch.)     the caller's own, for each input
array (1, r, length, ch.)     the caller's own, shared by all inputs: a pool of background windows
============================  ================================================================

Windows to take as references (of the same GC, a pool, another class) and the mean input are arrays
that ``chromolens.inputs.drawing`` makes of a study.

Where DNA, one-hot or shares of the bases, is N (four zeros), and where the caller declares a
position unknown, every reference is the input. Shuffles are seeded by the id of the input, never
by its place in a batch. A shuffle that gives back its input is counted (``equal``), the caller's
own references may not all be the input.
"""

import hashlib

import numpy as np

from chromolens.errors import BadInput, describe, nearest
from chromolens.genome import onehot, shuffles
from chromolens.inputs.reference_kinds import CONSTANT, DRAWN, SHUFFLES
from chromolens.models.model import Model
from chromolens.ties import TIE

KINDS = (*CONSTANT, *SHUFFLES)
"""What is made here; of windows: see ``inputs.drawing``."""
SLACK = 1e-3
"""How far from 1 the shares of a position's letters may add up."""


def frequencies(model: Model, kind: str) -> np.ndarray:
    """The row (channels,) that a constant kind of reference repeats."""
    if kind == "zeros":
        return np.zeros(model.channels, np.float32)
    if kind == "background" and model.background is not None:
        return np.asarray(model.background, np.float32)
    return np.full(model.channels, 1 / model.channels, np.float32)


def check(references: str | np.ndarray, inputs: np.ndarray, count: int, blank: np.ndarray) -> None:
    """BadInput unless ``references`` names a kind or is an array that fits ``inputs``.

    ``blank`` (n, length): where these are unknown.
    """
    if isinstance(references, str):
        _check_kind(references, inputs)
        if count < 1 or (count > 1 and references in CONSTANT):
            raise BadInput(
                f"n_references is {count} for references {references!r}",
                expected="1 or more for shuffles, 1 for constant references",
            )
        return
    _check_array(np.asarray(references), inputs, blank)


def own(
    references: str | np.ndarray,
    model: Model,
    inputs: np.ndarray,
    rows: np.ndarray,
    ids: list[str],
    *,
    seed: int,
    count: int,
) -> np.ndarray:
    """References of ``inputs[rows]``, known or not: float32 (rows, r, length, channels)."""
    chosen = inputs[rows]
    if not isinstance(references, str):
        array = np.asarray(references, np.float32)
        found = array[rows] if len(array) > 1 else np.repeat(array, len(rows), axis=0)
    elif references in CONSTANT:
        row = frequencies(model, references)
        found = np.broadcast_to(row, (len(rows), 1, *chosen.shape[1:]))
    else:
        shuffle = getattr(shuffles, SHUFFLES[references])
        found = np.stack([_shuffled(shuffle, inputs[i], ids[i], seed, count) for i in rows])
    return found


def equal(inputs: np.ndarray, references: np.ndarray, blank: np.ndarray) -> np.ndarray:
    """How many references (n or 1, r, length, channels) are the input itself, but for ``blank``.

    int (n,).
    """
    blank, slack = blank[..., None], TIE * np.abs(inputs)
    same = (
        (np.abs(inputs - references[:, r]) <= slack) | blank for r in range(references.shape[1])
    )
    return sum(one.all(axis=(1, 2)).astype(int) for one in same)


def default_ids(inputs: np.ndarray) -> list[str]:
    """A hash of each sequence."""
    return [hashlib.sha256(np.ascontiguousarray(row)).hexdigest() for row in inputs]


def seeds(ids: list[str], seed: int) -> np.ndarray:
    """Seeds of what a method draws for each row: int32 (n, 2), from its id and ``seed`` alone."""
    found = [shuffles.seed_of(f"{name} draws", seed) for name in ids]
    return np.array(found, np.int64).view(np.int32).reshape(-1, 2)


def unknown(inputs: np.ndarray, declared: np.ndarray | None = None) -> np.ndarray:
    """Where (n, length) the DNA is N, or the caller has ``declared`` that nothing is known."""
    empty = (inputs == 0).all(axis=-1)
    shares = (np.abs(inputs.sum(axis=-1) - 1) < SLACK) & (inputs >= 0).all(axis=-1)
    # four channels of other numbers, such as a picture's, are no letters: 0 is one of them
    letters = (inputs.shape[-1] == 4) & (empty | shares).all(axis=1, keepdims=True)
    found = empty & letters
    return found if declared is None else found | _checked_places(declared, inputs)


def _checked_places(declared: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    places = np.asarray(declared)
    if places.dtype != bool or places.shape != inputs.shape[:2]:
        raise BadInput(
            f"unknown is {describe(declared)}",
            expected=f"bool (n, length) = {inputs.shape[:2]}: True where nothing is known",
        )
    return places


def _shuffled(shuffle: object, row: np.ndarray, name: str, seed: int, count: int) -> np.ndarray:
    codes = np.where(row.any(axis=-1), row.argmax(axis=-1), 4).astype(np.uint8)
    seeds = (shuffles.seed_of(f"{name} reference {number}", seed) for number in range(count))
    return np.stack([onehot.codes_to_onehot(shuffle(codes, one)) for one in seeds])


def _check_kind(kind: str, inputs: np.ndarray) -> None:
    if kind not in KINDS:
        raise BadInput(
            f"there are no references {kind!r}{nearest(kind, KINDS)}",
            expected=f"one of {', '.join(KINDS)}, or an array (n or 1, r, length, channels)",
            remedy="a study draws them from its windows; here give the array, of the mean of "
            "inputs X X.mean(axis=0)[None, None]"
            if kind in DRAWN
            else "",
        )
    if kind in SHUFFLES and inputs.shape[-1] != 4:
        raise BadInput(f"references {kind!r} are for DNA", expected="inputs with 4 channels")


def _check_array(references: np.ndarray, inputs: np.ndarray, blank: np.ndarray) -> None:
    count, *sides = inputs.shape
    shape = references.shape
    right = len(shape) == 4 and list(shape[2:]) == sides and shape[0] in (1, count)
    if not right or shape[1] < 1:
        expected = (
            f"(n or 1, r, length, channels) = ({count} or 1, r >= 1, {sides[0]}, {sides[1]})"
        )
        raise BadInput(f"references have shape {shape}", expected=expected)
    if not np.issubdtype(references.dtype, np.floating) or not np.isfinite(references).all():
        raise BadInput("references are not all finite floats", expected="float32")
    useless = (equal(inputs, references, blank) == shape[1]) & ~blank.all(axis=1)
    if useless.any():
        raise BadInput(
            f"{useless.sum()} inputs have no reference but themselves: nothing would contribute",
            expected="a reference that differs from the input",
            where=f"row {useless.argmax()}",
        )
