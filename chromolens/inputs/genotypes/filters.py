"""Which samples and markers are worth keeping; the others are counted, by reason."""

import numpy as np

from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import Genotypes, is_missing
from chromolens.inputs.genotypes.linkage import runs_of_linkage
from chromolens.inputs.genotypes.store import count


def kept(
    genotypes: Genotypes,
    *,
    max_missing_marker: float,
    max_missing_sample: float,
    min_frequency: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the samples and bool (markers,) of the markers to keep.

    In this order, each judged among what is left: markers without any genotype; samples, then
    markers, that miss more than the largest share; markers that are the same in all samples;
    those whose rarer allele is rarer than ``min_frequency``.
    """
    markers = _Markers(genotypes)
    rows = np.arange(len(genotypes.samples))
    counts = count(genotypes.dosage, rows)
    markers.leave_out("marker without a genotype in any sample", counts.called == 0)
    missing = [is_missing(row)[markers.keep].mean() for row in genotypes.dosage]
    full = np.array(missing) <= max_missing_sample
    reason = f"sample with more than {max_missing_sample:g} of its genotypes missing"
    genotypes.tally.add(reason, "", genotypes.samples[~full])
    rows = rows[full]
    if len(rows) < 2:
        raise BadInput(
            f"{len(rows)} of {len(full)} samples are left",
            expected=f"2 or more with at most {max_missing_sample:g} of their genotypes missing",
            remedy="look for the samples' missing values, or raise max_missing_sample",
        )
    counts = count(genotypes.dosage, rows)
    reason = f"marker with more than {max_missing_marker:g} of its genotypes missing"
    markers.leave_out(reason, 1 - counts.called / len(rows) > max_missing_marker)
    markers.leave_out("marker with one value in all samples", counts.lowest >= counts.highest)
    share = counts.mean / genotypes.ploidy
    rare = np.minimum(share, 1 - share) < min_frequency
    markers.leave_out(f"marker with an allele rarer than {min_frequency:g}", rare)
    return rows, markers.keep


def unlike(genotypes: Genotypes, rows: np.ndarray, order: np.ndarray, r2: float) -> np.ndarray:
    """Those of the markers ``order`` (numbers, by place) that say more than the one kept before.

    One whose squared correlation with the last kept marker of its chromosome is ``r2`` or more,
    over the samples ``rows``, is left out and counted.
    """
    chroms = genotypes.markers["chrom"].to_numpy(str)[order]
    first = np.r_[True, chroms[1:] != chroms[:-1]]
    runs = runs_of_linkage(genotypes.dosage[:, order], rows, first, r2)
    leads = np.diff(runs, prepend=-1) > 0
    reason = f"marker whose r2 with the one before is {r2:g} or more"
    genotypes.tally.add(reason, "", genotypes.markers["marker"].to_numpy()[order[~leads]])
    return order[leads]


class _Markers:
    """The markers that are left, and why the others are not."""

    def __init__(self, genotypes: Genotypes):
        self._genotypes = genotypes
        self.keep = np.ones(len(genotypes.markers), dtype=bool)

    def leave_out(self, reason: str, which: np.ndarray) -> None:
        """Count under ``reason`` those of ``which`` that are still there; BadInput if all are."""
        tally = self._genotypes.tally
        tally.add(reason, "", self._genotypes.markers["marker"][self.keep & which])
        self.keep &= ~which
        if not self.keep.any():
            raise BadInput(
                f"no marker is left; left out: {tally.describe('')}", expected="1 or more"
            )
