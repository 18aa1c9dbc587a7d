"""One job of attribution, for either kind of inputs: what its script asks for in one call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.inputs.batches import Inputs, open_inputs
from chromolens.inputs.drawing import by_fold
from chromolens.inputs.folds import Folds
from chromolens.inputs.reference_kinds import DRAWN
from chromolens.inputs.windows import rows_of
from chromolens.models.model import Model
from chromolens.scores import Origin
from chromolens.tables.checks import TRIED
from chromolens.tables.inputs import CHOSEN
from chromolens.tracks.method import Method
from chromolens.tracks.records import explain_records, shard_of
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling, read_series
from chromolens.tracks.windows import explain_windows

_TILING = ("window", "stride", "stitching", "max_n", "keep")


def split_settings(shared: Mapping[str, object]) -> tuple[dict, dict]:
    """What all methods are told, and what the tiling is told (nothing, without a genome)."""
    tiling = {key: shared[key] for key in _TILING if key in shared}
    return {key: value for key, value in shared.items() if key not in tiling}, tiling


def with_chosen(settings: Mapping[str, object], tried: Sequence[str]) -> dict:
    """A method's settings, with those that a pilot has chosen (its table, or none)."""
    table = tables.read_all(TRIED, tried)
    chosen = table[table["chosen"]] if len(table) else table
    return {**settings, **dict(zip(chosen["setting"], chosen["value"].tolist(), strict=True))}


def explain(
    models: Mapping[str, Sequence[Model]],
    path: str,
    *,
    method: Method,
    tiling: Mapping[str, object],
    origin: Origin,
    source: str | None,
    regions: Sequence[str],
    series: Sequence[str],
    windows: str,
    folds: Folds,
) -> None:
    """Explain the shard that ``origin`` names: regions of the genome, or a part of the records.

    ``models`` are the replicates of its fold; where other folds have theirs too, these are asked
    about the same regions (``scores.FOLD_AGREEMENT``).
    ``regions`` are called ``chrom-start-end``; their windows are those of the table ``series``
    (one file), or of a grid (none). A shard of records is called ``fold-part-parts``, of the
    fold's test records.
    """
    method = method.in_fold(origin.fold)
    if method.references in DRAWN:
        asked = Folds({fold: folds.roles[fold] for fold in models})
        method = with_drawn(method, open_inputs(windows, source), asked)
    own = models[origin.fold]
    shared = {"origin": origin}
    if any(regions):
        wanted = [Interval.from_name(name) for name in regions]
        shared["series"] = read_series(series[0]) if series else None
        shared["others"] = {fold: theirs for fold, theirs in models.items() if theirs is not own}
        shared["tiling"] = Tiling(**tiling)
        with Genome(source) as opened:
            shared["chromosomes"] = folds.chromosomes(origin.fold, opened.sizes)
            explain_shard(own, opened, wanted, path, method=method, **shared)
    else:
        _, part, parts = origin.shard.rsplit("-", 2)
        inputs = open_inputs(windows, source)
        inputs = inputs.for_training(folds.groups(origin.fold, "training"))
        rows = folds.rows(inputs.windows, origin.fold, "test")
        shared["places"] = shard_of(len(rows), int(part), int(parts))
        explain_records(own, inputs, rows, path, method=method, **shared)


def explain_chosen(
    models_by_fold: Mapping[str, Sequence[Model]],
    inputs: Inputs,
    picked: str,
    path: str,
    *,
    method: Method,
    origin: Origin,
    folds: Folds,
    labels: Mapping[str, str],
    most: int,
) -> None:
    """Explain the windows that the table ``picked`` chose, at most ``most`` a task, in full.

    ``labels`` gives the task whose labels a task predicts. Folds' scales are measured on at most
    as many windows that were chosen as background.
    """
    chosen = tables.read(CHOSEN, picked)
    rows = rows_of(chosen, inputs.windows, "explain", method.tasks, most)
    background = rows_of(chosen, inputs.windows, "background", [""], most)[""]
    method = with_drawn(method, inputs, folds)
    given = {"origin": origin, "labels": labels, "background": background}
    explain_windows(models_by_fold, inputs, rows, folds, path, method=method, **given)


def with_drawn(method: Method, inputs: Inputs, folds: Folds) -> Method:
    """``method`` with the references that are drawn from the study's windows, if it wants such."""
    count = method.n_references
    drawn = by_fold(method.references, inputs, folds, count=count, seed=method.seed)
    return replace(method, drawn=drawn)
