"""What a page is made from: a study's files and facts, by the part they play.

``gather`` fills ``Contents`` from an opened study, ``page.write_report`` shows it. A part that a
study does not have (no genes, no SIS, no planted truth) is left out, and the page says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chromolens import inputs, plugins
from chromolens.tables.column import Table

Training = tuple[str, str, int]
"""Model, fold and replicate: one training."""

Attribution = tuple[str, str, str]
"""Model, task and method: one attribution of one task."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Files and facts of one page. Formats are those of ``docs/formats.md``.

    Parameters
    ----------
    title, date, version
        Shown at the top. The date is a string, so that a page can be made again bit by bit.
    kind
        A kind of inputs: ``"genome"``, ``"sequences"``, ...
    windows, folds, dropped
        Tables of the windows, of the folds and of what was dropped, with reasons.
    models
        Name of each model -> one line that says what it is ("cnn: filters 64, kernel 15").
    nulls
        Names of those models that are untrained, or whose labels are permuted.
    given
        Names of those models that are networks of somebody else, explained as they are.
    methods
        Name of each method -> one line of its settings.
    histories, predictions
        Per training: the table of its epochs, and its predictions on the held-out groups.
    metrics, pooled
        Tables of metrics per fold, and pooled over folds with intervals.
    learning
        Tables of ``checks/learning.py``, one for each model that has one.
    tracks, prediction_tracks
        Per attribution: bigWig of contributions, and of the target that they explain.
    explained
        Per model and method: HDF5 of the explained windows (loci of kind ``sequences``).
    regions, regions_dropped
        Per method that explains regions: tables of its windows, and of the regions left out.
    vocabulary
        Table of the tokens, of inputs of kind ``tokens``.
    masses, scans
        Of genotypes, paths by name: per attribution ``masses``, ``ld_blocks`` and
        ``chromosome_shares``; per task ``scan``, ``ridge`` and ``scanned``.
    occluded
        Per model, of genotypes: the table of ``markers/occlusion.py``.
    marker_sets
        Per model and task, of genotypes: paths by name, of ``marker_sets`` and ``set_markers``.
    text_sets
        Per model, of tokens: paths by name, of the tables of ``sis/texts.py``.
    judged
        Paths by name of ``verdicts``, ``null_bands`` and ``known_loci``, of genotypes.
    contributions
        Per attribution: HDF5 of the explained records.
    fasta
        Indexed FASTA of the genome, needed with ``tracks``.
    peaks, genes, truth
        What is drawn over the loci: events per task, GFF3, and BED of planted instances.
    chromosome_names
        Name in those files -> name in the FASTA.
    loci, locus_width
        Example loci per task, and how many bases each shows.
    patterns
        Per attribution: ``merged.tsv`` and ``merged.h5``.
    motif_pages
        Per attribution: the page about its motifs, in the folder ``motifs`` beside this one.
    browser
        The page of the tracks in a browser, beside this one.
    sis
        Per model and task: paths by name, of ``sis``, ``clusters``, ``aligned``, ``motifs``
        (tables), ``weights`` and ``meme`` (matrices of ``motifs``); ``counts`` (what became of
        the windows).
    other_sis
        Per model and task: paths by name, ``subsets`` and ``counts``, of ``sis/others.py``.
    pairs
        Per model, other model and task: paths by name, of the tables ``exchanged``, ``clusters``
        and ``agreement``.
    sweeps, masks
        Per model and task the table of ``sis/sweep.py``; tables of ``checks/mask.py``.
    lexicon
        Paths by name: ``table``, ``members`` and ``meme`` of the lexicon.
    database
        Motifs with ``id``, ``name`` and ``ppm`` (length, 4), for logos beside the matches.
    acceptance
        Table of what the study had to show.
    completeness
        Tables of completeness errors, one or several.
    folds_alike
        Tables of ``checks/folds.py``.
    tiles
        Tables of ``checks/tiles.py``.
    positions, profiles
        Per model: the two tables of ``checks/positions.py``.
    edits, edit_scores
        Tables of the windows that were edited, and of what chose their edits.
    views
        Per model: the table of ``views/study.py``.
    variants
        Tables of the variants of the user's file, one for each model.
    allele_contributions
        Tables of the contributions about the clearest variants, with either allele.
    variant_matches
        Tables of the motifs that match over one allele of a variant alone.
    epistasis
        Tables of the alleles of one haplotype together and apart.
    null_scores
        Per model and fold: effects of the nulls that variants are held against.
    dropped_variants
        Table of the alleles that were not scored.
    compared
        Tables of ``checks/methods.py``, one for each model that several methods explain.
    scored_matches, missed
        Tables of the matches of known motifs, and of those that a method misses.
    hits, checked_hits
        Tables of the motifs that were looked for in the genome, and of how right their hits are.
    hit_sites
        Per attribution: the hits themselves.
    motif_pairs, gaps
        Tables of motifs that stand near each other, and at which distances.
    marginal, spacing, spaced_pairs, necessity, tried_dropped
        Tables of motifs that were put into sequences, alone and in pairs; what each is worth; what
        was left out of this.
    ablated, calibration
        Tables of hits that were taken out of windows, one or several for each method.
    substituted, motif_profiles
        Tables of hits that were broken base by base, and of how their losses follow the matrix.
    tables
        Caption -> any further table of a check, shown as it is (planted bases found, ...): what
        it is, and where.
    config, provenance
        Settings; and ``versions`` (name -> version), ``inputs`` (file -> checksum),
        ``commands`` (list), with whatever else is recorded.
    """

    title: str
    kind: str
    windows: Path
    folds: Path
    date: str = ""
    version: str = ""
    dropped: Path | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    methods: Mapping[str, str] = field(default_factory=dict)
    histories: Mapping[Training, Path] = field(default_factory=dict)
    predictions: Mapping[Training, Path] = field(default_factory=dict)
    metrics: Sequence[Path] = ()
    pooled: Sequence[Path] = ()
    learning: Sequence[Path] = ()
    tracks: Mapping[Attribution, Path] = field(default_factory=dict)
    prediction_tracks: Mapping[Attribution, Path] = field(default_factory=dict)
    explained: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    regions: Mapping[tuple[str], Path] = field(default_factory=dict)
    regions_dropped: Mapping[tuple[str], Path] = field(default_factory=dict)
    vocabulary: Path | None = None
    masses: Mapping[Attribution, Mapping[str, Path]] = field(default_factory=dict)
    scans: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    occluded: Mapping[tuple[str], Path] = field(default_factory=dict)
    marker_sets: Mapping[tuple[str, str], Mapping[str, Path]] = field(default_factory=dict)
    text_sets: Mapping[tuple[str], Mapping[str, Path]] = field(default_factory=dict)
    judged: Mapping[str, Path] = field(default_factory=dict)
    contributions: Mapping[Attribution, Path] = field(default_factory=dict)
    fasta: Path | None = None
    peaks: Mapping[str, Path | Sequence[Path]] = field(default_factory=dict)
    genes: Path | None = None
    truth: Path | None = None
    chromosome_names: Mapping[str, str] = field(default_factory=dict)
    loci: int = 2
    locus_width: int = 120
    patterns: Mapping[Attribution, tuple[Path, Path]] = field(default_factory=dict)
    motif_pages: Mapping[Attribution, Path] = field(default_factory=dict)
    browser: Path | None = None
    sis: Mapping[tuple[str, str], Mapping[str, Path]] = field(default_factory=dict)
    other_sis: Mapping[tuple[str, str], Mapping[str, Path]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str, str], Mapping[str, Path]] = field(default_factory=dict)
    sweeps: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    masks: Sequence[Path] = ()
    lexicon: Mapping[str, Path] = field(default_factory=dict)
    database: Sequence[Any] = ()
    acceptance: Path | None = None
    completeness: Sequence[Path] = ()
    folds_alike: Sequence[Path] = ()
    tiles: Sequence[Path] = ()
    positions: Mapping[tuple[str], Path] = field(default_factory=dict)
    profiles: Mapping[tuple[str], Path] = field(default_factory=dict)
    edits: Sequence[Path] = ()
    edit_scores: Sequence[Path] = ()
    views: Mapping[tuple[str], Path] = field(default_factory=dict)
    variants: Sequence[Path] = ()
    allele_contributions: Sequence[Path] = ()
    variant_matches: Sequence[Path] = ()
    epistasis: Sequence[Path] = ()
    null_scores: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    dropped_variants: Path | None = None
    compared: Sequence[Path] = ()
    scored_matches: Sequence[Path] = ()
    missed: Sequence[Path] = ()
    hits: Sequence[Path] = ()
    checked_hits: Sequence[Path] = ()
    hit_sites: Mapping[Attribution, Path] = field(default_factory=dict)
    motif_pairs: Sequence[Path] = ()
    gaps: Sequence[Path] = ()
    marginal: Sequence[Path] = ()
    spacing: Sequence[Path] = ()
    spaced_pairs: Sequence[Path] = ()
    necessity: Sequence[Path] = ()
    tried_dropped: Sequence[Path] = ()
    ablated: Sequence[Path] = ()
    calibration: Sequence[Path] = ()
    substituted: Sequence[Path] = ()
    motif_profiles: Sequence[Path] = ()
    tables: Mapping[str, tuple[Table, Path]] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that make sense for these inputs (``inputs.STAGES``), and those asked for."""
        own: tuple[str, ...] = plugins.constant(inputs, self.kind, "STAGES", ())
        asked = {"edits": self.edits, "views": self.views, "variants": self.variants}
        asked["experiments"] = self.marginal
        return (*own, *(name for name, made in asked.items() if made))
