"""Contributions in the files of chrombpnet, for the tools that read these.

``PREFIX.interpreted_regions.bed``
    ten columns as narrowPeak; start + column 10 is the summit, in the middle of the window. Row i
    is row i of both HDF5 files
``PREFIX.counts_scores.h5``, ``PREFIX.profile_scores.h5``
    ``raw/seq`` int8, ``shap/seq`` (hypothetical contributions) and ``projected_shap/seq``
    (contributions) float16, (n, 4, length)
``PREFIX.counts_scores.bw``, ``PREFIX.profile_scores.bw``
    contributions of the whole windows; of windows that overlap, a base has the number of the one
    whose summit is nearest
``PREFIX.counts_scores.stats.txt``, ``PREFIX.profile_scores.stats.txt``
    quantiles of the numbers in each bigWig, as chrombpnet's ``--output-prefix-stats``: lines of a
    name (``Min``, ``.1%``, ...) and a number

chrombpnet packs its arrays with blosc, which takes a plugin to read; here it is gzip. float16
keeps three digits.
"""

from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.runlog import atomic
from chromolens.scores import open_scores
from chromolens.tracks.bigwig import write_bigwig
from chromolens.tracks.stitching import stitch
from chromolens.tracks.tiling import touching

HEADS = ("counts", "profile")
ARRAYS = {"raw/seq": np.int8, "shap/seq": np.float16, "projected_shap/seq": np.float16}
QUANTILES = {"Min": 0.0, ".1%": 0.001, "1%": 0.01, "50%": 0.5, "99%": 0.99, "99.9%": 0.999,
             "99.95%": 0.9995, "99.99%": 0.9999, "Max": 1.0}  # fmt: skip
_AT_ONCE = 256  # windows


def write_scores(
    explained: str | Path, signal: str, sizes: Mapping[str, int], prefix: str | Path
) -> pd.DataFrame:
    """Write the seven files of a signal, from the ``windows.h5`` of a profile network.

    Parameters
    ----------
    explained
        A file of ``scores.WINDOWS`` with hypothetical contributions: each window by the networks
        that never saw it. They are written in the target's units, folds not brought to one scale.
    signal
        Whose tasks ``counts_SIGNAL`` and ``profile_SIGNAL`` are written.
    sizes
        Length (bp) of every chromosome, in the order of the FASTA.
    prefix
        Of the paths that are written; its folder is made.

    Returns
    -------
    Columns chrom, start, end and id of the windows, as written: by place.

    Raises
    ------
    BadInput
        No profile network of ``signal``, a method without hypothetical contributions, no windows.
    """
    Path(prefix).parent.mkdir(parents=True, exist_ok=True)
    with open_scores(explained) as file:
        groups = _groups(file, signal)
        windows = _placed(groups, sizes)
        for head, group in groups.items():
            rows = pd.Index(group["id"].asstr()[:]).get_indexer(windows["id"])
            _write_arrays(f"{prefix}.{head}_scores.h5", group, rows)
    _write_regions(f"{prefix}.interpreted_regions.bed", windows)
    for head in HEADS:
        _write_track(f"{prefix}.{head}_scores", windows, sizes)
    return windows


def _groups(file: h5py.File, signal: str) -> dict[str, h5py.Group]:
    names = {head: f"{head}_{signal}" for head in HEADS}
    profiles = [name.removeprefix("profile_") for name in file if name.startswith("profile_")]
    if any(name not in file for name in names.values()):
        raise BadInput(
            f"there is no profile and no log count of {signal!r}",
            expected=f"one of {', '.join(profiles)}" if profiles else "a profile network",
            where=file.filename,
        )
    groups = {head: file[name] for head, name in names.items()}
    if any("hypothetical" not in group for group in groups.values()):
        raise BadInput(
            "the method gives no hypothetical contributions, which are the arrays shap/seq",
            expected="such as deeplift_rescale",
            where=file.filename,
        )
    return groups


def _placed(groups: Mapping[str, h5py.Group], sizes: Mapping[str, int]) -> pd.DataFrame:
    """The windows that both heads were explained on, by place."""
    one, other = [group["id"].asstr()[:] for group in groups.values()]
    ids = [name for name in one if name in set(other)]
    if not ids:
        raise BadInput("no window was explained", where=groups["counts"].file.filename)
    places = [(*astuple(Interval.parse(name)), name) for name in ids]
    rank = {chrom: number for number, chrom in enumerate(sizes)}
    places.sort(key=lambda place: (rank[place[0]], place[1]))
    return pd.DataFrame(places, columns=["chrom", "start", "end", "id"])


def _write_arrays(path: str, group: h5py.Group, rows: np.ndarray) -> None:
    width, channels = group["onehot"].shape[1:]
    shape, chunks = (len(rows), channels, width), (min(len(rows), 16), channels, width)
    options = {"shape": shape, "chunks": chunks, "compression": "gzip", "compression_opts": 1}
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        arrays = {
            name: file.create_dataset(name, dtype=dtype, **options)
            for name, dtype in ARRAYS.items()
        }
        for begin in range(0, len(rows), _AT_ONCE):
            part = rows[begin : begin + _AT_ONCE]
            ordered, back = np.unique(part, return_inverse=True)  # as HDF5 reads them
            onehot, scaled, scale = (
                group[key][ordered][back] for key in ("onehot", "hypothetical", "scale")
            )
            hypothetical = scaled * scale[:, None, None]
            found = dict(zip(arrays, (onehot, hypothetical, hypothetical * onehot), strict=True))
            for name, values in found.items():
                # rounded here: the conversion of HDF5 itself makes some float16 half as large
                rounded = values.transpose(0, 2, 1).astype(ARRAYS[name])
                arrays[name][begin : begin + len(part)] = rounded


def _write_regions(path: str, windows: pd.DataFrame) -> None:
    peaks = windows[["chrom", "start", "end", "id"]].assign(score=0, strand=".", signal=0)
    peaks = peaks.assign(p=-1, q=-1, summit=(windows["end"] - windows["start"]) // 2)
    with atomic(path) as temporary:
        peaks.to_csv(temporary, sep="\t", header=False, index=False)


def _write_track(prefix: str, windows: pd.DataFrame, sizes: Mapping[str, int]) -> None:
    """The contributions in ``prefix.h5`` as ``prefix.bw``, their quantiles in a file beside it."""
    counts = np.zeros(1 << 16, dtype=np.int64)  # of each number that float16 has
    first = {chrom: int(rows[0]) for chrom, rows in windows.groupby("chrom").indices.items()}
    starts = {chrom: part.to_numpy(np.int64) for chrom, part in windows.groupby("chrom")["start"]}
    with h5py.File(f"{prefix}.h5") as file:
        scores = file["projected_shap/seq"]

        def read(chrom: str, start: int, end: int) -> np.ndarray:
            asked, own = Interval(chrom, start, end), starts.get(chrom, np.zeros(0, np.int64))
            near = touching(own, scores.shape[2], asked)
            rows = slice(first.get(chrom, 0) + near.start, first.get(chrom, 0) + near.stop)
            values = scores[rows].astype(np.float32).sum(axis=1)
            found = stitch(values[None], own[near], scores.shape[2], asked, "nearest_summit")[0]
            known = found[np.isfinite(found)].astype(np.float16)
            counts[:] += np.bincount(known.view(np.uint16), minlength=len(counts))
            return found

        write_bigwig(f"{prefix}.bw", sizes, read)
    with atomic(f"{prefix}.stats.txt") as temporary:
        rows = [f"{name}\t{_quantile(counts, share):.6f}\n" for name, share in QUANTILES.items()]
        temporary.write_text("".join(rows))


def _quantile(counts: np.ndarray, share: float) -> float:
    """The quantile of numbers of which ``counts`` int (65536,) has each float16 by its bits.

    Between two numbers it is interpolated, as ``numpy.quantile`` does.
    """
    bits = np.flatnonzero(counts)
    values = bits.astype(np.uint16).view(np.float16).astype(float)
    order = np.argsort(values)
    ends = np.cumsum(counts[bits][order])
    place = share * (ends[-1] - 1)
    near = [np.floor(place), np.ceil(place)]
    low, high = values[order][np.searchsorted(ends, near, side="right")]
    return low + (place - near[0]) * (high - low)
