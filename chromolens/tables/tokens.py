"""Tables of tokens: what decides in texts, what is enough, and k-mers on the genome."""

from chromolens.tables.column import METHOD, MODEL, TARGET, TASK, Table, integer, number, text

_OWN = text("task", "the class of the record, for which it was explained")
_ID = text("id", "of the record")
_ORDER = integer("order", "of the set in its record: 0, 1, ...")
_CLUSTER = integer("cluster", "of the class's sets, 0 the one of most; -1: in none")

RANKED_TOKENS = Table(
    "tokens/MODEL.METHOD.tsv.gz",
    "kind `tokens`: a row per explained record",
    (
        MODEL, METHOD, _OWN, _ID,
        number("value", "of the target", TARGET),
        text("tokens", "its different tokens, those that add most first, with blanks between"),
    ),
)  # fmt: skip
SOUGHT_TEXTS = Table(
    "tokens/MODEL.sought.tsv",
    "a row per class and fold: what became of its held-out records",
    (
        TASK,
        text("fold", "whose model was asked"),
        integer("records", "of the class"),
        integer("misclassified", "of these; no set is searched for"),
        integer("asked", "of those that are classified right: the most and the least surely"),
        integer("with_set", "of the asked; the others aren't predicted above the masked text"),
    ),
)
TOKEN_SETS = Table(
    "tokens/MODEL.sets.tsv.gz",
    "a row per sufficient set of tokens; a record without any has a row with none",
    (
        _ID, _OWN,
        text("fold", "whose model was asked"),
        text("side", "`surely`: among those most surely classified right; `barely`: least"),
        number("margin", "target of the record's class less the highest other one", TARGET),
        number("whole", "target of the record", TARGET),
        number("masked", "target where all its tokens are masked", TARGET),
        number("threshold", "that the set must reach", TARGET),
        _ORDER,
        integer("tokens", "in the set"),
        number("value", "target on the set alone", TARGET, missing=True),
        number("without_one", "the highest once any one of its tokens is masked too", TARGET,
               missing=True),
        number("rest_value", "target once all the record's sets in this table are masked", TARGET,
               missing=True),
        text("alone", "the class that is predicted on the set alone", missing=True),
        _CLUSTER,
    ),
)  # fmt: skip
SET_TOKENS = Table(
    "tokens/MODEL.members.tsv.gz",
    "a row per token of a sufficient set",
    (
        _ID, _ORDER,
        integer("place", "of the token in its text", "tokens, 0-based"),
        text("token", "a word, or a k-mer"),
        integer("number", "of the token as the fold's network reads it; 1: unknown to it"),
    ),
)  # fmt: skip
KEPT_TOKENS = Table(
    "tokens/MODEL.kept.tsv",
    "a row per class and token that is in any of its sets, the most frequent first",
    (
        TASK,
        text("token", "a word, or a k-mer"),
        integer("records", "with it in a set"),
        number("share", "of the class's records with a set", "share"),
    ),
)
SET_CLUSTERS = Table(
    "tokens/MODEL.clusters.tsv",
    "a row per cluster of a class's sets: Jaccard distance of their tokens, average linkage",
    (
        TASK, _CLUSTER,
        integer("sets", "in it"),
        text("tokens", "those of half its sets or more, the most frequent first, with blanks "
             "between", missing=True),
    ),
)  # fmt: skip
TOKEN_BEDGRAPH = Table(
    "tokens/MODEL.TASK.METHOD.bedgraph.gz",
    "texts of k-mers about peaks: a row per base under them, the mean over the records there",
    (
        text("chrom", "name of the chromosome"),
        integer("start", "the base", "bp, 0-based"),
        integer("end", "behind it", "bp, 0-based"),
        number("value", "contribution of the base", TARGET),
    ),
    head=None,
)
