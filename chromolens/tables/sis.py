"""Tables of sufficient input subsets: thresholds, subsets, clusters, motifs."""

from chromolens.tables.column import (
    FOLD,
    MODEL,
    TARGET,
    TASK,
    Table,
    boolean,
    integer,
    number,
    text,
)
from chromolens.tables.motifs import NAMING

_ID = text("id", "of the window, or the name of the record")
_ORDER = integer("order", "of the subset in its window: 0, 1, ...")
_THRESHOLD = number(
    "threshold", "of the fold; empty where each window has its own, and where there is nothing to "
    "take the percentile of", TARGET, missing=True,
)  # fmt: skip
_MASKED = integer("masked_passes", "of these, reach the threshold when fully masked")
_WITH_SUBSET = integer("with_subset", "windows with a subset")
_FOLDER = "sis/MODEL/TASK"
_PAIR = "compared/MODEL/OTHER/TASK"
_FINDER = text("finder", "the model whose subsets they are")

THRESHOLDS = Table(
    "sis/MODEL/thresholds.tsv",
    "a row per task and fold",
    (
        TASK, FOLD, _THRESHOLD,
        integer("positives", "held-out windows with a label above 0"),
        integer("reaching", "those of them that reach the threshold; empty where each window has "
                "its own", missing=True),
    ),
)  # fmt: skip
SUBSETS = Table(
    f"{_FOLDER}/sis.tsv.gz",
    "a row per subset",
    (
        _ID,
        text("fold", "fold whose model found it"),
        _ORDER,
        number("value", "target on the subset alone", TARGET),
        number("without_one", "highest target when any one of its positions is masked too: below "
               "the threshold", TARGET, missing=True),
        number("threshold", "of the fold, or the window's own", TARGET),
        number("rest_value", "target when all the window's subsets in this table are masked",
               TARGET, missing=True),
        text("positions", "offsets in the window, ascending, comma-separated",
             pattern=r"\d{1,9}(,\d{1,9})*"),
        text("string", "kept bases, N between", pattern="[ACGTN]+"),
        text("sequence", "all bases from 10 before the subset to 10 behind it",
             pattern="[ACGTN]+"),
    ),
)  # fmt: skip
COUNTS = Table(
    f"{_FOLDER}/counts.tsv",
    "a row per fold",
    (
        FOLD, _THRESHOLD,
        integer("windows", "that were read"),
        _MASKED,
        integer("below", "of these, don't reach the threshold; neither is searched for subsets"),
        _WITH_SUBSET,
        integer("subsets", "number of subsets"),
    ),
)  # fmt: skip
SWEEP = Table(
    f"{_FOLDER}/sweep.tsv",
    "first subsets of `sis.sweep_windows` windows against the threshold "
    "([columns](sis.md#thresholds))",
    (
        text("scale", "`positives`, `relative`"),
        number("at", "of the scale", "per cent", missing=True),
        integer("chosen", "1: the study's own"),
        number("threshold_low", "over the windows", TARGET, missing=True),
        number("threshold_high", "over the windows", TARGET, missing=True),
        integer("windows", "that were read"),
        _MASKED,
        _WITH_SUBSET,
        number("q25", "of the sizes", "positions", missing=True),
        number("median", "of the sizes", "positions", missing=True),
        number("q75", "of the sizes", "positions", missing=True),
        text("method", "of the search; empty without windows", missing=True),
    ),
    float_format="%.6g",
)
CLUSTERS = Table(
    f"{_FOLDER}/clusters.tsv",
    "mode `paper`",
    (
        integer("cluster", "-1: noise"),
        text("string", "of the subsets"),
        integer("count", "subsets with this string"),
    ),
)
ALIGNED = Table(
    f"{_FOLDER}/aligned.tsv.gz",
    "mode `aligned`: a row per part of a subset. The first column of the motif's PPM is at "
    "offset -3",
    (
        _ID, _ORDER,
        integer("part", "0, 1, ... of the subset, from its first base"),
        integer("cluster", "that of `aligned_N`; -1: in none"),
        text("strand", "-: aligned as its reverse complement"),
        integer("offset", "from the first base of the cluster's medoid to that of `string`; 0 "
                "where in no cluster", "bp"),
        integer("kept", "kept bases; parts with fewer than `min_kept` are not clustered", "bases"),
        text("string", "as it lies"),
    ),
)  # fmt: skip
SUBSET_MOTIFS = Table(
    f"{_FOLDER}/motifs.tsv",
    "a row per motif of the subsets",
    (
        MODEL, TASK,
        text("motif", "`paper_0.1`: part 1 of cluster 0; `aligned_0`"),
        *NAMING,
        integer("windows", "with a subset"),
    ),
)  # fmt: skip
WEIGHTS = Table(
    f"{_FOLDER}/weights.tsv",
    "a row per motif and position: how often each base is kept",
    (
        text("motif", "as in `motifs.tsv`"),
        integer("position", "in its PPM, 0-based"),
        *(number(base, f"its sites whose subset keeps {base} here", "share") for base in "ACGT"),
        integer("bases", "sites with a known base here"),
    ),
)
_GROUP = text("of", "`false_positive`: label 0, predicted above 0, and what keeps the target up; "
              "`false_negative`: label 1, predicted below 0, and what keeps it down; `negative`: "
              "label 0, predicted below 0, and what keeps it down")  # fmt: skip
OTHERS = Table(
    f"{_FOLDER}/others.tsv.gz",
    "subsets of misclassified windows, and from below (`sis.misclassified`, `sis.keep`): a row "
    "per subset; its other columns are those of `sis.tsv.gz`, where of a subset that keeps the "
    "target down `value` is at or below the threshold and `without_one` the lowest, above it",
    (_GROUP, *SUBSETS.columns),
)
OTHER_COUNTS = Table(
    f"{_FOLDER}/others.counts.tsv",
    "what became of those windows: a row per group and fold",
    (
        _GROUP, FOLD,
        integer("held_out", "windows of the fold that are of this group"),
        integer("windows", "of these, that were read"),
        integer("nothing_to_keep", "of these, no higher (or, to be kept down, no lower) than "
                "fully masked"),
        _WITH_SUBSET,
        integer("subsets", "number of subsets"),
    ),
)  # fmt: skip
EXCHANGED = Table(
    f"{_PAIR}/exchanged.tsv.gz",
    "`sis.compare`: a row per subset and reader; each subset of either model is read by both",
    (
        _FINDER,
        text("reader", "the model that predicts"),
        _ID, FOLD, _ORDER,
        number("value", "of the reader on the subset alone, everything else masked", TARGET),
        number("whole", "of the reader on the whole window", TARGET),
        number("masked", "of the reader on the window fully masked", TARGET),
        number("threshold", "of the reader, for this window; empty where it has none", TARGET,
               missing=True),
        boolean("reaches", "whether `value` reaches it"),
    ),
)  # fmt: skip
JOINT = Table(
    f"{_PAIR}/clusters.tsv",
    "`sis.compare`: the subsets of both models clustered together, a row per cluster and model",
    (
        text("mode", "`paper`: of subsets; `aligned`: of parts of subsets"),
        integer("cluster", "-1: in none"),
        text("name", "of the cluster's motifs in the database", missing=True),
        _FINDER,
        integer("members", "subsets, or parts, of this model"),
        number("share", "of the cluster's members that are this model's", "share"),
        number("of_finder", "of all this model's that are in the cluster", "share", missing=True),
        text("string", "the model's most frequent in the cluster", missing=True),
    ),
)
ALIKE = Table(
    f"{_PAIR}/agreement.tsv",
    "`sis.compare`: agreement of the two models in contributions, predictions and metrics",
    (
        text("measure", "`contributions`: mean rank correlation over the windows that both "
             "explained; `predictions`: rank correlation over the held-out windows; `subsets`: "
             "mean Jaccard index of the positions that either keeps, where both have a subset; "
             "`metric`: pooled, of each"),
        text("name", "of the method or metric", missing=True),
        number("value", "agreement", missing=True),
        number("of_model", "the metric of the first model", missing=True),
        number("of_other", "the metric of the other", missing=True),
        integer("windows", "number", missing=True),
    ),
    float_format="%.6g",
)  # fmt: skip
