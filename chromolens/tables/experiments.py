"""Tables of experiments in silico: motifs put in, two at a time, taken away."""

from chromolens.tables.column import (
    FOLD,
    METHOD,
    MODEL,
    TARGET,
    TASK,
    Table,
    base,
    integer,
    number,
    text,
)

_FOLDER = "experiments/MODEL/TASK"
_MOTIF = text("motif", "of the lexicon, or its name in the config")
_NAME = text("name", "in the database", missing=True)
_BACKGROUNDS = integer("backgrounds", "sequences that it was put into")
_LOW = number("low", "of the 95 % interval, by bootstrap over backgrounds", TARGET, missing=True)
_HIGH = number("high", "of the 95 % interval, by bootstrap over backgrounds", TARGET, missing=True)
_FOLD_SD = number(
    "fold_sd", "standard deviation (n - 1) of the folds' means", TARGET, missing=True
)

MARGINAL = Table(
    f"{_FOLDER}/marginal.tsv",
    "a row per motif and place in the window: the target with the motif less that with the motif "
    "scrambled",
    (
        MODEL, TASK, _MOTIF, _NAME,
        text("letters", "its consensus; N: the background's base stays", pattern="[ACGTN]+"),
        base("start", "its first base in the window"),
        number("offset", "of its middle from the window's middle; nearest 0: the central place",
               "bp"),
        number("effect", "mean over backgrounds and orientations", TARGET),
        _LOW, _HIGH,
        number("forward", "mean effect of the motif as it is written", TARGET),
        number("reverse", "mean effect of its reverse complement", TARGET),
        _FOLD_SD, _BACKGROUNDS,
    ),
    float_format="%.6g",
)  # fmt: skip

_PAIR = (
    MODEL, TASK,
    text("first", "motif"),
    text("second", "motif, perhaps the same"),
    text("first_name", "in the database", missing=True),
    text("second_name", "in the database", missing=True),
    text("arrangement", "`first_second`, `second_first`, `facing`, `diverging`, as in "
         "`pairs.tsv`; `all`: their mean"),
)  # fmt: skip
_INTERACTION = number(
    "interaction", "joint effect less the sum of the effects alone, mean over backgrounds", TARGET
)
SPACING = Table(
    f"{_FOLDER}/spacing.tsv.gz",
    "a row per pair, arrangement and gap",
    (
        *_PAIR,
        integer("gap", "between the two", "bp"),
        number("joint", "target with both less that with neither", TARGET),
        _INTERACTION, _LOW, _HIGH, _FOLD_SD, _BACKGROUNDS,
    ),
    float_format="%.6g",
)  # fmt: skip
SPACED_PAIRS = Table(
    f"{_FOLDER}/spacing.pairs.tsv",
    "a row per pair and arrangement: whether the gap matters",
    (
        *_PAIR,
        number("mean", "interaction over all gaps", TARGET),
        number("band_low", "of the permutation band: if the gap has no effect, the whole "
               "curve stays inside in 95 %", TARGET),
        number("band_high", "of the permutation band", TARGET),
        integer("outside", "gaps whose interaction lies outside the band"),
        integer("gap", "of the interaction that is farthest from the mean", "bp"),
        _INTERACTION, _LOW, _HIGH,
        number("wave", "share of the curve's variance that a wave of 10.5 bp explains, a cubic "
               "trend taken out", missing=True),
        number("wave_p", "share of curves of red noise of which it explains as much",
               missing=True),
        _BACKGROUNDS,
    ),
    float_format="%.6g",
)  # fmt: skip

ABLATED = Table(
    f"{_FOLDER}/METHOD.ablated.tsv.gz",
    "a row per hit in an explained window: what the target loses where it is drawn anew",
    (
        MODEL, TASK, METHOD, _MOTIF, _NAME,
        text("id", "of the window"),
        FOLD,
        base("start", "first base of the hit, in the window"),
        base("end", "behind its last base, in the window"),
        text("strand", "on which it reads as the motif"),
        number("contribution", "sum over the hit, by the method", TARGET),
        number("effect", "target less its mean over random sequences in place of the hit", TARGET),
    ),
    float_format="%.6g",
)  # fmt: skip


def _with_interval(name: str, meaning: str, unit: str = "") -> tuple:
    bound = f"bound of the 95 % interval of `{name}`, by bootstrap over windows"
    return (
        number(name, meaning, unit, missing=True),
        number(f"{name}_low", f"lower {bound}", unit, missing=True),
        number(f"{name}_high", f"upper {bound}", unit, missing=True),
    )


CALIBRATION = Table(
    f"{_FOLDER}/METHOD.calibration.tsv",
    "a row per motif, and one of all: contributions against ablation",
    (
        MODEL, TASK, METHOD,
        text("motif", "empty: all of them", missing=True),
        _NAME,
        integer("found", "hits of the study that are not inside a better hit of another motif"),
        integer("hits", "of these, in a window that the method explained, and ablated"),
        *_with_interval("effect", "mean", TARGET),
        number("contribution", "mean", TARGET, missing=True),
        *_with_interval("slope", "slope of effects on contributions; 1: the two are equal"),
        *_with_interval("r", "their correlation"),
    ),
    float_format="%.6g",
)  # fmt: skip
SUBSTITUTED = Table(
    f"{_FOLDER}/substitutions.tsv",
    "a row per motif and position: the mean loss of the target where another base stands there",
    (
        MODEL, TASK, _MOTIF, _NAME,
        integer("position", "in the motif as it is written", "0-based"),
        text("letter", "likeliest base of the matrix there; N: none is", pattern="[ACGTN]"),
        number("information", "of the matrix there", "bits"),
        number("loss", "mean over the three other bases and over hits", TARGET, missing=True),
        number("low", "of its 95 % interval, by bootstrap over hits", TARGET, missing=True),
        number("high", "of its 95 % interval, by bootstrap over hits", TARGET, missing=True),
        *(number(base, f"mean loss by a {base} there; empty: all hits have it", TARGET,
                 missing=True) for base in "ACGT"),
        integer("hits", "that were broken"),
    ),
    float_format="%.6g",
)  # fmt: skip
PROFILES = Table(
    f"{_FOLDER}/substitutions.motifs.tsv",
    "a row per motif: does the network read it as its matrix says?",
    (
        MODEL, TASK, _MOTIF, _NAME,
        integer("found", "hits of the study that are not inside a better hit of another motif"),
        integer("hits", "of these, in a window that was explained, without an unknown base, "
                "and broken"),
        number("r", "correlation of `loss` with `information`, over positions", missing=True),
        number("r_low", "lower bound of its 95 % interval, by bootstrap over hits",
               missing=True),
        number("r_high", "upper bound of its 95 % interval, by bootstrap over hits",
               missing=True),
    ),
    float_format="%.6g",
)  # fmt: skip
NECESSITY = Table(
    f"{_FOLDER}/necessity.tsv",
    "a row per motif: is it needed, and is it enough?",
    (
        MODEL, TASK, _MOTIF, _NAME,
        number("lost", "mean effect of ablating a hit in a real window", TARGET, missing=True),
        number("lost_low", "of its 95 % interval", TARGET, missing=True),
        number("lost_high", "of its 95 % interval", TARGET, missing=True),
        integer("hits", "that were ablated"),
        number("gained", "effect of the motif in the middle of backgrounds", TARGET, missing=True),
        number("gained_low", "of its 95 % interval", TARGET, missing=True),
        number("gained_high", "of its 95 % interval", TARGET, missing=True),
        number("sis_share", "of the windows with a subset, those with a subset of this motif",
               "share", missing=True),
        integer("sis_windows", "with a subset", missing=True),
    ),
    float_format="%.6g",
)  # fmt: skip
_DROPPED = (
    MODEL, TASK,
    text("reason", "why"),
    integer("count", "how many"),
    text("example", "the first"),
)  # fmt: skip
MARGINAL_DROPPED = Table(
    f"{_FOLDER}/marginal.dropped.tsv", "motifs and windows that were left out", _DROPPED
)
SPACING_DROPPED = Table(
    f"{_FOLDER}/spacing.dropped.tsv", "pairs and windows that were left out", _DROPPED
)
