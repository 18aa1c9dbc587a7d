"""One base of a track computed anew, and held against what the study's shard says of it.

    chromolens explain results/STUDY chr1:12345 --again

Its windows stand at their places in a batch (see ``models.batching``), so on the same kind of
processor the value is equal to the last bit, and on others to rounding.
"""

from pathlib import Path

import h5py
import numpy as np

from chromolens.errors import BadInput
from chromolens.explain import series_of
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.reference_kinds import DRAWN
from chromolens.kernels import AGREEMENT, unlike
from chromolens.scores import Header, open_scores
from chromolens.study import Study, open_study
from chromolens.tracks.tiling import Cover, Tiling


def again(study: str | Path, answer: dict) -> dict:
    """What models, settings and genome in ``study`` give today for a base of one track.

    Parameters
    ----------
    study
        The study's folder.
    answer
        One of ``explain.explain``.

    TensorFlow's threads and rounding are the process's: see ``devices.configure``.

    Returns
    -------
    ``contribution`` and ``prediction`` computed anew; ``equal`` (to the last bit), ``difference``
    of the contribution, as a share of the largest one of the windows over the base; ``verdict``
    in words.

    Raises
    ------
    BadInput
        A network or the genome is no longer in the folder.
    """
    from chromolens.models import devices

    opened, path = open_study(study), Path(study, answer["shard"])
    with open_scores(path) as file:
        header = Header.read(file)
        base = Interval(*_base(answer["place"]))
        region = next(r for r in map(Interval.from_name, file) if r.contains(base))
        scale = _scale(file[region.name], base, header)
    found = _explained(opened, header, base, answer)
    row = header.tasks.index(answer["task"])
    keys = ("contribution", "prediction")
    value = {key: float(found[f"{key}s"][row, 0]) if found else np.nan for key in keys}
    equal = np.array_equal([value[key] for key in keys], [answer[key] for key in keys], True)
    difference = abs(value["contribution"] - answer["contribution"]) / (scale or 1.0)
    now = {**devices.describe(), "batch_size": header.run.get("batch_size")}
    return value | {
        "equal": bool(equal),
        "difference": difference,
        "verdict": _verdict(equal, difference, unlike([*header.runs, now])),
    }


def _base(place: str) -> tuple[str, int, int]:
    chrom, _, position = place.rpartition(":")
    return chrom, int(position) - 1, int(position)


def _scale(group: h5py.Group, base: Interval, header: Header) -> float:
    """The largest contribution of a task near the base, as far as the shard reaches."""
    window = header.settings["tiling"]["window"]
    columns = Cover.read(group).columns(base.start - window, base.end + window)
    return float(np.nanmax(np.abs(group["contributions"][:, columns]), initial=0.0))


def _explained(study: Study, header: Header, base: Interval, answer: dict) -> dict:
    from chromolens.models.model import load_model
    from chromolens.tracks.jobs import with_drawn
    from chromolens.tracks.method import Method
    from chromolens.tracks.shards import explain_base

    networks = [study.folder / one["file"] for one in answer["networks"]]
    named = zip(answer["networks"], networks, strict=True)
    missing = [one["file"] for one, path in named if not path.exists()]
    genome = study.place("genome")
    if missing or not genome.exists():
        raise BadInput(
            f"the value can't be computed anew: {(missing or [genome])[0]} is missing",
            where=str(study.folder),
            remedy="ask without --again, or run the study again",
        )
    settings = dict(header.settings["method"])
    method = Method(
        settings.pop("name"), header.tasks, batch_size=header.run["batch_size"], **settings
    ).in_fold(header.fold)
    folds = Folds.of_table(study.table("folds"))
    if method.references in DRAWN:
        windows = str(study.path("model_windows", model=header.model))
        method = with_drawn(method, open_inputs(windows, str(genome)), folds.only(header.fold))
    models = [load_model(path) for path in networks]
    asked = {"tiling": Tiling(**header.settings["tiling"]), "series": series_of(study, header)}
    with Genome(str(genome)) as opened:
        asked["chromosomes"] = folds.chromosomes(header.fold, opened.sizes)
        return explain_base(models, opened, base, method=method, **asked)


def _verdict(equal: bool, difference: float, unlike_runs: str) -> str:
    if equal:
        return "equal to the last bit"
    share = f"differs by {difference:.2g} of the largest contribution nearby"
    if difference <= AGREEMENT:
        why = f": the processors are unlike ({unlike_runs})" if unlike_runs else ""
        return f"equal but for rounding: {share}{why}"
    return f"NOT the same: {share}, where rounding explains {AGREEMENT:g}" + (
        f"; the processors are unlike ({unlike_runs})" if unlike_runs else ""
    )
