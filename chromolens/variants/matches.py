"""Motifs that a variant makes or breaks: matches of the lexicon over either allele."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import codes_of
from chromolens.motifs.hits.sites import composition
from chromolens.motifs.hits.sought import Sought
from chromolens.motifs.modisco.sites import UNITS, Matcher, Stretch, matcher
from chromolens.tables.variants import MATCHES


def changed_matches(
    genome: Genome,
    variants: pd.DataFrame,
    motifs: Mapping[str, Sequence[Sought]],
    *,
    stretches: Sequence[Interval],
    max_p: float,
) -> pd.DataFrame:
    """``MATCHES`` without its column model: motifs that match over one allele alone.

    Parameters
    ----------
    variants
        ``LISTED``, each variant once.
    motifs
        Task -> the motifs of the lexicon that were seen in it.
    stretches
        Whose bases are the background.
    max_p
        Largest p-value of a match of the sequence, as for hits.
    """
    background, rows = composition(genome, stretches), []
    ready = {
        task: [(one, matcher(one.ppm, background, max_p)) for one in own if len(one.ppm)]
        for task, own in motifs.items()
    }
    longest = max((one.width for own in ready.values() for _, one in own), default=0)
    for row in variants.itertuples():
        both = _alleles(genome, row, longest)
        for task, own in ready.items():
            for motif, one in own:
                bits = [_best(stretch, at, width, one) for stretch, at, width in both]
                if np.isnan(bits[0]) != np.isnan(bits[1]):
                    change = "lost" if np.isnan(bits[1]) else "gained"
                    rows.append((task, row.variant, motif.motif, motif.label, change, *bits))
    return pd.DataFrame(rows, columns=MATCHES.after("model"))


def _alleles(genome: Genome, row: object, reach: int) -> list[tuple[Stretch, int, int]]:
    """Of either allele: the stretch around it, where in it the allele begins, and its length."""
    end = row.start + len(row.removed)
    left = genome.codes(row.chrom, max(0, row.start - reach), row.start)
    right = genome.codes(row.chrom, end, min(end + reach, genome.sizes[row.chrom]))
    return [
        (Stretch(np.concatenate([left, codes_of(allele), right])), len(left), len(allele))
        for allele in (row.removed, row.added)
    ]


def _best(stretch: Stretch, at: int, width: int, motif: Matcher) -> float:
    """Bits of the best match that holds a base of the allele, or spans its place; else NaN."""
    starts, scores, _ = stretch.sites(motif)
    over = (starts < at + width) & (starts + motif.width > at)
    return scores[over].max() / UNITS if over.any() else np.nan
