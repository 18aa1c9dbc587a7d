"""The table of views into a network."""

from chromolens.tables.column import MODEL, TARGET, Table, integer, number, text

VIEWS = Table(
    "views/MODEL.tsv.gz",
    "only with `views.enabled`: a row per view, rank and position, of the first fold's network",
    (
        MODEL,
        text("view", "`ascent`: an input made to excite the task; `unit`: a window that excites a "
             "hidden unit; `entropy`: what may change in a window"),
        text("of", "the task, or the unit"),
        text("id", "of the window; empty for `ascent`", missing=True),
        integer("rank", "of the start or the window, the first is 0"),
        number("value", "of the task at the input, of the unit's maximum; empty for `entropy`",
               TARGET, missing=True),
        number("acceptance", "of `entropy`: the smallest of its chains", "share", missing=True),
        number("r_hat", "of `entropy`: about 1 where the chains agree", missing=True),
        integer("position", "in the window, the first is 0"),
        text("base", "of the window; empty for `ascent`", missing=True),
        *(number(base, f"of {base}: in the input (`ascent`, `unit`), in the samples", "share")
          for base in "ACGT"),
        number("height", "`entropy`: importance (bits); `unit`: activation there, linear between "
               "the middles of what the layer's positions see; empty for `ascent`", missing=True),
    ),
    float_format="%.6g",
)  # fmt: skip
