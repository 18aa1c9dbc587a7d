"""Damaged bigWigs, files of scores and configs, and configs that mean harm."""

import copy
import datetime
import math
import operator
import random
from functools import reduce
from pathlib import Path

import h5py
import numpy as np
import pyBigWig
import pytest
import yaml
from damage import INPUTS, refusals, within

from chromolens import config, scores
from chromolens.config_file import read_config_file
from chromolens.errors import BadInput
from chromolens.inputs.genome.signals import Signal, check_signals
from chromolens.planning import divide, plan, preflight, regions, sources
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
    assert refusals(tmp_path / "s.bw", content, read_signal, -(-INPUTS // 100))


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
    group = file.create_group("chrI-0-50")
    sizes = {"task": 2, "base": 50, "window": 3, "stretch": 1}
    scores.create(group, (*scores.REGION, *scores.COVER, *scores.TILING), sizes)
    group["stretch_start"][:], group["stretch_end"][:] = 0, 50
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
    assert refusals(tmp_path / "s.h5", content, read, -(-INPUTS // 20))


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
  methods:
    ism: {windows: 3, regions: peaks}
    integrated_gradients: {genome_wide: true, settings: {steps: 20}}
sis: {threshold: {percentile: 50}}
acceptance:
  - {value: metric, metric: auroc, model: m, task: x, min: 0.9}
"""


def read_config(path: Path) -> None:
    """From the file to the tables of jobs, as the workflow's common.smk does."""
    planned(read_config_file(path), path)


def planned(stated: dict, path: Path) -> None:
    done = config.complete(stated, [str(path)])
    settings = sources.inputs(done, "down", "simulated")
    sizes = divide.sizes(done, settings)
    folds = divide.folds(done, settings, sizes)
    models = plan.models(done, plan.tasks(settings))
    preflight.check(done, settings, sources.database(done, ""), models, "results")
    methods = plan.methods(done)
    shared = plan.attribution_settings(done, settings)
    placings = regions.placings(settings, shared, methods, "down")
    divide.shards(done, methods, sizes, folds, dict.fromkeys(placings), shared)
    plan.trainings(models, folds, done["folds"]["replicates"])
    plan.windows_to_explain(models, methods, plan.motif_method(done, methods))
    plan.tracks(models, methods)


def test_damaged_configs_end_in_bad_input(tmp_path):
    content = CONFIG.encode()
    assert refusals(tmp_path / "c.yaml", content, read_config, -(-INPUTS // 100), "where: ")


ODD = [None, math.nan, math.inf, -1, 0, 10**30, 2**62, 1e308, 0.5, True, "", "x", "x" * 300, "\0"]
ODD += ["../a", [], {}, [[]], [1], {"x": "x"}, {1: 2}, datetime.date(2020, 1, 1), b"x", {"url": 3}]


def places(value: object, inside: tuple = ()) -> list[tuple]:
    """The keys that lead to each value, of dicts and lists alike."""
    kind = type(value)
    keys = list(value) if kind is dict else range(len(value)) if kind is list else []
    below = [place for key in keys for place in places(value[key], (*inside, key))]
    return [*(inside,)[: bool(inside)], *below]


def test_values_of_any_kind_in_any_place_end_in_a_plan_or_bad_input(tmp_path):
    path, draw, refused = tmp_path / "c.yaml", random.Random(0), 0
    path.write_text(CONFIG)
    stated = yaml.safe_load(CONFIG)
    whole = config.complete(stated, [str(path)])
    for _ in range(-(-INPUTS // 100)):
        changed = copy.deepcopy(draw.choice([stated, whole]))
        *before, last = draw.choice(places(changed))
        reduce(operator.getitem, before, changed)[last] = copy.deepcopy(draw.choice(ODD))
        try:
            within(planned, changed, path)
        except BadInput:
            refused += 1
    assert refused


BOMB = "b0: &b0 {x: 1}\n" + "".join(
    f"b{n}: &b{n} {{{', '.join(f'k{i}: *b{n - 1}' for i in range(9))}}}\n" for n in range(1, 9)
)
HARM = {
    "twice": ("study: a\nstudy: b\n", "'study' occurs twice(.|\n)*line 2"),
    "python": ("study: !!python/object/apply:os.getcwd []\n", "is not YAML: could not"),
    "own tag": ("study: !mine x\n", "is not YAML: could not determine"),
    "bomb": (BOMB, r"aliases \(\*name\) stand for too many values(.|\n)*line"),
    "in itself": ("study: &a {b: *a}\n", "stand for too many values"),
    "deep": ("study: " + "[" * 1000, "can't be read: maximum recursion"),
    "octal": ("inputs:\n  peaks: {007: a.bed}\n", "reads the key 007 as 7(.|\n)*line 2"),
    "no": ("inputs:\n  peaks: {no: a.bed}\n", 'key no as False(.|\n)*in quotes(.|\n)*"no"'),
    "list": ("? [a, b]\n: c\n", "reads the key ... as|is not YAML"),
    "digits": (f"seed: {'9' * 5000}\n", "can't be read: Exceeds the limit"),
    "huge": (f"seed: {'9' * 40}\n", "can't be used(.|\n)*, seed"),
    "nan": ("training: {learning_rate: .nan}\n", "nan can't be used"),
    "inf": ("training: {learning_rate: -.inf}\n", "inf can't be used"),
    "no keys": ("- study\n", "no keys"),
    "two": ("study: a\n---\nstudy: b\n", "is not YAML: expected a single document"),
    "latin": ("study: \xe9\n", "can't be read: 'utf-8'"),
}


@pytest.mark.parametrize("name", HARM)
def test_configs_that_mean_harm_are_refused_with_file_and_reason(tmp_path, name):
    text, words = HARM[name]
    (tmp_path / "c.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match=words) as error:
        within(config.complete, {"study": "s"}, [str(tmp_path / "c.yaml")])
    assert "c.yaml" in str(error.value)


def test_aliases_and_merges_of_an_honest_config_are_read(tmp_path):
    text = "a: &a {x: 1, 1: c}\nb: {<<: *a, x: 2}\nc: [*a, *a]\n'007': 1.0e-3\n"
    (tmp_path / "c.yaml").write_text(text)
    one = {"x": 1, 1: "c"}
    expected = {"a": one, "b": one | {"x": 2}, "c": [one, one], "007": 0.001}
    assert read_config_file(tmp_path / "c.yaml") == expected
