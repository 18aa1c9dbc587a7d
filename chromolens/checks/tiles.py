"""How good the model is on every tile of the chromosomes it never saw, beside two simple ones.

Metrics on chosen negatives flatter; here every window of the tiling counts. Baselines: the best
single motif of the database (chosen on the training chromosomes; its matches count where an event
would), and a logistic regression on counts of words of k bases (trained there too). Intervals are
a bootstrap over stretches of the genome: tiles overlap, and neighbours are alike.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from chromolens.genome.circular import with_laps
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import UNKNOWN, codes_to_onehot
from chromolens.genome.words import window_words
from chromolens.inputs.folds import Folds
from chromolens.inputs.genome.events import drop_near, label, read_events
from chromolens.inputs.peaks import Names
from chromolens.inputs.windows import Tally
from chromolens.models.judging import metrics
from chromolens.motifs.hits.scan import best, log_odds
from chromolens.motifs.names.database import Motif
from chromolens.runlog import logger
from chromolens.scores import open_scores
from chromolens.tables.checks import BASELINES, RATIO, TILES
from chromolens.tracks.mixture import read_headers

SAMPLE = 300
"""Windows of each label that motifs are first tried on."""

SHORTLIST = 10
"""Motifs of which the best one is then chosen on all of these windows."""

MOST = 20_000
"""Negatives, evenly spaced, that the baselines are fitted on: more take long."""

_STRETCH = 10_000  # bp that the bootstrap draws together
_RESAMPLES = 200
_TOGETHER = 500  # windows that are scanned at once


def check_model(
    shards: Sequence[str],
    genome: Genome,
    windows: pd.DataFrame,
    folds: Folds,
    peaks: Mapping[str, str | Sequence[str]],
    database: list[Motif],
    *,
    chromosome_names: Names | None,
    top: float,
    apart: Mapping[str, Mapping[str, object]],
    within: int,
    window: int,
    kmer: int,
) -> pd.DataFrame:
    """``check`` for every task that the shards explain and that has events.

    A tile is labelled as a training window is. ``peaks``, ``chromosome_names``, ``top``,
    ``apart``, ``within`` (positive_within, bp) and ``window`` (bp) are those of
    ``inputs.genome.prepare``. An event counts even where no window could be centred on it.
    """
    tasks = [task for task in read_headers(list(shards))[shards[0]].tasks if task in peaks]
    uncounted = Tally()  # what masks was counted when the inputs were prepared
    events = read_events(peaks, genome.sizes, chromosome_names, top, uncounted)
    events = drop_near(events, apart, uncounted, genome.circular)
    events = with_laps(events, ["position"], genome.circular)
    tables = []
    for task in tasks:
        tiles = read_tiles(shards, task)
        own = events[events["task"] == task]
        tiles["label"] = label(own, tiles, window, within)
        labelled = windows.assign(label=windows[task])
        training = {f: labelled.iloc[folds.rows(labelled, f, "training")] for f in folds.roles}
        tables.append(
            check(
                tiles,
                genome,
                training,
                database,
                task=task,
                window=window,
                within=within,
                kmer=kmer,
            )
        )
    return pd.concat([pd.DataFrame(columns=TILES.after("model")), *tables], ignore_index=True)


def read_tiles(shards: Sequence[str], task: str) -> pd.DataFrame:
    """Every window of the shards' tiling: chrom, start, fold, value (target of ``task``)."""
    parts = []
    for path, header in read_headers(list(shards)).items():
        with open_scores(path, ["window_start", "values"]) as file:
            for name in file:
                found = {"start": file[name]["window_start"][:]}
                found["value"] = file[name]["values"][header.tasks.index(task)]
                chrom = Interval.from_name(name).chrom
                parts.append(pd.DataFrame(found).assign(chrom=chrom, fold=header.fold))
    tiles = pd.concat(parts, ignore_index=True)
    return tiles[tiles["value"].notna()].reset_index(drop=True)


def check(
    tiles: pd.DataFrame,
    genome: Genome,
    training: Mapping[str, pd.DataFrame],
    database: list[Motif],
    *,
    task: str,
    window: int,
    within: int,
    kmer: int,
) -> pd.DataFrame:
    """AUPRC and AUROC over all tiles of the model, the best motif and the words of ``kmer``.

    Each with the 95 % interval of the bootstrap, and ``RATIO`` with its own. A baseline that can't
    be fitted, as a fold's training windows are of one class, is NaN.
    ``tiles``: chrom, start, fold, value, label (NaN = masked). ``training``: per fold its training
    windows (chrom, start, end, label).
    """
    tiles = tiles[tiles["label"].notna()].assign(best_motif=np.nan, kmer=np.nan)
    for fold, part in tiles.groupby("fold"):
        seen = training[fold].dropna(subset=["label"])
        if seen["label"].nunique() < 2:
            alike = "one class only" if len(seen) else "none"
            logger.warning(
                "%s of %s: no baselines, its training windows are %s", task, fold, alike
            )
            continue
        others = _spread(np.flatnonzero(seen["label"] == 0), MOST)
        seen = seen.iloc[np.union1d(np.flatnonzero(seen["label"] == 1), others)]
        codes = _codes(genome, seen)
        motif = _best_motif(codes, seen["label"].to_numpy(), database, within)
        words = _fit_words(codes, seen["label"].to_numpy(), kmer)
        for chrom, rows in part.groupby("chrom"):
            starts = rows["start"].to_numpy()
            whole = genome.codes(chrom, 0, int(starts.max()) + window)
            tops = _window_max(whole, motif, starts, window, within)
            tiles.loc[rows.index, "best_motif"] = tops
            tiles.loc[rows.index, "kmer"] = _window_sum(whole, words, starts, window, kmer)
    return _metrics(tiles, task)


def _metrics(tiles: pd.DataFrame, task: str) -> pd.DataFrame:
    labels = tiles["label"].to_numpy()
    weights = _resampled(tiles)
    scores = {"": "value", **{f"_{name}": name for name in BASELINES}}
    found = {
        metric.__name__ + suffix: _of_each(metric, tiles[column].to_numpy(), labels, weights)
        for suffix, column in scores.items()
        for metric in (metrics.auprc, metrics.auroc)
    }
    better = max((found[f"auprc_{name}"] for name in BASELINES), key=lambda each: each[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        found[RATIO] = found["auprc"] / better
    rows = [
        {
            "metric": name,
            "value": each[0],
            **dict(zip(("low", "high"), _interval(each), strict=True)),
        }
        for name, each in found.items()
    ]
    counts = {"n": len(labels), "positives": int(labels.sum())}
    return pd.DataFrame(rows).assign(task=task, **counts)[TILES.after("model")]


def _resampled(tiles: pd.DataFrame) -> np.ndarray:
    """How often each tile counts, uint8 (1 + resamples, tiles): once, then by its stretch."""
    stretch = tiles.groupby(["chrom", tiles["start"] // _STRETCH], sort=True).ngroup().to_numpy()
    count = stretch.max(initial=0) + 1
    drawn = np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))
    times = np.stack([np.bincount(one, minlength=count) for one in drawn])
    return np.vstack([np.ones_like(stretch), times[:, stretch]]).astype(np.uint8)


def _of_each(
    metric: metrics.Metric, values: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """``metric`` (rows of ``weights``,), a few rows at a time; NaN where a value is missing."""
    if np.isnan(values).any():
        return np.full(len(weights), np.nan)
    parts = np.array_split(weights, max(1, weights.size // metrics.CHUNK))
    return np.concatenate([metric(values, labels, part.astype(float)) for part in parts])


def _interval(found: np.ndarray) -> np.ndarray:
    """95 % percentile interval of a metric whose first entry is the plain one."""
    defined = found[1:][np.isfinite(found[1:])]
    return np.quantile(defined, (0.025, 0.975)) if len(defined) else np.full(2, np.nan)


def _codes(genome: Genome, windows: pd.DataFrame) -> np.ndarray:
    return np.stack([genome.codes(row.chrom, row.start, row.end) for row in windows.itertuples()])


def _best_motif(
    codes: np.ndarray, labels: np.ndarray, database: list[Motif], within: int
) -> np.ndarray:
    """Weights of the motif whose best match in a window tells the labels apart best.

    ``SHORTLIST`` motifs that do so by AUROC, on at most ``SAMPLE`` windows of each label evenly
    spaced; of these the one of the highest AUPRC on all windows.
    """
    background = np.bincount(codes[codes < UNKNOWN], minlength=4) / (codes < UNKNOWN).sum()
    rows = np.concatenate([_spread(np.flatnonzero(labels == label), SAMPLE) for label in (0, 1)])
    fitting = sorted((m for m in database if len(m.ppm) <= codes.shape[1]), key=_width)
    tried = []
    for _, motifs in groupby(fitting, key=_width):
        weights = [log_odds(motif.ppm, background) for motif in motifs]
        tops = _best_matches(codes[rows], weights, within).T
        tried += [
            (roc_auc_score(labels[rows], top), own) for top, own in zip(tops, weights, strict=True)
        ]
    shortlist = sorted(tried, key=itemgetter(0), reverse=True)[:SHORTLIST]
    return max(
        (own for _, own in shortlist),
        key=lambda own: average_precision_score(labels, _best_matches(codes, [own], within)[:, 0]),
        default=np.zeros((1, 4)),
    )


def _width(motif: Motif) -> int:
    return len(motif.ppm)


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)]


def _places(window: int, width: int, within: int) -> slice:
    """Where in a window matches of ``width`` begin whose middle is where an event counts."""
    middle = window // 2 - width // 2
    return slice(max(0, middle - within), min(window - width, middle + within) + 1)


def _best_matches(codes: np.ndarray, weights: list[np.ndarray], within: int) -> np.ndarray:
    """Best score (n, motifs) on either strand of windows (n, length), motifs of one width."""
    width = len(weights[0])
    places = _places(codes.shape[1], width, within)
    codes = codes[:, places.start : places.stop + width - 1]
    strands = (np.stack(weights), np.stack([one[::-1, ::-1] for one in weights]))
    matrices = [strand.reshape(len(weights), -1).T.astype(np.float32) for strand in strands]
    found = []
    for part in np.split(codes, range(_TOGETHER, len(codes), _TOGETHER)):
        words = sliding_window_view(codes_to_onehot(part), width, axis=1).swapaxes(2, 3)
        words = words.reshape(len(part), -1, width * 4)
        found.append(np.maximum(*[(words @ matrix).max(axis=1) for matrix in matrices]))
    return np.concatenate(found)


def _fit_words(codes: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Weight of each word, (4**k,): logistic regression on the words' counts per window."""
    words = window_words(codes, k)
    rows, places = np.nonzero(words >= 0)
    counts = csr_matrix(
        (np.ones(len(rows)), (rows, words[rows, places])), shape=(len(codes), 4**k)
    )
    fit = LogisticRegression(C=0.02, class_weight="balanced", solver="liblinear", random_state=0)
    return fit.fit(counts, labels).coef_[0]


def _window_max(
    codes: np.ndarray, weights: np.ndarray, starts: np.ndarray, window: int, within: int
) -> np.ndarray:
    """Best score of a match inside each window whose middle is where an event counts."""
    scores = np.maximum(best(codes, weights), -1e9)
    places = _places(window, len(weights), within)
    count = places.stop - places.start
    return maximum_filter1d(scores, count)[starts + places.start + count // 2]


def _window_sum(
    codes: np.ndarray, weights: np.ndarray, starts: np.ndarray, window: int, k: int
) -> np.ndarray:
    """Sum of the weights of the words that lie wholly inside each window."""
    words = window_words(codes, k)
    values = np.where(words >= 0, weights[words.clip(min=0)], 0)
    total = np.concatenate([[0], np.cumsum(values)])
    return total[starts + window - k + 1] - total[starts]
