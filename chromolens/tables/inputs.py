"""Tables of the inputs: chromosomes, windows, folds, what was left out, what was chosen."""

from dataclasses import replace

from chromolens.tables.column import FOLD, Table, base, boolean, integer, number, text

_PLACE = (
    text("chrom", "name of the chromosome"),
    base("start", "first base"),
    base("end", "end, after the last base"),
)
_ID = text("id", "`chrom:start-end`, or the name of the record")
_GROUP = text("group", "the chromosome, the block of one, or the part of the records")
_ROLE = text("role", "`positive`, `negative`, `tile`")
_SOURCE = text("source", "the tasks whose events the window is centred on, comma-separated; or "
               "`negative`, `tile`")  # fmt: skip
_REST = (
    _ROLE,
    _SOURCE,
    number("gc", "of G and C among the known bases", "share", missing=True),
    integer("shared", "1 if a word of 32 bases is also in a window of another group",
            optional=True),
    number("TASK", "one column per task: 1, 0, a number (counts), or empty (masked)",
           missing=True, many=True),
)  # fmt: skip

CHROMOSOMES = Table(
    "inputs/chromosomes.tsv",
    "a row per sequence of the genome",
    (
        text("chrom", "name of the chromosome"),
        integer("length", "of its sequence", "bp"),
        text("md5", "of the upper-case sequence (M5 of SAM headers)"),
        boolean("circular", "whether its first base follows its last; where a study has such ones",
                optional=True),
    ),
)  # fmt: skip
GENOME_WINDOWS = Table(
    "inputs/windows.tsv.gz",
    "all windows with the labels of all tasks, kind `genome`. `inputs/MODEL.windows.tsv.gz`: the "
    "windows and tasks of one model; limited by `max_positives`; a null's labels permuted within "
    "each group",
    (_ID, _GROUP, *_PLACE, *_REST),
    float_format="%.9g",
)
RECORD_WINDOWS = Table(
    "inputs/windows.tsv.gz",
    "the same files, kind `sequences`",
    (_ID, _GROUP, text("sequence", "A, C, G, T, N", pattern="[ACGTN]+"), *_REST),
    float_format="%.9g",
)
SAMPLE_WINDOWS = Table(
    "inputs/windows.tsv.gz",
    "the same files, kind `genotypes`: a row per sample",
    (
        text("id", "of the sample"),
        text("group", "the part of the samples, or their split"),
        integer("row", "of `genotypes.h5`", "0-based"),
        integer("first", "row of `markers.tsv.gz` with which the inputs begin, if rotated",
                "0-based", optional=True),
        _ROLE,
        text("source", "the traits with a value, comma-separated"),
        number("TASK", "one column per trait, in the units of its table; empty: masked",
               missing=True, many=True),
    ),
)  # fmt: skip
TOKEN_WINDOWS = Table(
    "inputs/windows.tsv.gz",
    "the same files, kind `tokens`: a row per record",
    (
        text("id", "of the record; of a file `LABEL/FILE`"),
        text("group", "the part of the records, or their split"),
        text("tokens", "numbers (`vocabulary.tsv`) with blanks between; 0: padding, 1: unknown"),
        text("text", "the same tokens, with blanks between"),
        text("place", "`chrom:start-end`, 0-based: place of a text around a peak",
             missing=True, optional=True),
        _ROLE,
        text("source", "all classes, comma-separated"),
        number("TASK", "one column per class: 1 or 0", missing=True, many=True),
    ),
)  # fmt: skip
VOCABULARY = Table(
    "inputs/vocabulary.tsv",
    "kind `tokens`: the tokens of the records that are training in any fold, the most frequent "
    "first",
    (
        text("token", "a word, or a k-mer"),
        integer("number", "in `windows.tsv.gz`; from 2 on"),
        integer("count", "how often it occurs in these records"),
        integer("records", "in how many of them"),
    ),
)
MARKERS = Table(
    "inputs/markers.tsv.gz",
    "kind `genotypes`: a row per marker, in the order of the inputs: by chromosome as the user's "
    "file has them, then by position",
    (
        text("marker", "its id"),
        text("chrom", "name of the chromosome"),
        integer("position", "as in VCF", "bp, 1-based"),
        text("ref", "the other allele; empty: unknown", missing=True),
        text("alt", "the allele whose copies are counted; empty: unknown", missing=True),
        number("frequency", "mean dosage / ploidy, over the samples of `samples.tsv.gz`", "share"),
        number("missing", "samples without a genotype here", "share"),
    ),
)
SAMPLES = Table(
    "inputs/samples.tsv.gz",
    "kind `genotypes`: a row per sample with genotypes, in the order of `genotypes.h5`",
    (
        text("id", "of the sample"),
        text("family", "in PLINK's .fam; empty: none stated", missing=True),
        number("missing", "markers without a genotype", "share"),
    ),
)
COVARIATES = Table(
    "inputs/covariates.tsv.gz",
    "kind `genotypes`: what is regressed out of the traits; a row per sample of the windows",
    (
        text("id", "of the sample"),
        number("COVARIATE", "one column per number, `NAME=VALUE` (1, 0) for all but the first "
               "value of a column of text", missing=False, many=True),
    ),
)  # fmt: skip
CROSS = Table(
    "simulated/genotypes.tsv.gz",
    "the genotypes of a simulated cross: a row per sample",
    (
        text("sample", "its id"),
        integer(
            "MARKER", "one column per marker: copies of the second parent's allele", many=True
        ),
    ),
)
CROSS_MARKERS = Table(
    "simulated/markers.tsv.gz",
    "the markers of a simulated cross",
    (
        text("marker", "its id"),
        text("chrom", "name of the chromosome"),
        integer("position", "of the marker", "bp, 1-based"),
    ),
)
CROSS_TRAITS = Table(
    "simulated/traits.tsv.gz",
    "the traits of a simulated cross: a row per sample",
    (text("sample", "its id"), number("noise", "a trait that depends on no marker")),
)
PLANTED_RECORDS = Table(
    "simulated/records/SPLIT.tsv.gz",
    "the records of a simulation with planted motifs",
    (
        text("id", "of the record"),
        text("sequence", "A, C, G, T"),
        text("where", "`START_MOTIF` of each instance, START 0-based", missing=True),
        integer("TASK", "one column per task: 1 if the record holds all of its motifs", many=True),
    ),
)
SPIKED = Table(
    "inputs/spiked.tsv",
    "kind `genotypes`: a row per causal marker of a simulated trait",
    (
        text("trait", "name of the trait"),
        text("marker", "its id"),
        text("chrom", "name of the chromosome"),
        integer("position", "of the marker", "bp, 1-based"),
        number(
            "effect", "per standard deviation of the dosage", "standard deviations of the trait"
        ),
        number("share", "of the trait's variance that this marker alone explains", "share"),
    ),
)
FOLDS = Table(
    "inputs/folds.tsv",
    "which group serves for what in which fold",
    (FOLD, text("role", "test, validation, training", pattern="test|validation|training"), _GROUP),
)
DROPPED = Table(
    "inputs/dropped.tsv",
    "what was left out",
    (
        text("reason", "why"),
        text("task", "empty: not of one task", missing=True),
        integer("count", "how many"),
        text("example", "the first"),
    ),
)
REGIONS = Table(
    "inputs/METHOD.regions.tsv.gz",
    "the windows on the regions that a method explains (`attribution.methods.METHOD.regions`): "
    "all of the genome, by chromosome and start",
    _PLACE,
)
REGIONS_DROPPED = replace(
    DROPPED, file="inputs/METHOD.dropped.tsv", meaning="regions that METHOD doesn't explain"
)
CHOSEN = Table(
    "attribution/MODEL/windows.tsv",
    "windows to be read closely, in order",
    (
        text("purpose", "`explain`, `sis`, `background`"),
        text("task", "empty for the background", missing=True),
        text("id", "of the window"),
    ),
)
_BED = (
    *_PLACE,
    text("motif", "name of the motif"),
    integer("score", "1000 x score / best possible score", missing=True),
    text("strand", "+ or -", pattern="[+-]"),
)
TRUTH = Table(
    "simulated/truth.bed",
    "the planted instances of a simulated study",
    (*_BED, text("role", "causal, alone or decoy"), text("event", "its event; `.`: none")),
    head=None,
)
CORE = Table(
    "simulated/core.bed",
    "the causal bases of a simulated study that carry information",
    _BED,
    head=None,
)
EVENTS = Table(
    "simulated/peaks.bed",
    "the events of a simulated study",
    (
        *_PLACE,
        text("name", "of the event"),
        integer("score", "1000"),
        text("strand", "`.`"),
    ),
    head=None,
)
