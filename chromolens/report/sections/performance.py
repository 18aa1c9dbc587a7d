"""Training and held-out performance: curves, metrics with intervals, calibration."""

from collections.abc import Container, Iterator

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents, Training
from chromolens.report.figures import charts
from chromolens.report.tables import Table, count, decimal, words
from chromolens.tables.checks import LEARNING
from chromolens.tables.models import HISTORY, METRICS, POOLED, PREDICTIONS

NEEDS = ("history", "predictions", "metrics", "pooled", "learning")

WORDS = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "accuracy": "Accuracy",
    "log_loss": "Log loss (nats, lower is better)",
    "r2": "R²",
    "pearson": "Pearson r",
    "counts_pearson": "Pearson r of counts",
    "profile_jsd": "Profile JSD (lower is better)",
    "calibration_error": "Calibration error (lower is better)",
}
_DRAWN = ("auroc", "auprc", "accuracy", "r2", "pearson", "counts_pearson", "profile_jsd")
_BOUNDS = {"auroc": (0.5, 1.0)}
_BEHIND = 0.8
"""A training that takes off less than this part of what the best one takes off the loss."""
_UNSHARED, _ALL = "_unshared", "all classes"


def context(study: Contents) -> dict:
    """Figures and tables of this section."""
    pooled, single = tables.read_all(POOLED, study.pooled), tables.read_all(METRICS, study.metrics)
    return {
        "curves": curves(study.histories),
        "behind": list(behind(study.histories, study.nulls)),
        "plots": plots(study, pooled, single),
        "marks": marks(study),
        "pooled": pooled_table(study, pooled),
        "calibration": calibration(study, pooled),
        "learning": [learning(tables.read(LEARNING, path)) for path in study.learning],
    }


def curves(histories: dict[Training, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Per model that was trained, one panel per fold (replicates overlaid), on its own axis."""
    read_in = {key: tables.read(HISTORY, path) for key, path in histories.items()}
    read_in = {key: table for key, table in read_in.items() if len(table)}
    models = dict.fromkeys(key[0] for key in read_in)
    return [(model, _panels(model, read_in)) for model in models]


def behind(histories: dict[Training, str], nulls: Container[str]) -> Iterator[str]:
    """A sentence for each model, but nulls, of which some trainings learned much less.

    Losses on the training windows are compared: folds are made of like windows.
    """
    losses = {key: tables.read(HISTORY, path)["loss"].dropna() for key, path in histories.items()}
    losses = {key: loss for key, loss in losses.items() if len(loss) and key[0] not in nulls}
    for model in dict.fromkeys(key[0] for key in losses):
        own = {key[1:]: loss for key, loss in losses.items() if key[0] == model}
        first = max(loss.iloc[0] for loss in own.values())
        lowest = {key: loss.min() for key, loss in own.items()}
        best = min(lowest, key=lambda key, lowest=lowest: lowest[key])
        gain = first - lowest[best]
        less = [key for key, loss in lowest.items() if first - loss < _BEHIND * gain]
        if less:
            told = words(f"{_training(key)} ({decimal(lowest[key])})" for key in less)
            yield (
                f"{model}: the training loss of {told} stayed above that of {_training(best)} "
                f"({decimal(lowest[best])}). Contributions of these networks mean less; try "
                "another seed or a lower learning rate."
            )


def _training(key: tuple) -> str:
    fold, replicate = key
    return f"{fold}, replicate {replicate}" if int(replicate) else fold


def _panels(model: str, histories: dict[Training, pd.DataFrame]) -> list[tuple[str, str]]:
    own = {key: table for key, table in histories.items() if key[0] == model}
    top = max(float(_typical(table)) for table in own.values())
    folds = dict.fromkeys(key[1] for key in own)
    return [(fold, _panel(model, fold, own, top)) for fold in folds]


def _typical(history: pd.DataFrame) -> float:
    """A top that one wild first epoch doesn't decide: the 95th percentile of the losses."""
    losses = history[["loss", "val_loss"]].to_numpy().ravel()
    known = losses[np.isfinite(losses)]
    return np.percentile(known, 95) * 1.05 if len(known) else 1.0


def _panel(model: str, fold: str, histories: dict[Training, pd.DataFrame], top: float) -> str:
    own = [table for key, table in histories.items() if key[1] == fold]
    return charts.training_curves(own, f"Loss by epoch, {model}, {fold}", top)


def marks(study: Contents) -> list[tuple[str, str]]:
    """Model -> its mark in the dot plots, for the legend."""
    names = dict.fromkeys([*study.models, *(key[0] for key in study.histories)])
    real = [name for name in names if name not in study.nulls]
    chosen = [(name, charts.MARKS[i % len(charts.MARKS)]) for i, name in enumerate(real)]
    nulls = [(f"{name} (null)", "null") for name in names if name in study.nulls]
    return [(name, charts.mark_sample(mark)) for name, mark in chosen + nulls]


def _mark(study: Contents, model: str) -> str:
    if model in study.nulls:
        return "null"
    real = [name for name in study.models if name not in study.nulls]
    return charts.MARKS[(real.index(model) if model in real else 0) % len(charts.MARKS)]


def plots(study: Contents, pooled: pd.DataFrame, single: pd.DataFrame) -> list[tuple[str, str]]:
    """One dot plot per metric: tasks down, models as marks, the nulls hollow beside them."""
    there = [name for name in _DRAWN if len(pooled) and (pooled["metric"] == name).any()]
    return [(WORDS[name], _plot(study, pooled, single, name)) for name in there]


def _plot(study: Contents, pooled: pd.DataFrame, single: pd.DataFrame, metric: str) -> str:
    rows = pooled[pooled["metric"] == metric]
    points = {
        task or _ALL: [_point(study, row, single) for row in own.itertuples()]
        for task, own in rows.groupby("task", sort=False)
    }
    bounds = _bounds(metric, rows, single)
    return charts.dot_plot(points, bounds, f"{WORDS[metric]} by task", _chance(rows, metric))


def _bounds(metric: str, rows: pd.DataFrame, single: pd.DataFrame) -> tuple[float, float]:
    low, high = _BOUNDS.get(metric, (0.0, 1.0))
    values = [rows[name] for name in ("value", "low", "high")]
    values += [single.loc[single["metric"] == metric, "value"]] if len(single) else []
    lowest = np.nanmin(np.concatenate([np.asarray(each, dtype=float) for each in values]))
    return float(min(low, np.floor(lowest * 10) / 10)), high


def _chance(rows: pd.DataFrame, metric: str) -> dict[str, float]:
    first = rows.drop_duplicates("task").set_index("task")
    if metric == "auroc":
        return dict.fromkeys(first.index, 0.5)
    return (first["positives"] / first["n"]).dropna().to_dict() if metric == "auprc" else {}


def _point(study: Contents, row: object, single: pd.DataFrame) -> charts.Point:
    words = f"{row.model}, {row.task}: {decimal(row.value)} ({_interval(row)})"
    return charts.Point(
        row.value, row.low, row.high, _folds(row, single), _mark(study, row.model), words
    )


def _folds(row: object, single: pd.DataFrame) -> list[float]:
    if not len(single):
        return []
    same = [single[name] == getattr(row, name) for name in ("model", "task", "metric")]
    return single.loc[np.logical_and.reduce(same), "value"].dropna().tolist()


def _interval(row: object) -> str:
    return f"{decimal(row.low)}–{decimal(row.high)}"


def pooled_table(study: Contents, pooled: pd.DataFrame) -> Table | None:
    """A row per model and task, a column per metric with its interval."""
    if not len(pooled):
        return None
    metrics = [name for name in dict.fromkeys(pooled["metric"]) if _told(pooled, name)]
    keys = list(dict.fromkeys(zip(pooled["model"], pooled["task"], strict=True)))
    cells = {(row.model, row.task, row.metric): row for row in pooled.itertuples()}
    rows = [_pooled_row(key, metrics, cells) for key in keys]
    header = ["model", "task", "windows", "positive", *map(_heading, metrics)]
    nulls = frozenset(place for place, key in enumerate(keys) if key[0] in study.nulls)
    caption = "Held-out metrics pooled over folds, with 95 % bootstrap intervals over windows"
    return Table(caption, header, rows, frozenset(header[2:]), nulls)


def _told(pooled: pd.DataFrame, metric: str) -> bool:
    """Whether a metric says more: those without shared words do where some window shares one."""
    if not metric.endswith(_UNSHARED):
        return True
    own, whole = (
        pooled[pooled["metric"] == name].set_index(["model", "task"])["n"]
        for name in (metric, metric.removesuffix(_UNSHARED))
    )
    return not own.equals(whole)


def _pooled_row(key: tuple[str, str], metrics: list[str], cells: dict) -> list[str]:
    there = [cells[(*key, metric)] for metric in metrics if (*key, metric) in cells]
    values = [_cell(cells.get((*key, metric))) for metric in metrics]
    return [key[0], key[1] or _ALL, count(there[0].n), count(there[0].positives), *values]


def _cell(row: object | None) -> str:
    if row is None or pd.isna(row.value):
        return "–"
    return decimal(row.value) + ("" if pd.isna(row.low) else f" ({_interval(row)})")


def _heading(metric: str) -> str:
    plain = metric.removesuffix(_UNSHARED)
    words = WORDS.get(plain, plain).removesuffix(" (lower is better)")
    return words if plain == metric else f"{words}, no shared words"


def calibration(study: Contents, pooled: pd.DataFrame) -> list[tuple[str, str]]:
    """A reliability panel per binary task of the models that aren't nulls.

    Those are the tasks whose calibration was measured: no other predictions are log-odds.
    """
    measured = pooled[pooled["metric"] == "calibration_error"] if len(pooled) else pooled
    held_out = pool_predictions(study)
    panels = [
        _reliability(row.model, row.task, held_out[row.model])
        for row in measured.itertuples()
        if row.model in held_out
    ]
    return [panel for panel in panels if panel is not None]


def pool_predictions(study: Contents) -> dict[str, pd.DataFrame]:
    """Held-out predictions of each model but the nulls, replicates averaged, a row per window."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for (model, _, _), path in study.predictions.items():
        if model not in study.nulls:
            frames.setdefault(model, []).append(tables.read(PREDICTIONS, path))
    return {model: _averaged(pd.concat(parts)) for model, parts in frames.items()}


def _averaged(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby(["id", "group"], sort=False).mean(numeric_only=True).reset_index()


def _reliability(model: str, task: str, table: pd.DataFrame) -> tuple[str, str] | None:
    own = table[[task, f"{task}.label"]].dropna().to_numpy()
    if len(own) < 20:
        return None
    order = own[np.argsort(own[:, 0], kind="stable")]
    order[:, 0] = 1 / (1 + np.exp(-order[:, 0]))
    bins = np.array_split(order, 10)
    means = np.array([part.mean(axis=0) for part in bins])
    sizes = np.array([len(part) for part in bins])
    label = f"Reliability of {task}, {model}"
    return f"{task} · {model}", charts.reliability(means[:, 0], means[:, 1], sizes, label)


def learning(table: pd.DataFrame) -> dict:
    """Of one model: its name, a panel per task of AUPRC by events, and what they say."""
    table = table[table["metric"] == "auprc"]
    name, panels, rising, flat = table["model"].iloc[0], [], [], []
    for task, own in table.groupby("task", sort=False):
        label = f"AUPRC of {task} by number of training events, {name}"
        chance = own["positives"].iloc[0] / own["n"].iloc[0]
        panels.append((task, charts.learning_curve(own, chance, label)))
        whole = own.loc[own["share"] == 1, "value"].item()
        fewer = own[own["share"] < 1].nlargest(1, "share").iloc[0]
        (rising if whole > fewer["high"] else flat).append(task)
    return {"model": name, "panels": panels, "told": _learned(rising, flat)}


def _learned(rising: list[str], flat: list[str]) -> str:
    """What curves that still rise with the last events, and those that don't, ask for."""
    parts = []
    if rising:
        parts.append(
            f"For {words(rising)} more events would help: AUPRC with all events lies above the "
            "interval of the next fewer."
        )
    if flat:
        parts.append(
            f"For {words(flat)} another network or better peaks would help more: AUPRC with all "
            "events does not lie above the interval of the next fewer."
        )
    return " ".join(parts)
