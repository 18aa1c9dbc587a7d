"""Damaged bigWigs, files of scores and configs, and configs that mean harm."""

from pathlib import Path

import h5py
import numpy as np
import pyBigWig
import pytest
from damage import INPUTS, refusals

from chromolens import config, scores
from chromolens.inputs.signals import Signal, check_signals
from chromolens.planning import divide, plan, preflight, sources
from chromolens.tracks.join import join_track
from chromolens.tracks.mixture import read_headers
from chromolens.tracks.scaling import read_scales, write_scales

SIZES = {"chrI": 1000, "chrII": 500}
HEADER = scores.Header("s", "m", "ism", "chrI-0-50", "fold0", ["a", "b"], {}, ["d"], {}, {})


def read_signal(path: Path) -> None:
    """Through the reader of the interpreter's own process, after it was read apart."""
    check_signals({"t": {"plus": str(path)}}, SIZES, list(SIZES), {})
    signal = Signal([path])
    for chrom, size in SIZES.items():
        counts = signal.values(np.array([chrom]), np.array([0]), size)
        assert counts.shape == (1, size) and np.isfinite(counts).all()


def test_damaged_bigwigs_end_in_bad_input(tmp_path):
    file = pyBigWig.open(str(tmp_path / "s.bw"), "w")
    file.addHeader(list(SIZES.items()))
    for chrom, size in SIZES.items():
        counts = np.random.default_rng(0).integers(0, 9, size).astype(float)
        file.addEntries(chrom, 0, values=counts, span=1, step=1)
    file.close()
    content = (tmp_path / "s.bw").read_bytes()
    assert refusals(tmp_path / "s.bw", content, read_signal, -(-INPUTS // 50), "bigwig")


def read_shard(path: Path) -> None:
    """All that jobs and users ask of a shard."""
    join_track([path], path.parent / "track.bw", {"chrI": 50}, task="b", array="contributions")
    assert read_headers([path])[str(path)] == HEADER


def read_windows(path: Path) -> None:
    assert read_scales(path, "a") == {"fold0": 0.5}
    with scores.open_scores(path) as file:
        arrays = {name: one[()] for name, one in file["a"].items()}
    assert np.isnan(arrays["contributions"]).all() and arrays["onehot"].sum() == 0


def shard(file: h5py.File) -> None:
    group, sizes = file.create_group("chrI-0-50"), {"task": 2, "base": 50, "window": 3}
    scores.create(group, (*scores.REGION, *scores.TILING), sizes)
    group["contributions"][:] = np.arange(100).reshape(2, 50)


def explained(file: h5py.File) -> None:
    sizes = {"window": 3, "position": 5, "channel": 4}
    scores.create(file.create_group("a"), (*scores.WINDOWS, scores.HYPOTHETICAL), sizes)
    write_scales(file, {"a": {"fold0": 0.5}})


@pytest.mark.parametrize(("fill", "read"), [(shard, read_shard), (explained, read_windows)])
def test_damaged_scores_are_refused_or_read_as_written(tmp_path, fill, read):
    with scores.written(tmp_path / "s.h5", HEADER) as file:
        fill(file)
    content = (tmp_path / "s.h5").read_bytes()
    assert refusals(tmp_path / "s.h5", content, read, -(-INPUTS // 20), read.__name__)


CONFIG = """\
study: s
seed: 3
inputs:
  kind: genome
  fasta: g.fa
  window: 100
  peaks: {x: x.bed, "007": [y1.bed, y2.bed]}
  chromosomes: {1: {length: 900}, b: {length: 500}, c: {length: 400}}
folds: {k: 3, balance: length, replicates: 2}
models: {m: {architecture: cnn, settings: {filters: 8}}, other: {labels: permuted}}
training: {epochs: 3, learning_rate: 0.001}
attribution:
  methods: {ism: {windows: 3}, integrated_gradients: {genome_wide: true, settings: {steps: 20}}}
sis: {threshold: {percentile: 50}}
acceptance:
  - {value: metric, metric: auroc, model: m, task: x, min: 0.9}
"""


def read_config(path: Path) -> None:
    """From the file to the tables of jobs, as the workflow's common.smk does."""
    planned(config.read_config_file(path), path)


def planned(stated: dict, path: Path) -> None:
    done = config.complete(stated, [str(path)])
    settings = sources.inputs(done, "down", "simulated")
    sizes = divide.sizes(done, settings)
    folds = divide.folds(done, settings, sizes)
    models = plan.models(done, plan.tasks(settings))
    preflight.check(done, settings, sources.database(done, ""), models, "results")
    methods = plan.methods(done)
    divide.shards(done, sizes, folds)
    plan.trainings(models, folds, done["folds"]["replicates"])
    plan.windows_to_explain(models, methods, plan.motif_method(done, methods))
    plan.tracks(models, methods)
