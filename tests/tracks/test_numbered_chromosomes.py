"""Jobs on chromosomes that are called 1, 2, 3 and 4: names, though every one is a number."""

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from track_fakes import WINDOW, FakeGenome, FakeModel, method, origin, random_sequence

from chromolens import tables
from chromolens.genome.intervals import Interval
from chromolens.inputs.windows import write_windows
from chromolens.tables.inputs import CHOSEN, CHROMOSOMES
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.sis import THRESHOLDS
from chromolens.tracks.bigwig import read_back
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling

SCRIPTS = Path(__file__).parents[2] / "scripts"
SIZES = {"1": 200, "2": 150, "3": 100, "4": 100}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a rule's script on files in a folder, as Snakemake would."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def run(name: str, **job: dict) -> None:
        parts = {key: SimpleNamespace(**value) for key, value in job.items()}
        snakemake = SimpleNamespace(log=[str(tmp_path / "log")], **parts)
        runpy.run_path(str(SCRIPTS / f"{name}.py"), {"snakemake": snakemake})

    return run


@pytest.fixture
def chromosomes(tmp_path):
    table = pd.DataFrame({"chrom": list(SIZES), "length": SIZES.values(), "md5": "0"})
    tables.write(CHROMOSOMES, table, tmp_path / "chromosomes.tsv")
    return str(tmp_path / "chromosomes.tsv")


def windows() -> pd.DataFrame:
    """Ten positives and ten negatives on each chromosome."""
    frame = pd.DataFrame(
        [(chrom, start) for chrom in SIZES for start in range(0, 80, 4)],
        columns=["chrom", "start"],
    )
    name = frame["chrom"] + ":" + frame["start"].astype(str)
    frame = frame.assign(id=name, group=frame["chrom"], end=frame["start"] + 10, gc=0.5, shared=0)
    bound = (frame["start"] % 8 == 0).astype(float)
    frame["role"] = np.where(bound == 1, "positive", "negative")
    frame["source"] = np.where(bound == 1, "bound", "negative")
    order = ["id", "group", "chrom", "start", "end", "role", "source", "gc", "shared"]
    return frame[order].assign(bound=bound)


def test_windows_are_picked(tmp_path, run):
    frame = windows()
    held_out = frame[["id", "group", "role", "source"]].assign(
        **{"bound": frame["bound"] * 2 - 1, "bound.label": frame["bound"]}
    )
    held_out = held_out.assign(fold=held_out["group"], replicate=0)
    write_windows(frame, tmp_path / "windows.tsv.gz")
    tables.write(PREDICTIONS, held_out, tmp_path / "predictions.tsv.gz")
    run(
        "pick_windows",
        input={
            "windows": tmp_path / "windows.tsv.gz",
            "predictions": tmp_path / "predictions.tsv.gz",
        },
        output={"thresholds": tmp_path / "thresholds.tsv", "picked": tmp_path / "picked.tsv"},
        params={
            "explains": {"bound": "bound"},
            "circular": [],
            "threshold": 0.0,
            "windows": 20,
            "sis_windows": 8,
            "seed": 0,
        },
    )
    chosen = tables.read(CHOSEN, tmp_path / "picked.tsv")
    assert chosen["purpose"].value_counts().to_dict() == {
        "background": 40,
        "explain": 20,
        "sis": 8,
    }
    assert list(tables.read(THRESHOLDS, tmp_path / "thresholds.tsv")["fold"]) == list(SIZES)


def test_a_track_is_joined(tmp_path, run, chromosomes):
    genome = FakeGenome({chrom: random_sequence(SIZES[chrom], int(chrom)) for chrom in SIZES})
    regions = [Interval(chrom, 0, length) for chrom, length in SIZES.items()]
    files = [str(tmp_path / f"{region.name}.h5") for region in regions]
    for region, path in zip(regions, files, strict=True):
        explain_shard(
            [FakeModel(gain=1.0, digest=region.chrom)],
            genome,
            [region],
            path,
            method=method(),
            tiling=Tiling(WINDOW, 6),
            origin=origin(region.name, f"fold{region.chrom}"),
            windows_at_once=30,
        )
    run(
        "join_tracks",
        wildcards={"task": "b"},
        input={"chromosomes": chromosomes, "scales": [], "shards": files},
        output={"track": str(tmp_path / "b.bw")},
        params={"array": ["contributions"], "planned": [region.name for region in regions]},
    )
    assert np.isfinite(read_back(tmp_path / "b.bw", "4", 40, 60)).all()


def test_events_are_observed(tmp_path, run, chromosomes):
    (tmp_path / "events.bed").write_text("1\t10\t11\n4\t20\t21\n")
    run(
        "observed_track",
        input={"chromosomes": chromosomes, "files": [str(tmp_path / "events.bed")]},
        output={"track": str(tmp_path / "events.bw")},
        params={"chromosome_names": {}},
    )
    found = {chrom: read_back(tmp_path / "events.bw", chrom, 0, 100).sum() for chrom in SIZES}
    assert found == {"1": 1, "2": 0, "3": 0, "4": 1}
