"""Experiments of one model and task of a study, as tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.experiments.backgrounds import Backgrounds, draw, expected
from chromolens.experiments.chosen import Experiments, pairs_of_study
from chromolens.experiments.marginalise import inserted, places_of
from chromolens.experiments.motifs import consensus, scrambled
from chromolens.experiments.spacing import arrangements, check_fits, spaced
from chromolens.experiments.statistics import band, interval, periodicity
from chromolens.genome.onehot import sequence_of
from chromolens.inputs.batches import Dna
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import Tally
from chromolens.models.model import Model
from chromolens.motifs.hits.sought import Sought
from chromolens.runlog import progress
from chromolens.tables.experiments import MARGINAL, MARGINAL_DROPPED, SPACED_PAIRS, SPACING
from chromolens.ties import TIE, first_best

MOST_BY_CHANCE = 1.0
"""Matches of a motif in a random window from which on it isn't tried."""
ALL = "all"
"""The mean over arrangements."""

Networks = Mapping[str, Sequence[Model]]
"""Fold -> its replicates, whose targets are averaged."""


def marginal_effects(
    models: Networks,
    inputs: Dna,
    folds: Folds,
    motifs: Sequence[Sought],
    asked: Experiments,
    *,
    task: str,
    target: str,
    max_p: float,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``MARGINAL`` and ``MARGINAL_DROPPED``, less model and task.

    A motif that doesn't fit, that can't be scrambled, or that any sequence holds by chance, is
    left out and counted.
    """
    tally, rows = Tally(), []
    rare = _rare(motifs, inputs.length, max_p, tally)
    usable = [motif for motif in rare if _can_be_tried(motif, inputs.length, seed, tally)]
    if usable:
        options = {"kind": asked.backgrounds, "max_p": max_p, "seed": seed}
        found = draw(inputs, folds, usable, count=asked.count, **options)
        tally.rows |= found.left_out.rows
    for motif in progress(usable, total=len(usable), what="motifs put in"):
        starts = places_of(len(motif.ppm), inputs.length, asked.places)
        effects = np.stack([
            inserted(models[fold], codes, name, motif, starts, asked.instances, seed,
                     {"task": task, "target": target})
            for codes, name, fold in zip(found.codes, found.ids, found.folds, strict=True)
        ])  # fmt: skip
        rows.append(_marginal(motif, starts, effects, found, inputs.length, seed))
    return _joined(rows, MARGINAL.after("model", "task")), _dropped(tally)


def _rare(motifs: Sequence[Sought], length: int, max_p: float, tally: Tally) -> list[Sought]:
    """Those of ``motifs`` that a background can be without."""
    common = [motif for motif in motifs if expected(motif, length, max_p) > MOST_BY_CHANCE]
    tally.add("any sequence holds it by chance: no background is without", "",
              [motif.label for motif in common])  # fmt: skip
    return [motif for motif in motifs if expected(motif, length, max_p) <= MOST_BY_CHANCE]


def _can_be_tried(motif: Sought, length: int, seed: int, tally: Tally) -> bool:
    try:
        places_of(len(motif.ppm), length, 1)
        scrambled(motif, seed)
    except BadInput as why:
        tally.add(str(why).splitlines()[0], "", [motif.label])
        return False
    return True


def _marginal(
    motif: Sought,
    starts: np.ndarray,
    effects: np.ndarray,
    found: Backgrounds,
    length: int,
    seed: int,
) -> pd.DataFrame:
    """Rows of one motif, from effects (backgrounds, places, 2)."""
    both = effects.mean(axis=-1)
    low, high = interval(both, seed)
    return pd.DataFrame({
        "motif": motif.motif, "name": motif.name, "letters": sequence_of(consensus(motif.ppm)),
        "start": starts, "offset": starts + (len(motif.ppm) - length) / 2,
        "effect": both.mean(axis=0), "low": low, "high": high,
        "forward": effects[..., 0].mean(axis=0), "reverse": effects[..., 1].mean(axis=0),
        "fold_sd": fold_sd(both, found.folds), "backgrounds": len(both),
    })  # fmt: skip


def fold_sd(values: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Standard deviation (n - 1) of the means of each fold's rows of ``values`` (n, ...)."""
    means = np.stack([values[folds == fold].mean(axis=0) for fold in np.unique(folds)])
    if len(means) < 2:
        return np.full(values.shape[1:], np.nan)
    return means.std(axis=0, ddof=1)


def spacings(
    models: Networks,
    inputs: Dna,
    folds: Folds,
    motifs: Sequence[Sought],
    asked: Experiments,
    *,
    task: str,
    target: str,
    max_p: float,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """``SPACING``, ``SPACED_PAIRS`` and ``SPACING_DROPPED``, less model and task.

    A pair that doesn't fit into the window is left out and counted, and so is a motif that any
    sequence holds by chance.
    """
    tally = Tally()
    rare = _rare(motifs, inputs.length, max_p, tally)
    pairs = [
        pair
        for pair in pairs_of_study(rare, asked, tally)
        if _fits(pair, inputs.length, asked.gap, tally)
    ]
    if pairs:
        options = {"kind": asked.backgrounds, "max_p": max_p, "seed": seed}
        own = list({one.motif: one for pair in pairs for one in pair}.values())
        found = draw(inputs, folds, own, count=asked.pair_count, **options)
        tally.rows |= found.left_out.rows
    gaps, curves, judged = np.arange(asked.gap + 1), [], []
    for pair in progress(pairs, total=len(pairs), what="pairs put in"):
        answered = [
            spaced(models[fold], codes, name, pair, gaps, asked.instances, seed,
                   {"task": task, "target": target})
            for codes, name, fold in zip(found.codes, found.ids, found.folds, strict=True)
        ]  # fmt: skip
        together, joint = (np.stack(part) for part in zip(*answered, strict=True))
        for name, *arrays in _arranged(pair, together, joint):
            facts = _facts(pair) | {"arrangement": name, "backgrounds": len(together)}
            curves.append(_curve(facts, gaps, *arrays, found.folds, seed))
            judged.append(_judged(facts, curves[-1], arrays[0], gaps, seed))
    return (
        _joined(curves, SPACING.after("model", "task")),
        pd.DataFrame(judged, columns=SPACED_PAIRS.after("model", "task")),
        _dropped(tally),
    )


def _fits(pair: tuple[Sought, Sought], length: int, gap: int, tally: Tally) -> bool:
    try:
        check_fits(pair, length, gap)
    except BadInput as why:
        tally.add(str(why).splitlines()[0], "", [" + ".join(one.label for one in pair)])
        return False
    return True


def _facts(pair: tuple[Sought, Sought]) -> dict[str, str]:
    first, second = pair
    return {
        "first": first.motif,
        "second": second.motif,
        "first_name": first.name,
        "second_name": second.name,
    }


def _arranged(pair: tuple[Sought, Sought], together: np.ndarray, joint: np.ndarray) -> list[tuple]:
    """Each arrangement and their mean, with its part of both arrays (backgrounds, gaps)."""
    names = arrangements(pair)
    parts = [(name, together[:, i], joint[:, i]) for i, name in enumerate(names)]
    return [(ALL, together.mean(axis=1), joint.mean(axis=1)), *parts]


def _curve(
    facts: Mapping,
    gaps: np.ndarray,
    together: np.ndarray,
    joint: np.ndarray,
    folds: np.ndarray,
    seed: int,
) -> pd.DataFrame:
    low, high = interval(together, seed)
    return pd.DataFrame(
        {
            **facts,
            "gap": gaps,
            "joint": joint.mean(axis=0),
            "interaction": together.mean(axis=0),
            "low": low,
            "high": high,
            "fold_sd": fold_sd(together, folds),
        }
    )


def _judged(
    facts: Mapping, curve: pd.DataFrame, together: np.ndarray, gaps: np.ndarray, seed: int
) -> dict:
    """The row of ``SPACED_PAIRS`` of one arrangement."""
    own = curve["interaction"].to_numpy()
    low, high = band(together, seed)
    apart = np.abs(own - own.mean())
    farthest = curve.iloc[int(first_best(apart, TIE * np.abs(own).max()))]
    wave, p = periodicity(own, gaps, seed)
    return {
        **facts,
        "mean": own.mean(),
        "band_low": low,
        "band_high": high,
        "outside": int(((own < low) | (own > high)).sum()),
        **{name: farthest[name] for name in ("gap", "interaction", "low", "high")},
        "wave": wave,
        "wave_p": p,
    }


def _joined(parts: list[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _dropped(tally: Tally) -> pd.DataFrame:
    return tally.table()[MARGINAL_DROPPED.after("model", "task")]
