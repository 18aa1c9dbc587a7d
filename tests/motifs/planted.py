"""Windows whose hypothetical contributions and sites are known; run as a program, what
TF-MoDISco makes of them (in a process of its own, since other tests import TensorFlow).

Half of the windows hold the one activating word, half the other, on either strand; every other
one holds the repressing one too. A base of a site adds 1 (-1 for the repressor) times the site's
strength (0.5 to 1.5). Sites have substitutions, and lie far enough from the windows' ends for
patterns of 50 bp.
"""

import sys
from pathlib import Path

import h5py
import numpy as np

ACTIVATORS = ("ATTACCCGGA", "CGTATATAGTGA")
REPRESSOR = "TAGCCGCCGA"
LENGTH = 121
COUNT = 300
WIDTH = 115  # odd: modisco reads 114 bp, from the fourth base on
NOISE = 0.05
SUBSTITUTED = 0.08


def codes_of(word: str, backward: bool) -> np.ndarray:
    codes = np.array(["ACGT".index(base) for base in word])
    return 3 - codes[::-1] if backward else codes


def plant(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[tuple]]:
    """codes (count, 121), hypothetical (count, 121, 4), sites (window, start, word, backward)."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (count, LENGTH))
    hypothetical = rng.normal(0, NOISE, (count, LENGTH, 4))
    sites = []
    for window in range(count):
        planted = [(ACTIVATORS[window % 2], 1.0, 25)]
        planted += [(REPRESSOR, -1.0, 65)] if window % 4 < 2 else []
        for word, sign, first in planted:
            start, backward = first + int(rng.integers(0, 15)), bool(rng.integers(0, 2))
            here = codes_of(word, backward)
            place = slice(start, start + len(word))
            scores = sign * rng.uniform(0.5, 1.5) * (np.eye(4)[here] * 1.3 - 0.3)
            hypothetical[window, place] += scores
            other = rng.random(len(here)) < SUBSTITUTED
            codes[window, place] = np.where(other, rng.integers(0, 4, len(here)), here)
            sites.append((window, start, word, backward))
    return codes, hypothetical, sites


def ids(count: int) -> list[str]:
    return [f"chr:{window % 3}:{500 * window}-{500 * window + LENGTH}" for window in range(count)]


def write(path: Path, names: list, onehot: np.ndarray, hypothetical: np.ndarray) -> None:
    from chromolens.scores import seal

    with h5py.File(path, "w") as file:
        group = file.create_group("factor")
        group.create_dataset("id", data=names, dtype=h5py.string_dtype())
        group["onehot"] = onehot.astype("int8")
        group["hypothetical"] = hypothetical.astype("float32")
    seal(path)


def main(folder: Path) -> None:
    from chromolens.motifs.modisco.modisco import find_patterns

    codes, hypothetical, _ = plant(COUNT, seed=0)
    onehot = np.eye(4)[codes]
    rng = np.random.default_rng(1)
    cases = {
        "planted": (onehot, hypothetical),
        "noise": (onehot, rng.normal(size=hypothetical.shape)),
        "few": (onehot[:20], hypothetical[:20]),
        "one": (onehot[:1], hypothetical[:1]),
        "constant": (onehot, np.zeros_like(hypothetical)),
        "one_sign": (onehot, np.abs(hypothetical) + 0.1),
        # a null of one sign though a few scores have the other
        "nearly_one_sign": (onehot, np.abs(hypothetical) + 1 - 300 * rare(hypothetical.shape)),
    }
    for name, (sequences, scores) in cases.items():
        write(folder / f"{name}.h5", ids(len(sequences)), sequences, scores)
        target = folder / f"{name}.modisco.h5"
        find_patterns(folder / f"{name}.h5", "factor", target, seed=3, width=WIDTH)


def rare(shape: tuple[int, ...]) -> np.ndarray:
    flags = np.zeros(shape)
    flags[0, 60] = 1
    return flags


if __name__ == "__main__":
    main(Path(sys.argv[1]))
