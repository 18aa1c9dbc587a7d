"""Tables of windows that were edited base by base."""

from chromolens.tables.column import FOLD, MODEL, TARGET, TASK, Table, integer, number, text

_EDIT = text("edit", "its name in the config")
_ID = text("id", "of the window, or the name of the record")

EDITS = Table(
    "edits/MODEL/TASK/edits.tsv.gz",
    "a row per window and edit, and one of the window as it is ([editing](editing.md))",
    (
        MODEL, TASK, _EDIT,
        text("direction", "`up`, `down`, `towards`"),
        _ID, FOLD,
        integer("step", "0: as it is"),
        integer("position", "0-based, from the window's first base; empty at step 0",
                missing=True),
        text("from", "base before; empty at step 0", missing=True, pattern="[ACGT]"),
        text("to", "base after; the same where the published rule changes nothing", missing=True,
             pattern="[ACGT]"),
        number("value", "the target", TARGET),
        number("prediction", "the network's output; of profiles the target"),
        text("ended", "why: `all edits made`, `nothing improves`, `class reached`"),
        text("sequence", "of the window at this step", pattern="[ACGTN]+"),
    ),
)  # fmt: skip
EDIT_SCORES = Table(
    "edits/MODEL/TASK/scores.tsv.gz",
    "a row per base of each edited window: by what its first edit was chosen",
    (
        MODEL, TASK, _EDIT, _ID,
        integer("position", "0-based, from the window's first base"),
        text("base", "that is there", pattern="[ACGTN]"),
        *(number(base, f"score of {base}: its hypothetical contribution; in mode `vignette` its "
                 "contribution if it is there, else 0", TARGET) for base in "ACGT"),
    ),
    float_format="%.6g",
)  # fmt: skip
