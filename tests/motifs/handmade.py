"""Files in TF-MoDISco's layout, made of windows and chosen seqlets without running it."""

from pathlib import Path

import h5py
import numpy as np

from chromolens.scores import seal

WIDTH = 50
Seqlet = tuple[int, int, bool]
"""Window, start in the stretch that modisco read, and whether the other strand is read."""


def write_modisco(
    path: Path,
    onehot: np.ndarray,
    hypothetical: np.ndarray,
    patterns: dict[str, list[Seqlet]],
    ids: list[str],
    offset: int = 0,
) -> None:
    """``patterns``: ``pos.pattern_0`` or ``pos.pattern_0.subpattern_1`` -> its seqlets.

    onehot, hypothetical: (window, position, 4), of the stretch that modisco read.
    """
    with h5py.File(path, "w") as file:
        file.attrs["window_size"] = onehot.shape[1]
        for name, seqlets in patterns.items():
            sign, key = name.split(".", 1)
            group = file.create_group(f"{sign}_patterns/{key.replace('.', '/')}")
            _fill(group, onehot, hypothetical, seqlets)
        own = file.create_group("chromolens")
        own.create_dataset("ids", data=ids, dtype=h5py.string_dtype())
        own.attrs["offset"], own.attrs["windows"], own.attrs["reason"] = offset, len(ids), ""
    seal(path)


def read(array: np.ndarray, seqlet: Seqlet, width: int = WIDTH) -> np.ndarray:
    window, start, backward = seqlet
    piece = array[window, start : start + width]
    return piece[::-1, ::-1] if backward else piece


def _fill(group: h5py.Group, onehot: np.ndarray, hypothetical: np.ndarray, seqlets: list) -> None:
    bases = np.array([read(onehot, seqlet) for seqlet in seqlets], dtype="float32")
    scores = np.array([read(hypothetical, seqlet) for seqlet in seqlets], dtype="float32")
    arrays = {
        "sequence": bases,
        "contrib_scores": bases * scores,
        "hypothetical_contribs": scores,
    }
    window, start, backward = (np.array(column) for column in zip(*seqlets, strict=True))
    places = {"example_idx": window, "start": start, "end": start + WIDTH, "is_revcomp": backward}
    for name, values in arrays.items():
        group[name] = values.mean(axis=0, dtype=np.float64)
    for name, values in (arrays | places).items():
        group[f"seqlets/{name}"] = values
    group["seqlets/n_seqlets"] = [len(seqlets)]
