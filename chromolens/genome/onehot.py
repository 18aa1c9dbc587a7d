"""DNA as numbers: codes (uint8, A C G T = 0..3, anything else 4) and one-hot (float32).

One-hot channels are in the order A, C, G, T; whatever is not one of these is four zeros.
"""

import numpy as np

from chromolens.errors import BadInput

BASES = "ACGT"
UNKNOWN = 4
IUPAC = {"A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT"} | {
    "K": "GT", "M": "AC", "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT"
}  # fmt: skip
"""Letter -> the bases that it stands for, in their order."""

_CODE_OF = np.full(256, UNKNOWN, dtype=np.uint8)
_CODE_OF[np.frombuffer(b"ACGTacgt", dtype=np.uint8)] = [0, 1, 2, 3] * 2
_LETTER_OF = np.frombuffer(b"ACGTN", dtype=np.uint8)
_ROWS = np.vstack([np.eye(4, dtype=np.float32), np.zeros((1, 4), dtype=np.float32)])
_COMPLEMENT = np.array([3, 2, 1, 0, UNKNOWN], dtype=np.uint8)


def codes_of(sequence: str | bytes) -> np.ndarray:
    """Letters (either case) -> codes uint8 (L,)."""
    raw = sequence.encode("ascii", "replace") if isinstance(sequence, str) else sequence
    return _CODE_OF[np.frombuffer(raw, dtype=np.uint8)]


def sequence_of(codes: np.ndarray) -> str:
    """Codes (L,) -> letters A, C, G, T, N."""
    return _LETTER_OF[codes].tobytes().decode()


def codes_to_onehot(codes: np.ndarray) -> np.ndarray:
    """Codes (..., L) -> one-hot float32 (..., L, 4)."""
    return _ROWS[codes]


def encode(sequence: str | np.ndarray) -> np.ndarray:
    """Letters or codes (L,) -> one-hot float32 (L, 4)."""
    return codes_to_onehot(codes_of(sequence) if isinstance(sequence, str) else sequence)


def is_onehot(array: np.ndarray) -> bool:
    """Whether ``array`` is one-hot DNA (..., L, 4): a single 1 in each row, or four zeros."""
    if array.shape[-1] != 4:
        return False
    total = array.sum(axis=-1)
    largest = array.max(axis=-1, initial=0)
    return bool(np.all((total == largest) & ((total == 1) | (total == 0))))


def onehot_to_codes(onehot: np.ndarray) -> np.ndarray:
    """One-hot (..., L, 4) -> codes uint8 (..., L). BadInput if a row is neither a base nor 0."""
    onehot = np.asarray(onehot)
    if not is_onehot(onehot):
        raise BadInput(
            f"an array of shape {onehot.shape} is not one-hot DNA",
            expected="(..., length, 4) in the order A, C, G, T: a single 1 in each row, N = zeros",
        )
    return np.where(onehot.any(axis=-1), onehot.argmax(axis=-1), UNKNOWN).astype(np.uint8)


def decode(onehot: np.ndarray) -> str:
    """One-hot (L, 4) -> letters; four zeros are N."""
    return sequence_of(onehot_to_codes(onehot))


def reverse_complement(onehot: np.ndarray) -> np.ndarray:
    """The other strand of (..., L, 4) read 5' to 3': positions and channels both turn round.

    Holds for one-hot DNA and for anything of its shape (hypothetical scores, PPMs).
    """
    return onehot[..., ::-1, ::-1]


def reverse_complement_codes(codes: np.ndarray) -> np.ndarray:
    """The other strand of codes (..., L), read 5' to 3'."""
    return _COMPLEMENT[codes[..., ::-1]]


def gc_content(codes: np.ndarray) -> np.ndarray:
    """Share of G and C among the known bases of codes (..., L) -> float64 (...); NaN if none."""
    codes = np.asarray(codes)
    known = (codes < UNKNOWN).sum(axis=-1)
    strong = ((codes == 1) | (codes == 2)).sum(axis=-1)
    return np.divide(strong, known, out=np.full(known.shape, np.nan), where=known > 0)
