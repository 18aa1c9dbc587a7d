"""Tables of the checks, and the verdict on a study."""

from chromolens.tables.column import (
    FOLD,
    METHOD,
    MODEL,
    TARGET,
    TASK,
    Column,
    Table,
    base,
    boolean,
    integer,
    number,
    text,
)  # fmt: skip
from chromolens.tables.models import COUNTED


def _maybe(name: str, meaning: str, unit: str = "") -> Column:
    return number(name, meaning, unit, missing=True)


COMPLETENESS = Table(
    "checks/MODEL.METHOD.completeness.tsv",
    "a row per task",
    (
        MODEL, METHOD, TASK,
        integer("windows", "number"),
        integer("flagged", "windows whose contributions don't add up"),
        _maybe("share_flagged", "of the windows", "share"),
        number("max_flagged", "largest share that is allowed", "share"),
        number("tolerance", "largest error that isn't flagged", "share of the effect"),
        _maybe("max_error", "empty if the method promises no sum", TARGET),
        _maybe("median_error", "empty if the method promises no sum", TARGET),
    ),
)  # fmt: skip
FOLDS_ALIKE = Table(
    "checks/MODEL.METHOD.folds.tsv",
    "a row per task, where the networks of all folds were asked (`attribution.all_folds`)",
    (
        MODEL, METHOD, TASK,
        integer("folds", "whose networks were asked"),
        integer("bases", "that were explained", "bp"),
        _maybe("r", "Pearson's, of the track out of fold and the mean over the folds"),
        _maybe("sign", "folds with the mean's sign; a base weighs as its mean is large", "share"),
        _maybe("spread", "root mean square of the folds' standard deviation", "of the mean's"),
    ),
)  # fmt: skip
TRIED = Table(
    "attribution/MODEL/METHOD/settings.tsv",
    "a row per value tried on a few windows, if the config does not state it",
    (
        text("setting", "of the method"),
        integer("value", "the value that was tried"),
        integer("windows", "explained, over all networks"),
        number("share_flagged", "flagged windows, in the worst task", "share"),
        number("max_error", "largest error", TARGET),
        boolean("chosen", "whether the study uses this value"),
    ),
)
LEARNING = Table(
    "checks/MODEL.learning.tsv",
    "held-out metrics of trainings on fewer events, with `checks.learning_curve`",
    (
        MODEL, TASK,
        number("share", "of the training events; 1: the model itself", "share"),
        number("events", "positive windows of a training, mean over the folds"),
        text("metric", "name of the metric"),
        _maybe("value", "over all folds"),
        _maybe("low", "of the 95 % interval, by bootstrap over windows"),
        _maybe("high", "of the 95 % interval"),
        *COUNTED,
    ),
)  # fmt: skip
BASELINES = {"best_motif": "the best single motif", "kmer": "a k-mer regression"}
"""Baselines on tiles, in words."""

RATIO = "auprc_ratio"
"""Metric on tiles: AUPRC of the model over that of the better baseline."""

TILES = Table(
    "checks/MODEL.tiles.tsv",
    "every tile of the held-out chromosomes",
    (
        MODEL, TASK,
        text("metric", "`auprc`, `auroc`; baselines: `_best_motif`, `_kmer`; `auprc_ratio`"),
        _maybe("value", "of the metric"),
        _maybe("low", "of its 95 % interval, by bootstrap over stretches of 10 kb"),
        _maybe("high", "of its 95 % interval"),
        *COUNTED,
    ),
)  # fmt: skip
MASK = Table(
    "checks/MODEL.mask.tsv",
    "a row per task, fold and mask",
    (
        MODEL, TASK, FOLD,
        text("mask", "the value of a masked base"),
        integer("chosen", "1: the study's own"),
        _maybe("value", "median target of the fully masked `windows`", TARGET),
        integer("windows", "number"),
        integer("shuffles", "number"),
        _maybe("q01", "percentile of the shuffles' targets", TARGET),
        _maybe("q50", "percentile of the shuffles' targets", TARGET),
        _maybe("q99", "percentile of the shuffles' targets", TARGET),
        _maybe("percentile", "of the value among them"),
        _maybe("z", "(value - mean of the shuffles) / their standard deviation"),
        text("verdict", "`inside`, `outside`; empty without windows", missing=True),
        _maybe("threshold", "median over the windows", TARGET),
        _maybe("passes", "windows whose masked input reaches the threshold", "share"),
        integer("negatives", "number"),
        _maybe("negatives_q50", "median of their targets", TARGET),
    ),
    float_format="%.6g",
)  # fmt: skip
POSITIONS = Table(
    "checks/MODEL.positions.tsv",
    "where in the input the mass of the contributions lies; see "
    "[checks.md](checks.md#where-the-mass-lies)",
    (
        MODEL,
        text("measure", "`zone`, `last_share`, `first_share`: share of the mass in the zone, and "
             "on the `end` positions at either end; `most90`, `end90`, `stretch90`: share of the "
             "positions in the fewest blocks, shortest end, and stretch, that hold 90 %; `half`: "
             "where half of it is reached, as a share of the length; `gini`; `effective`: number "
             "of positions, exp(entropy); `slope`: decades from the last position to the first; "
             "`silent`: positions without mass; `distance`: share of the mass that lies elsewhere "
             "than in the untrained networks' mean (of an untrained one: that of the others); "
             "`moved`: mass that moved with the inputs, as a share of moved and staying mass"),
        _maybe("trained", "of the trained network"),
        _maybe("trained_low", "end of the 95 % interval over the inputs"),
        _maybe("trained_high", "end of the 95 % interval over the inputs"),
        _maybe("shifted", "the same network, its inputs moved"),
        _maybe("untrained", "median over the draws of first weights"),
        _maybe("untrained_low", "smallest of the draws"),
        _maybe("untrained_high", "largest of the draws"),
        _maybe("even", "of a network that uses all varying positions equally"),
        integer("length", "positions of an input"),
        integer("end", "positions at either end"),
        text("zone_at", "stretches of the trained network's zone: `0-40 360-400`"),
        integer("shift", "positions by which inputs were moved; below 0: to the right"),
        integer("inputs", "number"),
        integer("draws", "of first weights"),
        text("verdict", "`even`, `network`, `place`, `learned`, `unjudged`"),
    ),
)  # fmt: skip
PROFILE = Table(
    "checks/MODEL.profile.tsv.gz",
    "a row per position: its share of the mass",
    (
        MODEL,
        integer("position", "of the input, the first is 0"),
        _maybe("trained", "of the trained network", "share"),
        _maybe("shifted", "the same network, its inputs moved", "share"),
        _maybe("untrained", "median over the draws of first weights", "share"),
        _maybe("untrained_low", "smallest of the draws", "share"),
        _maybe("untrained_high", "largest of the draws", "share"),
        _maybe("even", "how far the inputs vary there", "share"),
    ),
    float_format="%.6g",
)  # fmt: skip
METHODS = Table(
    "checks/MODEL.methods.tsv",
    "a row per number; only if a study has several methods",
    (
        MODEL,
        text("task", "empty for `cpu_seconds`", missing=True),
        METHOD,
        text("measure", "`agreement`: mean Spearman correlation with `other`; `completeness`: "
             "median error; `deletion`: mean target when the `share` of highest bases is "
             "replaced by the average; `cpu_seconds` of the job"),
        text("other", "the method that it is compared with", missing=True),
        _maybe("share", "of the bases that are deleted", "share"),
        _maybe("value", "of the measure"),
        integer("windows", "number", missing=True),
    ),
)  # fmt: skip
PLANTED = Table(
    "checks/MODEL.TASK.METHOD.planted.tsv",
    "simulated studies: whether the bases of the largest contributions were planted",
    (
        MODEL, TASK, METHOD,
        text("scope", "`genome`: all of it; `events`: the windows of the events"),
        integer("planted", "causal bases", "bp"),
        integer("top", "number of bases with the largest contributions that are compared", "bp"),
        _maybe("recall", "of the planted bases", "share"),
        _maybe("precision", "of the top bases", "share"),
        integer("chance", "top bases of chance matches", "bp"),
        integer("decoy", "top bases of decoys", "bp"),
        integer("alone", "top bases of motifs planted outside of events", "bp"),
    ),
)  # fmt: skip
SCORED_MATCHES = Table(
    "checks/MODEL.METHOD.matches.tsv.gz",
    "known motifs (`checks.known_motifs`): a row per match; see "
    "[checks.md](checks.md#known-motifs-that-a-method-misses)",
    (
        MODEL, METHOD, TASK,
        text("motif", "its matrix"),
        text("id", "of the record"),
        base("start", "of the match"),
        integer("width", "of the matrix", "bp"),
        number("log_odds", "of the match", "natural logarithm"),
        boolean("good", "whether its log-odds are high enough"),
        boolean("among", "whether its record is positive in `checks.known_motifs.among`"),
        number("contribution", "summed over the match", TARGET),
    ),
    float_format="%.8g",
)  # fmt: skip
MISSED = Table(
    "checks/MODEL.METHOD.missed.tsv",
    "a row per known motif: good matches among the records that are counted",
    (
        MODEL, METHOD, TASK,
        text("motif", "its matrix"),
        integer("matches", "number"),
        integer("missed", "good matches whose contribution is 0 or less"),
        _maybe("share", "missed, of the matches", "share"),
        _maybe("mean", "contribution of a match", TARGET),
    ),
)  # fmt: skip
CHECKED_HITS = Table(
    "checks/MODEL.TASK.METHOD.hits.tsv",
    "a row per motif; see [checks.md](checks.md#hits)",
    (
        MODEL, TASK, METHOD,
        text("motif", "id in the lexicon"),
        text("name", "in the database", missing=True),
        text("truth", "planted motif, or task", missing=True),
        integer("events", "number"),
        integer("hits", "number"),
        _maybe("recall", "of the events", "share"),
        _maybe("precision", "of the hits", "share"),
        _maybe("recall_pwm", "of the sequence alone", "share"),
        _maybe("precision_pwm", "of the sequence alone", "share"),
        _maybe("average_precision", "of all matches, by both"),
        _maybe("average_precision_pwm", "of all matches, by sequence alone"),
        integer("alone", "hits on instances planted outside of events"),
    ),
)  # fmt: skip
ACCEPTANCE = Table(
    "acceptance.tsv",
    "a row per criterion",
    (
        text("name", "of the criterion"),
        _maybe("value", "what was measured"),
        text("bound", "the required value"),
        text("kind", "floor, goal, control; check: of every study, listed only if it fails"),
        text("result", "PASS, FAIL"),
        text("explanation", "what it rests on", missing=True),
    ),
)
