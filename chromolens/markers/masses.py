"""The mass of a marker: how much it contributes to the predictions of samples, either way.

Signed means cancel, so the mass is the mean over held-out samples of the contribution's size; the
signed mean and the direction stand beside it. Samples stream through: memory is that of some
numbers per marker, and of one block.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.genotypes.dosage import Dosage, known
from chromolens.markers.runs import checked
from chromolens.ties import TIE

_CELLS = 2**21  # of a block


def paired(
    contributions: Dosage, dosage: Dosage, rows: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of samples: their contributions, and their dosages (each samples, markers).

    Parameters
    ----------
    contributions
        Array or dataset (n, markers).
    dosage
        Array or dataset (samples, markers).
    rows
        Row of ``dosage`` of each of the n; 0 to n - 1 where None.
    """
    rows = np.arange(len(contributions)) if rows is None else np.asarray(rows)
    if len(rows) != len(contributions):
        raise BadInput(
            f"{len(contributions)} samples with contributions, {len(rows)} rows of dosages",
            expected="a row of dosages for each sample",
        )
    step = max(_CELLS // contributions.shape[1], 1)
    for start in range(0, len(rows), step):
        # HDF5 reads rows in ascending order only, and each once
        wanted, back = np.unique(rows[start : start + step], return_inverse=True)
        yield contributions[start : start + step], dosage[wanted][back]


def masses(markers: pd.DataFrame, blocks: Iterable[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """Mass, mean and direction of every marker.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position; in the order of the contributions' columns.
    blocks
        Pairs (contributions, dosages), each (n, markers), as of ``paired``: held-out samples,
        explained by models that never saw them.

    Returns
    -------
    DataFrame
        ``MARKER_MASSES``. slope: of the contribution on the dosage (least squares over the
        samples whose dosage is known), NaN where the dosage doesn't vary. direction: 1 where the
        counted allele raises the prediction, -1 where it lowers it, 0 where the contribution
        doesn't go with the dosage.
    """
    total = None
    for contributions, dosage in blocks:
        checked(markers, contributions)
        checked(markers, dosage)
        block = _Moments.of(contributions, dosage, 0 if total is None else total.samples)
        total = block if total is None else total.joined(block)
    if total is None:
        raise BadInput("there are no contributions", expected="one sample or more")
    named = markers[["marker", "chrom", "position"]].reset_index(drop=True)
    return pd.concat([named, total.table()], axis=1)


@dataclass(frozen=True)
class _Moments:
    """Of some samples: sums over all of them, moments over those of known dosage (markers,)."""

    samples: int
    size: np.ndarray
    signed: np.ndarray
    known: np.ndarray
    dosage: np.ndarray
    contribution: np.ndarray
    dosage_squares: np.ndarray
    contribution_squares: np.ndarray
    products: np.ndarray

    @classmethod
    def of(cls, contributions: np.ndarray, dosage: np.ndarray, before: int) -> "_Moments":
        """``before``: samples that were seen, for the message."""
        c, d = np.asarray(contributions, np.float64), known(np.asarray(dosage))
        if not np.isfinite(c).all():
            sample, marker = np.argwhere(~np.isfinite(c))[0]
            raise BadInput(
                f"a contribution is {c[sample, marker]}",
                expected="finite numbers",
                where=f"sample {before + sample + 1}, marker {marker + 1}",
            )
        there = ~np.isnan(d)
        count = there.sum(axis=0)
        divisor = np.maximum(count, 1)
        mean_d = np.where(there, d, 0).sum(axis=0) / divisor
        mean_c = np.where(there, c, 0).sum(axis=0) / divisor
        from_d, from_c = np.where(there, d - mean_d, 0), np.where(there, c - mean_c, 0)
        squares = ((a * b).sum(axis=0) for a, b in
                   ((from_d, from_d), (from_c, from_c), (from_d, from_c)))  # fmt: skip
        return cls(len(c), np.abs(c).sum(0), c.sum(0), count, mean_d, mean_c, *squares)

    def joined(self, other: "_Moments") -> "_Moments":
        """Those of both (Chan, Golub and LeVeque, 1983)."""
        count = self.known + other.known
        share = other.known / np.maximum(count, 1)
        far_d, far_c = other.dosage - self.dosage, other.contribution - self.contribution
        weight = self.known * share
        return _Moments(
            self.samples + other.samples,
            self.size + other.size,
            self.signed + other.signed,
            count,
            self.dosage + far_d * share,
            self.contribution + far_c * share,
            self.dosage_squares + other.dosage_squares + weight * far_d**2,
            self.contribution_squares + other.contribution_squares + weight * far_c**2,
            self.products + other.products + weight * far_d * far_c,
        )

    def table(self) -> pd.DataFrame:
        mass = self.size / self.samples
        total = mass.sum()
        varies = self.dosage_squares > 0
        slope = self.products / np.where(varies, self.dosage_squares, np.nan)
        # a correlation that rounding can make has no direction
        noise = TIE * np.sqrt(self.dosage_squares) * np.sqrt(self.contribution_squares)
        return pd.DataFrame(
            {
                "mass": mass,
                "share": mass / total if total > 0 else np.nan,
                "mean": self.signed / self.samples,
                "slope": slope,
                "direction": np.where(np.abs(self.products) > noise, np.sign(self.products), 0)
                .astype(int),
                "samples": self.samples,
                "known": self.known,
            }
        )  # fmt: skip
