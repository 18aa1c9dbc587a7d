"""Tables of what is made of genotypes' contributions."""

from chromolens.tables.column import (
    METHOD,
    MODEL,
    TARGET,
    TASK,
    Table,
    boolean,
    integer,
    number,
    text,
)

CATEGORIES = ("network", "genome", "nothing", "unclear", "unjudged")
"""What a verdict may be."""
_BP = "bp, 1-based"
_CHROM = text("chrom", "name of the chromosome")
_MARKER = (text("marker", "its id"), _CHROM, integer("position", "of the marker", _BP))
_SHARE = number("share", "of all mass; empty where there is none", "share", missing=True)
_MODEL = (MODEL, TASK, METHOD)
_LEAD = (
    text("lead", "marker of the largest mass"),
    integer("lead_position", "of the lead", _BP),
)

MARKER_MASSES = Table(
    "markers/MODEL.TASK.METHOD.masses.tsv.gz",
    "a row per marker, over the held-out samples",
    (
        *_MARKER,
        number("mass", "mean of the contributions' sizes", TARGET),
        _SHARE,
        number("mean", "of the contributions", TARGET),
        number("slope", "of the contribution on the dosage, per counted allele; empty where the "
               "dosage doesn't vary", TARGET, missing=True),
        integer("direction", "1: the counted allele raises the prediction; -1: it lowers it; 0: "
                "neither"),
        integer("samples", "number"),
        integer("known", "samples whose dosage is known"),
    ),
)  # fmt: skip
MARKER_SCAN = Table(
    "markers/TASK.scan.tsv.gz",
    "a row per marker: regression of the trait on its dosage; empty where the dosage doesn't vary",
    (
        *_MARKER,
        integer("n", "samples"),
        number("beta", "slope, per counted allele", "trait units", missing=True),
        number("t", "Student's", missing=True),
        number("p", "of both sides", missing=True),
        number("log10_p", "-log10 of p, also of those below all floats", missing=True),
        number("lod", "n / 2 log10(RSS0 / RSS1)", missing=True),
    ),
)
MARKER_RIDGE = Table(
    "markers/TASK.ridge.tsv.gz",
    "a row per marker: ridge regression on all markers at once",
    (
        *_MARKER,
        number("beta", "slope, per counted allele", "trait units"),
        number("effect", "slope, per standard deviation of the dosage", "trait units"),
    ),
)
SCANNED = Table(
    "markers/TASK.scanned.tsv",
    "a row: what scan and ridge say of a trait as a whole",
    (
        TASK,
        integer("samples", "with a value"),
        number("genomic_control", "median chi2 of the scan over that of chance"),
        number("threshold", "LOD that a marker must exceed: p = 0.05 in the whole genome"),
        number("ridge_r2", "of ridge, over the held-out samples of all folds"),
    ),
)
LD_BLOCKS = Table(
    "markers/MODEL.TASK.METHOD.blocks.tsv",
    "a row per block of linkage: neighbouring markers that are correlated with its first one",
    (
        integer("block", "its number, from 0"),
        _CHROM,
        integer("first", "position of its first marker", _BP),
        integer("last", "position of its last marker", _BP),
        integer("markers", "number"),
        number("mass", "sum over its markers", TARGET),
        _SHARE,
        *_LEAD,
        number("lead_mass", "mass of the lead", TARGET),
    ),
)
CHROMOSOME_SHARES = Table(
    "markers/MODEL.TASK.METHOD.chromosomes.tsv",
    "a row per chromosome",
    (
        _CHROM,
        integer("markers", "number"),
        number("expected", "of the markers", "share"),
        number("mass", "sum over its markers", TARGET),
        number("share", "of all mass", "share"),
        number("enrichment", "share over expected"),
        number("largest", "mass of one marker", TARGET),
    ),
)
OCCLUDED = Table(
    "markers/MODEL.occluded.tsv",
    "a row per trait and chromosome: how well held-out samples are predicted once it is hidden",
    (
        TASK,
        _CHROM,
        text("metric", "of the objective: `r2`, `auroc`"),
        integer("n", "held-out samples with a value, over all folds"),
        number("whole", "the metric with all chromosomes", missing=True),
        number("without", "the metric once this one has the training samples' mean dosages",
               missing=True),
        number("fall", "whole less without", missing=True),
        number("low", "of the fall: 95 % bootstrap over the samples", missing=True),
        number("high", "of the fall: 95 % bootstrap over the samples", missing=True),
    ),
)  # fmt: skip
MARKER_SETS = Table(
    "markers/MODEL.TASK.sets.tsv.gz",
    "a row per sufficient set of markers; a sample without any has a row with none",
    (
        text("id", "of the sample"),
        text("fold", "whose model was asked"),
        text("side", "`high`: the set keeps the prediction up; `low`: down"),
        number("whole", "prediction of the sample", TARGET),
        number("masked", "prediction where all markers have their mean dosage", TARGET),
        number("threshold", "that the set must reach", TARGET),
        integer("order", "of the set in its sample: 0, 1, ..."),
        integer("markers", "in the set"),
        number("value", "prediction on the set alone", TARGET, missing=True),
        number("without_one", "the nearest to the threshold once any one of its markers is masked "
               "too", TARGET, missing=True),
        number("rest_value", "prediction once all the sample's sets in this table are masked",
               TARGET, missing=True),
    ),
)  # fmt: skip
SET_MEMBERS = Table(
    "markers/MODEL.TASK.members.tsv.gz",
    "a row per marker of a sufficient set",
    (
        text("id", "of the sample"),
        integer("order", "of the set in its sample"),
        *_MARKER,
        number("dosage", "of the sample", "copies"),
        number("mean", "dosage of the fold's training samples, which stands for a masked one",
               "copies"),
    ),
)  # fmt: skip
SET_MARKERS = Table(
    "markers/MODEL.TASK.kept.tsv",
    "a row per marker that is in any sufficient set, the most frequent first",
    (
        *_MARKER,
        integer("high", "samples with it in a set that keeps the prediction up"),
        integer("low", "samples with it in a set that keeps the prediction down"),
        number("share", "of the samples with a set", "share"),
    ),
)
KNOWN_LOCI = Table(
    "markers/known.tsv",
    "a row per known locus and source",
    (
        text("trait", "name of the trait"),
        _CHROM,
        integer("position", "of the locus", _BP),
        text("source", "network and method, `scan` or `ridge`"),
        text("lead", "best marker of that chromosome; empty where none has a number",
             missing=True),
        integer("lead_position", "of the lead", _BP, missing=True),
        number("distance", "from the locus to the lead", "bp", missing=True),
        number("block_distance", "from the locus to the best block; 0: inside", "bp",
               missing=True),
        boolean("found", "whether the distance is small enough"),
        integer("rank", "of the chromosome, by its best marker", missing=True),
        number("chance", "of the chromosome's markers that would have been near enough",
               "share"),
    ),
)  # fmt: skip
NULL_MASSES = Table(
    "markers/nulls/MODEL.METHOD.NULL.tsv.gz",
    "a row per draw, task and marker, in the order of the network's inputs",
    (
        TASK,
        text("null", "`untrained`, `permuted`, `rotated`"),
        integer("draw", "its number, from 1"),
        *_MARKER,
        number("mass", "mean of the contributions' sizes over the held-out samples", TARGET),
    ),
)
_READER = (
    text("trait", "name of the spiked trait"),
    text("source", "network and method, `scan` or `ridge`"),
)
RECOVERED = Table(
    "markers/recovered.tsv",
    "a row per sought marker of a spiked trait and source",
    (
        *_READER,
        *_MARKER,
        text("role", "`causal`; `decoy`: like one, but nothing depends on it"),
        integer("input", "its place among the network's inputs", "0-based"),
        integer("rank", "of the best block that stands for it; empty where none has a number "
                "above 0", missing=True),
        boolean("recovered", "whether that is among as many as there are causal markers"),
        number("chance", "that blocks drawn at random would have recovered it", "share"),
    ),
)  # fmt: skip
RECALL = Table(
    "markers/recall.tsv",
    "a row per spiked trait, source and part of the inputs",
    (
        *_READER,
        text("where", "`all`, `quarter 1` (the first inputs) to `quarter 4`, `last 3.6 %`"),
        integer("causal", "causal markers there"),
        integer("recovered", "number of these"),
        number("recall", "recovered of the causal ones; empty without any", "share", missing=True),
        number("chance", "recall of blocks drawn at random", "share", missing=True),
        integer("decoys", "decoys there"),
        integer("called", "decoys that would be called recovered"),
        number("false_rate", "called of the decoys", "share", missing=True),
        number("precision", "named blocks that stand for a causal marker; of `all`", "share",
               missing=True),
    ),
)  # fmt: skip
_BAND = (
    text("statistic", "what was measured"),
    number("value", "of the study's own network"),
    number("low", "smallest of the null draws"),
    number("median", "of the null draws"),
    number("high", "largest of the null draws"),
    integer("rank", "1: no draw is as large"),
    number("p", "(1 + draws as large or larger) / (1 + draws)"),
    integer("draws", "number"),
)
NULL_BANDS = Table(
    "markers/bands.tsv",
    "a row per network, null and statistic",
    (*_MODEL, text("null", "`untrained`, `permuted`"), *_BAND),
)
VERDICTS = Table(
    "markers/verdicts.tsv",
    "a row per network",
    (
        *_MODEL,
        text("category", ", ".join(f"`{name}`" for name in CATEGORIES)),
        text("sentence", "why"),
        text("scaling", "whether one may scale per chromosome; empty where nothing was learned",
             missing=True),
    ),
)  # fmt: skip
MARKER_BEDGRAPH = Table(
    "markers/MODEL.TASK.METHOD.bedgraph.gz",
    "a base per marker; of several on one base the largest",
    (
        _CHROM,
        integer("start", "of the marker", "bp, 0-based"),
        integer("end", "behind it", "bp, 0-based"),
        number("value", "of the marker", TARGET),
    ),
    head=None,
)
