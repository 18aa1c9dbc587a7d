"""Sequences with the same composition and another order: references, and null sequences.

Unknown bases (N) stay where they are; each run of known bases between them is shuffled by itself.
A shuffle depends on its sequence and seed alone.
"""

import hashlib
from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np

from chromolens.genome.onehot import UNKNOWN

_BASES = range(4)


def seed_of(text: str, seed: int) -> int:
    """A seed of 63 bits for the thing called ``text``: the same on any machine, in any order."""
    digest = hashlib.sha256(f"{seed}:{text}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def mononucleotide(codes: np.ndarray, seed: int) -> np.ndarray:
    """Codes uint8 (L,) with the bases of each known run in a random order, all equally likely."""
    rng = np.random.default_rng(seed)
    shuffled = np.array(codes, dtype=np.uint8)
    for start, end in _known_runs(shuffled):
        rng.shuffle(shuffled[start:end])
    return shuffled


def dinucleotide(codes: np.ndarray, seed: int) -> np.ndarray:
    """Codes uint8 (L,) with exactly the dinucleotide counts of each known run.

    Each run keeps its first and last base. All sequences that do are equally likely: a random
    Euler path through the graph of dinucleotides (Altschul and Erickson, 1985). Where there is
    only one, such as for a run of a single base, the input comes back: ask ``degenerate``.
    """
    rng = np.random.default_rng(seed)
    shuffled = np.array(codes, dtype=np.uint8)
    for start, end in _known_runs(shuffled):
        if end - start > 3:  # up to three bases, the path is the only one
            shuffled[start:end] = _euler_path(shuffled[start:end], rng)
    return shuffled


def degenerate(codes: np.ndarray, shuffled: np.ndarray) -> bool:
    """Whether a shuffle gave back its input, and so is no reference for it."""
    return bool(np.array_equal(codes, shuffled))


def _known_runs(codes: np.ndarray) -> np.ndarray:
    """Start and end of each run of known bases: int (runs, 2)."""
    known = np.concatenate([[False], codes < UNKNOWN, [False]])
    return np.flatnonzero(known[1:] != known[:-1]).reshape(-1, 2)


def _euler_path(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Walk all dinucleotides of ``codes`` once: those that leave a base in random order, its last.

    Any order leads to a whole path if the last exits of all bases lead to the final base, that is,
    form a tree towards it.
    """
    first, final = int(codes[0]), int(codes[-1])
    exits = [codes[1:][codes[:-1] == base] for base in _BASES]
    counts = np.array([np.bincount(targets, minlength=4) for targets in exits])
    last = _last_exits(counts, final, rng)
    queues = [_shuffled_exits(exits[base], last.get(base), rng) for base in _BASES]
    path, base = [first], first
    for _ in range(len(codes) - 1):
        base = next(queues[base])
        path.append(base)
    return np.array(path, dtype=np.uint8)


def _last_exits(counts: np.ndarray, final: int, rng: np.random.Generator) -> dict[int, int]:
    """Where the last exit from each base leads, drawn among all trees towards ``final``.

    A tree's weight is the number of ways to choose its dinucleotides: the product of their
    counts (4, 4). There are at most 16 trees, so they are all looked at; drawing exits until they
    form a tree could take very long for repeats.
    """
    number = counts.tolist()
    bases = [base for base in _BASES if base != final and any(number[base])]
    choices = [[to for to in _BASES if to != base and number[base][to]] for base in bases]
    trees = [dict(zip(bases, targets, strict=True)) for targets in product(*choices)]
    trees = [tree for tree in trees if _leads_to(tree, final)]
    weights = [prod(number[base][to] for base, to in tree.items()) for tree in trees]
    upper = np.cumsum(weights, dtype=np.float64)
    return trees[np.searchsorted(upper, rng.random() * upper[-1])]


def _leads_to(tree: dict[int, int], final: int) -> bool:
    """Whether every base of ``tree`` reaches ``final`` by following it."""
    ends = set(tree)
    for _ in _BASES:
        ends = {tree.get(base, base) for base in ends}
    return ends <= {final}


def _shuffled_exits(
    targets: np.ndarray, last: int | None, rng: np.random.Generator
) -> Iterator[int]:
    """The bases that follow one base, in random order but with ``last`` at the end."""
    if last is not None:
        targets = np.delete(targets, np.flatnonzero(targets == last)[0])
    order = rng.permutation(targets).tolist()
    return iter(order if last is None else [*order, last])
