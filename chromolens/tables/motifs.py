"""Tables of motifs: TF-MoDISco's patterns, their names, the lexicon, hits."""

from chromolens.tables.column import (
    METHOD,
    MODEL,
    TASK,
    Column,
    Table,
    base,
    boolean,
    integer,
    number,
    text,
)  # fmt: skip
from chromolens.tables.models import FILTER_SITES

_STRAND = text("strand", "of the best match, named or not", missing=True)
_MATCH = (
    number("p", "of the best match, named or not", missing=True),
    number("q", "of the best match, over the whole database", missing=True),
    integer("overlap", "aligned bases", "bp", missing=True),
    integer("offset", "where the trimmed motif's first base lies in the match", "bp",
            missing=True),
)  # fmt: skip
_NAME = (
    text("name", "of the database; empty unless named", missing=True),
    text("motif_id", "of the database; empty unless named", missing=True),
    text("family", "of the database; empty unless named", missing=True),
)
_INFORMATION = number("information", "of the trimmed motif", "bits", missing=True)
_CONSENSUS = text("consensus", "of the trimmed motif, IUPAC", missing=True)
NAMING = (
    boolean("named", "whether it meets the rules of naming"),
    *_NAME,
    *_MATCH,
    _STRAND,
    _INFORMATION,
    integer("support", "sites that it was made of", missing=True),
    _CONSENSUS,
    text("reason", "why there is no name", missing=True),
    text("others", "further names that pass, best first, `;` between them", missing=True),
    text(
        "partner", "of a composite: the motif of the database beside the best match", missing=True
    ),
    text("partner_id", "of the database", missing=True),
    integer("gap", "between the best match and the partner", "bp", missing=True),
    integer("cut", "position of the trimmed motif that separates them", missing=True),
)
"""What naming adds to a table of motifs, in this order."""

_SIGN = text("sign", "pos, neg")
_PATTERN = text("pattern", "`pos.pattern_0`; of merged motifs the best supported member")
_SEQLETS = integer("seqlets", "of all members")
_PATTERNS = (
    MODEL, TASK, _PATTERN, _SIGN, _SEQLETS, *NAMING,
    integer("windows", "number that MoDISco read"),
    number("false_name_rate", "of these patterns with shuffled columns, the share that would be "
           "named", "share", missing=True),
)  # fmt: skip
RECORD = (
    text("merged_into", "the motif that it is part of: its best supported member (perhaps itself)",
         missing=True),
    text("merged_strand", "its strand in that motif", missing=True),
    integer("merged_offset", "position of its first base in that motif", "bp",
            missing=True),
    number("ppm_similarity", "correlation of frequencies with that best supported member",
           missing=True),
    number("cwm_similarity", "correlation of hypothetical contributions with it", missing=True),
)  # fmt: skip

_FOLDER = "motifs/MODEL/TASK/METHOD"
PATTERNS = Table(f"{_FOLDER}/patterns.tsv", "a row per pattern", (*_PATTERNS, *RECORD))
MERGED = Table(
    f"{_FOLDER}/merged.tsv",
    "a row per motif that the patterns merge into",
    (
        *_PATTERNS,
        text("members", "the patterns, `;` between them", missing=True),
        integer("in_windows", "windows with a seqlet", missing=True),
    ),
)
SUBPATTERNS = Table(
    f"{_FOLDER}/subpatterns.tsv",
    "of TF-MoDISco's second clustering",
    (
        MODEL, TASK,
        text("subpattern", "`pos.pattern_0.subpattern_1`"),
        _PATTERN, _SIGN, _SEQLETS, _INFORMATION, _CONSENSUS,
    ),
)  # fmt: skip
MATCHES = Table(
    f"{_FOLDER}/matches.tsv",
    "up to three matches of each motif",
    (
        MODEL, TASK, _PATTERN,
        integer("rank", "1: the best"),
        text("name", "of the match", missing=True),
        text("motif_id", "of the match"),
        text("family", "of the match", missing=True),
        *_MATCH,
        text("strand", "of the match"),
        boolean("passes", "whether `q` and `overlap` suffice for a name"),
    ),
)  # fmt: skip
SEQLETS = Table(
    f"{_FOLDER}/seqlets.bed",
    "where the seqlets lie",
    (
        text("chrom", "of the window; the record where there is no genome"),
        base("start", "first base"),
        base("end", "end, after the last base"),
        text("pattern", "`pos.pattern_0`"),
        integer("score", "0-1000: 1000 x contribution / largest contribution"),
        text("strand", "on which the sequence matches the pattern"),
        base("core_start", "first base of the pattern's core"),
        base("core_end", "behind the last base of the core"),
        text("window", "its id"),
        number("contribution", "sum over the seqlet", "scaled target units"),
    ),
    head=None,
    float_format="%.6g",
)
FILTERS = Table(
    "filters/MODEL/filters.tsv",
    "the filters with names",
    (*FILTER_SITES.columns, *NAMING),
)
LEXICON = Table(
    "lexicon/lexicon.tsv",
    "a row per motif of the study, best supported first",
    (
        text(
            "motif", "`M01_CTCF`, or with its consensus where it has no name; safe in file names"
        ),
        *_NAME,
        number("q", "of the joined motif's best match", missing=True),
        _CONSENSUS,
        _INFORMATION,
        text("sign", "`pos`, `neg`; empty: filters only", missing=True),
        text("readings", "of `modisco,sis,filters`, those that see it"),
        text("tasks", "where MoDISco or SIS sees it (`MODEL:TASK`)", missing=True),
        text("models", "of all its members"),
        integer("modisco_sites", "seqlets"),
        integer("composite_sites", "of the members that are parts of composites"),
        integer("sis_sites", "distinct subsets"),
        integer("filters", "number of filters"),
        text("modisco_folds", "the folds whose models see it by MoDISco", missing=True),
        text("sis_folds", "by SIS", missing=True),
        text("filter_folds", "by their filters", missing=True),
        boolean("null", "whether a null model sees it too"),
        text("reason", "why there is no name", missing=True),
    ),
)
MEMBERS = Table(
    "lexicon/members.tsv",
    "a row per pattern, motif of subsets or filter that was joined",
    (
        text("motif", "of the lexicon"),
        text("reading", "`modisco`, `sis`, `filters`"),
        MODEL,
        text("task", "empty: a filter serves all", missing=True),
        text("member", "its name in that reading's table"),
        text("strand", "on which it reads as the motif of `lexicon.meme`"),
        integer("offset", "of its trimmed first base in that motif", "bp"),
        integer("support", "sites"),
        text("folds", "`fold0:12,fold1:9`", missing=True),
        boolean("null", "its model has permuted labels"),
        text("name", "its own", missing=True),
        boolean("composite", "it is one of the two parts of a composite"),
    ),
)


def _hit(name: str, meaning: str, unit: str = "") -> Column:
    return number(name, meaning, unit, missing=True)


HITS = Table(
    "hits/MODEL/TASK/METHOD/hits.bed.gz",
    "a row per hit; bgzipped, indexed by tabix",
    (
        text("chrom", "of the trimmed motif"),
        base("start", "of the trimmed motif"),
        base("end", "of the trimmed motif"),
        text("name", "in the database, or the lexicon's `motif` where it has none; blanks: `_`"),
        integer("score", "0-1000: 1000 x \\|contribution\\| / largest"),
        text("strand", "on which the sequence matches the motif"),
        text("motif", "id in the lexicon"),
        _hit("match", "log-odds of the sequence", "bits"),
        _hit("p", "exact, of the match at one place of one strand"),
        _hit("contribution", "sum over the bases", "scaled target units"),
        _hit("contribution_p", "of the shuffled motifs' sites, the share that contributes as much",
             "share"),
        _hit("agreement", "cosine of the contributions and the motif's information at each base"),
        _hit("combined", "log-odds of the sequence + contribution", "nats"),
        _hit("q", "of false hits among sites with as large a `combined`", "share"),
        _hit("probability", "that the site lies at an event, by events of other folds; empty "
             "where none are known", "share"),
        text("window", "the window with the nearest centre, if it holds the hit, else `.`"),
        text("fold", "whose models explained the chromosome without having seen it"),
        text("over", "motif of the best hit that shares half of the narrower one's bases, if it "
             "has the higher `combined`, else `.`"),
    ),
    head="#",
    float_format="%.6g",
)  # fmt: skip
SOUGHT = Table(
    "hits/MODEL/TASK/METHOD/motifs.tsv",
    "a row per motif that was looked for",
    (
        MODEL, TASK, METHOD,
        text("motif", "id in the lexicon"),
        text("name", "in the database", missing=True),
        text("sign", "pos, neg; empty: either", missing=True),
        integer("width", "trimmed", "bp"),
        integer("shuffles", "number of shuffles that it was compared with"),
        integer("sites", "that match"),
        integer("absent", "of these, sites where the track has no value"),
        integer("hits", "number of hits"),
        text("weights", "by fold, of `probability`: intercept, weight of the log-odds (nats), of "
             "the contribution, of the prediction at the site", missing=True),
        text("reason", "why there can be none", missing=True),
    ),
)  # fmt: skip
_PAIR = (
    MODEL, TASK, METHOD,
    text("first", "motif of the lexicon"),
    text("second", "motif of the lexicon, perhaps the same"),
)  # fmt: skip
PAIRS = Table(
    "hits/MODEL/TASK/METHOD/pairs.tsv",
    "a row per two motifs that were looked for",
    (
        *_PAIR,
        text("first_name", "in the database", missing=True),
        text("second_name", "in the database", missing=True),
        integer("windows", "that hold hits of both motifs without a common base"),
        integer("near", "of these, with at most `motifs.pairs.within` bp between"),
        number("expected", "of these by chance: both places drawn at random in the window"),
        number("p", "probability of so many or more by chance (binomial)", missing=True),
        number("q", "over all pairs that some window holds", missing=True),
        boolean("found", "whether q is at most 0.05 and `near` is large enough"),
        integer("gap_low", "the shortest stretch that holds 90 % of the near pairs' gaps", "bp",
                missing=True),
        integer("gap_high", "its end", "bp", missing=True),
        integer("first_second", "near pairs that read first → second →, or two of one motif →→"),
        integer("second_first", "near pairs that read second → first →"),
        integer("facing", "near pairs that read → ←"),
        integer("diverging", "near pairs that read ← →"),
    ),
)  # fmt: skip
GAPS = Table(
    "hits/MODEL/TASK/METHOD/gaps.tsv.gz",
    "a row per pair of motifs and gap",
    (
        *_PAIR,
        integer("gap", "between the two", "bp"),
        integer("windows", "that hold the pair with this gap"),
        number("expected", "of these by chance"),
    ),
)  # fmt: skip
