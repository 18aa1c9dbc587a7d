"""Tables of the models: trainings, held-out predictions, metrics, first-layer filters."""

from chromolens.tables.column import FOLD, MODEL, TARGET, Table, integer, number, text

_REPLICATE = integer("replicate", "0, 1, ...")
_OF_TASK = text("task", "name of the task; empty for a metric of all classes", missing=True)
_METRIC = text("metric", "name of the metric")
_VALUE = number("value", "of the metric; empty if it is undefined", missing=True)
COUNTED = (
    integer("n", "windows with a label"),
    integer("positives", "of these, with a label above 0"),
)

HISTORY = Table(
    "models/MODEL/FOLD.REPLICATE.history.tsv",
    "a row per epoch; no rows where nothing was trained",
    (
        integer("epoch", "1, 2, ..."),
        number("loss", "mean over the training windows", missing=True),
        number("val_loss", "mean over the validation windows", missing=True),
        number("OUTPUT_loss", "of one output, if there are several; `val_` as above", many=True),
        number("seconds", "duration of the epoch", "s"),
    ),
)
METRICS = Table(
    "models/MODEL/metrics.tsv",
    "a row per training, task and metric",
    (MODEL, FOLD, _REPLICATE, _OF_TASK, _METRIC, _VALUE, *COUNTED),
)
POOLED = Table(
    "models/MODEL/pooled.tsv",
    "over all folds, a row per task and metric",
    (
        MODEL,
        _OF_TASK,
        _METRIC,
        _VALUE,
        number("low", "of the 95 % interval, by bootstrap over windows", missing=True),
        number("high", "of the 95 % interval", missing=True),
        *COUNTED,
    ),
)
PREDICTIONS = Table(
    "models/MODEL/predictions.tsv.gz",
    "held-out windows",
    (
        text("id", "of the window"),
        text("group", "the chromosome, the block of one, or the part of the records"),
        text("role", "`positive`, `negative`, `tile`"),
        text("source", "as in the windows"),
        number("TASK", "per task the prediction `TASK` and `TASK.label`, in the same units; for "
               "profiles also `TASK.jsd` and `TASK.jsd_baseline`", TARGET,
               missing=True, many=True),
        FOLD,
        _REPLICATE,
    ),
)  # fmt: skip
FILTER_SITES = Table(
    "filters/MODEL/sites.tsv",
    "a row per filter; none where no Conv1D reads the sequence first",
    (
        MODEL,
        text("motif", "name of the filter: `fold0_filter_3`"),
        FOLD,
        integer("filter", "its number in the layer"),
        integer("sites", "places above half of `max_activation`"),
        number("max_activation", "0: dead"),
        integer("windows", "that were read"),
    ),
)
