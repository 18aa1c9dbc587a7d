"""A base computed anew: equal to the bit, whatever shards made the track."""

import json
import shutil

import h5py
import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import tables
from chromolens.__main__ import main
from chromolens.errors import BadInput
from chromolens.explain import explain
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.models.training.save import save_model
from chromolens.planning import results
from chromolens.reproduce.again import again
from chromolens.scores import Origin, seal
from chromolens.tables.inputs import CHROMOSOMES, FOLDS, REGIONS
from chromolens.tracks.method import Method
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling, read_series
from tests.indexes import write_index
from tests.partial_tables import write_partial

WINDOW, SIZE = 40, 1000


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two replicates on one chromosome, which holds a gap, in shards of 350 bp."""
    folder = tmp_path_factory.mktemp("study")
    letters = np.random.default_rng(0).choice(list("ACGT"), SIZE)
    letters[500:600] = "N"
    (folder / "raw.fa").write_text(f">a\n{''.join(letters)}\n")
    prepare_fasta(folder / "raw.fa", folder / "inputs/genome.fa.gz")
    models = [network(folder / f"models/main/fold0.{number}.keras") for number in (0, 1)]
    method = Method("gradient_x_input", ["b", "a"], references="dinucleotide_shuffle",
                    n_references=3, strands="both", seed=5, batch_size=16)  # fmt: skip
    shards = folder / "attribution/main/gradient_x_input"
    with Genome(folder / "inputs/genome.fa.gz") as genome:
        for start in range(0, SIZE, 350):
            region = Interval("a", start, min(start + 350, SIZE))
            explain_shard(
                models, genome, [region], shards / f"{region.name}.h5",
                method=method, tiling=Tiling(WINDOW, 10), windows_at_once=16,
                origin=Origin("s", "main", region.name, "fold0", {}, devices.describe()),
            )  # fmt: skip
    sizes = pd.DataFrame({"chrom": ["a"], "length": SIZE})
    write_partial(CHROMOSOMES, sizes, folder / CHROMOSOMES.file)
    folds = pd.DataFrame({"fold": ["fold0"], "role": ["test"], "group": ["a"]})
    tables.write(FOLDS, folds, folder / FOLDS.file)
    made = {"config": {"inputs": {"kind": "genome"}}, "models": {}, "inputs": {}}
    (folder / "provenance.json").write_text(json.dumps(made))
    run = {"model": "main", "fold": "fold0"}
    names = [Interval("a", at, min(at + 350, SIZE)).name for at in range(0, SIZE, 350)]
    write_index(
        folder,
        genome=results.ONE,
        trainings=[run | {"replicate": number} for number in (0, 1)],
        shards=[run | {"method": "gradient_x_input", "shard": name} for name in names],
    )
    return folder


def network(path):
    keras.utils.set_random_seed(int(path.stem[-1]))
    inputs = keras.Input((WINDOW, 4))
    x = layers.MaxPooling1D(4)(layers.Conv1D(8, 9, activation="relu")(inputs))
    outputs = layers.Dense(2, activation="sigmoid")(layers.Flatten()(x))
    save_model(keras.Model(inputs, outputs), path, {"tasks": ["a", "b"], "background": [0.25] * 4})
    return load_model(path)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["a:4", "a:345", "a:351", "a:498", "a:640", "a:996"])
def test_every_task_is_equal_to_the_last_bit(study, place):
    answers = explain(study, place)
    assert [answer["task"] for answer in answers] == ["b", "a"]
    for answer in answers:
        found = again(study, answer)
        assert found["verdict"] == "equal to the last bit"
        assert found["contribution"] == answer["contribution"] != 0


def test_a_base_that_no_window_explains_is_still_unexplained(study):
    assert again(study, explain(study, "a:550")[0])["verdict"] == "equal to the last bit"


@pytest.fixture(scope="module")
def on_regions(study, tmp_path_factory):
    """The same networks asked about three windows, of which the middle half is kept."""
    folder, name = tmp_path_factory.mktemp("regions") / "study", "saliency"
    shutil.copytree(study, folder)
    windows = pd.DataFrame({"chrom": "a", "start": [100, 110, 700]})
    table = folder / f"inputs/{name}.regions.tsv.gz"
    tables.write(REGIONS, windows.assign(end=windows["start"] + WINDOW), table)
    run, method = {"model": "main", "fold": "fold0"}, Method(name, ["b", "a"], batch_size=16)
    networks = [folder / f"models/main/fold0.{number}.keras" for number in (0, 1)]
    region = Interval("a", 0, SIZE)
    with Genome(folder / "inputs/genome.fa.gz") as genome:
        explain_shard(
            [load_model(path) for path in networks], genome, [region],
            folder / f"attribution/main/{name}/{region.name}.h5",
            method=method, tiling=Tiling(WINDOW, 5, keep=20), series=read_series(str(table)),
            origin=Origin("s", "main", region.name, "fold0", {}, devices.describe()),
        )  # fmt: skip
    write_index(
        folder,
        genome=results.ONE,
        trainings=[run | {"replicate": number} for number in (0, 1)],
        shards=[run | {"method": name, "shard": region.name}],
        placed_windows=[{"method": name}],
    )
    return folder


def test_a_base_of_a_region_is_equal_to_the_last_bit(on_regions):
    for answer in explain(on_regions, "a:125"):  # kept of the first two windows
        assert [one["window"] for one in answer["windows"]] == ["a:100-140", "a:110-150"]
        assert again(on_regions, answer)["verdict"] == "equal to the last bit"
        assert answer["contribution"] != 0


@pytest.mark.parametrize(("place", "near"), [("a:141", 140), ("a:400", 140), ("a:731", 730)])
def test_a_base_between_regions_is_told_the_nearest(on_regions, place, near):
    assert explain(on_regions, f"a:{near}")
    with pytest.raises(BadInput, match=f"outside of the regions(.|\n)*is a:{near} by saliency"):
        explain(on_regions, place)


def changed(study, tmp_path, by):
    """The study with a shard whose contributions are moved by a share of the largest."""
    other = tmp_path / "study"
    other.mkdir()
    for name in ("inputs", "models", "provenance.json", "index.tsv"):
        (other / name).symlink_to(study / name)
    source = study / "attribution/main/gradient_x_input/a-0-350.h5"
    path = other / "attribution/main/gradient_x_input/a-0-350.h5"
    path.parent.mkdir(parents=True)
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "r+") as file:
        values = file["a-0-350/contributions"]
        values[:] = values[:] + by * np.abs(values[:]).max()
        run = json.loads(file.attrs["run"]) | {"processor": "another"}
        file.attrs["run"] = json.dumps(run)
    seal(path)
    return other


def test_rounding_and_more_than_rounding_are_told_apart(study, tmp_path, capsys, monkeypatch):
    (tmp_path / "1").mkdir()
    near = changed(study, tmp_path / "1", 1e-6)
    found = again(near, explain(near, "a:100", task="a")[0])
    assert found["verdict"].startswith("equal but for rounding") and not found["equal"]
    assert "processor another" in found["verdict"]
    (tmp_path / "2").mkdir()
    far = changed(study, tmp_path / "2", 1e-3)
    monkeypatch.setattr(devices, "configure", lambda: None)  # too late in a process of tests
    assert main(["explain", str(far), "a:100", "--task", "a", "--again"]) == 0
    assert "verdict: NOT the same" in capsys.readouterr().out


def test_a_missing_network_is_named(study, tmp_path):
    other = changed(study, tmp_path, 0)
    (other / "models").unlink()
    with pytest.raises(BadInput, match="not in this folder any more(?s:.*)without --again"):
        again(other, explain(other, "a:100")[0])
