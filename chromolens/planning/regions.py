"""The windows on the regions that a method explains, known while planning: they are its work.

The regions are read, and refused, before the first job. What was read is kept in a file, as every
job plans the study again.
"""

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.inputs.genome.regions import place
from chromolens.planning import sources
from chromolens.planning.content import OwnFiles
from chromolens.provenance import digest
from chromolens.runlog import atomic

GENOME, PEAKS = "genome", "peaks"

Starts = Mapping[str, np.ndarray]
"""Chromosome -> first base of each window, ascending int64."""


def explained(config: dict) -> dict[str, str | dict]:
    """Method -> ``genome``, ``peaks`` or a file, of those that explain base by base.

    BadInput for one that contradicts itself, and for regions of what is no genome.
    """
    found = {}
    for name, method in config["attribution"]["methods"].items():
        where, stated = f"the config, attribution.methods.{name}.regions", method["regions"]
        if stated not in ("", GENOME) and method["genome_wide"]:
            raise BadInput(
                f"{name} is to explain {stated} and the whole genome",
                where=where,
                remedy="leave genome_wide out, or regions",
            )
        if stated and config["inputs"]["kind"] != "genome":
            raise BadInput(
                f"inputs of the kind {config['inputs']['kind']} have no regions",
                where=where,
                remedy="say genome_wide: true, which explains every held-out record",
            )
        if stated or method["genome_wide"]:
            found[name] = stated or GENOME
    return found


def placings(
    settings: dict,
    shared: dict,
    methods: pd.DataFrame,
    downloaded: str,
    circular: Mapping[str, int] | None = None,
) -> dict[str, dict]:
    """Method -> what ``inputs.genome.regions.place`` is asked, of those with regions of their own.

    Parameters
    ----------
    settings
        The inputs, with all files local.
    shared
        What ``plan.attribution_settings`` gives.
    methods
        The table of ``plan.methods``.
    downloaded
        Folder of files that come from a URL.
    circular
        What ``divide.circular`` gives.
    """
    found = {}
    for method in (one for one in methods.itertuples() if one.regions not in ("", GENOME)):
        where = f"the config, attribution.methods.{method.method}.regions"
        files = sources.files(sources.localise(method.regions, downloaded))
        if method.regions == PEAKS:
            files = _peaks(settings, where)
        found[method.method] = {
            "files": files,
            "chromosome_names": settings["chromosome_names"],
            "events": method.regions == PEAKS,
            "window": settings["window"],
            "keep": shared["keep"] or settings["window"],
            "stride": shared["stride"],
            "circular": circular or {},
        }
    return found


def _peaks(settings: dict, where: str) -> list[str]:
    peaks = {k: v for k, v in settings["peaks"].items() if k not in settings["events_only"]}
    if not peaks:
        raise BadInput(
            "the study has no peaks to explain",
            where=where,
            remedy="name a BED file of regions, or say genome",
        )
    return sources.files(peaks)


def windows(
    placings: Mapping[str, dict],
    sizes: Mapping[str, int],
    folds: Folds,
    own: OwnFiles,
    kept: str,
    code: str,
) -> dict[str, Starts | None]:
    """The windows of each of ``placings``; None where a job makes one of its files.

    Parameters
    ----------
    kept
        Folder of the files in which windows are kept from one planning to the next.
    code
        Digest of what places them.
    """
    if not placings:  # a study of records has no stretches at all
        return {}
    explained = list(folds.homes(sizes))
    found: dict[str, Starts | None] = {}
    for method, asked in placings.items():
        digests = own.digests(asked["files"])
        if len(digests) < len(asked["files"]):
            found[method] = None
            continue
        key = digest([code, digests, asked, sizes, [one.name for one in explained]])
        path = Path(kept, f"{method}.npz")
        starts = _read(path, key)
        if starts is None:
            starts = place(sizes, explained, **asked).starts
            _write(path, key, starts)
        found[method] = starts
    return found


def _read(path: Path, key: str) -> Starts | None:
    """What ``path`` keeps under ``key``; None where it is of something else, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["key"]) != key:
                return None
            parts = np.split(file["starts"], np.cumsum(file["counts"])[:-1])
            return dict(zip(file["chroms"].tolist(), parts, strict=True))
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def _write(path: Path, key: str, starts: Starts) -> None:
    with atomic(path) as temporary:
        np.savez(
            temporary,
            key=np.array(key),
            chroms=np.array(list(starts)),
            counts=np.array([len(one) for one in starts.values()]),
            starts=np.concatenate(list(starts.values())),
        )
